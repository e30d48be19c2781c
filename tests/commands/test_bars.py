"""An enterprise of which money was demanded back neither applies nor redeems for a time. (F-8)"""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.compared import Difference
from audit.recompute import recompute
from audit.story import sentence
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor
from ledger import streams
from ledger.registry import unwrap
from ledger.rows import open_rows
from tests.amended import BEIJING, a_rulebook, under
from tests.audit.tampering import forged
from tests.builders import BUYER, PROGRAMME, a_contract, a_firm, a_redemption, an_application, shanghai
from tests.commands.recovery_desk import DECIDER, INSPECTOR, barring, demanded, found, paid_voucher, refused
from tests.desk import Desk


def applying(desk: Desk, number: str) -> str:
    return desk.submit(an_application(a_contract(yuan(100_000), number=number)))


def test_from_the_first_day_to_the_last_it_neither_applies_nor_redeems(desk: Desk, paid: Voucher) -> None:
    desk.send(DECIDER, bar_enterprise=barring(demanded(desk, paid, yuan(1))))
    applying(desk.at("2024-04-30 23:59"), "HT-2")

    for moment in ("2024-05-01 00:00", "2025-04-30 23:59"):
        with pytest.raises(Refused, match="ENTERPRISE_BARRED") as answer:
            applying(desk.at(moment), "HT-3")
        assert answer.value.not_before == shanghai("2025-05-01 00:00")
        with pytest.raises(Refused, match="ENTERPRISE_BARRED"):
            desk.request(a_redemption(paid.voucher_id, yuan(1_000), invoice=2))

    assert applying(desk.at("2025-05-01 00:00"), "HT-3")


def test_another_enterprise_applies_and_what_is_under_way_goes_on(desk: Desk, paid: Voucher) -> None:
    under_way = desk.accepted_case(an_application(a_contract(yuan(100_000), number="HT-2")))
    desk.send(DECIDER, bar_enterprise=barring(demanded(desk, paid, yuan(1)), first="2024-04-02"))
    other = a_firm(77)

    desk.review(under_way)

    assert desk.submit(an_application(a_contract(yuan(100_000), number="HT-9", buyer=other), firm=other), other)


def test_it_takes_a_demand_and_who_decides_it(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(1))
    assert refused(desk, DECIDER, bar_enterprise=barring(recovery)).code == "BAR_WITHOUT_DEMAND"
    assert refused(desk, INSPECTOR, bar_enterprise=barring(recovery)).code == "ROLE_MISMATCH"
    himself = Actor(id=INSPECTOR.id, name="本人", role=DECIDER.role)
    assert refused(desk, himself, bar_enterprise=barring(recovery)).code == "RECOVERY_NOT_APART"


@pytest.mark.parametrize(
    ("first", "last"),
    [("2024-04-01", "2024-05-01"), ("2024-05-01", "2024-04-30"), ("2024-05-01", "2027-05-02")],
    ids=["begins before today", "ends before it begins", "beyond thirty-six months"],
)
def test_it_lasts_no_longer_than_the_programme_allows(desk: Desk, paid: Voucher, first: str, last: str) -> None:
    recovery = demanded(desk, paid, yuan(1))

    assert refused(desk, DECIDER, bar_enterprise=barring(recovery, first, last)).code == "BAR_PERIOD"
    assert refused(desk, DECIDER, bar_enterprise=barring(recovery, reason=" ")).code == "REASON_MISSING"


def test_the_same_bar_again_changes_nothing_and_a_longer_one_holds(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(1))
    stream = streams.bar(PROGRAMME, BUYER.uscc)
    for command_id in ("first", "again"):
        desk.send(DECIDER, command_id, bar_enterprise=barring(recovery))
    assert desk.ledger.version(stream) == 1

    desk.send(DECIDER, bar_enterprise=barring(recovery, last="2026-04-30"))

    with pytest.raises(Refused, match="2026-04-30"):
        applying(desk.at("2025-06-03 09:00"), "HT-3")
    assert all("限制申报" in sentence(event) for event in desk.events(stream))


def test_a_programme_without_bars_keeps_nobody_out(desk: Desk) -> None:
    def without_bars(data: dict[str, Any]) -> None:
        del data["recovery"]["bar"]

    under(desk, a_rulebook(BEIJING, without_bars))
    voucher = paid_voucher(desk)
    recovery = demanded(desk.at("2024-04-02 09:00"), voucher, yuan(1))

    assert refused(desk, DECIDER, bar_enterprise=barring(recovery)).code == "BAR_NOT_FORESEEN"


def differences(desk: Desk) -> list[Difference]:
    found_: list[Difference] = []
    with closing(open_rows(desk.ledger.address)) as rows:
        recompute(rows, desk.door.rulebook, found_.append)
    return found_


def test_an_audit_finds_a_bar_longer_than_allowed(desk: Desk, paid: Voucher) -> None:
    desk.send(DECIDER, bar_enterprise=barring(demanded(desk, paid, yuan(1))))
    assert differences(desk) == []

    def lengthened(envelope: Any) -> None:
        unwrap(envelope.event).through_on = "2030-04-30"  # type: ignore[attr-defined]

    barred = type(desk.events(streams.bar(PROGRAMME, BUYER.uscc))[0])
    position = forged(Path(desk.ledger.address), barred, lengthened)

    assert [one.position for one in differences(desk) if "BAR_PERIOD" in str(one.derived)] == [position]


def test_an_audit_finds_an_application_of_who_was_barred(desk: Desk, paid: Voucher) -> None:
    desk.send(DECIDER, bar_enterprise=barring(demanded(desk, paid, yuan(1))))
    case_id = applying(desk.at("2025-05-06 09:00"), "HT-3")
    assert differences(desk) == []

    def lengthened(envelope: Any) -> None:
        unwrap(envelope.event).through_on = "2026-04-30"  # type: ignore[attr-defined]

    barred = type(desk.events(streams.bar(PROGRAMME, BUYER.uscc))[0])
    forged(Path(desk.ledger.address), barred, lengthened)

    assert [one.subject for one in differences(desk) if "ENTERPRISE_BARRED" in str(one.derived)] == [case_id]
