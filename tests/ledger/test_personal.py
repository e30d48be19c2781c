"""Names and numbers of persons are in the log and cannot be read there; with a person's key they go for good."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duifu.v1 import answers_pb2, commands_pb2, events_pb2, facts_pb2, plan_pb2, privacy_pb2, work_pb2
from duifu.v1.answers_pb2 import Fact, FactPage
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import Envelope, PaymentOrdered
from duifu.v1.facts_pb2 import Application, BankAccount
from duifu.v1.privacy_pb2 import MASK_ACCOUNT, MASK_EMAIL, MASK_MOBILE, MASK_NAME, MASK_UNSPECIFIED, Mask
from ledger import chain
from ledger.encryption import WITHHELD, NoSubjectKeys, PersonalDataDamaged, decrypt, digests, encrypt, may_be_same
from ledger.keys import SubjectKeys
from ledger.mapper import Recorded
from ledger.marks import marked, marks_of, place_of
from ledger.personal import DESTROYED, impersonal, mask, masked, readable
from ledger.registry import wrap
from ledger.rows import Row, open_rows
from ledger.store import Ledger
from tests.ledger.events import an_event
from tests.ledger.people import MOBILE, NAME, PERSON, VALUES, a_contact, an_event_about, bytes_of, held_in


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[SubjectKeys]:
    (tmp_path / "keys").mkdir()
    with closing(SubjectKeys(tmp_path / "keys" / "keys.sqlite")) as opened:
        yield opened


@pytest.fixture
def private(tmp_path: Path, keys: SubjectKeys) -> Iterator[Ledger]:
    """A ledger with keys, in a folder of its own."""
    (tmp_path / "log").mkdir()
    with closing(Ledger(tmp_path / "log" / "ledger.sqlite", keys=keys)) as opened:
        yield opened


def rows_of(ledger: Ledger) -> list[Row]:
    with closing(open_rows(ledger.address)) as rows:
        return list(rows.scan())


def rewrite(ledger: Ledger, stream: str, version: int, envelope: Envelope) -> None:
    """What somebody with a database tool could do."""
    with closing(sqlite3.connect(ledger.address)) as connection, connection:
        statement = "UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = ?"
        assert connection.execute(statement, (envelope.SerializeToString(), stream, version)).rowcount == 1


def contact_in(envelope: Envelope) -> facts_pb2.Contact:
    return envelope.event.case_opened.application.contact


# What is stored


def test_no_personal_value_is_in_any_byte_of_the_ledgers_files(private: Ledger) -> None:
    private.append([an_event_about(a_contact()), an_event("register/a")])

    content = bytes_of(Path(private.address).parent)

    assert held_in(content, VALUES) == []
    assert held_in(content, [PERSON, "bj-claim-2024-000001"]) == [PERSON, "bj-claim-2024-000001"]  # the search finds


def test_what_was_written_is_read_back_and_the_writers_own_message_stays_as_it_was(private: Ledger) -> None:
    written = an_event_about(a_contact())
    before = written.envelope.SerializeToString(deterministic=True)

    private.append([written])

    assert written.envelope.SerializeToString(deterministic=True) == before
    assert private.stream("case/a") == [written]
    assert next(private.entries(0)).recorded == written


def test_an_event_without_personal_values_is_stored_as_it_is_and_makes_no_key(private: Ledger) -> None:
    system = Actor(id="duifu", role="system")
    recorded = Recorded("a", 1, Envelope(event=an_event().envelope.event, actor=system))

    private.append([recorded])

    assert [row.state for row in rows_of(private)] == [recorded.envelope.SerializeToString()]
    assert private.keys is not None
    assert private.keys.all_of("duifu") == ()


def test_the_same_value_is_stored_differently_each_time(private: Ledger) -> None:
    private.append([an_event_about(a_contact(), version=version) for version in (1, 2)])

    first, second = (Envelope.FromString(row.state).encrypted for row in rows_of(private))
    assert [field.path for field in first] == [field.path for field in second]
    assert {field.ciphertext for field in first}.isdisjoint(field.ciphertext for field in second)


def test_a_ledger_without_keys_does_not_take_personal_values_in_the_clear(ledger: Ledger) -> None:
    with pytest.raises(NoSubjectKeys, match="case/a 1 holds personal values"):
        ledger.append([an_event("register/a"), an_event_about(a_contact())])

    assert ledger.head() == 0


def test_a_value_that_is_nobodys_is_not_stored(private: Ledger) -> None:
    with pytest.raises(ValueError, match="person_id beside it is empty"):
        private.append([an_event_about(a_contact(person=""), actor=Actor(id="agent", role="applicant"))])

    assert private.head() == 0


def test_a_ledger_in_postgresql_holds_no_value_either(postgres_ledger_url: str, keys: SubjectKeys) -> None:
    written = an_event_about(a_contact())
    with closing(Ledger(postgres_ledger_url, keys)) as opened:
        opened.append([written])

        assert held_in(rows_of(opened)[0].state, [*VALUES, PERSON]) == [PERSON]
        assert opened.stream("case/a") == [written]
        keys.destroy(PERSON, 1)
        assert contact_in(opened.stream("case/a")[0].envelope).mobile == ""


# Destroyed


def test_after_destruction_a_value_is_gone_from_reads_and_every_leaf_is_as_before(
    private: Ledger, keys: SubjectKeys
) -> None:
    private.append([an_event_about(a_contact(), version=1), an_event_about(a_contact("agent.li", "李四"), version=2)])
    before = rows_of(private)

    keys.destroy(PERSON, 1)

    gone, kept = (recorded.envelope for recorded in private.stream("case/a"))
    assert [contact_in(gone).name, contact_in(gone).mobile, gone.actor.name] == ["", "", ""]
    assert [contact_in(kept).name, kept.actor.name] == ["李四", "李四"]
    assert contact_in(gone).person_id == PERSON
    assert rows_of(private) == before
    previous = [chain.NOTHING_BEFORE, *(row.leaf for row in before)]
    assert [chain.leaf(*row[1:4], *pair) for row, pair in zip(before, states(before, previous), strict=True)] == [
        row.leaf for row in before
    ]


def states(rows: list[Row], previous: list[bytes]) -> list[tuple[bytes, bytes]]:
    """For each row of one stream, the leaf before it and its bytes."""
    return [(before, row.state) for row, (before, _) in zip(rows, pairwise([*previous, b""]), strict=False)]


def test_what_comes_in_after_destruction_is_readable_and_the_old_stays_gone(private: Ledger, keys: SubjectKeys) -> None:
    private.append([an_event_about(a_contact(), version=1)])
    keys.destroy(PERSON, 1)

    private.append([an_event_about(a_contact(mobile="13900000000"), version=2)])

    old, new = (contact_in(recorded.envelope).mobile for recorded in private.stream("case/a"))
    assert (old, new) == ("", "13900000000")


def test_a_writer_in_another_process_never_uses_a_key_that_was_destroyed(private: Ledger, tmp_path: Path) -> None:
    store = tmp_path / "keys" / "keys.sqlite"
    with closing(SubjectKeys(store, 3600)) as there, closing(Ledger(private.address, there)) as other:
        other.append([an_event_about(a_contact(), version=1)])
        assert private.keys is not None
        private.keys.destroy(PERSON, 1)

        other.append([an_event_about(a_contact(), version=2)])

    assert [contact_in(recorded.envelope).name for recorded in private.stream("case/a")] == ["", NAME]


def test_people_read_that_a_value_was_destroyed_and_not_that_there_was_none(private: Ledger, keys: SubjectKeys) -> None:
    private.append([an_event_about(a_contact(email=""))])
    keys.destroy(PERSON, 1)

    envelope = private.stream("case/a")[0].envelope

    for shown in (masked(envelope), readable(envelope)):
        assert (contact_in(shown).mobile, shown.actor.name) == (DESTROYED, DESTROYED)
        assert contact_in(shown).email == ""
        assert not shown.encrypted


# Without the key


def test_a_reader_without_keys_sees_that_values_are_withheld_and_everything_else(private: Ledger) -> None:
    private.append([an_event_about(a_contact())])

    with closing(Ledger(private.address)) as auditors:
        envelope = auditors.stream("case/a")[0].envelope

    assert (contact_in(envelope).name, contact_in(envelope).mobile, envelope.actor.name) == (WITHHELD,) * 3
    assert envelope.event.case_opened.application.contract == an_application_contract()
    assert contact_in(masked(envelope)).mobile == WITHHELD


def an_application_contract() -> facts_pb2.Contract:
    return an_event_about(a_contact()).envelope.event.case_opened.application.contract


def test_a_lost_key_store_withholds_values_and_never_takes_another_key_for_them(
    private: Ledger, tmp_path: Path
) -> None:
    private.append([an_event_about(a_contact(), version=1)])

    with closing(SubjectKeys(tmp_path / "new.sqlite")) as new, closing(Ledger(private.address, keys=new)) as again:
        again.append([an_event_about(a_contact(), version=2)])
        lost, found = (contact_in(recorded.envelope).name for recorded in again.stream("case/a"))

    assert (lost, found) == (WITHHELD, NAME)


def test_what_was_read_without_a_key_cannot_be_written_as_if_it_were_the_value(private: Ledger) -> None:
    private.append([an_event_about(a_contact())])
    with closing(Ledger(private.address)) as auditors:
        blind = auditors.stream("case/a")[0].envelope

    with pytest.raises(ValueError, match="read without a key"):
        private.append([Recorded("case/b", 1, blind)])


# Tampered with


def test_a_ciphertext_opens_at_its_own_place_only(private: Ledger) -> None:
    private.append([an_event_about(a_contact(), "case/a"), an_event_about(a_contact(mobile="13900000000"), "case/b")])
    stolen, other = (Envelope.FromString(row.state) for row in rows_of(private))
    other.encrypted[1].nonce, other.encrypted[1].ciphertext = stolen.encrypted[1].nonce, stolen.encrypted[1].ciphertext

    rewrite(private, "case/b", 1, other)

    with pytest.raises(
        PersonalDataDamaged, match=r"case/b 1: event.case_opened.application.contact.mobile was altered"
    ):
        private.stream("case/b")


def test_a_whole_row_in_the_place_of_another_does_not_open(private: Ledger) -> None:
    private.append([an_event_about(a_contact(), version=1), an_event_about(a_contact(), version=2)])

    rewrite(private, "case/a", 2, Envelope.FromString(rows_of(private)[0].state))

    with pytest.raises(PersonalDataDamaged, match=r"case/a 2: .* belongs to another place"):
        private.stream("case/a")


def altered(envelope: Envelope, what: str) -> None:
    first, second = envelope.encrypted[0], envelope.encrypted[1]
    contact = contact_in(envelope)
    match what:
        case "one bit":
            first.ciphertext = bytes([first.ciphertext[0] ^ 1]) + first.ciphertext[1:]
        case "too short":
            first.ciphertext = first.ciphertext[:3]
        case "nonce":
            first.nonce = b"\1" * 12
        case "name and mobile exchanged":
            first.path, second.path = second.path, first.path
        case "given to another person":
            first.subject = "agent.li"
        case "another person's account":
            contact.person_id = "agent.li"
        case "filled beside it":
            contact.name = "李四"
        case "no such place":
            first.path = "event.case_opened.application.contacts[0].name"
        case "no personal place":
            first.path = "event.case_opened.case_id"
        case "no path":
            first.path = "]["
        case "twice":
            envelope.encrypted.add().CopyFrom(first)


@pytest.mark.parametrize(
    "what",
    [
        "one bit",
        "too short",
        "nonce",
        "name and mobile exchanged",
        "given to another person",
        "another person's account",
        "filled beside it",
        "no such place",
        "no personal place",
        "no path",
        "twice",
    ],
)
def test_an_altered_value_is_an_error_and_not_silence(private: Ledger, what: str) -> None:
    private.append([an_event_about(a_contact())])
    envelope = Envelope.FromString(rows_of(private)[0].state)

    altered(envelope, what)
    rewrite(private, "case/a", 1, envelope)

    with pytest.raises(PersonalDataDamaged, match="case/a 1"):
        private.stream("case/a")


# Every value, everywhere


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubjectKeys]:
    """One store for all examples."""
    with closing(SubjectKeys(tmp_path_factory.mktemp("keys") / "keys.sqlite")) as opened:
        yield opened


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(name=texts, mobile=texts, email=texts, actor=texts, version=st.integers(1, 2**62), stream=texts)
def test_any_value_comes_back_from_anywhere_in_an_envelope(
    many: SubjectKeys, name: str, mobile: str, email: str, actor: str, version: int, stream: str
) -> None:
    written = an_event_about(
        a_contact(PERSON, name, mobile, email), stream, version, Actor(id="u", name=actor, role="r")
    )

    stored = encrypt(written.envelope, many, stream, version)

    assert [path for path, _, _ in marked(stored, True)] == []
    assert len(stored.encrypted) == 4
    assert decrypt(Envelope.FromString(stored.SerializeToString()), many, stream, version) == written.envelope
    recognised = digests(written.envelope, many)
    assert may_be_same(written.envelope, recognised, many)
    other = an_event_about(a_contact(PERSON, name, mobile + "0", email), stream, version, Actor(id="u", name=actor))
    assert not may_be_same(other.envelope, recognised, many)


def test_every_mark_of_the_vocabulary_can_be_honoured() -> None:
    modules = (answers_pb2, commands_pb2, events_pb2, facts_pb2, plan_pb2, privacy_pb2, work_pb2)
    kinds = [kind for module in modules for kind in module.DESCRIPTOR.message_types_by_name.values()]

    persons = {f"{kind.name}.{mark.field}" for kind in kinds for mark in marks_of(kind, True).here}
    shown_masked = {f"{kind.name}.{mark.field}" for kind in kinds for mark in marks_of(kind, False).here}

    objectors = {"RaiseObjection.objector_name", "ObjectionRaised.objector_name"}
    assert persons == {"Actor.name", "Contact.name", "Contact.mobile", "Contact.email", *objectors}
    assert shown_masked - persons == {"BankAccount.number", "PaymentOrder.account_number"}


def test_a_place_in_a_list_is_found_by_its_number_and_nothing_else_is_a_place() -> None:
    page = FactPage(facts=[Fact(version=n, envelope=Envelope(actor=Actor(id="u", name=NAME))) for n in (1, 2)])

    paths = [path for path, _, _ in marked(page, True)]

    assert paths == ["facts[0].envelope.actor.name", "facts[1].envelope.actor.name"]
    found = place_of(page, paths[1])
    assert found is not None
    assert found[0] is page.facts[1].envelope.actor
    for wrong in (
        "facts[2].envelope.actor.name",
        "facts.envelope.actor.name",
        "facts[0].envelope[0].actor.name",
        "",
        ".",
    ):
        assert place_of(page, wrong) is None


# Shown


@pytest.mark.parametrize(
    ("how", "value", "shown"),
    [
        (MASK_NAME, "张三", "张**"),
        (MASK_NAME, "欧阳修文", "欧**"),
        (MASK_NAME, "Z", "Z**"),
        (MASK_MOBILE, "13812345678", "138****5678"),
        (MASK_MOBILE, "110", "****"),
        (MASK_EMAIL, "zhang@example.cn", "z***@example.cn"),
        (MASK_EMAIL, "zhang", "****"),
        (MASK_ACCOUNT, "6222020000000001234", "****1234"),
        (MASK_ACCOUNT, "1234", "****"),
        (MASK_UNSPECIFIED, "anything", "****"),
        (MASK_NAME, DESTROYED, DESTROYED),
        (MASK_MOBILE, WITHHELD, WITHHELD),
    ],
)
def test_a_mask_shows_what_suffices_to_recognise_and_no_more(how: Mask.ValueType, value: str, shown: str) -> None:
    assert mask(value, how) == shown
    assert mask(shown, how) == shown


def test_a_masked_copy_hides_persons_and_accounts_and_leaves_the_original_alone() -> None:
    envelope = an_event_about(a_contact()).envelope
    payee = BankAccount(holder_name="北京示例科技有限公司", number="0200000000000000001", bank_name="示例银行")
    ordered = Envelope(event=wrap(PaymentOrdered(payee=payee)))
    page = FactPage(facts=[Fact(envelope=envelope), Fact(envelope=ordered)])

    shown = masked(page)

    contact, account = contact_in(shown.facts[0].envelope), shown.facts[1].envelope.event.payment_ordered.payee
    assert (contact.name, contact.mobile, contact.email) == ("张**", "138****5678", "z***@example.cn")
    assert (account.number, account.holder_name) == ("****0001", payee.holder_name)
    assert contact_in(page.facts[0].envelope).mobile == MOBILE


def test_an_impersonal_copy_keeps_what_payments_need_and_nothing_of_persons(private: Ledger) -> None:
    private.append([an_event_about(a_contact())])
    with closing(Ledger(private.address)) as auditors:
        blind = auditors.stream("case/a")[0].envelope

    for envelope in (private.stream("case/a")[0].envelope, blind):
        copy = impersonal(FactPage(facts=[Fact(envelope=envelope)]))
        assert not copy.facts[0].envelope.encrypted
        content = copy.SerializeToString()
        assert held_in(content, [*VALUES, WITHHELD]) == []
        assert held_in(content, [PERSON]) == [PERSON]
    order = work_pb2.PaymentOrder(account_number="0200000000000000001")
    assert impersonal(order) == order


def test_an_application_without_a_contact_stays_without_one() -> None:
    assert not masked(Application()).HasField("contact")
    assert not readable(Application()).HasField("contact")
