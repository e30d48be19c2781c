"""What the SDK's sandbox costs: recorded histories replayed under three runners, in turn, in one process.

    python -m bench.sandbox [--rounds 5]

"default" copies every module of ours for each workflow; "passed through" copies only the module of the workflow
itself, which is what worker.py does; "none" is DUIFU_SANDBOX=off.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from worker import workflow_runner
from workflows.case import CaseWorkflow
from workflows.payloads import DATA_CONVERTER
from workflows.redemption_cycle import RedemptionCycleWorkflow

HISTORIES = Path(__file__).parent.parent / "tests" / "replay" / "histories"
NEEDED = ("google.protobuf", "duifu")  # protobuf's descriptors cannot be registered twice
RUNNERS: dict[str, WorkflowRunner] = {
    "default": SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*NEEDED)),
    "passed through": workflow_runner(sandboxed=True),
    "none": UnsandboxedWorkflowRunner(),
}


async def replay(runner: WorkflowRunner, histories: list[WorkflowHistory]) -> float:
    """CPU seconds of this process to replay them all."""
    replayer = Replayer(
        workflows=[CaseWorkflow, RedemptionCycleWorkflow], data_converter=DATA_CONVERTER, workflow_runner=runner
    )
    began = time.process_time()
    for history in histories:
        await replayer.replay_workflow(history)
    return time.process_time() - began


async def main(rounds: int) -> None:
    """Print the median CPU a history and its ratio to no sandbox."""
    paths = sorted(HISTORIES.glob("*.json"))
    histories = [WorkflowHistory.from_json(path.stem, path.read_text("utf-8")) for path in paths]
    spent: dict[str, list[float]] = {name: [] for name in RUNNERS}
    for round_number in range(rounds + 1):
        for name, runner in RUNNERS.items():
            seconds = await replay(runner, histories)
            if round_number:  # the first one warms up
                spent[name].append(seconds / len(histories) * 1e3)
    print(f"| runner | CPU ms a history ({len(histories)} histories) | ratio to none |\n|---|---|---|")
    for name, figures in spent.items():
        ratio = statistics.median(a / b for a, b in zip(figures, spent["none"], strict=True))
        print(f"| {name} | {statistics.median(figures):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args().rounds))
    sys.stdout.flush()
    os._exit(0)
