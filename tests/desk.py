"""A desk with a real ledger behind it and a machine clock that the test sets: commands go in at the door, as always."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from google.protobuf.message import Message

from commands.door import SYSTEM, Door, declared
from commands.work import fold
from domain.case import Case
from domain.cycle import Cycle
from domain.headroom import EnterpriseYear
from domain.kinds import CASE, CYCLE, ENTERPRISE_YEAR, VOUCHER
from domain.voucher import Voucher
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    VERDICT_PASS,
    Actor,
    AssessRedemption,
    CloseCycle,
    Command,
    Decide,
    FreezeCycle,
    IssueVoucher,
    LapseVouchers,
    OrderPayments,
    RecordCheck,
    RecordPayment,
    RequestRedemption,
    StartRehearsal,
    SubmitApplication,
)
from duifu.v1.facts_pb2 import Application, CheckResult, Contract, RedemptionRequest
from ledger import streams
from ledger.address import is_url
from ledger.keys import SubjectKeys
from ledger.registry import unwrap
from ledger.store import Ledger
from policy.rulebook import Rulebook
from tests.builders import (
    ACCEPTANCE,
    BUYER,
    OPERATOR,
    PROGRAMME,
    REVIEW,
    VERIFICATION,
    Firm,
    a_contract,
    a_redemption,
    an_application,
    applicant,
    clean_checks,
    credit_check,
    direction_fits,
    enterprise_check,
    invoices_check,
    shanghai,
)


@cache
def the_rulebook() -> Rulebook:
    """The programmes that are shipped, compiled once for all tests of a process."""
    return Rulebook()


def a_ledger(path: Path | str) -> Ledger:
    """A ledger with the keys of its subjects beside it; those of a database in a file of their own."""
    folder = Path(mkdtemp()) if is_url(path) else Path(path).parent
    return Ledger(path, SubjectKeys(folder / "subject-keys.sqlite"))


class Desk:
    """One ledger file, its door, and whoever comes to it."""

    def __init__(self, path: Path | str, at: str = "2024-03-01 09:00", *, ids: str = "test"):
        """Open a production ledger; the machine's clock shows `at` in Shanghai. `ids` begins each command's id."""
        self.ledger = a_ledger(path)
        self.now = shanghai(at)
        self.door = Door(self.ledger, the_rulebook(), lambda: self.now)
        self.ids = ids
        self._sent = 0

    def at(self, moment: str | datetime) -> "Desk":
        """Set the machine's clock."""
        self.now = shanghai(moment) if isinstance(moment, str) else moment
        return self

    def rehearse_from(self, business_date: str) -> "Desk":
        """Make the empty ledger a rehearsal."""
        self.send(OPERATOR, start_rehearsal=StartRehearsal(business_date=business_date))
        return self

    # Commands

    def command(self, actor: Actor, command_id: str = "", **kind: Any) -> Command:
        """A command of one kind, with an id of its own unless one is given."""
        self._sent += 1
        return Command(command_id=command_id or f"{self.ids}-{self._sent}", actor=actor, **kind)

    def send(self, actor: Actor, command_id: str = "", **kind: Any) -> Receipt:
        """What a person or a service sends. Raises Refused."""
        return self.door.handle(self.command(actor, command_id, **kind), declared(actor))

    def system(self, command_id: str = "", **kind: Any) -> Receipt:
        """What a workflow sends. Raises Refused."""
        return self.door.handle(self.command(SYSTEM, command_id, **kind), SYSTEM)

    def submit(self, application: Application, firm: Firm = BUYER) -> str:
        """Hand in a claim; returns its number."""
        submitted = SubmitApplication(programme_id=PROGRAMME, application=application)
        return self.send(applicant(firm), submit_application=submitted).case_id

    def record_checks(self, case_id: str, *results: CheckResult) -> None:
        """Record answers of the outside world for the open stage."""
        stage = self.case(case_id).stage
        assert stage is not None
        for result in results:
            self.system(record_check=RecordCheck(case_id=case_id, stage=stage.key, round=stage.round, result=result))

    def decide(self, actor: Actor, case_id: str, stage: str, **how: Any) -> Receipt:
        """Decide a stage; a pass unless said otherwise."""
        how.setdefault("verdict", VERDICT_PASS)
        return self.send(actor, decide=Decide(case_id=case_id, stage=stage, **how))

    def accept(self, case_id: str) -> Receipt:
        """Accept a claim."""
        return self.decide(ACCEPTANCE, case_id, "acceptance")

    def review(self, case_id: str, **how: Any) -> Receipt:
        """Review a claim; a pass finds its direction unless said otherwise."""
        how["findings"] = [direction_fits(), *how.get("findings", ())]
        return self.decide(REVIEW, case_id, "review", **how)

    def issue(self, case_id: str) -> Receipt:
        """Issue the voucher of a reviewed claim."""
        return self.system(issue_voucher=IssueVoucher(case_id=case_id))

    def request(self, request: RedemptionRequest, firm: Firm = BUYER) -> str:
        """Ask for money; returns the number of the case."""
        return self.send(applicant(firm), request_redemption=RequestRedemption(request=request)).case_id

    def assess(self, case_id: str) -> Receipt:
        """Work out what a verified claim is due."""
        return self.system(assess_redemption=AssessRedemption(case_id=case_id))

    # Whole ways, with nothing unusual on them

    def accepted_case(self, application: Application, firm: Firm = BUYER, checks: Sequence[CheckResult] = ()) -> str:
        """A claim with clean checks, accepted. `checks` stand in for the clean ones of the same name."""
        case_id = self.submit(application, firm)
        self.record_checks(case_id, *({check.check: check for check in [*clean_checks(firm), *checks]}.values()))
        self.accept(case_id)
        return case_id

    def reviewed_case(self, application: Application, firm: Firm = BUYER, **how: Any) -> str:
        """A claim that waits for nothing but its voucher."""
        case_id = self.accepted_case(application, firm)
        self.review(case_id, **how)
        return case_id

    def voucher_through_the_door(self, contract: Contract | None = None, firm: Firm = BUYER, **how: Any) -> Voucher:
        """A claim on a contract, taken all the way to its voucher."""
        case_id = self.reviewed_case(an_application(contract or a_contract(buyer=firm), firm=firm), firm, **how)
        self.issue(case_id)
        return self.voucher(self.closed_case(case_id).voucher_id)

    def verified_request(self, request: RedemptionRequest, firm: Firm = BUYER) -> str:
        """A request with clean checks, verified."""
        case_id = self.request(request, firm)
        self.record_checks(case_id, enterprise_check(firm), credit_check(), invoices_check(request))
        self.decide(VERIFICATION, case_id, "verification")
        return case_id

    def redemption_through_the_door(self, request: RedemptionRequest, firm: Firm = BUYER) -> str:
        """A request, taken to the point where it waits for its quarter."""
        case_id = self.verified_request(request, firm)
        self.assess(case_id)
        return case_id

    def freeze(self, cycle_id: str) -> None:
        """Let the cut-off come, and cut the quarter off."""
        self.at(self.cycle(cycle_id).cut_off_at)
        self.system(freeze_cycle=FreezeCycle(cycle_id=cycle_id))

    def order_payments(self, cycle_id: str) -> None:
        """Let the day of payment come, and order the payments."""
        self.at(max(self.now, self.cycle(cycle_id).pay_at))
        self.system(order_payments=OrderPayments(cycle_id=cycle_id))

    def record_results(self, cycle_id: str, returned: Sequence[str] = ()) -> None:
        """The treasury's answers: everything is settled, but for the cases in `returned`."""
        for order in self.cycle(cycle_id).outstanding():
            comes_back = order.case_id in returned
            result = RecordPayment(
                cycle_id=cycle_id,
                order_id=order.order_id,
                status=PAYMENT_STATUS_RETURNED if comes_back else PAYMENT_STATUS_SETTLED,
                bank_reference=f"GK-{order.order_id}",
                reason="账户已销户" if comes_back else "",
            )
            self.system(record_payment=result)

    def close_quarter(self, cycle_id: str) -> None:
        """Close a quarter, after what ends with it has lapsed."""
        while self.cycle(cycle_id).lapses:
            self.system(lapse_vouchers=LapseVouchers(cycle_id=cycle_id))
        self.system(close_cycle=CloseCycle(cycle_id=cycle_id))

    def settle_quarter(self, cycle_id: str, returned: Sequence[str] = ()) -> Cycle:
        """A quarter from its cut-off to its close."""
        self.freeze(cycle_id)
        self.order_payments(cycle_id)
        self.record_results(cycle_id, returned)
        self.close_quarter(cycle_id)
        return self.cycle(cycle_id)

    def pay_for(self, voucher: Voucher, settled: int, **how: Any) -> str:
        """Redeem against one invoice, up to the point where the request waits for its quarter."""
        return self.redemption_through_the_door(a_redemption(voucher.voucher_id, settled, **how))

    # What the ledger says

    def case(self, case_id: str) -> Case:
        """A case as it stands."""
        return fold(self.ledger, streams.case(case_id), CASE)[0]

    def closed_case(self, case_id: str) -> Any:
        """How a case ended."""
        closed = self.case(case_id).closed
        assert closed is not None, f"{case_id} is still open at {self.case(case_id).stage}"
        return closed

    def voucher(self, voucher_id: str) -> Voucher:
        """A voucher as it stands."""
        return fold(self.ledger, streams.voucher(voucher_id), VOUCHER)[0]

    def cycle(self, cycle_id: str) -> Cycle:
        """A quarter as it stands."""
        return fold(self.ledger, streams.cycle(cycle_id), CYCLE)[0]

    def year(self, year: int, firm: Firm = BUYER) -> EnterpriseYear:
        """Both annual ledgers of an enterprise."""
        stream = streams.enterprise_year(PROGRAMME, firm.uscc, year)
        return fold(self.ledger, stream, ENTERPRISE_YEAR)[0]

    def events(self, stream: str) -> list[Message]:
        """What one stream tells."""
        return [unwrap(recorded.envelope.event) for recorded in self.ledger.stream(stream)]

    def versions(self) -> dict[str, int]:
        """How long every stream is, but for those that keep refused attempts."""
        names = (name for name in self.ledger.streams("") if not name.startswith("attempt/"))
        return {name: self.ledger.version(name) for name in names}
