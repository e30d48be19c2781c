"""One log stream: every line is JSON and says what it is about, ours and Temporal's, and none comes again on replay."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from cli.stack import Part
from tests.office import TemporalServer, an_empty_office
from tests.workflows.people import TECHNOLOGY, a_claim

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT / 'proto'}:{ROOT}", "DUIFU_LOG": "json"}

Line = dict[str, Any]


async def test_every_line_of_a_worker_is_json_and_names_case_workflow_run_and_command(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with an_empty_office(temporal_server, tmp_path, "2024-03-01") as office:
        office.city.switch_off("credit")
        where = {
            "DUIFU_HOME": str(tmp_path),
            "DUIFU_CITY_URL": office.city.url,
            "TEMPORAL_ADDRESS": office.config.temporal_address,
            "TEMPORAL_NAMESPACE": office.config.namespace,
        }
        worker = Part("worker", [sys.executable, "-m", "worker"], tmp_path, ENVIRONMENT | where)
        worker.start()
        try:
            case_id = office.desk.submit(a_claim(), TECHNOLOGY)
            await office.checked(case_id)
            run_id = (await office.handle(case_id).describe()).run_id
        finally:
            worker.stop()

    lines = read(worker.log_path.read_text(encoding="utf-8"))
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    checks = [line for line in lines if line["event"] == "command accepted" and line["kind"] == "record_check"]
    assert {line["command"] for line in checks} == {
        f"{case_id}:check:enterprise:acceptance:1:2024-03-01:answer",
        f"{case_id}:check:relation:acceptance:1:2024-03-01:answer",
        f"{case_id}:check:credit:acceptance:1:2024-03-01:away",
    }
    for line in checks:
        assert (line["case"], line["workflow"], line["run"]) == (case_id, case_id, run_id)
        assert (line["activity"], line["actor"], line["attempt"]) == ("carry_out", "duifu", 1)
    away = [line for line in lines if line["event"] == "activity not done"]
    assert [line["attempt"] for line in away[:3]] == [1, 2, 3]
    assert away[0]["reason"].startswith("/registries/credit/")
    assert not any("Traceback" in str(line) or "exception" in line for line in lines)


async def test_a_line_of_a_workflow_has_its_fields_and_does_not_come_again_on_replay(
    temporal_server: TemporalServer,
) -> None:
    await temporal_server.a_namespace()  # the server answers
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("chatty.py")),
        temporal_server.address,
        env=ENVIRONMENT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await program.communicate()

    assert program.returncode == 0, said.decode()
    lines = read(said.decode())
    ours = [line for line in lines if line["event"] in ("before", "between", "after")]
    assert [line["event"] for line in ours] == ["before", "between", "after"]
    for line in ours:
        assert (line["case"], line["workflow"]) == ("chatty-1", "chatty-1")
        assert line["run"]
    assert (ours[2]["level"], ours[2]["code"]) == ("warning", "C-1")
    spoken = [line for line in lines if line["event"].startswith("the activity speaks")]
    assert [line["event"] for line in spoken] == ["the activity speaks", "the activity speaks through Temporal"]
    for line in spoken:
        assert (line["case"], line["run"], line["activity"]) == ("chatty-1", ours[0]["run"], "speak")


def read(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]
