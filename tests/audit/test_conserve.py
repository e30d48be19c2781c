"""Conservation: every fen that was authorised is in one bucket at every position, and whatever breaks that is found."""

from contextlib import closing
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import entries
from audit.conservation.account import Account, Bucket, Kind
from audit.conservation.books import Fault
from audit.conservation.conserve import TOPICS, Conserved, conserve
from audit.entries import EvidenceBroken
from audit.moments import Clock, moment
from domain import release
from domain.cycle import Cycle
from domain.headroom import EnterpriseYear
from domain.kinds import kind_of
from domain.money import yuan
from domain.round import Round, Standing
from domain.voucher import Voucher
from duifu.v1 import events_pb2 as events
from duifu.v1.commands_pb2 import (
    Actor,
    ApproveSpecially,
    CloseCycle,
    ConfirmCycle,
    RescaleVoucher,
    SignPayments,
    WithdrawCase,
    WithholdPayment,
)
from ledger.registry import unwrap
from ledger.rows import open_rows
from policy.rulebook import Rulebook
from tests.amended import (
    BEIJING,
    LEADER_ROLE,
    QINGDAO,
    a_folder,
    a_rulebook,
    a_yearly_limit_that_yields,
    under,
)
from tests.audit.books import Alter, altered, more, other
from tests.audit.histories import DEEDS, VOUCHER, lived
from tests.audit.rounds import a_whole_round
from tests.audit.tampering import forged, overwrite, renumbered, resealed
from tests.audit.years import two_years
from tests.builders import CYCLE_OFFICER, REVIEW, a_contract, an_application, applicant
from tests.desk import Desk, the_rulebook
from tests.rounds import ROUND_ID, RoundDesk

SHA256 = "ab" * 32


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of Beijing: limits, queues, deferrals, returns, the last batch, and a voucher that is claimed back."""
    path = tmp_path_factory.mktemp("years") / "ledger.sqlite"
    desk = Desk(path)
    two_years(desk)
    cheaper = RescaleVoucher(
        voucher_id=VOUCHER, contract=a_contract(yuan(50_000)), reason="提前终止", evidence_sha256=SHA256
    )
    desk.send(REVIEW, rescale_voucher=cheaper)
    desk.ledger.close()
    return path


@pytest.fixture(scope="module")
def whole_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round of Qingdao: a veto after the first sharing, a second one, money that comes back."""
    path = tmp_path_factory.mktemp("round") / "ledger.sqlite"
    desk = RoundDesk(path)
    a_whole_round(desk)
    desk.ledger.close()
    return path


def held(found: Conserved, name: str) -> dict[Bucket, int]:
    """What an account holds, without what is nothing."""
    (account,) = (account for account in found.accounts if account.name == name)
    return {bucket: account.held[bucket] for bucket in Bucket if account.held[bucket]}


def of_ledger(path: Path, rulebook: Rulebook | None = None, at: str = "") -> Conserved:
    with closing(open_rows(path)) as rows:
        return conserve(rows, rulebook or the_rulebook(), moment(at) if at else None)


# What a whole ledger comes to


def test_after_two_years_every_pool_is_where_its_sums_say(years: Path) -> None:
    found = of_ledger(years)

    assert found.breaks == []
    assert found.is_conserved
    assert found.paid("bj-slq-2023") == (yuan(4_140_000),) * 3
    assert {line.title: line.authorised_fen for line in found.lines()}["2025Q1 批次"] == yuan(3_000_000)
    assert held(found, f"voucher/{VOUCHER}") == {
        Bucket.PAID: yuan(10_000),
        Bucket.RELEASED: yuan(220_000),
        Bucket.RECOVERED: yuan(10_000),
    }


def test_a_round_gives_its_pool_to_who_is_paid_and_the_rest_to_nobody(whole_round: Path) -> None:
    found = of_ledger(whole_round)

    assert found.is_conserved
    assert held(found, f"round/{ROUND_ID}/city") == {Bucket.PAID: yuan(7_000_000), Bucket.RELEASED: yuan(3_000_000)}
    assert held(found, f"round/{ROUND_ID}/district") == {Bucket.PAID: yuan(7_000_000)}


def test_what_a_vetoed_applicant_had_is_free_until_the_pool_is_shared_again(whole_round: Path) -> None:
    with closing(open_rows(whole_round)) as rows:
        left, again = (
            [row.position for row in rows.scan() if row.topic == kind.DESCRIPTOR.full_name][-1]
            for kind in (events.ApplicantLeft, events.RoundAllocated)
        )

    before, freed, shared = (of_ledger(whole_round, at=f"@{at}") for at in (left - 1, left, again))

    city = f"round/{ROUND_ID}/city"
    assert held(before, city) == {Bucket.RESERVED: yuan(10_000_000)}
    assert held(freed, city) == {Bucket.RESERVED: yuan(5_000_000), Bucket.FREE: yuan(5_000_000)}
    assert held(shared, city) == {Bucket.RESERVED: yuan(7_000_000), Bucket.FREE: yuan(3_000_000)}


def test_what_the_last_batch_cannot_pay_lapses_in_the_voucher_and_does_not_open_its_year_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    first = desk.voucher_through_the_door(a_contract(yuan(10_000_000), number="SL-2024-1"))
    later = a_contract(
        yuan(10_000_000), number="SL-2025-1", signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31"
    )
    second = desk.at("2025-03-03 09:00").voucher_through_the_door(later)
    desk.at("2025-11-20 09:00")
    returned = desk.pay_for(first, yuan(10_000_000), invoice=1, on="2025-11-19", period=("2024-03-01", "2024-12-31"))
    desk.pay_for(second, yuan(5_000_000), invoice=2, on="2025-11-19", period=("2025-03-01", "2025-10-31"))
    tail = "bj-slq-2023-2026Q1"
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=tail, reason="局长办公会同意支付尾批"))
    desk.settle_quarter(tail, returned=[returned])
    desk.ledger.close()

    found = of_ledger(tmp_path / "ledger.sqlite")

    assert found.is_conserved
    assert held(found, f"voucher/{first.voucher_id}") == {Bucket.RELEASED: yuan(2_000_000)}
    assert held(found, f"voucher/{second.voucher_id}") == {Bucket.RELEASED: yuan(2_000_000)}  # half was never asked for
    issuing = f"issuing/bj-slq-2023/{first.uscc}"
    assert held(found, f"{issuing}/2024") == {Bucket.RELEASED: yuan(2_000_000)}
    assert held(found, f"{issuing}/2025") == {Bucket.RELEASED: yuan(2_000_000)}


def test_for_a_claim_that_waits_no_more_is_reserved_than_was_approved(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    ahead, behind = (
        desk.accepted_case(an_application(a_contract(yuan(worth), number=f"SL-2024-{worth}")))
        for worth in (9_000_000, 5_000_000)
    )
    desk.review(behind, approved_fen=yuan(300_000), reason="按实际需求核定")
    desk.issue(behind)
    waiting = desk.ledger.head()
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=ahead, reason="合同取消"))
    desk.ledger.close()

    full, freed = (of_ledger(tmp_path / "ledger.sqlite", at=at) for at in (f"@{waiting}", ""))

    issuing = next(account.name for account in freed.accounts)
    assert held(full, issuing) == {Bucket.RESERVED: yuan(2_000_000)}
    assert held(freed, issuing) == {Bucket.RESERVED: yuan(300_000), Bucket.FREE: yuan(1_700_000)}


def test_an_enterprise_sees_its_own_accounts_alone(years: Path) -> None:
    found = of_ledger(years)
    (voucher,) = (account for account in found.accounts if account.name == f"voucher/{VOUCHER}")

    mine = found.lines(voucher.holder)

    assert {line.accounts for line in mine} == {1}
    assert f"2024 算力券 voucher/{VOUCHER}" in [line.title for line in mine]
    assert len(mine) < len(found.accounts)


def test_a_moment_gives_the_state_of_then(years: Path) -> None:
    early, late = of_ledger(years, at="2024-03-31"), of_ledger(years)

    assert held(early, "cycle/bj-slq-2023-2024Q1") == {Bucket.RESERVED: yuan(20_000)}
    assert held(late, "cycle/bj-slq-2023-2024Q1") == {Bucket.RELEASED: yuan(20_000)}
    with closing(open_rows(years)) as rows:
        by_machine = conserve(rows, the_rulebook(), moment("2024-03-31", Clock.RECORDED))
    assert [account.held for account in by_machine.accounts] == [account.held for account in early.accounts]
    assert of_ledger(years, at="2024-02-01").accounts == []


# Limits of other editions


def test_one_limit_for_issuing_and_redeeming_is_one_account(tmp_path: Path) -> None:
    rulebook = a_rulebook(BEIJING, one_limit_for_both)
    desk = under(Desk(tmp_path / "ledger.sqlite"), rulebook)
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))
    desk.pay_for(voucher, yuan(3_000_000))
    desk.settle_quarter("bj-slq-2023-2024Q1")
    desk.ledger.close()

    found = of_ledger(tmp_path / "ledger.sqlite", rulebook)

    assert found.is_conserved
    (year,) = (account for account in found.accounts if account.pool.kind is Kind.COMBINED)
    assert {bucket: year.held[bucket] for bucket in (Bucket.COMMITTED, Bucket.PAID, Bucket.FREE)} == {
        Bucket.COMMITTED: yuan(1_000_000),
        Bucket.PAID: yuan(600_000),
        Bucket.FREE: yuan(400_000),
    }


def test_beyond_the_limit_of_a_year_is_conserved_with_a_special_approval_and_with_none_it_is_not(
    tmp_path: Path,
) -> None:
    rulebook = a_rulebook(BEIJING, a_yearly_limit_that_yields)
    path = tmp_path / "ledger.sqlite"
    desk = under(Desk(path), rulebook)
    case_id = desk.accepted_case(an_application(a_contract(yuan(13_500_000))))
    approval = ApproveSpecially(
        case_id=case_id,
        account="issued",
        reason="国家重大项目",
        document_number="京政函〔2024〕1号",
        evidence_sha256=SHA256,
    )
    desk.send(Actor(id="mayor.li", name="李市长", role=LEADER_ROLE), approve_specially=approval)
    desk.review(case_id)
    desk.issue(case_id)
    desk.ledger.close()

    allowed = of_ledger(path, rulebook)
    forged(path, events.SpecialApprovalGiven, lambda envelope: other("account", "redeemed")(unwrap(envelope.event)))
    forbidden = of_ledger(path, rulebook)

    assert allowed.is_conserved
    assert {line.title: line.authorised_fen for line in allowed.lines()}["2024 年度申领限额"] == yuan(2_700_000)
    (broken,) = forbidden.breaks
    assert (broken.fault, broken.said_fen, broken.held_fen) == (Fault.OVERDRAWN, yuan(2_700_000), yuan(2_000_000))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter whose payments are signed before they go out; one of them is held back."""
    path = tmp_path_factory.mktemp("signed") / "ledger.sqlite"
    desk = under(Desk(path), a_rulebook(BEIJING, payments_are_signed))
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))
    for number in (1, 2):
        desk.pay_for(voucher, yuan(1_000_000), invoice=number)
    quarter = "bj-slq-2023-2024Q1"
    desk.freeze(quarter)
    desk.order_payments(quarter)
    held_back, paid = desk.cycle(quarter).outstanding()
    checker = Actor(id="checker.1", name="示例复核", role="payment-checker")
    withhold = WithholdPayment(cycle_id=quarter, order_id=held_back.order_id, reason="账户待核")
    desk.send(checker, withhold_payment=withhold)
    sign = SignPayments(cycle_id=quarter, batch=1, step="check", orders_sha256=release.digest([paid]))
    desk.send(checker, sign_payments=sign)
    desk.record_results(quarter)
    desk.system(close_cycle=CloseCycle(cycle_id=quarter))
    desk.ledger.close()
    return path


def test_what_is_held_back_before_it_goes_out_waits_for_the_next_quarter(signed: Path) -> None:
    found = of_ledger(signed, a_rulebook(BEIJING, payments_are_signed))

    assert found.is_conserved
    assert held(found, "cycle/bj-slq-2023-2024Q1") == {Bucket.PAID: yuan(200_000), Bucket.RELEASED: yuan(200_000)}
    assert held(found, "cycle/bj-slq-2023-2024Q2") == {Bucket.RESERVED: yuan(200_000)}


@pytest.mark.parametrize("kind", [events.PaymentBatchMade, events.PaymentBatchSigned])
def test_what_is_signed_is_what_was_ordered(signed: Path, tmp_path: Path, kind: type[Message]) -> None:
    path = Path(copy(signed, tmp_path))
    position = forged(path, kind, lambda envelope: more("amount_fen")(unwrap(envelope.event)))

    (broken,) = of_ledger(path, a_rulebook(BEIJING, payments_are_signed)).breaks

    assert (broken.fault, broken.position) == (Fault.CLOSING, position)


def test_a_pool_of_each_applicant_is_as_many_times_what_it_is(tmp_path: Path) -> None:
    rulebook = a_rulebook(QINGDAO, a_pool_for_each)
    desk = under(RoundDesk(tmp_path / "ledger.sqlite"), rulebook)
    for number in (1, 2):
        desk.determined(number, yuan(36_000_000))
    desk.allocate()
    desk.ledger.close()

    found = of_ledger(tmp_path / "ledger.sqlite", rulebook)

    assert found.is_conserved
    city = {Bucket.RESERVED: yuan(18_000_000), Bucket.FREE: yuan(2_000_000)}
    assert held(found, f"round/{ROUND_ID}/city") == city


def a_pool_for_each(data: dict[str, Any]) -> None:
    """Qingdao: ¥10,000,000 of the city's money for each operator. (QD-A2)"""
    data["parameters"]["city_cap_for_each"]["values"][0]["value"] = True


def payments_are_signed(data: dict[str, Any]) -> None:
    """Beijing: somebody checks what was ordered before it goes out."""
    step = {"key": "check", "title": "复核", "role": "payment-checker", "role_title": "复核岗"}
    data["payments"] = {"release": {"clause": "BJ-4.6", "steps": [step]}}


def one_limit_for_both(data: dict[str, Any]) -> None:
    """Beijing: what is issued and what is paid count against the same ¥2,000,000. (BJ-A6)"""
    data["parameters"]["caps_combined"]["values"][0]["value"] = True


# At every position


@pytest.mark.parametrize("which", ["years", "whole_round"])
def test_at_every_position_nothing_is_below_nothing_and_the_accounts_say_what_the_streams_say(
    which: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(which)
    states: dict[str, Any] = {}
    with closing(open_rows(path)) as rows:
        for entry in [entries.read(row) for row in rows.scan()]:
            if (kind := kind_of(entry.stream)) is not None:
                states[entry.stream] = kind.evolve(states.get(entry.stream, kind.initial), entry.event)
            if entry.topic not in TOPICS:
                continue
            found = conserve(rows, the_rulebook(), moment(f"@{entry.position}"))
            assert found.is_conserved, (entry.position, found.breaks)
            assert all(fen >= 0 for account in found.accounts for fen in account.held), entry.position
            if not found.is_torn:
                for account in found.accounts:
                    must_be_what_the_stream_says(account, states)


def must_be_what_the_stream_says(account: Account, states: dict[str, Any]) -> None:
    """The domain folds each stream for itself; an account is kept from many."""
    kept = {bucket: account.held[bucket] for bucket in Bucket}
    match states[stream_of(account)]:
        case Voucher() as voucher:
            assert kept[Bucket.PAID] + kept[Bucket.RECOVERED] == voucher.paid_fen
            assert kept[Bucket.RECOVERED] == voucher.claw_back_fen
            assert account.authorised_fen == voucher.face_value_fen + voucher.lapsed_fen
        case EnterpriseYear() as year:
            is_issuing = account.pool.kind is Kind.ISSUING
            used = account.used_fen - kept[Bucket.RESERVED]
            assert used == (year.issued_fen if is_issuing else year.redeemed_fen)
            assert account.authorised_fen == yuan(2_000_000)
            wanted = sum(year.held.get(case_id, ceiling) for case_id, ceiling in year.queue.items() if is_issuing)
            assert kept[Bucket.RESERVED] == min(wanted, account.authorised_fen - used)
        case Cycle() as quarter:
            assert kept[Bucket.RESERVED] == sum(claim.due_fen for claim in quarter.ready())
            assert kept[Bucket.COMMITTED] == sum(ordered.amount_fen for ordered in quarter.outstanding())
        case Round() as round_:
            level = account.name.rpartition("/")[2]
            going = [o for o in round_.orders.values() if o.ordered.level == level and o.result != "returned"]
            shares = sum(one.levels.get(level, 0) for one in round_.standing(*Standing))
            assert kept[Bucket.COMMITTED] + kept[Bucket.PAID] == sum(order.ordered.amount_fen for order in going)
            assert kept[Bucket.RESERVED] == shares - kept[Bucket.COMMITTED] - kept[Bucket.PAID]


def stream_of(account: Account) -> str:
    if account.pool.kind in (Kind.ISSUING, Kind.REDEEMING):
        return f"enterprise-year/{account.name.partition('/')[2]}"
    return account.name.rpartition("/")[0] if account.pool.kind is Kind.ROUND else account.name


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(-3, 50_000)), max_size=25), st.data())
def test_whatever_people_do_it_is_conserved_at_any_position(deeds: list[tuple[str, int]], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        desk = Desk(path)
        lived(desk, [("submit", 0), ("check", 1), ("accept", 1), ("review", 1), ("issue", 1), ("redeem", 1), *deeds])
        head = desk.ledger.head()
        desk.ledger.close()

        at = data.draw(st.integers(1, head))
        for found in (of_ledger(path), of_ledger(path, at=f"@{at}")):
            assert found.breaks == []
            assert found.is_conserved
            assert all(fen >= 0 for account in found.accounts for fen in account.held)


# What breaks it


def more_for_the_first(event: events.RoundAllocated) -> None:
    event.shares[0].amount_fen += yuan(9_000_000)
    event.shares[0].levels[0].amount_fen += yuan(9_000_000)


def more_of_the_city(event: events.RoundClosed) -> None:
    event.paid_by_level[0].amount_fen += 1


#: What is altered, how that shows, and what it shows in.
BEIJING_FORGERIES = [
    pytest.param(events.HeadroomIssued, more("amount_fen", yuan(3_000_000)), Fault.OVERDRAWN, "issuing/", id="limit"),
    pytest.param(events.HeadroomIssued, more("amount_fen"), Fault.DISAGREEMENT, "voucher/", id="issued by the year"),
    pytest.param(events.VoucherIssued, more("face_value_fen"), Fault.DISAGREEMENT, "voucher/", id="face value"),
    pytest.param(
        events.RedemptionAssessed, more("due_fen", yuan(1_000_000)), Fault.OVERDRAWN, "voucher/", id="due beyond worth"
    ),
    pytest.param(events.RedemptionAssessed, more("due_fen"), Fault.DISAGREEMENT, "voucher/", id="due by the voucher"),
    pytest.param(events.ClaimAssessed, more("due_fen", -1), Fault.DISAGREEMENT, "voucher/", id="due by the quarter"),
    pytest.param(events.PaymentOrdered, more("amount_fen"), Fault.OVERDRAWN, "cycle/", id="ordered more than is due"),
    pytest.param(events.PaymentOrdered, more("amount_fen", -1), Fault.DISAGREEMENT, "cycle/", id="ordered less"),
    pytest.param(events.PaymentOrdered, more("amount_fen", -yuan(90_000)), Fault.NEGATIVE, "cycle/", id="negative"),
    pytest.param(
        events.RedemptionHeadroomUsed,
        more("amount_fen", yuan(2_000_000)),
        Fault.OVERDRAWN,
        "redeeming/",
        id="paid limit",
    ),
    pytest.param(
        events.RedemptionHeadroomRestored, more("amount_fen", -1), Fault.DISAGREEMENT, "redeeming/", id="given back"
    ),
    pytest.param(events.PaymentSettled, other("order_id", "x"), Fault.UNANSWERABLE, "cycle/", id="no such order"),
    pytest.param(events.PaymentReturned, other("order_id", "x"), Fault.UNANSWERABLE, "cycle/", id="no such return"),
    pytest.param(events.PaymentReturned, other("to_cycle_id", ""), Fault.DISAGREEMENT, "cycle/", id="lapsed, carried"),
    pytest.param(
        events.VoucherRedeemed, more("amount_fen", -1), Fault.DISAGREEMENT, "cycle/", id="paid by the voucher"
    ),
    pytest.param(events.ClaimDeferred, more("amount_fen", -1), Fault.DISAGREEMENT, "cycle/", id="put off"),
    pytest.param(events.CycleClosed, more("paid_fen"), Fault.CLOSING, "cycle/", id="sum of payments"),
    pytest.param(events.CycleClosed, more("returned_fen", -1), Fault.CLOSING, "cycle/", id="sum of returns"),
    pytest.param(events.CycleClosed, more("carried_fen"), Fault.CLOSING, "cycle/", id="sum handed over"),
    pytest.param(events.FiguresBroughtForward, more("carried_fen"), Fault.CLOSING, "cycle/", id="opening figure"),
    pytest.param(events.FiguresBroughtForward, more("paid_fen"), Fault.CLOSING, "cycle/", id="paid before"),
    pytest.param(
        events.FiguresBroughtForward, more("paid_in_year_fen"), Fault.CLOSING, "cycle/", id="paid in the year"
    ),
    pytest.param(events.VoucherRescaled, more("lapsed_fen", -1), Fault.CLOSING, "voucher/", id="lapsed"),
    pytest.param(events.VoucherRescaled, more("due_fen"), Fault.CLOSING, "voucher/", id="due after a rescale"),
    pytest.param(
        events.VoucherRescaled, more("claw_back_fen", yuan(15_000)), Fault.OVERDRAWN, "voucher/", id="claimed back"
    ),
]
QINGDAO_FORGERIES = [
    pytest.param(events.RoundAllocated, more_for_the_first, Fault.OVERDRAWN, "city", id="pool"),
    pytest.param(events.RoundAllocated, lambda e: more("amount_fen")(e.shares[0]), Fault.CLOSING, "city", id="levels"),
    pytest.param(events.AmountAllocated, more("amount_fen"), Fault.DISAGREEMENT, "city", id="told to the case"),
    pytest.param(events.GrantOrdered, more("amount_fen"), Fault.OVERDRAWN, "city", id="ordered more"),
    pytest.param(events.GrantOrdered, more("amount_fen", -1), Fault.DISAGREEMENT, "city", id="ordered less"),
    pytest.param(events.GrantPaymentChanged, more("amount_fen"), Fault.DISAGREEMENT, "city", id="told of a payment"),
    pytest.param(events.GrantSettled, other("order_id", "x"), Fault.UNANSWERABLE, "city", id="no such order"),
    pytest.param(events.GrantReturned, other("order_id", "x"), Fault.UNANSWERABLE, "city", id="no such return"),
    pytest.param(events.RoundClosed, more_of_the_city, Fault.CLOSING, "city", id="sum of a level"),
]


def must_be_found(path: Path, kind: type[Message], alter: Alter, fault: Fault, name: str, clean: Conserved) -> None:
    """The first break is in the commit of what was altered, and everything else that holds is still proven."""
    position = altered(path, kind, alter)

    found = of_ledger(path)

    assert not found.is_conserved
    commit = command_at(path, position)
    named = [one for one in found.breaks if (one.fault, name in one.account.name) == (fault, True)]
    assert [command_at(path, one.position) for one in named][:1] == [commit], [one.text for one in found.breaks]
    assert command_at(path, found.breaks[0].position) == commit
    assert all(one.clause for one in found.breaks)
    assert found.events == clean.events
    assert len(found.accounts) >= len(clean.accounts)


def command_at(path: Path, position: int) -> str:
    with closing(open_rows(path)) as rows:
        (row,) = rows.scan(position - 1, position)
        return entries.read(row).envelope.command_id


@pytest.mark.parametrize(("kind", "alter", "fault", "name"), BEIJING_FORGERIES)
def test_an_amount_that_was_altered_is_found_where_it_stands(
    years: Path, tmp_path: Path, kind: type[Message], alter: Alter, fault: Fault, name: str
) -> None:
    must_be_found(Path(copy(years, tmp_path)), kind, alter, fault, name, of_ledger(years))


@pytest.mark.parametrize(("kind", "alter", "fault", "name"), QINGDAO_FORGERIES)
def test_in_a_round_too(
    whole_round: Path, tmp_path: Path, kind: type[Message], alter: Alter, fault: Fault, name: str
) -> None:
    must_be_found(Path(copy(whole_round, tmp_path)), kind, alter, fault, name, of_ledger(whole_round))


@pytest.mark.parametrize(
    "kind", [events.VoucherRedeemed, events.RedemptionHeadroomUsed, events.ClaimAdmitted, events.HeadroomIssued]
)
def test_an_event_that_was_taken_out_is_missed(years: Path, tmp_path: Path, kind: type[Message]) -> None:
    path = Path(copy(years, tmp_path))
    with closing(open_rows(path)) as rows:
        log = list(rows.scan())
    gone = [row for row in log if row.topic == kind.DESCRIPTOR.full_name][-1]
    overwrite(path, resealed(renumbered([row for row in log if row is not gone])))

    found = of_ledger(path)

    assert not found.is_conserved
    assert found.breaks[0].position >= gone.position - 5


@pytest.mark.parametrize(
    ("which", "kind", "fault"),
    [
        ("years", events.PaymentSettled, Fault.UNANSWERABLE),
        ("years", events.VoucherIssued, Fault.CLOSING),
        ("years", events.PaymentOrdered, Fault.OVERDRAWN),
        ("whole_round", events.GrantSettled, Fault.UNANSWERABLE),
        ("whole_round", events.GrantOrdered, Fault.OVERDRAWN),
    ],
)
def test_what_is_there_twice_is_found(
    which: str, kind: type[Message], fault: Fault, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = Path(copy(request.getfixturevalue(which), tmp_path))
    with closing(open_rows(path)) as rows:
        log = list(rows.scan())
    at = next(n for n, row in enumerate(log) if row.topic == kind.DESCRIPTOR.full_name)
    overwrite(path, resealed(renumbered([*log[: at + 1], log[at], *log[at + 1 :]])))

    first = of_ledger(path).breaks[0]

    assert (first.fault, first.position) == (fault, log[at].position + 1)


def test_one_number_for_two_orders_is_found(whole_round: Path, tmp_path: Path) -> None:
    path = Path(copy(whole_round, tmp_path))
    number = f"{ROUND_ID}-city-00001"
    position = forged(path, events.GrantOrdered, lambda envelope: other("order_id", number)(unwrap(envelope.event)), 2)

    first = of_ledger(path).breaks[0]

    assert (first.fault, first.position) == (Fault.UNANSWERABLE, position)


def test_later_breaks_of_one_account_are_counted_and_not_listed(whole_round: Path, tmp_path: Path) -> None:
    path = Path(copy(whole_round, tmp_path))
    forged(path, events.GrantOrdered, lambda envelope: more("amount_fen", yuan(1))(unwrap(envelope.event)))

    found = of_ledger(path)

    assert len({one.account.name for one in found.breaks}) == len(found.breaks)
    assert found.further_breaks["qd-slzx"] > 0


@pytest.mark.parametrize(("which", "at_hand"), [("years", QINGDAO), ("whole_round", BEIJING)])
def test_a_limit_of_an_edition_that_is_not_at_hand_is_not_taken_for_kept(
    which: str, at_hand: Path, request: pytest.FixtureRequest
) -> None:
    found = of_ledger(request.getfixturevalue(which), Rulebook(a_folder(at_hand)))

    assert not found.is_conserved
    assert {one.fault for one in found.breaks} == {Fault.LIMIT_UNKNOWN}


def test_an_event_that_is_none_ends_the_proof_with_its_place(years: Path, tmp_path: Path) -> None:
    path = Path(copy(years, tmp_path))
    with closing(open_rows(path)) as rows:
        log = list(rows.scan())
    at = next(n for n, row in enumerate(log) if row.topic in TOPICS)
    log[at] = log[at]._replace(state=b"\xff")
    overwrite(path, log)

    with pytest.raises(EvidenceBroken, match=f"Position {log[at].position} "):
        of_ledger(path)


@pytest.mark.parametrize(
    ("which", "kind", "alter"),
    [
        ("years", events.CycleOpened, other("as_of_on", "31 March")),
        ("whole_round", events.RoundOpened, other("opens_on", "")),
        ("whole_round", events.RoundOpened, lambda event: event.ClearField("levels")),
        ("whole_round", events.GrantPaymentChanged, lambda event: event.ClearField("status")),
    ],
)
def test_an_event_that_no_rule_could_have_made_ends_it_too(
    which: str, kind: type[Message], alter: Alter, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = Path(copy(request.getfixturevalue(which), tmp_path))
    altered(path, kind, alter)

    with pytest.raises(EvidenceBroken, match="cannot be posted"):
        of_ledger(path)
