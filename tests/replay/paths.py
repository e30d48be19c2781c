"""One story for every way that a case or a quarter can go: what is recorded, and replayed on every run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cli.qingdao_round import ROUND_ID, GrantRound
from domain.money import yuan
from duifu.v1.commands_pb2 import (
    VERDICT_PASS,
    VERDICT_REFUSE,
    Command,
    Decide,
    OpenCycle,
    ReplaceBankAccount,
    RequestCorrection,
    SubmitApplication,
    SupplyCorrection,
    WithdrawCase,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE
from policy.rulebook import Rulebook
from tests import amended, rounds
from tests.amended import BEIJING, a_rulebook
from tests.builders import (
    ACCEPTANCE,
    CYCLE_OFFICER,
    PROGRAMME,
    REVIEW,
    VERIFICATION,
    a_redemption,
    an_account,
    applicant,
    direction_fits,
    shanghai,
)
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    demanding,
    noticing,
    opening,
    receiving,
    waiving,
)
from tests.desk import the_rulebook
from tests.office import Office
from tests.reference_city.running import CLOSED_ACCOUNT
from tests.workflows.people import CENTRE, PARENT, SUBSIDIARY, TECHNOLOGY, a_claim

FIRST, SECOND = "bj-claim-2024-000001", "bj-claim-2024-000002"
GRANT = "qd-grant-2024-000001"
VOUCHER, REDEMPTION = "bj-voucher-2024-000001", "bj-redeem-2024-000001"
RECOVERY = f"{FIRST}-recovery-1"
Q1, Q2 = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"


@dataclass(frozen=True)
class Path:
    """A story, and the workflow whose history tells it."""

    subject_id: str
    story: Callable[[Office], Awaitable[None]]
    begins_on: str = "2024-03-01"
    rulebook: Callable[[], Rulebook] = the_rulebook


async def approved(office: Office) -> None:
    await submitted(office)
    await through_review(office, FIRST)


async def deemed_accepted(office: Office) -> None:
    await submitted(office)
    await office.pass_time(shanghai("2024-03-09 00:00"))
    office.desk.review(FIRST)


async def corrected(office: Office) -> None:
    await submitted(office)
    office.desk.send(ACCEPTANCE, request_correction=missing(FIRST))
    await office.settled()
    supplied = SupplyCorrection(case_id=FIRST, application=a_claim(yuan(900_000)))
    office.desk.send(applicant(TECHNOLOGY), supply_correction=supplied)
    await office.checked(FIRST)
    await through_review(office, FIRST)


async def not_corrected(office: Office) -> None:
    await submitted(office)
    office.desk.send(ACCEPTANCE, request_correction=missing(FIRST))
    await office.pass_time(shanghai("2024-03-23 00:00"))


async def escalated(office: Office) -> None:
    await submitted(office)
    office.desk.accept(FIRST)
    await office.pass_time(shanghai("2024-04-10 00:00"))
    office.desk.review(FIRST)


async def refused(office: Office) -> None:
    office.desk.submit(a_claim(firm=SUBSIDIARY, supplier=PARENT), SUBSIDIARY)
    await office.checked(FIRST)
    office.desk.accept(FIRST)
    await office.settled()
    office.desk.review(FIRST, verdict=VERDICT_REFUSE, code="BJ_E_RELATED", reason="供给方为母公司")


async def withdrawn(office: Office) -> None:
    await submitted(office)
    office.desk.send(applicant(TECHNOLOGY), withdraw_case=WithdrawCase(case_id=FIRST, reason="合同取消"))


async def capped(office: Office) -> None:
    await submitted(office, yuan(9_000_000), "HT-1")
    await through_review(office, FIRST)
    await submitted(office, yuan(2_000_000), "HT-2")
    await through_review(office, SECOND)


async def contract_claimed_twice(office: Office) -> None:
    await submitted(office, number="HT-2024-007")
    await submitted(office, number="ht 2024 007")
    await through_review(office, FIRST)
    await through_review(office, SECOND)


async def held_behind_another(office: Office) -> None:
    await submitted(office, yuan(5_000_000), "HT-1")
    await submitted(office, yuan(6_000_000), "HT-2")
    office.desk.accept(FIRST)
    office.desk.accept(SECOND)
    office.desk.review(SECOND)
    await office.settled()
    office.desk.review(FIRST)


async def source_away(office: Office) -> None:
    office.city.switch_off("credit")
    await submitted(office)
    office.desk.accept(FIRST)
    office.city.switch_on("credit")
    away = CHECK_OUTCOME_UNAVAILABLE
    await office.case_until(FIRST, lambda case: case.checks["credit"].outcome != away, "credit's answer")
    office.desk.review(FIRST)


async def decided_by_update(office: Office) -> None:
    await submitted(office)
    for actor, stage in ((ACCEPTANCE, "acceptance"), (REVIEW, "review")):
        findings = [direction_fits()] if stage == "review" else []
        decide = Decide(case_id=FIRST, stage=stage, verdict=VERDICT_PASS, findings=findings)
        command = Command(command_id=f"update-{stage}", actor=actor, decide=decide)
        await office.handle(FIRST).execute_update("command", command)


async def terminated_and_started_again(office: Office) -> None:
    await submitted(office)
    await office.settled()
    await office.handle(FIRST).terminate("recorded on purpose")
    await through_review(office, FIRST)


async def redeemed(office: Office) -> None:
    await verified(office)
    await office.pass_time(shanghai("2024-04-01 00:00"))


async def paid_late(office: Office) -> None:
    """The treasury does not answer at once."""
    await verified(office)
    office.city.edit("settling_seconds: 0", "settling_seconds: 2")
    await office.pass_time(shanghai("2024-04-01 00:00"))


async def granted(office: Office) -> None:
    await GrantRound(office.desk.door, office.client, lambda _line: None).play()


async def returned_and_paid(office: Office) -> None:
    await verified(office, account=CLOSED_ACCOUNT)
    await office.pass_time(shanghai("2024-04-01 00:00"))
    account = ReplaceBankAccount(case_id=REDEMPTION, bank_account=an_account(TECHNOLOGY))
    office.desk.send(applicant(TECHNOLOGY), replace_bank_account=account)
    await office.pass_time(shanghai("2024-07-01 00:00"))


async def recovered(office: Office) -> None:
    """Nobody is heard in the days for it; what is demanded comes in late, in two parts."""
    await redeemed(office)
    office.desk.send(INSPECTOR, open_recovery=opening(FIRST, yuan(10_000)))
    office.desk.send(INSPECTOR, send_recovery_notice=noticing(RECOVERY))
    await office.pass_time(shanghai("2024-04-10 00:00"))
    office.desk.send(DECIDER, record_recovery_statement=waiving(RECOVERY))
    office.desk.send(DECIDER, demand_recovery=demanding(RECOVERY, yuan(10_000)))
    office.desk.send(COLLECTOR, record_recovery_receipt=receiving(RECOVERY, yuan(4_000), "SK-1", "2024-04-10"))
    await office.pass_time(shanghai("2024-05-10 00:00"))
    office.desk.send(COLLECTOR, record_recovery_receipt=receiving(RECOVERY, yuan(6_000), "SK-2", "2024-05-09"))


async def deferred_by_the_cap(office: Office) -> None:
    dates = {"signed_on": "2023-11-01", "starts_on": "2023-11-10", "ends_on": "2024-10-31"}
    await submitted(office, yuan(10_000_000), "HT-1", **dates)
    await through_review(office, "bj-claim-2023-000001")
    await office.pass_time(shanghai("2024-03-01 09:00"))
    await verified(office, settled=yuan(10_000_000), voucher_id="bj-voucher-2023-000001", invoice=1)
    await submitted(office, yuan(10_000_000), "HT-2")
    await through_review(office, FIRST)
    await verified(office, settled=yuan(5_000_000), case_id="bj-redeem-2024-000002", invoice=2)
    await office.pass_time(shanghai("2025-04-01 00:00"))


async def tail_batch(office: Office) -> None:
    await submitted(office, signed_on="2025-08-01", starts_on="2025-08-01", ends_on="2025-12-31")
    await through_review(office, "bj-claim-2025-000001")
    days: dict[str, Any] = {"period": ("2025-08-01", "2025-10-31"), "on": "2025-11-10"}
    await verified(office, voucher_id="bj-voucher-2025-000001", case_id="bj-redeem-2025-000001", **days)
    await office.pass_time(shanghai("2026-04-10 00:00"))
    office.desk.send(CYCLE_OFFICER, confirm_cycle={"cycle_id": "bj-slq-2023-2026Q1", "reason": "主管部门批准"})


async def empty_quarter(office: Office) -> None:
    office.desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))
    await office.pass_time(shanghai("2024-04-01 00:00"))


async def verified_by_the_quarter(office: Office) -> None:
    await approved(office)
    for invoice, paid in ((1, yuan(100_000)), (2, yuan(60_000))):
        asked = a_redemption(VOUCHER, yuan(100_000), invoice=invoice, paid=paid, buyer=TECHNOLOGY, supplier=CENTRE)
        office.desk.request(asked, TECHNOLOGY)
    await office.pass_time(shanghai("2024-03-02 09:00"))
    office.desk.decide(VERIFICATION, "bj-redeem-2024-000002", "verification")
    await office.pass_time(shanghai("2024-04-01 00:00"))


async def answers_grown_old(office: Office) -> None:
    submitted = SubmitApplication(programme_id=rounds.PROGRAMME, application=rounds.a_bid())
    office.desk.send(rounds.operator(), submit_application=submitted)
    await office.checked(GRANT)
    await office.pass_time(shanghai("2024-02-23 09:00"))
    office.desk.send(rounds.operator(), withdraw_case=WithdrawCase(case_id=GRANT, reason="另行申报"))


#: Every path; a recorded history has its name. "round-paid" and the quarters are of runs that paid before payments went
#: out beside everything else (`workflows/paying_together.py`); "round-paid-beside" and the quarter that waits for its
#: treasury are of later ones.
PATHS = {
    "approved": Path(FIRST, approved),
    "deemed-accepted": Path(FIRST, deemed_accepted),
    "corrected": Path(FIRST, corrected),
    "not-corrected": Path(FIRST, not_corrected),
    "escalated": Path(FIRST, escalated),
    "refused": Path(FIRST, refused),
    "withdrawn": Path(FIRST, withdrawn),
    "capped": Path(SECOND, capped),
    "contract-claimed-twice": Path(SECOND, contract_claimed_twice),
    "held-behind-another": Path(SECOND, held_behind_another),
    "source-away": Path(FIRST, source_away),
    "answers-grown-old": Path(GRANT, answers_grown_old, "2024-01-22"),
    "decided-by-update": Path(FIRST, decided_by_update),
    "started-again": Path(FIRST, terminated_and_started_again),
    "redeemed": Path(REDEMPTION, redeemed),
    "returned-and-paid": Path(REDEMPTION, returned_and_paid),
    "recovered": Path(RECOVERY, recovered),
    "quarter-paid": Path(Q1, redeemed),
    "quarter-that-waits-for-its-treasury": Path(Q1, paid_late),
    "round-paid": Path(ROUND_ID, granted, "2024-01-22"),
    "round-paid-beside": Path(ROUND_ID, granted, "2024-01-22"),
    "quarter-with-a-return": Path(Q1, returned_and_paid),
    "quarter-after-a-return": Path(Q2, returned_and_paid),
    "quarter-that-defers": Path(Q1, deferred_by_the_cap, "2023-12-04"),
    "quarter-that-awaits-a-ruling": Path("bj-slq-2023-2026Q1", tail_batch, "2025-11-17"),
    "quarter-that-verifies": Path(
        Q1, verified_by_the_quarter, rulebook=lambda: a_rulebook(BEIJING, amended.verified_by_the_quarter)
    ),
    "quarter-without-claims": Path(Q1, empty_quarter),
}


async def submitted(office: Office, worth: int = yuan(1_000_000), number: str = "HT-1", **dates: Any) -> None:
    await office.checked(office.desk.submit(a_claim(worth, number=number, **dates), TECHNOLOGY))


async def through_review(office: Office, case_id: str) -> None:
    office.desk.accept(case_id)
    await office.settled()
    office.desk.review(case_id)
    await office.ending(case_id)


async def verified(
    office: Office,
    settled: int = yuan(100_000),
    account: str = "",
    voucher_id: str = VOUCHER,
    case_id: str = REDEMPTION,
    **how: Any,
) -> None:
    """A request that waits for its quarter; claims the voucher first if it is the usual one."""
    if voucher_id == VOUCHER and not office.desk.voucher(VOUCHER).voucher_id:
        await approved(office)
    request = a_redemption(voucher_id, settled, buyer=TECHNOLOGY, supplier=CENTRE, **how)
    request.bank_account.number = account or request.bank_account.number
    office.desk.request(request, TECHNOLOGY)
    await office.checked(case_id)
    office.desk.decide(VERIFICATION, case_id, "verification")
    await office.settled()


def missing(case_id: str) -> RequestCorrection:
    return RequestCorrection(case_id=case_id, stage="acceptance", items=["缺少分项价格表", "财务制度未盖章"])
