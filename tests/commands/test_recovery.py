"""Money that has to come back: found, told, heard, demanded, paid in parts, written off; who may do what of it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.conservation.account import Bucket, Kind
from domain import recovery_collecting
from domain.dates import SHANGHAI, from_iso
from domain.money import yuan
from domain.payment_answers import RECONCILER
from domain.recovery import Recovery, Standing, evolve
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, Actor, RecordPayment, RescaleVoucher
from duifu.v1.events_pb2 import VoucherRescaled
from duifu.v1.recovery_pb2 import (
    RECOVERY_KIND_CONTRACT_ENDED,
    PaidShare,
    RecordRecoveryStatement,
    RecoveryDemanded,
    RecoveryOpened,
    RecoveryRole,
    RecoveryRule,
    WithdrawRecovery,
    WriteOffRecovery,
)
from ledger import streams
from tests.amended import BEIJING, a_rulebook, under
from tests.audit.rounds import a_whole_round
from tests.builders import BUYER, REVIEW, VERIFICATION, a_contract, applicant, officer
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    SHA256,
    WHOLE,
    conserved,
    demand_all,
    demanded,
    demanding,
    differences,
    found,
    noticing,
    opening,
    paid_voucher,
    proposing,
    receiving,
    refused,
    state,
    waiving,
)
from tests.desk import Desk
from tests.rounds import RoundDesk
from tests.rounds import officer as round_officer

Q1, Q2 = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"


# The way from the finding to the end


def test_a_recovery_goes_from_finding_to_close_and_every_book_balances(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(100_000))
    assert state(desk, recovery).standing == Standing.FOUND

    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    notice = state(desk, recovery).notice
    assert notice is not None
    assert notice.heard_until_on == "2024-04-10"  # five working days; 4 to 6 April is a holiday, the 7th is worked

    desk.at("2024-04-11 09:00").send(DECIDER, demand_recovery=demanding(recovery, yuan(90_000)))
    demand = state(desk, recovery).demand
    assert demand is not None
    assert (demand.amount_fen, demand.pay_by_on) == (yuan(90_000), "2024-05-06")

    desk.at("2024-04-20 09:00").send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(50_000), "SK-1"))
    desk.send(COLLECTOR, propose_write_off=proposing(recovery, yuan(40_000)))
    desk.send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=recovery))

    ended = state(desk, recovery)
    assert ended.closed is not None
    assert (ended.closed.demanded_fen, ended.closed.received_fen, ended.closed.written_off_fen) == (
        yuan(90_000),
        yuan(50_000),
        yuan(40_000),
    )
    books = conserved(desk)
    assert books.is_conserved
    (account,) = [account for account in books.accounts if account.pool.kind == Kind.RECOVERY]
    assert (account.held[Bucket.RECOVERED], account.held[Bucket.RELEASED]) == (yuan(50_000), yuan(40_000))
    assert differences(desk) == []


def test_a_finding_says_whose_payment_it_is_and_who_had_a_hand_in_it(desk: Desk, paid: Voucher) -> None:
    opened = state(desk, found(desk, paid, yuan(100_000))).opened

    (share,) = opened.shares
    assert (share.source_id, share.amount_fen, share.budget_year, share.limit_year) == (Q1, yuan(100_000), 2024, 2024)
    assert {REVIEW.id, VERIFICATION.id} <= set(opened.hands)
    assert (opened.uscc, opened.clause, list(opened.found_by)) == (BUYER.uscc, "BJ-5.5", [INSPECTOR.id])


def test_no_more_is_found_in_all_recoveries_than_was_paid(desk: Desk, paid: Voucher) -> None:
    found(desk, paid, yuan(400_000))

    answer = refused(desk, INSPECTOR, open_recovery=opening(paid.case_id, yuan(200_000) + 1))
    assert (answer.code, answer.facts["available_fen"]) == ("RECOVERY_ABOVE_PAID", yuan(200_000))
    assert state(desk, found(desk, paid, yuan(200_000))).recovery_id.endswith("-recovery-2")


def test_what_a_withdrawn_finding_wanted_may_be_found_again(desk: Desk, paid: Voucher) -> None:
    first = found(desk, paid, yuan(600_000))
    desk.send(DECIDER, withdraw_recovery=WithdrawRecovery(recovery_id=first, reason="查无实据"))
    assert state(desk, first).standing == Standing.WITHDRAWN

    assert state(desk, found(desk, paid, yuan(600_000))).opened.amount_fen == yuan(600_000)
    assert differences(desk) == []


def test_what_is_found_on_a_redemption_takes_its_own_payments_and_leaves_the_bank_the_others(
    desk: Desk, paid: Voucher
) -> None:
    first = paid.payouts[0].case_id
    second = desk.pay_for(paid, yuan(1_000_000), invoice=2)
    desk.settle_quarter(Q2)

    opened = state(desk, desk.send(INSPECTOR, open_recovery=opening(first, yuan(100_000))).case_id).opened
    more = refused(desk, INSPECTOR, open_recovery=opening(first, yuan(500_000) + 1))
    (order,) = desk.cycle(Q2).orders
    returned = RecordPayment(
        cycle_id=Q2, order_id=order, status=PAYMENT_STATUS_RETURNED, reason="退汇", evidence_sha256=SHA256
    )
    desk.send(officer(RECONCILER), record_payment=returned)

    assert [(share.case_id, share.amount_fen) for share in opened.shares] == [(first, yuan(100_000))]
    assert (opened.case_id, opened.redemption_id) == (paid.case_id, first)
    assert (more.code, more.facts["case"], more.facts["available_fen"]) == ("RECOVERY_ABOVE_PAID", first, yuan(500_000))
    assert [came.case_id for came in desk.voucher(paid.voucher_id).came_back.values()] == [second]
    assert conserved(desk).is_conserved
    assert differences(desk) == []


def test_of_a_voucher_that_was_not_paid_nothing_is_recovered(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE))

    assert refused(desk, INSPECTOR, open_recovery=opening(voucher.case_id, 1)).code == "RECOVERY_ABOVE_PAID"


def test_a_programme_that_does_not_say_how_takes_nothing_back(desk: Desk) -> None:
    silent = under(desk, a_rulebook(BEIJING, without_recovery))
    voucher = paid_voucher(silent)

    assert refused(silent, INSPECTOR, open_recovery=opening(voucher.case_id, 1)).code == "RECOVERY_NOT_FORESEEN"


def without_recovery(data: dict[str, Any]) -> None:
    """The programme as it was before anybody wrote down how money is taken back."""
    del data["recovery"], data["clauses"]["BJ-A26"]


# The enterprise is heard


def test_before_the_days_are_over_nothing_is_demanded_of_who_was_not_heard(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(1))
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))

    answer = refused(desk.at("2024-04-10 23:59"), DECIDER, demand_recovery=demanding(recovery, yuan(1)))

    assert (answer.code, answer.clause) == ("STATEMENT_OPEN", "BJ-5.5")
    desk.at("2024-04-11 00:00").send(DECIDER, demand_recovery=demanding(recovery, yuan(1)))


def test_the_enterprise_speaks_for_itself_and_no_other_does(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(1))
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    stranger = Actor(id="u-other", name="他人", role="applicant", uscc="91110108MAYT000991")

    assert refused(desk, stranger, record_recovery_statement=waiving(recovery)).code in ("ROLE_MISMATCH", "MALFORMED")
    spoken: RecordRecoveryStatement = waiving(recovery)
    desk.send(applicant(), record_recovery_statement=spoken)

    assert [said.taken_by for said in state(desk, recovery).statements] == [applicant().id]
    desk.send(DECIDER, demand_recovery=demanding(recovery, yuan(1)))


@pytest.mark.parametrize("kind", ["send_recovery_notice", "demand_recovery", "withdraw_recovery"])
def test_a_step_out_of_turn_is_refused_with_where_the_recovery_stands(desk: Desk, paid: Voucher, kind: str) -> None:
    recovery = demanded(desk, paid, yuan(1))
    steps: dict[str, tuple[Actor, Any]] = {
        "send_recovery_notice": (INSPECTOR, noticing(recovery)),
        "demand_recovery": (DECIDER, demanding(recovery, yuan(1))),
        "withdraw_recovery": (DECIDER, WithdrawRecovery(recovery_id=recovery, reason="-")),
    }
    actor, step = steps[kind]

    answer = refused(desk, actor, **{kind: step})

    assert (answer.code, answer.facts["standing"]) == ("RECOVERY_NOT_NOW", "已责令追回，待缴回")


def test_what_nobody_opened_is_not_known(desk: Desk) -> None:
    assert refused(desk, INSPECTOR, send_recovery_notice=noticing("x-recovery-1")).code == "RECOVERY_UNKNOWN"


# Who may


def test_each_step_takes_its_role(desk: Desk, paid: Voucher) -> None:
    assert refused(desk, DECIDER, open_recovery=opening(paid.case_id, 1)).code == "ROLE_MISMATCH"
    recovery = found(desk, paid, yuan(1))
    assert refused(desk, DECIDER, send_recovery_notice=noticing(recovery)).code == "ROLE_MISMATCH"
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    assert refused(desk, COLLECTOR, record_recovery_statement=waiving(recovery)).code == "ROLE_MISMATCH"
    desk.send(DECIDER, record_recovery_statement=waiving(recovery))
    assert refused(desk, INSPECTOR, demand_recovery=demanding(recovery, 1)).code == "ROLE_MISMATCH"
    desk.send(DECIDER, demand_recovery=demanding(recovery, yuan(1)))
    assert refused(desk, DECIDER, record_recovery_receipt=receiving(recovery, 1)).code == "ROLE_MISMATCH"
    assert refused(desk, DECIDER, propose_write_off=proposing(recovery, 1)).code == "ROLE_MISMATCH"


@pytest.mark.parametrize("account", [INSPECTOR.id, REVIEW.id, VERIFICATION.id])
def test_who_found_or_had_a_hand_in_the_claim_does_not_decide(desk: Desk, paid: Voucher, account: str) -> None:
    recovery = found(desk, paid, yuan(1))
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    desk.send(DECIDER, record_recovery_statement=waiving(recovery))
    himself = Actor(id=account, name="本人", role=DECIDER.role)

    for kind in (
        {"demand_recovery": demanding(recovery, yuan(1))},
        {"withdraw_recovery": WithdrawRecovery(recovery_id=recovery, reason="-")},
    ):
        assert refused(desk, himself, **kind).code == "RECOVERY_NOT_APART"


def test_who_proposes_a_write_off_does_not_confirm_it(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(1))
    confirm: dict[str, Any] = {"write_off_recovery": WriteOffRecovery(recovery_id=recovery)}
    assert refused(desk, DECIDER, **confirm).code == "WRITE_OFF_NOT_PROPOSED"
    desk.send(COLLECTOR, propose_write_off=proposing(recovery, yuan(1)))

    assert refused(desk, Actor(id=COLLECTOR.id, name="本人", role=DECIDER.role), **confirm).code == "RECOVERY_NOT_APART"
    desk.send(DECIDER, **confirm)
    assert state(desk, recovery).standing == Standing.CLOSED


def test_nobody_of_the_enterprise_acts_for_the_office(desk: Desk, paid: Voucher) -> None:
    himself = Actor(id=applicant().id, name="本人", role=INSPECTOR.role)

    assert refused(desk, himself, open_recovery=opening(paid.case_id, 1)).code == "DUTY_REQUESTER"


def test_a_reason_is_given_for_what_is_found_demanded_and_waived(desk: Desk, paid: Voucher) -> None:
    assert refused(desk, INSPECTOR, open_recovery=opening(paid.case_id, 1, reason=" ")).code == "REASON_MISSING"
    typed = opening(paid.case_id, 1, finding=RECOVERY_KIND_CONTRACT_ENDED)
    assert refused(desk, INSPECTOR, open_recovery=typed).code == "RECOVERY_COMPUTED"


# Money


def test_no_more_is_demanded_than_was_found_and_no_more_received_than_is_open(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(100))
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    desk.send(DECIDER, record_recovery_statement=waiving(recovery))
    above = refused(desk, DECIDER, demand_recovery=demanding(recovery, yuan(100) + 1))
    assert above.code == "RECOVERY_ABOVE_FINDING"
    desk.send(DECIDER, demand_recovery=demanding(recovery, yuan(100)))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(60)))

    answer = refused(desk, COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(40) + 1, "SK-2"))

    assert (answer.code, answer.facts["open_fen"]) == ("RECOVERY_ABOVE_OPEN", yuan(40))
    assert refused(desk, COLLECTOR, propose_write_off=proposing(recovery, yuan(41))).code == "RECOVERY_ABOVE_OPEN"
    tomorrow = receiving(recovery, 1, "SK-3", on="2024-04-03")
    assert refused(desk, COLLECTOR, record_recovery_receipt=tomorrow).code == "NOT_YET_HAPPENED"


def test_one_bank_reference_counts_once(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(100))
    for command_id in ("first", "again"):
        desk.send(COLLECTOR, command_id, record_recovery_receipt=receiving(recovery, yuan(60)))

    assert state(desk, recovery).received_fen == yuan(60)
    other = refused(desk, COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(40)))
    assert (other.code, other.facts["known_fen"]) == ("RECEIPT_CONFLICT", yuan(60))


def test_a_receipt_counts_once_over_all_recoveries_however_it_is_written(desk: Desk, paid: Voucher) -> None:
    first, second = demanded(desk, paid, yuan(100)), demanded(desk, paid, yuan(50))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(first, yuan(60)))

    for recovery, reference in ((second, "SK-1"), (second, "ＳＫ 1"), (first, "sk－1")):
        answer = refused(desk, COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(1), reference))
        assert (answer.code, answer.facts["recovery"]) == ("RECOVERY_RECEIPT_USED", first)


def test_nothing_came_in_before_anything_was_paid(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(100))

    early = receiving(recovery, yuan(1), on="2024-01-01")
    assert refused(desk, COLLECTOR, record_recovery_receipt=early).code == "RECEIPT_BEFORE_PAYMENT"


def test_what_comes_back_in_its_budget_year_is_paid_again_in_the_next_quarter(desk: Desk) -> None:
    """Of ¥3,000,000 the year pays ¥2,000,000 and defers the rest; ¥100,000 come back, so the next quarter pays as much.

    (BJ-3.3, F-7)
    """
    contracts = [a_contract(WHOLE, number=f"HT-{number}") for number in (1, 2, 3)]
    vouchers = [desk.voucher_through_the_door(contract) for contract in contracts[:2]]
    vouchers.append(desk.at("2025-01-06 09:00").voucher_through_the_door(contracts[2]))
    for number, voucher in enumerate(vouchers, 1):
        desk.pay_for(voucher, WHOLE, invoice=number)
    desk.settle_quarter("bj-slq-2023-2025Q1")
    assert (desk.year(2025).redeemed_fen, desk.voucher(vouchers[2].voucher_id).paid_fen) == (yuan(2_000_000), 0)

    recovery = demanded(desk, desk.voucher(vouchers[0].voucher_id), yuan(300_000))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(100_000), on="2025-03-31"))
    assert desk.year(2025).redeemed_fen == yuan(1_900_000)
    desk.settle_quarter("bj-slq-2023-2025Q2")

    assert desk.voucher(vouchers[2].voucher_id).paid_fen == yuan(100_000)
    assert (conserved(desk).is_conserved, differences(desk)) == (True, [])


def test_what_comes_back_in_a_later_year_goes_to_the_treasury(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(100_000))

    late = receiving(recovery, yuan(100_000), on="2025-01-06")
    desk.at("2025-01-06 09:00").send(COLLECTOR, record_recovery_receipt=late)

    assert state(desk, recovery).receipts["SK-1"].restored_fen == 0
    assert desk.year(2024).redeemed_fen == yuan(600_000)
    assert desk.ledger.version(streams.enterprise_year("bj-slq-2023", BUYER.uscc, 2025)) == 0
    assert conserved(desk).is_conserved
    assert differences(desk) == []


def test_a_contract_that_ended_opens_the_recovery_of_what_was_paid_beyond(desk: Desk, paid: Voucher) -> None:
    asked = RescaleVoucher(
        voucher_id=paid.voucher_id, contract=a_contract(yuan(2_000_000), number="HT-1"), reason="提前终止",
        evidence_sha256=SHA256,
    )  # fmt: skip
    desk.send(REVIEW, rescale_voucher=asked)

    opened = state(desk, f"{paid.case_id}-recovery-1").opened
    rescaled = desk.events(streams.voucher(paid.voucher_id))[-1]
    assert isinstance(rescaled, VoucherRescaled)
    assert (opened.finding, opened.amount_fen) == (RECOVERY_KIND_CONTRACT_ENDED, rescaled.claw_back_fen)
    assert opened.amount_fen == yuan(200_000)
    assert (conserved(desk).is_conserved, differences(desk)) == (True, [])


def test_of_a_grant_what_its_levels_paid_is_recovered_and_no_limit_changes(tmp_path: Path) -> None:
    desk = RoundDesk(tmp_path / "round.sqlite")
    grant, *_ = a_whole_round(desk)
    paid_fen = sum(told.amount_fen for told in desk.case(grant).payments.values())
    assert refused(desk, INSPECTOR, open_recovery=opening(grant, paid_fen + 1)).code == "RECOVERY_ABOVE_PAID"
    recovery = desk.send(INSPECTOR, open_recovery=opening(grant, paid_fen)).case_id
    opened = state(desk, recovery).opened
    assert (len(opened.shares), opened.clause, opened.voucher_id) == (2, "国务院令427号14", "")
    assert round_officer("city-approver").id in opened.hands
    demand_all(desk, recovery)
    collector = Actor(id=COLLECTOR.id, name="资金岗", role="fund-collector")
    on = f"{desk.now.astimezone(SHANGHAI):%Y-%m-%d}"

    desk.send(collector, record_recovery_receipt=receiving(recovery, paid_fen, on=on))

    assert state(desk, recovery).standing == Standing.CLOSED
    assert state(desk, recovery).receipts["SK-1"].restored_fen == 0
    assert (conserved(desk).is_conserved, differences(desk)) == (True, [])
    desk.ledger.close()


# Properties

ACTOR = Actor(id="x", role="c")


@given(
    demanded_fen=st.integers(1, 1_000),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 700)), max_size=12),
    years=st.lists(st.sampled_from((2023, 2024)), min_size=1, max_size=3),
)
@settings(deadline=None)
def test_received_and_written_off_never_exceed_the_demand_and_only_the_year_of_payment_gets_money_back(
    demanded_fen: int, steps: list[tuple[bool, int]], years: list[int]
) -> None:
    part, rest = divmod(demanded_fen, len(years))
    shares = [
        PaidShare(source_id=str(n), amount_fen=part + (rest if n == 0 else 0), budget_year=year, limit_year=year)
        for n, year in enumerate(years)
    ]
    role = RecoveryRole(role="c")
    rule = RecoveryRule(collects=role, decides=RecoveryRole(role="d"))
    recovery = Recovery(
        opened=RecoveryOpened(recovery_id="r", amount_fen=demanded_fen, shares=shares, rule=rule),
        demand=RecoveryDemanded(amount_fen=demanded_fen),
        found_fen=demanded_fen,
        claimed_fen=demanded_fen,
    )
    restored_fen = 0
    for number, (is_receipt, amount_fen) in enumerate(steps):
        try:
            if is_receipt:
                receipt = receiving("r", amount_fen, f"SK-{number}")
                told = recovery_collecting.receive(recovery, receipt, ACTOR, from_iso("2024-12-31"))
            else:
                told = recovery_collecting.propose(recovery, proposing("r", amount_fen), ACTOR)
        except Refused:
            assert amount_fen > recovery.open_fen or recovery.closed
            continue
        recovery = evolved(recovery, told)
        if not is_receipt:
            recovery = evolved(recovery, recovery_collecting.write_off(recovery, Actor(id="y", role="d")))
        restored_fen = sum(receipt.restored_fen for receipt in recovery.receipts.values())
        assert recovery.open_fen >= 0
        assert recovery.received_fen + recovery.written_off_fen + recovery.open_fen == demanded_fen
        assert (recovery.closed is not None) == (recovery.open_fen == 0)
    assert restored_fen <= sum(share.amount_fen for share in shares if share.budget_year == 2024)


def evolved(recovery: Recovery, told: Any) -> Recovery:
    for event in told:
        recovery = evolve(recovery, event)
    return recovery
