"""Books that are kept apart agree to the fen; when they do not, the rule and the difference are named."""

import pytest
from google.protobuf.message import Message

from cli.views import IN_WORDS
from domain.money import yuan
from duifu.v1.events_pb2 import (
    Envelope,
    HeadroomIssued,
    PaymentSettled,
    RedemptionHeadroomRestored,
    VoucherRedeemed,
)
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from tests.builders import PROGRAMME
from tests.desk import Desk
from tests.views.conftest import on_sqlite
from tests.views.histories import FIRMS, cycle_id
from views.following import rebuild
from views.store import Views, question
from views.sums import RULES

QUARTER = streams.cycle(cycle_id("2024Q2"))


def insert(desk: Desk, stream: str, event: Message) -> None:
    """What somebody does who may write to the ledger and passes by the door."""
    envelope = Envelope(event=wrap(event), command_id="forged")
    desk.ledger.append([Recorded(stream, desk.ledger.version(stream) + 1, envelope)])


def differences(views: Views) -> dict[str, int]:
    """Every rule that is broken, by how much in fen."""
    rows = views.read(*question("view_conservation", {})).rows
    return {row["rule"]: row["difference_fen"] for row in rows if row["difference_fen"]}


def test_after_a_year_in_which_everything_happened_every_rule_holds(year: Desk, views: Views) -> None:
    rebuild(views, year.ledger)

    rows = views.read(*question("view_conservation", {})).rows
    assert {row["rule"] for row in rows} == set(RULES)
    assert differences(views) == {}
    assert all(row["left_fen"] > 0 for row in rows), "a rule that compares nothing with nothing proves nothing"


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


def test_every_rule_and_book_has_words_for_people() -> None:
    named = {*RULES, *(side.name for sides in RULES.values() for side in sides)}

    assert named == set(IN_WORDS)
