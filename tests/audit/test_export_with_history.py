"""The history that goes into a bundle is of the very run that the events name."""

import asyncio
import os
import sys
from contextlib import closing
from pathlib import Path

from ledger.rows import open_rows
from ledger.sealer import Sealer
from ledger.seals import Seals
from tests.audit.bundles import LOG, PINS, Bundle, asked, failures
from tests.builders import an_application
from tests.office import Office


async def test_the_workflows_history_is_taken_from_temporal_without_what_it_carried(
    office: Office, tmp_path: Path
) -> None:
    case_id = office.desk.submit(an_application())
    await office.checked(case_id)
    await office.settled()
    with closing(open_rows(office.config.ledger)) as rows, closing(Seals(office.config.seals)) as seals:
        Sealer(rows, seals, LOG).seal()

    said = await export(office, case_id, "--temporal", "--out", str(tmp_path / "bundle.zip"))

    content = (tmp_path / "bundle.zip").read_bytes()
    report = asked(content, PINS._replace(witnesses=(), quorum=0))
    assert failures(report) == [], said
    assert [
        f.en
        for f in report.findings
        if f.en.startswith(f"the Temporal history is of a run that events name ('{case_id}'")
    ]
    assert b"payload" not in Bundle.of(content)["temporal/history.json"]


async def export(office: Office, *arguments: str) -> str:
    """What `duifu audit export` prints, in a process of its own."""
    config = office.config
    env = {"TEMPORAL_ADDRESS": config.temporal_address, "TEMPORAL_NAMESPACE": config.namespace}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "audit", "export", *arguments, "--home", str(config.home)),
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()
