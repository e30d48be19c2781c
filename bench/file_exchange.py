"""How fast files go out and come back: a hundred applications, and the thousand questions for their sources."""

import json
import logging
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog
from click.testing import CliRunner
from google.protobuf import json_format

from cli.__main__ import main as duifu
from tests.rounds import RoundDesk, a_bid

APPLICATIONS, QUESTIONS = 100, 1_000


def main() -> None:
    """Print wall and CPU seconds of each command, and its rows a second; each reads the programmes first."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="duifu-bench-") as folder:
        desk = RoundDesk(Path(folder) / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from("2024-01-25")
        handed, filled, asked = (Path(folder) / name for name in ("handed.json", "handed.xlsx", "asked.json"))
        handed.write_text(
            json.dumps([json_format.MessageToDict(a_bid(number)) for number in range(1, APPLICATIONS + 1)])
        )
        at, clerk = ("--home", folder), ("--programme", "qd-slzx", "--actor", "portal.clerk")
        _timed(APPLICATIONS, "template", "--programme", "qd-slzx", "--from", str(handed), "--out", str(filled))
        _timed(APPLICATIONS, "applications", str(filled), *clerk, *at)
        _timed(QUESTIONS, "questions", "--out", str(Path(folder) / "asked.xlsx"), *at)
        _timed(QUESTIONS, "questions", "--out", str(asked), *at)
        content = json.loads(asked.read_text("utf-8"))
        for question in content["questions"]:
            question |= {"outcome": "clean", "answeredOn": "2024-01-25"}
        asked.write_text(json.dumps(content))
        for _ in range(2):
            _timed(QUESTIONS, "answers", str(asked), "--role", "district-reviewer", "--actor", "chen.jie", *at)
        desk.ledger.close()


def _timed(rows: int, *command: str) -> None:
    begin, used = time.perf_counter(), time.process_time()
    result = CliRunner().invoke(duifu, ["exchange", *command])
    seconds, cpu = time.perf_counter() - begin, time.process_time() - used
    assert result.exit_code == 0, result.output
    words = f"{seconds:6.2f} s, CPU {cpu:5.2f} s, {rows / seconds:7.0f} rows a second"
    print(f"{command[0]:12} {words}   {result.output.splitlines()[-1]}")


if __name__ == "__main__":
    main()
