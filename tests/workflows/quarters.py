"""What tests of quarters have in common: a claim that waits for its quarter's payments."""

from domain.case import Case
from domain.money import yuan
from tests.builders import VERIFICATION, a_redemption
from tests.office import Office
from tests.workflows.people import CENTRE, TECHNOLOGY, a_claim

Q1 = "bj-slq-2023-2024Q1"


async def a_request_that_waits(office: Office) -> str:
    """A verified request for ¥50,000 of the quarter."""
    claim = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(claim)
    office.desk.accept(claim)
    office.desk.review(claim)
    await office.ending(claim)
    voucher_id = office.desk.closed_case(claim).voucher_id
    asked = a_redemption(voucher_id, yuan(250_000), buyer=TECHNOLOGY, supplier=CENTRE)
    case_id = office.desk.request(asked, TECHNOLOGY)
    await office.checked(case_id)
    office.desk.decide(VERIFICATION, case_id, "verification")
    await office.settled()
    return case_id


async def told_of_a_return(office: Office, case_id: str) -> Case:
    """The case, once its letter about money that came back is on record."""
    return await office.case_until(case_id, lambda case: any(":returned:" in name for name in case.letters), "a letter")
