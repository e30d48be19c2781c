"""Whoever can write to a ledger cannot write to the auditor's terminal."""

import json
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.progress import Progress

from cli.__main__ import main
from cli.terminal import HarmlessConsole, harmless
from duifu.v1.events_pb2 import Envelope
from ledger.chain import NOTHING_BEFORE, leaf
from ledger.rows import open_rows
from tests.audit.histories import a_spring
from tests.desk import Desk

CLEARS, TURNS, C1 = "\x1b[2J\x1b]0;owned\x07", "\u202edeifirev\u2066", "\x9b31m"
OBEYED = [
    *map(chr, [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)]),
    *"\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a ledger of which every refusal was rewritten, with a leaf to fit, to say what a terminal obeys."""
    desk = Desk(tmp_path / "ledger.sqlite")
    a_spring(desk)
    desk.ledger.close()
    with closing(open_rows(desk.ledger.address)) as rows:
        refused = list(rows.like("attempt/"))
    with closing(sqlite3.connect(desk.ledger.address)) as ledger, ledger:
        for row in refused:
            envelope = Envelope.FromString(row.state)
            envelope.event.command_refused.message = f"no{CLEARS}{TURNS}{C1}"
            state = envelope.SerializeToString()
            changed = (state, leaf(row.stream, 1, row.topic, NOTHING_BEFORE, state), row.position)
            ledger.execute("UPDATE stored_events SET state = ?, leaf = ? WHERE rowid = ?", changed)
    return tmp_path


def audit(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments, "--home", str(home)])


def must_be_harmless(text: str) -> None:
    assert [one for one in OBEYED if one in text] == []


def test_a_refusals_text_is_shown_with_its_escapes_spelt_out(home: Path) -> None:
    told = audit(home, "refusals")

    assert told.exit_code == 0
    must_be_harmless(told.output)
    assert "no\\u001b[2J\\u001b]0;owned" in told.stdout
    assert "\\u202edeifirev\\u2066\\u009b31m" in told.stdout


def test_json_has_no_raw_control_character_and_means_the_same(home: Path) -> None:
    told = audit(home, "refusals", "--json")

    must_be_harmless(told.output)
    assert {attempt["message"] for attempt in json.loads(told.stdout)} == {f"no{CLEARS}{TURNS}{C1}"}


def test_an_error_that_quotes_the_database_is_harmless_too(home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.sqlite")) as ledger, ledger:
        ledger.execute(
            "UPDATE stored_events SET topic = ? WHERE originator_id LIKE 'attempt/%'", (CLEARS + TURNS + C1,)
        )

    told = audit(home, "refusals")

    assert told.exit_code == 3
    must_be_harmless(told.output)
    assert "the row says \\u001b[2J" in told.stderr


def test_every_character_that_a_terminal_obeys_is_spelt_out_and_no_other() -> None:
    assert all(harmless(one) == f"\\u{ord(one):04x}" for one in OBEYED)
    assert harmless("受理\t✓ a\n  ¥1,000.00") == "受理\t✓ a\n  ¥1,000.00"


def test_a_console_keeps_its_own_colours_and_moves_and_writes_nobody_elses() -> None:
    file = StringIO()
    console = HarmlessConsole(file=file, force_terminal=True, color_system="standard")
    with Progress(console=console, auto_refresh=False) as bar:
        bar.add_task("x\x1b[8m", total=1)
        bar.refresh()
    console.print("[red]a\x1b[8m", highlight=False)

    written = file.getvalue()

    assert "\x1b[8m" not in written
    assert "\\u001b[8m" in written
    assert "\x1b[31ma\\u001b[8m\x1b[0m" in written
    assert "\x1b[?25l" in written  # the bar hides the cursor
