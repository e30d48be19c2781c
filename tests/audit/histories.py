"""Ledgers with a history that an auditor would ask about; all of it went in at the door."""

from collections.abc import Callable
from datetime import timedelta

from domain.cycle import cycle_id
from domain.dates import Quarter, civil_date
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    VERDICT_REFUSE,
    ReplaceBankAccount,
    RequestCorrection,
    SupplyCorrection,
    WithdrawCase,
)
from duifu.v1.facts_pb2 import Application, Contact
from tests.builders import (
    ACCEPTANCE,
    OTHER_BUYER,
    PROGRAMME,
    REVIEW,
    a_contract,
    a_redemption,
    an_account,
    an_application,
    applicant,
    clean_checks,
)
from tests.desk import Desk

CLAIM, OTHER_CLAIM = "bj-claim-2024-000001", "bj-claim-2024-000002"
REDEMPTION, VOUCHER = "bj-redeem-2024-000001", "bj-voucher-2024-000001"
FIRST_QUARTER, SECOND_QUARTER = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"

CONTACT = Contact(person_id="u-contact", name="钱来来", mobile="13800001234")


def with_contact(application: Application) -> Application:
    """The same application, with somebody at the applicant's whom the office may call."""
    application.contact.CopyFrom(CONTACT)
    return application


def a_spring(desk: Desk) -> None:
    """A claim that is mended, decided by the wrong officer, issued, redeemed, returned by the bank and paid at last.

    Beside it a claim of another enterprise that is withdrawn by somebody else, then by its own.
    """
    desk.at("2024-03-01 09:00").submit(with_contact(an_application()))
    ask_for_correction(desk.at("2024-03-04 10:00"), CLAIM)
    supply_correction(desk.at("2024-03-06 14:30"), CLAIM)
    desk.record_checks(CLAIM, *clean_checks())
    attempted(lambda: desk.at("2024-03-08 09:00").decide(REVIEW, CLAIM, "acceptance"))
    desk.at("2024-03-08 11:00").accept(CLAIM)
    attempted(lambda: desk.at("2024-03-20 16:00").decide(ACCEPTANCE, CLAIM, "review"))
    desk.at("2024-03-20 16:05").review(CLAIM)
    desk.at("2024-03-20 16:06").issue(CLAIM)
    desk.at("2024-03-21 09:00").submit(an_application(firm=OTHER_BUYER), OTHER_BUYER)
    attempted(lambda: desk.send(applicant(), withdraw_case=WithdrawCase(case_id=OTHER_CLAIM)))
    desk.send(applicant(OTHER_BUYER), withdraw_case=WithdrawCase(case_id=OTHER_CLAIM, reason="合同取消"))
    desk.at("2024-03-25 10:00").redemption_through_the_door(a_redemption(VOUCHER, yuan(100_000)))
    desk.settle_quarter(FIRST_QUARTER, returned=[REDEMPTION])
    account = an_account()
    account.number = "0200000000000009999"
    desk.at("2024-04-02 09:00").send(
        applicant(), replace_bank_account=ReplaceBankAccount(case_id=REDEMPTION, bank_account=account)
    )
    desk.settle_quarter(SECOND_QUARTER)


def ask_for_correction(desk: Desk, case_id: str) -> None:
    """The acceptance officer wants a claim mended."""
    wanted = RequestCorrection(case_id=case_id, stage="acceptance", items=["缺少价格表"])
    desk.send(ACCEPTANCE, request_correction=wanted)


def supply_correction(desk: Desk, case_id: str) -> None:
    """The applicant hands in the same claim on a dearer contract."""
    mended = with_contact(an_application(a_contract(yuan(1_200_000))))
    desk.send(applicant(), supply_correction=SupplyCorrection(case_id=case_id, application=mended))


def attempted(command: Callable[[], object]) -> None:
    """Do something that may be refused; if it is, that is on record."""
    try:
        command()
    except Refused:
        return


#: Everything that anybody may try at any moment, on the newest claim or on its voucher.
DEEDS: dict[str, Callable[[Desk, str], object]] = {
    "submit": lambda desk, _: desk.submit(an_application(a_contract(number=f"HT-{desk.ledger.head()}"))),
    "check": lambda desk, case_id: desk.record_checks(case_id, *clean_checks()),
    "correct": ask_for_correction,
    "supply": supply_correction,
    "accept": lambda desk, case_id: desk.accept(case_id),
    "review": lambda desk, case_id: desk.review(case_id),
    "refuse": lambda desk, case_id: desk.review(
        case_id, verdict=VERDICT_REFUSE, code="BJ_E_RELATED", reason="关联方合同"
    ),
    "issue": lambda desk, case_id: desk.issue(case_id),
    "withdraw": lambda desk, case_id: desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id)),
    "redeem": lambda desk, case_id: desk.redemption_through_the_door(
        a_redemption(case_id.replace("claim", "voucher"), yuan(1_000), invoice=desk.ledger.head())
    ),
    "settle": lambda desk, _: desk.settle_quarter(cycle_id(PROGRAMME, Quarter.of(civil_date(desk.now)))),
}


def lived(desk: Desk, deeds: list[tuple[str, int]]) -> None:
    """Do one deed after another, each so many minutes after the one before; a machine's clock may run back."""
    for name, minutes in deeds:
        desk.now += timedelta(minutes=minutes)
        newest = max((s for s in desk.ledger.streams("case/bj-claim-")), default="case/none").removeprefix("case/")
        try:
            DEEDS[name](desk, newest)
        except (Refused, AssertionError, KeyError):
            continue  # refused, or nothing there to do it to
