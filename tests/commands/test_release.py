"""Payments are signed by several people before they go out, each by somebody else. (复核、放行)"""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.compared import Difference
from audit.recompute import recompute
from domain import release
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_SETTLED,
    Actor,
    CloseCycle,
    PauseCycle,
    PaymentResult,
    RecordPayment,
    RecordPayments,
    SignPayments,
    SubmitApplication,
    WithholdPayment,
)
from duifu.v1.events_pb2 import PaymentBatchMade, PaymentBatchSigned
from duifu.v1.facts_pb2 import Contact
from ledger import streams
from ledger.rows import open_rows
from tests.amended import BEIJING, a_rulebook, signed_before_it_goes_out, under
from tests.builders import (
    CYCLE_OFFICER,
    VERIFICATION,
    a_contract,
    a_firm,
    a_redemption,
    an_application,
    applicant,
    clean_checks,
)
from tests.desk import Desk

Q1, Q2 = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"
CHECKER = Actor(id="sun.yu", role="payment-checker")
RELEASER = Actor(id="qian.bo", role="payment-releaser")
DIRECTOR = Actor(id="zhou.min", role="bureau-director")
RECONCILER = Actor(id="li.hua", role="payment-reconciler")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk at which payments are checked and released, and more than ¥500,000 approved by the director."""
    return under(Desk(tmp_path / "ledger.sqlite"), a_rulebook(BEIJING, signed_before_it_goes_out))


def ordered(desk: Desk, *settled_fen: int) -> list[str]:
    """A claim of each of so many firms, ordered in the first quarter; the orders."""
    for number, amount_fen in enumerate(settled_fen, 1):
        firm = a_firm(number)
        voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000), number=f"HT-{number}", buyer=firm), firm)
        request = a_redemption(voucher.voucher_id, amount_fen, invoice=number, buyer=firm)
        desk.redemption_through_the_door(request, firm)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    return sorted(desk.cycle(Q1).orders)


def seen(desk: Desk) -> str:
    """The digest of what waits to be signed."""
    cycle = desk.cycle(Q1)
    return release.digest(cycle.in_batch(cycle.batches[0]))


def sign(desk: Desk, actor: Actor, step: str, **more: Any) -> None:
    asked: dict[str, Any] = {"cycle_id": Q1, "batch": 1, "step": step, "orders_sha256": seen(desk)} | more
    desk.send(actor, sign_payments=SignPayments(**asked))


def goes_out(desk: Desk, order_id: str) -> bool:
    """Whether the treasury would be asked to pay, whoever asks for it."""
    return order_id in [ordered.order_id for ordered in desk.cycle(Q1).to_pay()]


def withhold(desk: Desk, order_id: str, actor: Actor = RELEASER, reason: str = "账户待核实") -> None:
    desk.send(actor, withhold_payment=WithholdPayment(cycle_id=Q1, order_id=order_id, reason=reason))


def test_nothing_goes_out_before_everybody_has_signed_who_has_to(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))

    sent = [goes_out(desk, order_id)]
    sign(desk, CHECKER, "check")
    sent += [goes_out(desk, order_id)]
    sign(desk, RELEASER, "release")
    sent += [goes_out(desk, order_id)]

    assert sent == [False, False, True]
    made, *signed = [e for e in desk.events(streams.cycle(Q1)) if isinstance(e, (PaymentBatchMade, PaymentBatchSigned))]
    assert isinstance(made, PaymentBatchMade)
    assert (list(made.order_ids), made.amount_fen, list(made.steps)) == ([order_id], yuan(20_000), ["check", "release"])
    assert [(one.step, one.signed_by) for one in signed if isinstance(one, PaymentBatchSigned)] == [
        ("check", "sun.yu"),
        ("release", "qian.bo"),
    ]


@pytest.mark.parametrize("signed", [[], [(CHECKER, "check")]])
def test_nobody_says_how_a_payment_ended_that_has_not_gone_out(desk: Desk, signed: list[tuple[Actor, str]]) -> None:
    (order_id,) = ordered(desk, yuan(100_000))
    for actor, step in signed:
        sign(desk, actor, step)
    result = PaymentResult(order_id=order_id, status=PAYMENT_STATUS_SETTLED, bank_reference="GK-1")
    alone = RecordPayment(cycle_id=Q1, order_id=order_id, status=result.status, evidence_sha256="ab" * 32)

    with pytest.raises(Refused, match="PAYMENT_NOT_RELEASED"):
        desk.send(RECONCILER, record_payment=alone)
    with pytest.raises(Refused, match="PAYMENT_NOT_RELEASED"):
        desk.system(record_payments=RecordPayments(cycle_id=Q1, results=[result]))

    assert not desk.cycle(Q1).orders[order_id].result


def test_who_asked_for_the_money_neither_signs_nor_reconciles_its_payment(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))
    asked_by = applicant(a_firm(1)).id

    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        sign(desk, Actor(id=asked_by, role=CHECKER.role), "check")
    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        withhold(desk, order_id, Actor(id=asked_by, role=RELEASER.role))
    sign(desk, CHECKER, "check")
    sign(desk, RELEASER, "release")
    answer = RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_SETTLED, evidence_sha256="ab" * 32)
    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        desk.send(Actor(id=asked_by, role=RECONCILER.role), record_payment=answer)


def test_nobody_signs_while_the_quarter_is_paused_but_an_order_may_be_held_back(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))
    desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="封账"))

    with pytest.raises(Refused, match="CYCLE_PAUSED"):
        sign(desk, CHECKER, "check")
    withhold(desk, order_id)

    assert desk.cycle(Q1).orders[order_id].result == "withheld"


def test_a_large_batch_takes_one_more_signature(desk: Desk) -> None:
    orders = ordered(desk, yuan(2_000_000), yuan(600_000))  # ¥400,000 and ¥120,000 are due
    sign(desk, CHECKER, "check")
    sign(desk, RELEASER, "release")
    assert not any(goes_out(desk, order_id) for order_id in orders)

    sign(desk, DIRECTOR, "approve")

    assert all(goes_out(desk, order_id) for order_id in orders)


def test_an_order_that_is_held_back_joins_the_next_quarter_and_the_others_are_signed_anew_as_they_are(
    desk: Desk,
) -> None:
    first, second = ordered(desk, yuan(100_000), yuan(100_000))
    before = seen(desk)
    case_id = desk.cycle(Q1).orders[second].ordered.case_id
    sign(desk, CHECKER, "check")

    withhold(desk, second)

    assert desk.cycle(Q2).claims[case_id].due_fen == yuan(20_000)
    assert desk.year(2024, a_firm(2)).redeemed_fen == 0
    with pytest.raises(Refused, match="BATCH_CHANGED"):
        sign(desk, RELEASER, "release", orders_sha256=before)
    sign(desk, RELEASER, "release")
    assert (goes_out(desk, first), goes_out(desk, second)) == (True, False)
    desk.record_results(Q1)
    desk.system(close_cycle=CloseCycle(cycle_id=Q1))
    closed = desk.cycle(Q1).closed
    assert closed is not None
    assert [(one.case_id, one.amount_fen) for one in closed.returned] == [(case_id, yuan(20_000))]


def test_a_batch_of_which_everything_is_held_back_waits_for_nobody(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))

    withhold(desk, order_id, CHECKER)
    desk.system(close_cycle=CloseCycle(cycle_id=Q1))

    assert desk.cycle(Q1).closed is not None


def test_an_audit_makes_every_step_again_and_finds_a_signature_that_could_not_be(desk: Desk) -> None:
    _, second = ordered(desk, yuan(100_000), yuan(100_000))
    withhold(desk, second, CHECKER)
    sign(desk, CHECKER, "check")
    sign(desk, RELEASER, "release")
    desk.record_results(Q1)
    desk.system(close_cycle=CloseCycle(cycle_id=Q1))
    found: list[Difference] = []

    with closing(open_rows(desk.ledger.address)) as rows:
        tally = recompute(rows, desk.door.rulebook, found.append)

    assert (found, tally.is_equal) == ([], True)


@pytest.mark.parametrize(
    ("actor", "step", "more", "code"),
    [
        (RELEASER, "release", {}, "BATCH_NOT_IN_TURN"),
        (RELEASER, "check", {}, "ROLE_MISMATCH"),
        (CHECKER, "check", {"batch": 2}, "BATCH_UNKNOWN"),
        (CHECKER, "check", {"orders_sha256": "ab" * 32}, "BATCH_CHANGED"),
        (CHECKER, "approve", {}, "BATCH_NOT_IN_TURN"),  # not of so little
        (Actor(id=VERIFICATION.id, role="payment-checker"), "check", {}, "SIGNER_NOT_APART"),
        (Actor(id="li.na", role="payment-checker", on_behalf_of=VERIFICATION.id), "check", {}, "DELEGATION_MISSING"),
    ],
)
def test_a_signature_is_given_in_turn_for_what_is_there_and_by_somebody_who_had_no_hand_in_it(
    desk: Desk, actor: Actor, step: str, more: dict[str, Any], code: str
) -> None:
    ordered(desk, yuan(100_000))

    with pytest.raises(Refused, match=code):
        sign(desk, actor, step, **more)


def test_nobody_signs_twice(desk: Desk) -> None:
    ordered(desk, yuan(100_000))
    sign(desk, CHECKER, "check")

    with pytest.raises(Refused, match="BATCH_SIGNED"):
        sign(desk, CHECKER, "check")
    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        sign(desk, Actor(id=CHECKER.id, role="payment-releaser"), "release")
    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        withhold(desk, f"{Q1}-00001", Actor(id=CHECKER.id, role="payment-releaser"))


def test_what_is_released_or_was_never_ordered_is_not_held_back(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))
    with pytest.raises(Refused, match="ORDER_UNKNOWN"):
        withhold(desk, f"{Q1}-00009")
    with pytest.raises(Refused, match="ROLE_MISMATCH"):
        withhold(desk, order_id, DIRECTOR)
    with pytest.raises(Refused, match="REASON_MISSING"):
        withhold(desk, order_id, reason=" ")
    sign(desk, CHECKER, "check")
    sign(desk, RELEASER, "release")

    with pytest.raises(Refused, match="ORDER_RELEASED"):
        withhold(desk, order_id)


@pytest.mark.parametrize("account", ["agent.liu", "contact.wu"])
def test_who_stood_on_the_enterprises_side_when_the_voucher_was_applied_for_signs_none_of_its_payments(
    desk: Desk, account: str
) -> None:
    firm = a_firm(1)
    application = an_application(a_contract(yuan(5_000_000), buyer=firm), firm=firm)
    application.contact.MergeFrom(Contact(person_id="contact.wu", name="吴昊", mobile="13800000000"))
    agent = Actor(id="agent.liu", role="applicant", uscc=firm.uscc)
    submitted = SubmitApplication(programme_id="bj-slq-2023", application=application)
    case_id = desk.send(agent, submit_application=submitted).case_id
    desk.record_checks(case_id, *clean_checks(firm))
    desk.accept(case_id)
    desk.review(case_id)
    desk.issue(case_id)
    voucher = desk.voucher(desk.closed_case(case_id).voucher_id)
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000), buyer=firm), firm)
    desk.freeze(Q1)
    desk.order_payments(Q1)

    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        sign(desk, Actor(id=account, role=CHECKER.role), "check")
    sign(desk, CHECKER, "check")


def test_who_let_a_payment_go_out_does_not_put_in_how_it_ended(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))
    sign(desk, CHECKER, "check")
    sign(desk, RELEASER, "release")
    answer = RecordPayment(
        cycle_id=Q1,
        order_id=order_id,
        status=PAYMENT_STATUS_SETTLED,
        bank_reference="GK-1",
        evidence_sha256="ab" * 32,
    )

    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        desk.send(Actor(id=RELEASER.id, role="payment-reconciler"), record_payment=answer)
    desk.send(Actor(id="wu.di", role="payment-reconciler"), record_payment=answer)

    assert desk.cycle(Q1).orders[order_id].result == "settled"


def test_what_the_treasury_says_of_an_order_that_never_went_out_contradicts_the_ledger(desk: Desk) -> None:
    (order_id,) = ordered(desk, yuan(100_000))
    withhold(desk, order_id)

    with pytest.raises(Refused, match="PAYMENT_RESULT_CONFLICT"):
        desk.system(record_payment=RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_SETTLED))
