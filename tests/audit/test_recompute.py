"""Every decision made again from the ledger alone: nothing differs, and whatever was altered is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy, copytree
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.compared import Decision, Difference, Tally
from audit.entries import EvidenceBroken
from audit.recompute import recompute, recompute_about, recompute_ledger
from audit.scope import EVERYTHING, Scope
from bench.recompute import make
from commands.door import Door
from domain.money import yuan
from duifu.v1 import events_pb2 as events
from duifu.v1.commands_pb2 import DestroySubjectKey, RequestCorrection, SupplyCorrection
from ledger.registry import unwrap
from ledger.rows import Rows, open_rows
from policy.rulebook import PROGRAMMES, Rulebook
from tests.audit.books import Alter, altered, more, other
from tests.audit.histories import (
    CLAIM,
    CONTACT,
    DEEDS,
    FIRST_QUARTER,
    OTHER_CLAIM,
    REDEMPTION,
    VOUCHER,
    a_spring,
    lived,
)
from tests.audit.tampering import overwrite, resealed
from tests.audit.years import two_years
from tests.builders import ACCEPTANCE, PRIVACY, an_application, applicant
from tests.desk import Desk, the_rulebook


def made_again(
    rows: Rows, scope: Scope = EVERYTHING, rulebook: Rulebook | None = None, **how: Any
) -> tuple[Tally, list[Difference]]:
    found: list[Difference] = []
    return recompute(rows, rulebook or the_rulebook(), found.append, scope, **how), found


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of two years."""
    path = tmp_path_factory.mktemp("years") / "ledger.sqlite"
    desk = Desk(path)
    two_years(desk)
    desk.ledger.close()
    return path


@pytest.fixture
def rows(years: Path) -> Iterator[Rows]:
    """Its rows."""
    with closing(open_rows(years)) as opened:
        yield opened


def test_a_ledger_that_went_in_at_the_door_is_what_the_rules_give_on_either_database(spring: Rows) -> None:
    tally, found = made_again(spring)

    assert found == []
    assert tally.is_equal
    assert tally.decisions[Decision.VERDICT] == 3
    assert tally.amounts_fen[Decision.ISSUANCE] == yuan(240_000)
    assert tally.amounts_fen[Decision.PAYMENT] == 2 * yuan(20_000)  # once returned by the bank


def test_limits_queues_deferrals_refusals_and_the_last_batch_are_what_the_rules_give(rows: Rows) -> None:
    tally, found = made_again(rows)

    assert found == []
    assert tally.is_equal
    recorded = [unwrap(events.Envelope.FromString(row.state).event) for row in rows.scan()]
    for kind, decision in (
        (events.VoucherIssued, Decision.ISSUANCE),
        (events.RedemptionAssessed, Decision.ASSESSMENT),
        (events.CaseClosed, Decision.OUTCOME),
        (events.Decided, Decision.VERDICT),
    ):
        count = sum(isinstance(event, kind) for event in recorded)
        held = sum(isinstance(event, events.IssuanceHeld) for event in recorded)
        assert tally.decisions[decision] == count + (held if decision is Decision.ISSUANCE else 0) > 0
    assert {event.outcome for event in recorded if isinstance(event, events.CaseClosed)} >= {
        events.CASE_OUTCOME_ISSUED,
        events.CASE_OUTCOME_REFUSED,
        events.CASE_OUTCOME_WITHDRAWN,
        events.CASE_OUTCOME_PAID,
    }
    codes = {event.code for event in recorded if isinstance(event, events.CaseClosed)}
    assert {"BJ_E_CAP", "BJ_E_RELATED", "NOTHING_DUE"} <= codes
    for rare in (events.ClaimDeferred, events.IssuanceHeld, events.StageLapsed, events.CycleConfirmed):
        assert any(isinstance(event, rare) for event in recorded), rare


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(-3, 50_000)), max_size=30))
def test_whatever_people_do_the_decisions_are_what_the_rules_give(deeds: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "ledger.sqlite")
        lived(desk, [("submit", 0), ("check", 1), ("accept", 1), ("review", 1), ("issue", 1), ("redeem", 1), *deeds])
        desk.ledger.close()
        with closing(open_rows(Path(folder) / "ledger.sqlite")) as rows:
            tally, found = made_again(rows)

    assert found == []
    assert tally.is_equal


def test_a_further_list_that_the_reply_brought_is_what_the_rules_give(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    case_id = desk.submit(an_application())
    for why in ("", "答复中的新合同缺页"):
        asked = RequestCorrection(case_id=case_id, stage="acceptance", items=["合同"], caused_by=why)
        desk.send(ACCEPTANCE, request_correction=asked)
        desk.send(applicant(), supply_correction=SupplyCorrection(case_id=case_id, application=an_application()))

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        tally, found = made_again(rows)

    assert found == []
    assert tally.decisions[Decision.PROCEDURE] == 2


def test_an_empty_ledger_has_nothing_to_make_again(tmp_path: Path) -> None:
    Desk(tmp_path / "ledger.sqlite").ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        tally, found = made_again(rows)

    assert (found, tally.is_equal, sum(tally.decisions.values())) == ([], True, 0)


def test_states_that_were_forgotten_are_read_again(rows: Rows) -> None:
    whole, _ = made_again(rows)

    tally, found = made_again(rows, kept_max=1)

    assert found == []
    assert tally.decisions == whole.decisions


def test_progress_ends_with_the_whole_log(rows: Rows) -> None:
    heard: list[tuple[int, int]] = []

    made_again(rows, progress=lambda done, events: heard.append((done, events)))

    assert heard[-1] == (rows.head(), rows.head())


# A large ledger is cut, and its parts are made again side by side


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ledger is large enough."""
    monkeypatch.setattr("audit.side_by_side.WORTH_IT_FROM", 1)


@pytest.mark.usefixtures("cut")
def test_parts_side_by_side_give_what_one_process_gives_on_either_database(
    spring: Rows, spring_address: str, years: Path, rows: Rows
) -> None:
    for address, alone in ((spring_address, made_again(spring)[0]), (str(years), made_again(rows)[0])):
        for processes in (1, 2, 5):
            found: list[Difference] = []
            assert recompute_ledger(address, the_rulebook(), found.append, processes=processes) == alone
            assert found == []


def test_wherever_between_two_commits_the_log_is_cut_nothing_is_lost_or_counted_twice(spring: Rows) -> None:
    whole, _ = made_again(spring)
    head = spring.head()
    receipts = [row.position for row in spring.scan() if row.topic == events.CommandAccepted.DESCRIPTOR.full_name]

    for receipt in receipts:
        early, early_found = made_again(spring, upto=receipt - 1)
        late, late_found = made_again(spring, after=receipt - 1, upto=head)
        early.add(late)
        assert (early, early_found, late_found) == (whole, [], [])


@pytest.mark.usefixtures("cut")
def test_what_differs_is_told_in_the_order_of_the_log_whichever_part_finds_it(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))
    for kind, field in ((events.CycleClosed, "deferred_fen"), (events.CaseAccepted, "ceiling_fen")):
        altered(ledger, kind, more(field), -1)
        altered(ledger, kind, more(field))
    with closing(open_rows(ledger)) as opened:
        tally, alone = made_again(opened)

    found: list[Difference] = []
    together = recompute_ledger(str(ledger), the_rulebook(), found.append, processes=3)

    assert found == alone
    assert together == tally
    assert [one.path for one in found] == ["ceiling_fen", "deferred_fen", "ceiling_fen", "deferred_fen"]


@pytest.mark.usefixtures("cut")
def test_more_differences_than_anybody_reads_are_counted(
    years: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Path(copy(years, tmp_path))
    altered(ledger, events.CaseAccepted, more("ceiling_fen"))
    altered(ledger, events.CaseOpened, another_officer)
    monkeypatch.setattr("audit.recompute.DIFFERENCES_MAX", 1)

    found: list[Difference] = []
    tally = recompute_ledger(str(ledger), the_rulebook(), found.append, processes=1)

    assert len(found) == 1 < tally.differences


@pytest.mark.usefixtures("cut")
def test_evidence_that_is_broken_in_any_part_ends_the_whole(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))
    with closing(open_rows(ledger)) as opened:
        newest = [row for row in opened.scan() if row.topic == events.CycleClosed.DESCRIPTOR.full_name][-1]
    with closing(sqlite3.connect(ledger)) as file, file:
        file.execute("UPDATE stored_events SET state = X'FF' WHERE rowid = ?", (newest.position,))

    found: list[Difference] = []
    with pytest.raises(EvidenceBroken, match=f"Position {newest.position} "):
        recompute_ledger(str(ledger), the_rulebook(), found.append, processes=3)


@pytest.mark.usefixtures("cut")
def test_progress_of_all_parts_together_ends_with_the_whole_log(years: Path, rows: Rows) -> None:
    heard: list[tuple[int, int]] = []
    found: list[Difference] = []

    recompute_ledger(str(years), the_rulebook(), found.append, EVERYTHING, lambda *at: heard.append(at), processes=2)

    assert heard[-1] == (rows.head(), rows.head())
    assert heard == sorted(heard)


# Parts of a ledger


def test_a_case_alone_is_made_again_as_it_is_with_all_others(rows: Rows) -> None:
    for stream in rows.streams("case/"):
        found: list[Difference] = []
        alone = recompute_about(rows, the_rulebook(), found.append, stream)
        scope = Scope(case_ids=frozenset([stream.removeprefix("case/")]))
        among_all, _ = made_again(rows, scope)

        assert found == []
        assert alone.decisions == among_all.decisions, stream


def test_a_voucher_brings_its_claim_and_every_request_on_it(spring: Rows) -> None:
    found: list[Difference] = []
    voucher, claim, request = (
        recompute_about(spring, the_rulebook(), found.append, stream)
        for stream in (f"voucher/{VOUCHER}", f"case/{CLAIM}", f"case/{REDEMPTION}")
    )

    assert found == []
    assert voucher.decisions == claim.decisions + request.decisions


def test_a_quarter_is_its_days_its_claims_and_its_payments(spring: Rows) -> None:
    tally, _ = made_again(spring, Scope(cycle_id=FIRST_QUARTER))

    assert tally.decisions[Decision.QUARTER] == 3  # opened, cut off, closed
    assert (tally.decisions[Decision.ASSESSMENT], tally.decisions[Decision.PAYMENT]) == (1, 1)
    assert tally.decisions[Decision.ISSUANCE] == 0


def test_years_add_up_to_the_whole(rows: Rows) -> None:
    whole, _ = made_again(rows)

    years = [made_again(rows, Scope(year=year))[0] for year in (2024, 2025, 2026)]

    assert sum((year.decisions for year in years), start=type(whole.decisions)()) == whole.decisions
    assert all(year.decisions for year in years)


def test_another_programme_has_no_decisions(rows: Rows) -> None:
    assert sum(made_again(rows, Scope(programme_id="qd-slzx"))[0].decisions.values()) == 0


# What was altered


def a_condition_met_that_was_not(event: events.Decided) -> None:
    event.grounds[0].status = events.CONDITION_STATUS_NOT_MET


def a_condition_left_out(event: events.Decided) -> None:
    del event.grounds[1]


def a_longer_deadline(event: events.StageOpened) -> None:
    event.due_at.seconds += 86_400


def a_stage_without_a_deadline(event: events.StageOpened) -> None:
    event.ClearField("due_at")


def another_officer(event: events.CaseOpened) -> None:
    event.plan.stages[0].role = "review-officer"


def one_step_worth_more(event: events.VoucherIssued) -> None:
    event.trace.steps[0].exact_fen = "1"


def one_claim_less(event: events.CycleFrozen) -> None:
    del event.case_ids[0]


def nobody_ahead(event: events.IssuanceHeld) -> None:
    del event.behind_case_ids[:]


def a_contract_worth_more(event: events.VoucherIssued) -> None:
    event.contract.total_fen += 1


@pytest.mark.parametrize(
    ("kind", "alter", "decision", "path", "clause"),
    [
        (events.CaseOpened, another_officer, Decision.RECEIPT, "plan.stages[0].role", ""),
        (events.CaseOpened, other("received_on", "2024-02-29"), Decision.RECEIPT, "received_on", ""),
        (events.StageOpened, a_longer_deadline, Decision.DEADLINE, "due_at", "BJ-4.2"),
        (events.StageOpened, a_stage_without_a_deadline, Decision.DEADLINE, "due_at", "BJ-4.2"),
        (events.StageOpened, other("rests_on", "BJ-4.3"), Decision.DEADLINE, "rests_on", "BJ-4.2"),
        (events.StageLapsed, other("meaning", 99), Decision.DEADLINE, "meaning", "BJ-4.2"),
        (events.Decided, a_condition_met_that_was_not, Decision.VERDICT, "grounds[0].status", "BJ-2.1"),
        (events.Decided, a_condition_left_out, Decision.VERDICT, "grounds[1].code", None),
        (events.CaseAccepted, more("ceiling_fen"), Decision.ACCEPTANCE, "ceiling_fen", "BJ-3.2"),
        (events.CaseAccepted, other("accepted_on", "2025-01-02"), Decision.ACCEPTANCE, "accepted_on", "BJ-A7"),
        (events.HeadroomReserved, more("ceiling_fen"), Decision.ACCEPTANCE, "ceiling_fen", "BJ-A24"),
        (events.VoucherIssued, more("face_value_fen"), Decision.ISSUANCE, "face_value_fen", "BJ-3.3"),
        (events.VoucherIssued, other("eligible_fen", "7"), Decision.ISSUANCE, "eligible_fen", None),
        (events.VoucherIssued, one_step_worth_more, Decision.ISSUANCE, "trace.steps[0]", None),
        (events.VoucherIssued, a_contract_worth_more, Decision.ISSUANCE, "contract", ""),
        (events.HeadroomIssued, more("amount_fen", -1), Decision.ISSUANCE, "amount_fen", "BJ-3.3"),
        (events.IssuanceHeld, nobody_ahead, Decision.ISSUANCE, "behind_case_ids", "BJ-3.3"),
        (events.HeadroomHeld, more("wanted_fen"), Decision.ISSUANCE, "wanted_fen", "BJ-A24"),
        (events.RedemptionAssessed, more("due_fen"), Decision.ASSESSMENT, "due_fen", "BJ-A12"),
        (events.RedemptionAssessed, other("base_fen", "1/3"), Decision.ASSESSMENT, "base_fen", "BJ-A8"),
        (events.RedemptionAssessed, other("cumulative_fen", "1"), Decision.ASSESSMENT, "cumulative_fen", "BJ-A12"),
        (events.AmountDetermined, more("amount_fen"), Decision.ASSESSMENT, "amount_fen", "BJ-A12"),
        (events.ClaimAssessed, more("due_fen"), Decision.ASSESSMENT, "due_fen", None),
        (events.CycleOpened, other("pay_on", "2024-04-01"), Decision.QUARTER, "pay_on", None),
        (events.CycleOpened, other("cut_off_on", "2024-03-30"), Decision.QUARTER, "cut_off_on", None),
        (events.CycleFrozen, one_claim_less, Decision.QUARTER, "case_ids", None),
        (events.PaymentOrdered, more("amount_fen"), Decision.PAYMENT, "amount_fen", "BJ-3.3"),
        (events.PaymentOrdered, other("pay_on", "2024-04-01"), Decision.PAYMENT, "pay_on", None),
        (events.ClaimDeferred, more("amount_fen", -1), Decision.PAYMENT, "amount_fen", "BJ-3.3"),
        (events.ClaimDeferred, other("to_cycle_id", ""), Decision.PAYMENT, "to_cycle_id", None),
        (events.RedemptionHeadroomUsed, more("amount_fen", -1), Decision.PAYMENT, "amount_fen", None),
        (events.RedemptionHeadroomRestored, more("amount_fen"), Decision.PAYMENT, "amount_fen", None),
        (events.VoucherRedeemed, more("amount_fen"), Decision.PAYMENT, "amount_fen", None),
        (events.ClaimPaymentChanged, more("amount_fen"), Decision.PAYMENT, "amount_fen", None),
        (events.PaymentReturned, other("to_cycle_id", ""), Decision.PAYMENT, "to_cycle_id", None),
        (events.CycleClosed, more("paid_fen"), Decision.QUARTER, "paid_fen", None),
        (events.CaseClosed, more("amount_fen"), Decision.OUTCOME, "amount_fen", None),
    ],
)
def test_whatever_was_altered_is_found_at_its_position_with_its_clause(
    years: Path, tmp_path: Path, kind: type[Message], alter: Alter, decision: Decision, path: str, clause: str | None
) -> None:
    ledger = Path(copy(years, tmp_path))
    position = altered(ledger, kind, alter)

    with closing(open_rows(ledger)) as opened:
        tally, found = made_again(opened)

    assert not tally.is_equal
    assert (found[0].position, found[0].decision, found[0].path) == (position, decision, path)
    assert found[0].topic == kind.DESCRIPTOR.full_name
    assert found[0].recorded != found[0].derived
    assert clause is None or found[0].clause == clause


def test_an_amount_above_the_ceiling_is_what_the_rules_refuse(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))

    def approve_too_much(event: events.Decided) -> None:
        event.approved_fen += 1

    with closing(open_rows(ledger)) as opened:
        decided = [row for row in opened.scan() if row.topic == events.Decided.DESCRIPTOR.full_name]
    first = next(n for n, row in enumerate(decided) if events.Envelope.FromString(row.state).event.decided.approved_fen)
    position = altered(ledger, events.Decided, approve_too_much, first)

    with closing(open_rows(ledger)) as opened:
        _, found = made_again(opened)

    assert (found[0].position, found[0].decision, found[0].clause) == (position, Decision.VERDICT, "BJ-3.2")
    assert str(found[0].derived).startswith("[AMOUNT_ABOVE_CEILING]")


def test_a_pass_against_a_condition_is_what_the_rules_refuse(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))

    def related(event: events.CheckRecorded) -> None:
        event.result.relation.same_controller = True

    with closing(open_rows(ledger)) as opened:
        checks = [row for row in opened.scan() if row.topic == events.CheckRecorded.DESCRIPTOR.full_name]
    asked = [events.Envelope.FromString(row.state).event.check_recorded.result.check for row in checks]
    altered(ledger, events.CheckRecorded, related, asked.index("relation"))

    with closing(open_rows(ledger)) as opened:
        _, found = made_again(opened)

    assert {(one.subject, one.clause) for one in found if "[BJ_E_RELATED]" in str(one.derived)} == {(CLAIM, "BJ-1.0c")}
    assert found[0].path.endswith(".status")


def test_what_ruled_a_claim_out_at_once_is_said_of_its_receipt(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))

    def unsigned(event: events.CaseOpened) -> None:
        event.application.contract.signed_by_both_parties = False

    positions = [altered(ledger, events.CaseOpened, unsigned, at) for at in (0, 1)]  # one was mended, one withdrawn

    with closing(open_rows(ledger)) as opened:
        _, found = made_again(opened)

    receipts = [one for one in found if one.decision is Decision.RECEIPT]
    assert [(one.position, one.subject) for one in receipts] == list(zip(positions, (CLAIM, OTHER_CLAIM), strict=True))
    assert all(one.clause == "BJ-2.4" for one in receipts)


def test_a_decision_on_a_case_that_is_over_is_what_the_rules_refuse(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))
    with closing(open_rows(ledger)) as opened:
        rows = list(opened.scan())
    own = [row for row in rows if row.stream == f"case/{CLAIM}"]
    late = next(row for row in reversed(own) if row.topic == events.Decided.DESCRIPTOR.full_name)
    added = late._replace(position=rows[-1].position + 1, version=own[-1].version + 1)
    overwrite(ledger, resealed([*rows, added]))

    with closing(open_rows(ledger)) as opened:
        _, found = made_again(opened)

    assert [(one.position, one.subject) for one in found] == [(added.position, CLAIM)]
    assert str(found[0].derived).startswith("[CASE_CLOSED]")


def test_both_calculations_are_given_where_an_amount_differs(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))
    altered(ledger, events.VoucherIssued, more("face_value_fen"))

    with closing(open_rows(ledger)) as opened:
        _, (first, *_) = made_again(opened)

    assert first.recorded_trace is not None
    assert first.recorded_trace == first.derived_trace
    assert first.derived_trace.amount_fen == first.derived == int(first.recorded) - 1


def test_a_trace_in_an_earlier_form_is_compared_by_its_result(years: Path, tmp_path: Path) -> None:
    ledger = Path(copy(years, tmp_path))

    def earlier(event: events.VoucherIssued) -> None:
        event.trace.version = 0
        event.trace.steps[0].exact_fen = "1"

    altered(ledger, events.VoucherIssued, earlier)

    with closing(open_rows(ledger)) as opened:
        assert made_again(opened)[1] == []


# What cannot be made again, and what need not be known


def test_decisions_under_another_edition_cannot_be_made_again_and_are_not_called_equal(tmp_path: Path) -> None:
    folder = Path(copytree(PROGRAMMES, tmp_path / "programmes"))
    file = next((folder / "beijing").glob("*.yaml"))
    file.write_text(file.read_text("utf-8").replace('value: "20/100"', 'value: "10/100"'), "utf-8")
    edited = Rulebook(folder)
    desk = Desk(tmp_path / "ledger.sqlite")
    desk.door = Door(desk.ledger, edited, lambda: desk.now)
    a_spring(desk)
    assert desk.voucher(VOUCHER).face_value_fen == yuan(120_000)
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        with_it, _ = made_again(rows, rulebook=edited)
        without, found = made_again(rows)

    assert with_it.is_equal
    assert found == []
    assert not without.is_equal
    (reason,) = without.unanswered.values()
    assert reason.decisions == sum(with_it.decisions.values()) - sum(without.decisions.values())
    assert set(without.decisions) == {Decision.QUARTER}  # who was in a quarter, and its sums, need no edition


def test_persons_whose_keys_are_destroyed_change_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    a_spring(desk)
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        before, _ = made_again(rows)
    destroyed = DestroySubjectKey(
        subject=CONTACT.person_id, reason="处理目的已实现", legal_basis="个人信息保护法第47条"
    )
    desk.at("2024-07-01 09:00").send(PRIVACY, destroy_subject_key=destroyed)
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        after, found = made_again(rows)

    assert found == []
    assert after.decisions == before.decisions


def test_many_firms_in_every_quarter_of_two_years_are_what_the_rules_give(tmp_path: Path) -> None:
    made = make(tmp_path / "ledger.sqlite", firms=3)

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        tally, found = made_again(rows)
        assert rows.head() == rows.count(made) == made

    assert found == []
    assert tally.is_equal
    assert (tally.decisions[Decision.ASSESSMENT], tally.amounts_fen[Decision.PAYMENT]) == (24, 24 * yuan(20_000))
