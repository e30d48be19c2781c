"""Books that are kept apart agree to the fen; when they do not, the rule and the difference are named."""

import pytest
from google.protobuf.message import Message

from cli.view_reading import IN_WORDS
from domain.money import yuan
from domain.payment_answers import RECONCILER
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    Actor,
    RecordGrantPayment,
    RecordPayment,
    ReplaceBankAccount,
    RescaleVoucher,
)
from duifu.v1.events_pb2 import (
    ApplicantLeft,
    Envelope,
    GrantOrdered,
    GrantReturned,
    GrantSettled,
    GrantShare,
    HeadroomIssued,
    LevelAmount,
    PaymentSettled,
    RedemptionHeadroomRestored,
    RoundAllocated,
    VoucherRedeemed,
)
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from tests.builders import PROGRAMME, REVIEW, a_contract, officer
from tests.desk import Desk
from tests.rounds import ROUND_ID, RoundDesk
from tests.views.conftest import on_sqlite
from tests.views.histories import FIRMS, cycle_id
from views.following import rebuild
from views.store import Views, question
from views.sums import RULES

OF_ROUNDS = {"pools", "allocated", "grants-settled", "grants-ordered", "grant-orders", "closing-grants"}
THE_ROUND = streams.grant_round(ROUND_ID)
FIRST, THIRD = "qd-grant-2024-000001", "qd-grant-2024-000003"
QUARTER = streams.cycle(cycle_id("2024Q2"))


def insert(desk: Desk, stream: str, event: Message) -> None:
    """What somebody does who may write to the ledger and passes by the door."""
    envelope = Envelope(event=wrap(event), command_id="forged")
    desk.ledger.append([Recorded(stream, desk.ledger.version(stream) + 1, envelope)])


def differences(views: Views) -> dict[str, int]:
    """Every rule that is broken, by how much in fen."""
    rows = views.read(*question("view_conservation", {})).rows
    return {row["rule"]: row["difference_fen"] for row in rows if row["difference_fen"]}


def test_a_voucher_that_is_worth_less_now_is_told_with_what_lapsed_and_what_comes_back(
    desk: Desk, views: Views
) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))
    desk.pay_for(voucher, yuan(3_000_000))
    desk.settle_quarter(cycle_id("2024Q1"))
    asked = RescaleVoucher(
        voucher_id=voucher.voucher_id,
        contract=a_contract(yuan(2_000_000)),
        reason="提前终止",
        evidence_sha256="ab" * 32,
    )
    desk.send(REVIEW, rescale_voucher=asked)

    rebuild(views, desk.ledger)

    (row,) = views.read(*question("view_voucher", {})).rows
    told = ("face_fen", "lapsed_fen", "redeemed_fen", "claw_back_fen", "left_fen")
    assert [row[name] for name in told] == [yuan(400_000), yuan(600_000), yuan(600_000), yuan(200_000), 0]
    assert row["status"] == "redeemed"
    assert differences(views) == {}


def test_a_payment_that_came_back_and_was_paid_again_is_in_all_books(desk: Desk, views: Views) -> None:
    voucher = desk.voucher_through_the_door()
    desk.pay_for(voucher, yuan(100_000))
    (order_id,) = desk.settle_quarter(cycle_id("2024Q1")).orders
    came_back = RecordPayment(
        cycle_id=cycle_id("2024Q1"),
        order_id=order_id,
        status=PAYMENT_STATUS_RETURNED,
        reason="退汇",
        evidence_sha256="ab" * 32,
    )
    desk.at("2024-05-06 09:00").send(officer(RECONCILER), record_payment=came_back)

    rebuild(views, desk.ledger)
    (waiting,) = views.read(*question("view_voucher", {})).rows
    waiting_for = differences(views)
    desk.settle_quarter(cycle_id("2024Q2"))
    rebuild(views, desk.ledger)

    (paid,) = views.read(*question("view_voucher", {})).rows
    assert [row["redeemed_fen"] for row in (waiting, paid)] == [0, yuan(20_000)]
    assert [row["left_fen"] for row in (waiting, paid)] == [yuan(200_000), yuan(180_000)]
    assert waiting_for == differences(views) == {}


def test_a_grant_that_came_back_and_was_paid_again_is_in_all_books(whole_round: RoundDesk, views: Views) -> None:
    order = next(each for each in whole_round.round().orders.values() if each.result == "settled")
    came_back = RecordGrantPayment(
        round_id=ROUND_ID,
        order_id=order.ordered.order_id,
        status=PAYMENT_STATUS_RETURNED,
        reason="退汇",
        evidence_sha256="ab" * 32,
    )
    whole_round.send(officer(RECONCILER), record_grant_payment=came_back)

    rebuild(views, whole_round.ledger)
    waiting_for = differences(views)
    case = whole_round.case(order.ordered.case_id)
    account = ReplaceBankAccount(case_id=case.case_id, bank_account=case.application.bank_account)
    actor = Actor(id=case.submitted_by, role="applicant", uscc=case.applicant_uscc)
    whole_round.send(actor, replace_bank_account=account)
    rebuild(views, whole_round.ledger)
    ordered = differences(views)
    whole_round.pay_all()
    rebuild(views, whole_round.ledger)

    assert waiting_for == ordered == differences(views) == {}


def test_after_a_year_in_which_everything_happened_every_rule_holds(year: Desk, views: Views) -> None:
    rebuild(views, year.ledger)

    rows = views.read(*question("view_conservation", {})).rows
    assert {row["rule"] for row in rows} == set(RULES) - OF_ROUNDS
    assert differences(views) == {}
    assert all(row["left_fen"] > 0 for row in rows), "a rule that compares nothing with nothing proves nothing"


def test_after_a_round_in_which_everything_happened_every_rule_holds(whole_round: RoundDesk, views: Views) -> None:
    rebuild(views, whole_round.ledger)

    rows = views.read(*question("view_conservation", {})).rows
    assert {row["rule"] for row in rows if row["left_fen"]} == OF_ROUNDS
    assert differences(views) == {}
    of_levels = {(row["rule"], row["level"]) for row in rows if row["level"]}
    assert of_levels == {
        (rule, level) for rule in ("grants-ordered", "grant-orders", "closing-grants") for level in ("city", "district")
    }


@on_sqlite
@pytest.mark.parametrize(
    ("stream", "event", "broken"),
    [
        pytest.param(
            streams.enterprise_year(PROGRAMME, FIRMS[0].uscc, 2024),
            HeadroomIssued(case_id="bj-claim-2024-000099", amount_fen=yuan(1)),
            {"issue-headroom": -yuan(1)},
            id="head-room used without a voucher",
        ),
        pytest.param(
            streams.enterprise_year(PROGRAMME, FIRMS[1].uscc, 2024),
            RedemptionHeadroomRestored(order_id="bj-slq-2023-2024Q2-00002", amount_fen=yuan(140_000)),
            {"redemption-headroom": yuan(140_000)},
            id="head-room restored although no payment came back",
        ),
        pytest.param(
            streams.voucher("bj-voucher-2024-000001"),
            VoucherRedeemed(case_id="x", cycle_id=cycle_id("2024Q2"), amount_fen=7),
            {"redeemed": -7},
            id="a voucher redeemed without a payment",
        ),
        pytest.param(
            QUARTER,
            PaymentSettled(order_id="bj-slq-2023-2024Q2-00001", bank_reference="forged"),
            {"redeemed": yuan(20_000), "claims-settled": yuan(20_000)},
            id="a payment settled that no voucher and no claim knows",
        ),
    ],
)
def test_an_event_that_passed_by_the_door_is_found(
    year: Desk, views: Views, stream: str, event: Message, broken: dict[str, int]
) -> None:
    insert(year, stream, event)

    rebuild(views, year.ledger)

    assert differences(views) == broken


def a_sharing(city_fen: int) -> RoundAllocated:
    """Of the first applicant's part, as nobody's rules gave it."""
    levels = [LevelAmount(level="city", amount_fen=city_fen), LevelAmount(level="district", amount_fen=yuan(2_000_000))]
    share = GrantShare(case_id=FIRST, amount_fen=city_fen + yuan(2_000_000), levels=levels)
    return RoundAllocated(number=3, shares=[share])


@on_sqlite
@pytest.mark.parametrize(
    ("event", "broken"),
    [
        pytest.param(
            a_sharing(yuan(2_000_000) + 1), {"allocated": 1, "grants-ordered": 1}, id="a fen that no case was told of"
        ),
        pytest.param(
            ApplicantLeft(case_id=THIRD),
            {"allocated": -yuan(10_000_000), "grants-ordered": -yuan(5_000_000)},
            id="somebody who was paid has left",
        ),
        pytest.param(
            GrantOrdered(order_id="x", case_id=FIRST, level="city", amount_fen=7),
            {"grants-ordered": -7},
            id="one more order",
        ),
        pytest.param(
            GrantReturned(order_id=f"{ROUND_ID}-city-00001"),
            {"grants-settled": -yuan(2_000_000), "closing-grants": yuan(2_000_000)},
            id="a payment returned that the case was told is settled",
        ),
        pytest.param(
            GrantSettled(order_id=f"{ROUND_ID}-district-00002"),
            {"grants-settled": yuan(2_000_000), "grants-ordered": -yuan(2_000_000), "closing-grants": -yuan(2_000_000)},
            id="a payment settled that came back",
        ),
    ],
)
def test_an_event_of_a_round_that_passed_by_the_door_is_found(
    whole_round: RoundDesk, views: Views, event: Message, broken: dict[str, int]
) -> None:
    insert(whole_round, THE_ROUND, event)

    rebuild(views, whole_round.ledger)

    assert differences(views) == broken


STATES = {"settled", "returned", "under-way"}  # of a payment, shown by the same tables


def test_every_rule_and_book_has_words_for_people() -> None:
    named = {*RULES, *(side.name for sides in RULES.values() for side in sides)}

    assert named | STATES == set(IN_WORDS)
