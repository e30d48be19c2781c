"""Today's code must understand what ran yesterday: every recorded path replays, and a changed process is noticed."""

from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from duifu.v1.work_pb2 import Ending, WorkflowStart
from tests.replay.paths import PATHS
from tests.replay.record import HISTORIES
from worker import workflow_runner
from workflows.case import CaseWorkflow
from workflows.grant_round import GrantRoundWorkflow
from workflows.payloads import DATA_CONVERTER
from workflows.recovery import RecoveryWorkflow
from workflows.redemption_cycle import RedemptionCycleWorkflow

RECORDED = sorted(HISTORIES.glob("*.json"))


@workflow.defn(name="Case")
class CaseWithOneTimerMore(CaseWorkflow):
    """A change that would strand every case under way."""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: WorkflowStart) -> Ending:
        await workflow.sleep(1)
        return await super().run(start)


@workflow.defn(name="RedemptionCycle")
class CycleWithOneTimerMore(RedemptionCycleWorkflow):
    """The same for quarters."""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: WorkflowStart) -> Ending:
        await workflow.sleep(1)
        return await super().run(start)


@workflow.defn(name="Recovery")
class RecoveryWithOneTimerMore(RecoveryWorkflow):
    """The same for recoveries."""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: WorkflowStart) -> Ending:
        await workflow.sleep(1)
        return await super().run(start)


@workflow.defn(name="GrantRound")
class RoundWithOneTimerMore(GrantRoundWorkflow):
    """The same for rounds."""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: WorkflowStart) -> Ending:
        await workflow.sleep(1)
        return await super().run(start)


def test_every_path_is_recorded_and_every_record_is_of_a_path() -> None:
    assert {file.stem for file in RECORDED} == set(PATHS)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    replayer = Replayer(
        workflows=[CaseWorkflow, GrantRoundWorkflow, RecoveryWorkflow, RedemptionCycleWorkflow],
        data_converter=DATA_CONVERTER,
        workflow_runner=workflow_runner(sandboxed=True),
    )

    await replayer.replay_workflow(recorded(file))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_a_changed_process_does_not_replay(file: Path) -> None:
    replayer = Replayer(
        workflows=[CaseWithOneTimerMore, CycleWithOneTimerMore, RecoveryWithOneTimerMore, RoundWithOneTimerMore],
        data_converter=DATA_CONVERTER,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )

    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(recorded(file))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_recorded_history_names_no_machine_and_holds_no_stack_trace(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert "Traceback" not in text
    assert ".py" not in text
    assert "@" not in text


def recorded(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(PATHS[file.stem].subject_id, file.read_text(encoding="utf-8"))
