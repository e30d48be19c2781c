"""A person's data: needed while a case is open, gone for good when that is decided, and nowhere it need not be."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest

from activities.ledger import DoorLedger
from commands import privacy
from commands.door import declared
from commands.record import request_digest
from commands.work import fold
from domain.kinds import CASE, SUBJECT
from domain.refusals import Refused
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import (
    Actor,
    Command,
    DestroySubjectKey,
    RequestCorrection,
    SubmitApplication,
    SupplyCorrection,
    WithdrawCase,
)
from duifu.v1.events_pb2 import SubjectKeyDestroyed
from duifu.v1.facts_pb2 import Application, Contact
from duifu.v1.work_pb2 import FactQuery
from ledger import streams
from ledger.keys import SubjectKeys
from ledger.registry import unwrap
from ledger.rows import Row, open_rows
from ledger.store import LedgerUnavailable
from tests.builders import ACCEPTANCE, BUYER, OTHER_BUYER, PRIVACY, PROGRAMME, a_contract, an_application, applicant
from tests.commands.dying import DIED, send_and_die
from tests.commands.panel_desk import PanelDesk, under_experts
from tests.desk import Desk
from tests.ledger.people import MOBILE, NAME, PERSON, VALUES, a_contact, bytes_of, held_in
from tests.logged import log_lines

BASIS = "个人信息保护法第四十七条第一款（一）"


def a_claim(contact: Contact | None = None, number: str = "HT-2024-001") -> Application:
    """A claim that names a contact."""
    application = an_application(a_contract(number=number))
    application.contact.CopyFrom(contact or a_contact())
    return application


def destruction(desk: Desk, subject: str = PERSON, command_id: str = "") -> Command:
    destroyed = DestroySubjectKey(subject=subject, reason="处理目的已实现", legal_basis=BASIS)
    return desk.command(PRIVACY, command_id, destroy_subject_key=destroyed)


def sent(desk: Desk, command: Command) -> Receipt:
    return desk.door.handle(command, declared(command.actor))


def destroy(desk: Desk, subject: str = PERSON) -> Receipt:
    return sent(desk, destruction(desk, subject))


def keys_of(desk: Desk) -> SubjectKeys:
    assert desk.ledger.keys is not None
    return desk.ledger.keys


def secrets_of(desk: Desk, subject: str = PERSON) -> list[bytes | None]:
    return [key.secret for key in keys_of(desk).all_of(subject)]


def withdrawn(desk: Desk, application: Application) -> str:
    """A claim that was filed and has ended."""
    case_id = desk.submit(application)
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
    return case_id


def rows_of(desk: Desk) -> list[Row]:
    with closing(open_rows(desk.ledger.address)) as rows:
        return list(rows.scan())


# The decision


def test_a_destruction_is_on_record_with_who_why_and_on_which_ground_and_the_key_is_gone(desk: Desk) -> None:
    case_id = withdrawn(desk, a_claim())
    before = rows_of(desk)

    receipt = destroy(desk)

    newest = desk.ledger.newest(streams.subject(PERSON))
    assert newest is not None
    decided = SubjectKeyDestroyed(subject=PERSON, generation=1, reason="处理目的已实现", legal_basis=BASIS)
    assert unwrap(newest.envelope.event) == decided
    assert newest.envelope.actor.role == "data-protection-officer"
    assert receipt.case_id == "subject/agent.zhang"
    assert secrets_of(desk) == [None]
    place = desk.ledger.position_of(newest.originator_id, newest.originator_version)
    assert keys_of(desk).position() == place  # not done again at every start
    assert desk.case(case_id).application.contact == Contact(person_id=PERSON)
    assert rows_of(desk)[: len(before)] == before


def test_after_destruction_everything_but_the_person_reads_and_replays_as_before(desk: Desk) -> None:
    case_id = withdrawn(desk, a_claim())
    before = desk.case(case_id)
    assert before.application.contact == a_contact()

    destroy(desk)

    after = desk.case(case_id)
    before.application.contact.CopyFrom(Contact(person_id=PERSON))
    assert after == before


def test_an_open_case_keeps_its_contact_and_is_named(desk: Desk) -> None:
    closed = withdrawn(desk, a_claim())
    first, second = desk.submit(a_claim(number="HT-1")), desk.submit(a_claim(number="HT-2"))

    with pytest.raises(Refused) as refused:
        destroy(desk)

    assert refused.value.code == "SUBJECT_IN_OPEN_CASE"
    assert f"{first}、{second}" in refused.value.message("zh")
    assert closed not in refused.value.message("zh")
    assert secrets_of(desk)[0] is not None
    for case_id in (first, second):
        desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
    destroy(desk)
    assert secrets_of(desk) == [None]


def test_an_expert_is_kept_while_the_panel_works_and_let_go_when_it_is_over_or_the_expert_has_left(desk: Desk) -> None:
    panels = PanelDesk(under_experts(desk))
    case_id = panels.drawn()
    first, second, _ = panels.members(case_id)

    with pytest.raises(Refused) as refused:
        destroy(desk, first)
    panels.declare(case_id, second, conflict="校友")
    destroy(desk, second)
    panels.score(case_id, 80, 80, 80)
    for expert_id in panels.members(case_id):
        panels.sign(case_id, expert_id)
    destroy(desk, first)

    assert refused.value.code == "SUBJECT_ON_PANEL"
    assert f"评审组 {case_id}-panel-1 的在席专家" in refused.value.message("zh")
    assert [secrets_of(desk, account)[0] for account in (first, second)] == [None, None]


def test_a_correction_that_names_another_contact_lets_the_first_one_go(desk: Desk) -> None:
    case_id = desk.submit(a_claim())
    desk.send(ACCEPTANCE, request_correction=RequestCorrection(case_id=case_id, stage="acceptance", items=["联系人"]))
    corrected = a_claim(a_contact("agent.li", "李四", "13900000000"))
    desk.send(applicant(), supply_correction=SupplyCorrection(case_id=case_id, application=corrected))

    destroy(desk)

    assert desk.case(case_id).application.contact.name == "李四"
    with pytest.raises(Refused, match="SUBJECT_IN_OPEN_CASE"):
        destroy(desk, "agent.li")


def test_a_case_that_names_the_person_while_the_destruction_is_being_decided_is_seen(desk: Desk) -> None:
    withdrawn(desk, a_claim())
    command = destruction(desk)
    work_reads = desk.ledger.stream

    def overtaken(name: str, after_version: int = 0, limit: int | None = None) -> object:
        found = work_reads(name, after_version, limit)
        if name == streams.subject(PERSON):
            desk.ledger.stream = work_reads  # type: ignore[method-assign] # once
            desk.submit(a_claim(number="HT-2"))  # after the destruction has read, before it writes
        return found

    desk.ledger.stream = overtaken  # type: ignore[method-assign, assignment] # the moment between reading and writing
    with pytest.raises(Refused, match="SUBJECT_IN_OPEN_CASE"):
        sent(desk, command)

    assert secrets_of(desk)[0] is not None


def test_what_a_person_hands_in_later_is_readable_and_can_be_destroyed_again(desk: Desk) -> None:
    withdrawn(desk, a_claim())
    destroy(desk)
    case_id = withdrawn(desk, a_claim(number="HT-2"))
    assert desk.case(case_id).application.contact == a_contact()

    destroy(desk)

    assert secrets_of(desk) == [None, None]
    state, _ = fold(desk.ledger, streams.subject(PERSON), SUBJECT)
    assert state.destroyed_generation == 2


def test_an_officers_key_can_be_destroyed_though_no_case_names_the_officer(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    desk.accept(case_id)

    destroy(desk, ACCEPTANCE.id)

    actors = [recorded.envelope.actor for recorded in desk.ledger.stream(streams.case(case_id))]
    assert {actor.name for actor in actors if actor.id == ACCEPTANCE.id} == {""}
    assert {actor.name for actor in actors if actor.id == applicant().id} == {applicant().name}


# Once, and to the end


def test_a_process_that_dies_after_the_decision_has_it_carried_out_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing_desk(path) as desk:
        withdrawn(desk, a_claim())
        (secret,) = secrets_of(desk)
        command = destruction(desk, command_id="destroy-1")
    process = get_context("spawn").Process(target=send_and_die, args=(path, command.SerializeToString()))
    process.start()
    process.join()
    assert process.exitcode == DIED

    with closing_desk(path) as desk:
        assert desk.events(streams.subject(PERSON))[-1].DESCRIPTOR.name == "SubjectKeyDestroyed"
        assert secrets_of(desk) == [secret]  # decided, and not done

        privacy.carry_out(desk.ledger)

        assert secrets_of(desk) == [None]
        assert secret is not None
        assert secret not in bytes_of(tmp_path)


def test_the_command_repeated_finishes_what_a_death_left_undone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing_desk(path) as desk:
        withdrawn(desk, a_claim())
        command = destruction(desk, command_id="destroy-1")
    process = get_context("spawn").Process(target=send_and_die, args=(path, command.SerializeToString()))
    process.start()
    process.join()

    with closing_desk(path) as desk:
        head = desk.ledger.head()

        receipt = sent(desk, command)

        assert (receipt.is_repeat, desk.ledger.head()) == (True, head)
        assert secrets_of(desk) == [None]


def test_an_old_copy_of_the_keys_that_is_put_back_is_brought_up_to_the_log(tmp_path: Path) -> None:
    path, keys = tmp_path / "ledger.sqlite", tmp_path / "subject-keys.sqlite"
    with closing_desk(path) as desk:
        case_id = withdrawn(desk, a_claim())
        keys_of(desk).close()
        shutil.copy(keys, tmp_path / "copy")
    with closing_desk(path, "later") as desk:
        destroy(desk)
    for file in tmp_path.glob("subject-keys*"):
        file.unlink()
    shutil.copy(tmp_path / "copy", keys)

    with closing_desk(path) as desk:
        assert desk.case(case_id).application.contact.mobile == MOBILE  # the copy still had it

        privacy.carry_out(desk.ledger)

        assert desk.case(case_id).application.contact.mobile == ""


def test_keys_that_have_followed_a_longer_log_follow_this_one_from_its_beginning(desk: Desk) -> None:
    withdrawn(desk, a_claim())
    keys_of(desk).move(desk.ledger.head() + 100)  # of a ledger that was lost; an older copy was put in its place

    destroy(desk)

    assert secrets_of(desk) == [None]


def test_a_log_without_destructions_is_not_read_again_and_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "FOLLOW_EVERY", 3)
    withdrawn(desk, a_claim())

    privacy.carry_out(desk.ledger)

    assert keys_of(desk).position() == desk.ledger.head() > 3


def test_a_decision_whose_key_store_is_away_says_that_it_stands(desk: Desk) -> None:
    withdrawn(desk, a_claim())
    keys = keys_of(desk)
    destroy_key = keys.destroy

    def away(subject: str, generation: int) -> None:
        keys.close()
        destroy_key(subject, generation)

    keys.destroy = away  # type: ignore[method-assign] # the store goes away between the decision and the deletion
    with pytest.raises(LedgerUnavailable, match="What is on record is carried out later"):
        destroy(desk)


@contextmanager
def closing_desk(path: Path, ids: str = "test") -> Iterator[Desk]:
    """A desk that is closed at the end, with its keys, as at the end of a process."""
    desk = Desk(path, ids=ids)
    yield desk
    desk.ledger.close()
    keys_of(desk).close()


# The same command again


@pytest.fixture
def filed(desk: Desk) -> Command:
    """A claim with a contact that was filed and withdrawn."""
    submitted = SubmitApplication(programme_id=PROGRAMME, application=a_claim())
    command = desk.command(applicant(), "portal:1", submit_application=submitted)
    case_id = sent(desk, command).case_id
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
    return command


def test_a_digest_tells_nobody_a_number(desk: Desk, filed: Command) -> None:
    guessed = Command()
    guessed.CopyFrom(filed)
    guessed.submit_application.application.contact.mobile = "13900000000"

    assert request_digest(guessed) == request_digest(filed)
    (accepted,) = (recorded.envelope.event.command_accepted for recorded in desk.ledger.stream("command/portal:1"))
    assert accepted.request_sha256 == request_digest(filed)
    assert {digest.subject for digest in accepted.personal} == {PERSON, applicant().id}


@pytest.mark.parametrize("change", ["mobile", "name", "email", "actor", "nobody"])
def test_another_number_under_the_same_id_is_other_content(desk: Desk, filed: Command, change: str) -> None:
    contact = filed.submit_application.application.contact
    match change:
        case "mobile":
            contact.mobile = "13900000000"
        case "name":
            contact.name = "李四"
        case "email":
            contact.ClearField("email")
        case "actor":
            filed.actor.name = "另一人"
        case "nobody":
            filed.submit_application.application.ClearField("contact")

    with pytest.raises(Refused, match="COMMAND_ID_REUSED"):
        sent(desk, filed)


def test_a_name_that_is_added_under_the_same_id_is_other_content(desk: Desk) -> None:
    command = desk.command(Actor(id="u-applicant", role="applicant", uscc=BUYER.uscc), "portal:2")
    command.submit_application.CopyFrom(SubmitApplication(programme_id=PROGRAMME, application=an_application()))
    sent(desk, command)
    command.actor.name = "申报人"

    with pytest.raises(Refused, match="COMMAND_ID_REUSED"):
        sent(desk, command)


def test_a_command_repeated_after_destruction_gets_its_first_answer_and_makes_no_key(
    desk: Desk, filed: Command
) -> None:
    first = desk.door.handle(filed, declared(filed.actor))
    destroy(desk)
    destroy(desk, applicant().id)
    head = desk.ledger.head()

    again = sent(desk, filed)

    assert (again.is_repeat, again.case_id, desk.ledger.head()) == (True, first.case_id, head)
    assert secrets_of(desk) == [None]


def test_a_command_repeated_after_destruction_with_other_facts_is_still_other_content(
    desk: Desk, filed: Command
) -> None:
    destroy(desk)
    filed.submit_application.application.contract.sha256 = "cd" * 32

    with pytest.raises(Refused, match="COMMAND_ID_REUSED"):
        sent(desk, filed)


# Where no person's value goes


def test_no_value_is_in_any_file_of_the_ledger_whatever_happened(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    desk = Desk(folder / "ledger.sqlite")
    case_id = withdrawn(desk, a_claim())
    with pytest.raises(Refused):
        desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
    with pytest.raises(Refused):
        desk.submit(a_claim(a_contact(), number="HT-9"), firm=OTHER_BUYER)
    desk.ledger.close()

    content = b"".join(path.read_bytes() for path in folder.glob("ledger.sqlite*"))
    assert held_in(content, [*VALUES, applicant().name]) == []
    assert held_in(content, [PERSON, applicant().id, case_id]) == [PERSON, applicant().id, case_id]


def test_no_value_is_in_a_log_line(desk: Desk) -> None:
    with log_lines() as lines:
        case_id = withdrawn(desk, a_claim())
        with pytest.raises(Refused):
            desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
        destroy(desk)

    said = repr(lines)
    assert len(lines) >= 4
    assert [value for value in (*VALUES, applicant().name) if value in said] == []


def test_workflows_are_told_everything_but_persons(desk: Desk) -> None:
    case_id = desk.submit(a_claim())

    page = DoorLedger(desk.door).facts_since(FactQuery(stream=streams.case(case_id)))

    assert held_in(page.SerializeToString(), [*VALUES, applicant().name]) == []
    assert not any(fact.envelope.encrypted for fact in page.facts)
    told = CASE.fold(unwrap(fact.envelope.event) for fact in page.facts)
    known = desk.case(case_id)
    known.application.contact.CopyFrom(Contact(person_id=PERSON))
    assert told == known


def test_a_refusal_that_is_kept_names_accounts_and_no_values(desk: Desk) -> None:
    with pytest.raises(Refused):
        sent(desk, destruction(desk, NAME))

    kept = desk.ledger.newest(desk.ledger.streams("attempt/")[0])
    assert kept is not None
    assert NAME not in kept.envelope.event.command_refused.message
