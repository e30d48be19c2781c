"""A voucher ends on its last day: what was asked for by then is paid, the rest lapses before its quarter closes."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.compared import Difference
from audit.conservation.account import Bucket
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from commands import lapsing
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import CloseCycle, LapseVouchers, RequestRedemption, RescaleVoucher
from duifu.v1.events_pb2 import VoucherLapsed, VouchersSwept
from ledger import streams
from ledger.rows import open_rows
from policy.rulebook import Rulebook
from tests.amended import BEIJING, a_rulebook, under
from tests.builders import REVIEW, SHA256, a_contract, a_firm, a_redemption, applicant
from tests.desk import Desk

Q1, Q2, Q3 = (f"bj-slq-2023-2024Q{number}" for number in (1, 2, 3))
WORTH = yuan(200_000)
FIRMS = [a_firm(number) for number in (31, 32, 33)]


def for_three_months(data: dict[str, Any]) -> None:
    """A voucher may be used for three months from its acceptance."""
    data["award"]["valid_for"] = {"clause": "BJ-A13", "months": 3}


@pytest.fixture
def rulebook() -> Rulebook:
    return a_rulebook(BEIJING, for_three_months)


@pytest.fixture
def desk(tmp_path: Path, rulebook: Rulebook) -> Desk:
    return under(Desk(tmp_path / "ledger.sqlite"), rulebook)


def three_vouchers(desk: Desk) -> list[Voucher]:
    """Of 1 March 2024: one is used in part on its last day, one not at all, and one as a whole."""
    contracts = [a_contract(number=f"HT-{firm.uscc[-4:]}", buyer=firm) for firm in FIRMS]
    vouchers = [desk.voucher_through_the_door(c, firm) for c, firm in zip(contracts, FIRMS, strict=True)]
    desk.redemption_through_the_door(a_redemption(vouchers[2].voucher_id, yuan(1_000_000), buyer=FIRMS[2]), FIRMS[2])
    desk.settle_quarter(Q1)
    desk.at("2024-06-01 23:59:59")
    last = a_redemption(vouchers[0].voucher_id, yuan(400_000), invoice=2, buyer=FIRMS[0])
    desk.redemption_through_the_door(last, FIRMS[0])
    return vouchers


def lapses(desk: Desk, voucher: Voucher) -> list[int]:
    told = desk.events(streams.voucher(voucher.voucher_id))
    return [event.lapsed_fen for event in told if isinstance(event, VoucherLapsed)]


def code_of(desk: Desk, **command: Any) -> str:
    with pytest.raises(Refused) as refused:
        desk.system(**command)
    return refused.value.code


def test_what_nobody_asked_for_by_the_last_day_lapses_once_a_page_at_a_time(
    desk: Desk, tmp_path: Path, rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapsing, "VOUCHERS_AT_ONCE", 2)
    vouchers = three_vouchers(desk)
    desk.at("2024-06-02 00:00")
    late = RequestRedemption(request=a_redemption(vouchers[1].voucher_id, invoice=3, buyer=FIRMS[1]))
    with pytest.raises(Refused, match="VOUCHER_EXPIRED"):
        desk.send(applicant(FIRMS[1]), request_redemption=late)

    too_early = code_of(desk, lapse_vouchers=LapseVouchers(cycle_id=Q2))
    desk.freeze(Q2)
    unpaid = code_of(desk, lapse_vouchers=LapseVouchers(cycle_id=Q2))
    desk.order_payments(Q2)
    desk.record_results(Q2)
    not_swept = code_of(desk, close_cycle=CloseCycle(cycle_id=Q2))
    desk.close_quarter(Q2)
    closed = code_of(desk, lapse_vouchers=LapseVouchers(cycle_id=Q2))

    assert (too_early, unpaid, not_swept, closed) == (
        "CYCLE_NOT_FROZEN",
        "CYCLE_NOT_SETTLED",
        "VOUCHERS_TO_LAPSE",
        "CYCLE_CLOSED",
    )
    assert [lapses(desk, voucher) for voucher in vouchers] == [[yuan(120_000)], [WORTH], []]
    swept = [event for event in desk.events(streams.cycle(Q2)) if isinstance(event, VouchersSwept)]
    assert [(event.lapsed, event.lapsed_fen, event.is_last) for event in swept] == [
        (2, WORTH + yuan(120_000), False),
        (0, 0, True),
    ]
    assert desk.year(2024, FIRMS[1]).issued_fen == WORTH  # the year's limit is not opened again
    held = the_evidence_agrees(tmp_path, rulebook)
    assert held[f"voucher/{vouchers[1].voucher_id}"] == {Bucket.RELEASED: WORTH}
    assert held[f"voucher/{vouchers[0].voucher_id}"] == {Bucket.PAID: yuan(80_000), Bucket.RELEASED: yuan(120_000)}
    desk.ledger.close()


def test_what_has_lapsed_lapses_no_second_time_and_its_contract_may_still_end_early(
    desk: Desk, tmp_path: Path, rulebook: Rulebook
) -> None:
    first = three_vouchers(desk)[0]
    desk.settle_quarter(Q2)
    fourth = desk.voucher_through_the_door(a_contract(number="HT-4", buyer=FIRMS[1]), FIRMS[1])
    desk.redemption_through_the_door(a_redemption(fourth.voucher_id, invoice=4, buyer=FIRMS[1]), FIRMS[1])
    desk.settle_quarter(Q3)
    cheaper = RescaleVoucher(
        voucher_id=first.voucher_id,
        contract=a_contract(yuan(300_000), number=f"HT-{FIRMS[0].uscc[-4:]}", buyer=FIRMS[0]),
        reason="提前终止",
        evidence_sha256=SHA256,
    )
    desk.send(REVIEW, rescale_voucher=cheaper)

    assert lapses(desk, first) == [yuan(120_000)]
    after = desk.voucher(first.voucher_id)
    assert (after.face_value_fen, after.claw_back_fen, after.expired_fen) == (yuan(60_000), yuan(20_000), 0)
    the_evidence_agrees(tmp_path, rulebook)
    desk.ledger.close()


def the_evidence_agrees(folder: Path, rulebook: Rulebook) -> dict[str, dict[Bucket, int]]:
    """Conserved, and made again without a difference; what each account holds."""
    different: list[Difference] = []
    with closing(open_rows(folder / "ledger.sqlite")) as rows:
        found = conserve(rows, rulebook)
        recompute(rows, rulebook, different.append)
    assert found.breaks == []
    assert found.is_conserved
    assert different == []
    return {a.name: {bucket: a.held[bucket] for bucket in Bucket if a.held[bucket]} for a in found.accounts}
