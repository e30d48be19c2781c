"""What a round pays is signed by several people before it goes out, as a quarter's payments are. (复核、放行)"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from audit.compared import Difference
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from commands.grant_payments import was_ordered
from domain import release
from domain.paying_wording import round_standing
from domain.payment_answers import Result
from domain.refusals import Refused
from domain.round import payment_order
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_SETTLED,
    Actor,
    RecordGrantPayment,
    ReplaceBankAccount,
    SignPayments,
    WithholdPayment,
)
from duifu.v1.events_pb2 import PaymentBatchMade
from duifu.v1.recovery_pb2 import RECOVERY_KIND_OVERPAID, OpenRecovery, RecoveryOpened
from ledger import streams
from ledger.rows import open_rows
from tests.amended import QINGDAO, a_rulebook, signed_before_it_goes_out, under
from tests.exchange.payment_files import all_orders, csv_of, put_in, the_list
from tests.rounds import ROUND_ID, RoundDesk, an_account, officer, operator

CHECKER = Actor(id="sun.yu", role="payment-checker")
RELEASER = Actor(id="qian.bo", role="payment-releaser")
DIRECTOR = Actor(id="zhou.min", role="bureau-director")
STEPS = ((CHECKER, "check"), (RELEASER, "release"), (DIRECTOR, "approve"))
RULEBOOK = a_rulebook(QINGDAO, signed_before_it_goes_out)
CITY, DISTRICT = f"{ROUND_ID}-city-00001", f"{ROUND_ID}-district-00002"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    """A round that has ordered what two levels pay to one operator, ¥5,000,000 in all: more than ¥500,000."""
    desk = under(RoundDesk(tmp_path / "ledger.sqlite"), RULEBOOK)
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    yield desk
    desk.ledger.close()


def sign(desk: RoundDesk, actor: Actor, step: str, batch: int = 1, seen: str = "") -> None:
    round_ = desk.round()
    now = next((release.digest(round_.in_batch(known)) for known in round_.batches if known.number == batch), "ab" * 32)
    signed = SignPayments(round_id=ROUND_ID, batch=batch, step=step, orders_sha256=seen or now)
    desk.send(actor, sign_payments=signed)


def withhold(desk: RoundDesk, order_id: str, actor: Actor = RELEASER, reason: str = "账户待核实") -> None:
    desk.send(actor, withhold_payment=WithholdPayment(round_id=ROUND_ID, order_id=order_id, reason=reason))


def goes_out(desk: RoundDesk, order_id: str) -> bool:
    """Whether the treasury would be asked to pay, whoever asks for it."""
    ordered = desk.round().orders[order_id].ordered
    asked = was_ordered(desk.ledger, payment_order(ROUND_ID, ordered))
    assert asked == (ordered in desk.round().to_pay())
    return asked


def test_nothing_goes_out_before_everybody_has_signed_who_has_to(desk: RoundDesk) -> None:
    told, sent = [round_standing(desk.round())], [goes_out(desk, CITY)]
    for actor, step in STEPS:
        exported = the_list(desk, ROUND_ID).going_out()
        sign(desk, actor, step)
        sent.append(goes_out(desk, CITY))
        told.append(round_standing(desk.round()))

    assert sent == [False, False, False, True]
    assert exported == {}
    assert told == [
        "2024年度待复核：2笔¥5,000,000.00，由支付复核岗签署",
        "2024年度待放行：2笔¥5,000,000.00，由支付放行岗签署",
        "2024年度待批准：2笔¥5,000,000.00，由分管局领导签署",
        "2024年度拨付中：2笔待国库结果",
    ]
    (made,) = [event for event in desk.events(streams.grant_round(ROUND_ID)) if isinstance(event, PaymentBatchMade)]
    assert list(made.order_ids) == [CITY, DISTRICT]
    assert sorted(the_list(desk, ROUND_ID).going_out()) == ["city", "district"]


def test_a_file_answers_nothing_that_has_not_gone_out(desk: RoundDesk) -> None:
    orders = all_orders(the_list(desk, ROUND_ID))
    answers = csv_of([(order, Result.SETTLED) for order in orders])

    early = put_in(desk, answers)
    with pytest.raises(Refused, match="PAYMENT_NOT_RELEASED"):
        desk.report(CITY)
    for actor, step in STEPS:
        sign(desk, actor, step)
    late = put_in(desk, answers)

    assert (early, late) == (["PAYMENT_NOT_RELEASED"] * 2, ["recorded"] * 2)


def test_who_asked_decided_or_signed_signs_nothing_more_and_reconciles_nothing(desk: RoundDesk) -> None:
    for account in (operator().id, "city-approver.1", "district-reviewer.1"):
        with pytest.raises(Refused, match="SIGNER_NOT_APART"):
            sign(desk, Actor(id=account, role=CHECKER.role), "check")
    sign(desk, CHECKER, "check")
    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        sign(desk, Actor(id=CHECKER.id, role=RELEASER.role), "release")
    for actor, step in STEPS[1:]:
        sign(desk, actor, step)
    answer = RecordGrantPayment(
        round_id=ROUND_ID, order_id=CITY, status=PAYMENT_STATUS_SETTLED, evidence_sha256="ab" * 32
    )

    with pytest.raises(Refused, match="SIGNER_NOT_APART"):
        desk.send(Actor(id=RELEASER.id, role="payment-reconciler"), record_grant_payment=answer)


@pytest.mark.parametrize(
    ("actor", "step", "batch", "seen", "code"),
    [
        (RELEASER, "release", 1, "", "BATCH_NOT_IN_TURN"),
        (RELEASER, "check", 1, "", "ROLE_MISMATCH"),
        (CHECKER, "check", 2, "", "BATCH_UNKNOWN"),
        (CHECKER, "check", 1, "ab" * 32, "BATCH_CHANGED"),
    ],
)
def test_a_signature_is_given_in_turn_for_what_is_there(
    desk: RoundDesk, actor: Actor, step: str, batch: int, seen: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        sign(desk, actor, step, batch, seen)


def test_nobody_signs_for_a_round_that_is_not_there(desk: RoundDesk) -> None:
    nowhere = SignPayments(round_id="qd-slzx-2031", batch=1, step="check", orders_sha256="ab" * 32)

    with pytest.raises(Refused, match="ROUND_UNKNOWN"):
        desk.send(CHECKER, sign_payments=nowhere)


def test_a_grant_that_is_held_back_is_ordered_and_signed_again_when_its_account_was_named_anew(
    desk: RoundDesk, tmp_path: Path
) -> None:
    case_id = desk.round().orders[CITY].ordered.case_id
    sign(desk, CHECKER, "check")

    withhold(desk, CITY)
    for actor, step in STEPS[1:]:
        sign(desk, actor, step)
    sent = [goes_out(desk, CITY), goes_out(desk, DISTRICT)]
    with pytest.raises(Refused, match="ORDER_RELEASED"):
        withhold(desk, DISTRICT)
    desk.report(DISTRICT)
    replaced = ReplaceBankAccount(case_id=case_id, bank_account=an_account(account="37100000000000009"))
    desk.send(operator(), replace_bank_account=replaced)
    again = f"{ROUND_ID}-city-00003"
    sent += [goes_out(desk, again)]
    for actor, step in STEPS:
        sign(desk, actor, step, batch=2)
    desk.report(again)
    desk.close()

    assert sent == [False, True, False]
    assert desk.round().orders[CITY].result == "withheld"
    different: list[Difference] = []
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        conserved = conserve(rows, RULEBOOK)
        tally = recompute(rows, RULEBOOK, different.append)
    assert (different, tally.is_equal, conserved.breaks) == ([], True, [])


def test_who_signed_a_grant_has_a_hand_in_what_is_recovered_of_it(desk: RoundDesk) -> None:
    case_id = desk.round().orders[CITY].ordered.case_id
    for actor, step in STEPS:
        sign(desk, actor, step)
    desk.pay_all()
    found = OpenRecovery(
        case_id=case_id, finding=RECOVERY_KIND_OVERPAID, amount_fen=1, reason="多付", evidence_sha256="ab" * 32
    )

    opened = desk.send(officer("inspector"), open_recovery=found)

    hands = desk.events(streams.recovery(opened.case_id))[0]
    assert isinstance(hands, RecoveryOpened)
    assert {actor.id for actor, _ in STEPS} <= set(hands.hands)
