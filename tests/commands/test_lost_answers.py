"""The commit takes place and its acknowledgement is lost: the answer is found again, and nothing is done twice."""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from commands import handlers
from commands.door import LOSSES_MAX, Door, declared
from commands.work import Work
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Command
from duifu.v1.events_pb2 import CaseRegistered
from ledger.keys import SubjectKeys
from ledger.mapper import Recorded
from ledger.store import APPEND_MAX, Ledger, LedgerUnavailable, StreamMoved
from tests.builders import a_contract, an_application
from tests.commands.other_processes import a_submission
from tests.desk import Desk, the_rulebook
from tests.ledger.events import an_event


class Wire:
    """A line to the server that is cut when the server answers, so that what it did stays done and unheard."""

    def __init__(self, url: str, folder: Path):
        self._server = str(Path(parse_qs(urlsplit(url).query)["host"][0]) / ".s.PGSQL.5432")
        self.url = f"{url.partition('?')[0]}?host={folder}"
        self.cuts = 0  # answers to appends that are not to arrive
        self.was_cut = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                appends = threading.Event()
                threading.Thread(target=self._ask, args=(client, server, appends), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server, appends), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, appends: threading.Event) -> None:
        with suppress(OSError):
            while asked := client.recv(1 << 16):
                if b"duifu.v1." in asked:  # kinds of events are sent in appends only
                    appends.set()
                server.sendall(asked)
        _hang_up(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, appends: threading.Event) -> None:
        with suppress(OSError):
            while answer := server.recv(1 << 16):
                # The server says that it is ready for the next statement ("Z", idle) when it has committed.
                if appends.is_set() and self.cuts and b"Z\x00\x00\x00\x05I" in answer:
                    self.cuts -= 1
                    self.was_cut += 1
                    break
                if b"Z\x00\x00\x00\x05I" in answer:
                    appends.clear()
                client.sendall(answer)
        _hang_up(client, server)

    def close(self) -> None:
        """Hang up for good."""
        self._listener.close()


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def wired(url: str, folder: Path) -> Iterator[tuple[Desk, Wire]]:
    """A desk at the other end of the line."""
    wire = Wire(url, folder)
    desk = Desk(wire.url)
    yield desk, wire
    desk.ledger.close()
    wire.close()


def done_once(address: str, command: Command) -> None:
    """The command's receipt and its one case are there, and nothing else."""
    ledger = Ledger(address)
    assert ledger.streams("command/") == [f"command/{command.command_id}"]
    assert len(ledger.streams("case/")) == 1
    assert len({entry.recorded.envelope.command_id for entry in ledger.entries(0)}) == 1
    ledger.close()


def test_one_call_that_meets_the_loss_answers_by_itself(postgres_ledger_url: str, tmp_path: Path) -> None:
    command = a_submission("c", an_application())
    with wired(postgres_ledger_url, tmp_path) as (desk, wire):
        wire.cuts = 1

        receipt = desk.door.handle(command, declared(command.actor))

        assert wire.was_cut == 1
        assert (receipt.position, receipt.case_id, receipt.is_repeat) == (1, "bj-claim-2024-000001", False)
        again = desk.door.handle(command, declared(command.actor))
        assert (again.position, again.case_id, again.is_repeat) == (1, receipt.case_id, True)
    done_once(postgres_ledger_url, command)


def test_a_refusal_whose_acknowledgement_is_lost_is_a_refusal_and_on_record_once(
    postgres_ledger_url: str, tmp_path: Path
) -> None:
    command = a_submission("c", an_application(a_contract(signed_on="2024-03-02")))
    with wired(postgres_ledger_url, tmp_path) as (desk, wire):
        wire.cuts = 1

        with pytest.raises(Refused, match="BJ_E_CONTRACT_UNSIGNED"):
            desk.door.handle(command, declared(command.actor))

        assert len(desk.ledger.streams("attempt/c/")) == 1
        assert desk.ledger.streams("command/") == []


def test_without_the_door_a_lost_acknowledgement_is_said_and_what_was_written_is_there(
    postgres_ledger_url: str, tmp_path: Path
) -> None:
    with wired(postgres_ledger_url, tmp_path) as (desk, wire):
        wire.cuts = 1
        with pytest.raises(LedgerUnavailable, match="server closed the connection"):
            desk.ledger.append([an_event("a", 1), an_event("b", 1)])
        assert wire.was_cut == 1
        assert desk.ledger.head() == 2  # it took place
        with pytest.raises(StreamMoved):
            desk.ledger.append([an_event("a", 1), an_event("b", 1)])
        assert desk.ledger.append([an_event("a", 2)]) == [3]


def test_a_database_that_never_acknowledges_is_not_asked_for_ever(postgres_ledger_url: str, tmp_path: Path) -> None:
    command = a_submission("c", an_application())
    asked: list[object] = []

    class Silent(Ledger):
        def append(self, events: Sequence[Recorded], resting_on: Mapping[str, int] | None = None) -> list[int]:
            asked.append((events, resting_on))
            raise LedgerUnavailable("the line is dead")

    ledger = Silent(postgres_ledger_url, SubjectKeys(tmp_path / "keys.sqlite"))
    desk = Desk(tmp_path / "clock.sqlite")
    with pytest.raises(LedgerUnavailable, match="the line is dead"):
        Door(ledger, the_rulebook(), lambda: desk.now).handle(command, declared(command.actor))
    assert len(asked) == LOSSES_MAX
    assert ledger.head() == 0
    ledger.close()
    desk.ledger.close()


def die_after_the_commit(address: str, command: bytes) -> None:
    """In a process of its own: kill -9 between the commit and the answer."""
    desk = Desk(address)
    recorder = desk.ledger.recorder
    insert = recorder.insert_events

    def insert_and_die(*args: object, **kwargs: object) -> None:
        insert(*args, **kwargs)  # type: ignore[arg-type]  # whatever was asked
        os.kill(os.getpid(), signal.SIGKILL)

    recorder.insert_events = insert_and_die  # type: ignore[method-assign]  # the moment we want
    parsed = Command.FromString(command)
    desk.door.handle(parsed, declared(parsed.actor))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_next_process_finds_the_answer_of_one_that_died_before_it_gave_it(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    address = str(tmp_path / "ledger.sqlite") if engine == "sqlite" else request.getfixturevalue("postgres_ledger_url")
    command = a_submission("c", an_application())
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=die_after_the_commit, args=(address, command.SerializeToString()))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    desk = Desk(address)
    receipt = desk.door.handle(command, declared(command.actor))
    desk.ledger.close()

    assert (receipt.position, receipt.case_id, receipt.is_repeat) == (1, "bj-claim-2024-000001", True)
    done_once(address, command)


# Too much at once


def test_a_command_that_would_record_too_much_at_once_is_refused_and_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    command = a_submission("c", an_application())

    def record_too_much(work: Work, _command: Command) -> str:
        work.events.extend(("register/x", n, CaseRegistered(case_id=f"{n}")) for n in range(1, APPEND_MAX + 1))
        return ""

    monkeypatch.setitem(handlers.HANDLERS, "submit_application", record_too_much)

    with pytest.raises(Refused, match="COMMIT_TOO_LARGE") as refused:
        desk.door.handle(command, declared(command.actor))

    assert refused.value.to_message("en").message == (
        f"The command would record {APPEND_MAX + 1} events in one commit; "
        f"at most {APPEND_MAX} are allowed, so it was not done."
    )
    assert [name.split("/")[0] for name in desk.ledger.streams("")] == ["attempt"]
    desk.ledger.close()
