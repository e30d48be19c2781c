"""What workflows ask of the world. Adapters in `activities/` answer; a workflow never knows how."""

from datetime import timedelta

from temporalio import activity

from duifu.v1.answers_pb2 import Answer, FactPage
from duifu.v1.facts_pb2 import CheckResult
from duifu.v1.work_pb2 import (
    CheckRequest,
    CommandRequest,
    FactQuery,
    LetterDelivery,
    LetterRequest,
    LetterText,
    PaymentOrder,
    PaymentReport,
    QuarterPage,
    QuarterPageDone,
    QuarterStart,
    ReminderPage,
    RemindersSent,
)

#: Type of the failure of a query that will have no answer on this business date.
ASK_NEXT_DAY = "ASK_NEXT_DAY"

#: The machines' clocks may differ a little: what comes too early for the ledger is asked again after this.
CLOCK_TOLERANCE = timedelta(seconds=5)

#: So often sources are asked about claims that their quarter verifies; then a person sees to those without an answer.
VERIFY_ATTEMPTS = 10

#: The most facts in one answer, well below the 2 MB that Temporal takes; a full answer means that more follow.
#: Workflows go by it when their history is read again: change it only with `workflow.patched`.
FACTS_MAX = 500


class Ledger:
    """The record of what was decided. Every call may be repeated."""

    @activity.defn(name="facts_since")
    def facts_since(self, query: FactQuery) -> FactPage:
        """The events of one stream after a version, at most FACTS_MAX of them."""
        raise NotImplementedError

    @activity.defn(name="carry_out")
    def carry_out(self, request: CommandRequest) -> Answer:
        """A command of the workflow itself. A refusal is an answer."""
        raise NotImplementedError

    @activity.defn(name="pass_on")
    def pass_on(self, request: CommandRequest) -> Answer:
        """Somebody's command, sent to the workflow. A refusal is an answer."""
        raise NotImplementedError


class Registries:
    """The business registry, relations between enterprises, credit records."""

    @activity.defn(name="query_registry")
    async def query_registry(self, request: CheckRequest) -> CheckResult:
        """One query. Raises while the source is unavailable."""
        raise NotImplementedError


class Invoices:
    """The invoice verification platform."""

    @activity.defn(name="verify_invoices")
    async def verify_invoices(self, request: CheckRequest) -> CheckResult:
        """Verify every invoice of a claim. Raises while the platform is unavailable."""
        raise NotImplementedError


class Treasury:
    """Whoever moves the money."""

    @activity.defn(name="pay")
    async def pay(self, order: PaymentOrder) -> PaymentReport:
        """Have an order paid once, however often it is asked, and report how it ended. Raises while it has not."""
        raise NotImplementedError


class Quarters:
    """A quarter's claims, a page at a time. Every call may be repeated."""

    @activity.defn(name="assess_page")
    def assess_page(self, page: QuarterPage) -> QuarterPageDone:
        """Assess every claim of a quarter that waits for nobody. A refusal is an answer."""
        raise NotImplementedError

    @activity.defn(name="order_page")
    def order_page(self, page: QuarterPage) -> QuarterPageDone:
        """Order the next claims of a quarter. A refusal is an answer."""
        raise NotImplementedError

    @activity.defn(name="pay_page")
    async def pay_page(self, page: QuarterPage) -> QuarterPageDone:
        """Have the orders of one page paid, and put every answer on record. Raises while one of them has not ended."""
        raise NotImplementedError


class Claims:
    """Claims of a quarter that no person has, a page at a time. Every call may be repeated."""

    @activity.defn(name="verify_page")
    async def verify_page(self, page: QuarterPage) -> QuarterPageDone:
        """Verify the claims whose day is over. Raises while a source has not answered. A refusal is an answer."""
        raise NotImplementedError

    @activity.defn(name="letters_page")
    async def letters_page(self, page: QuarterPage) -> QuarterPageDone:
        """Send the letters that are owed about claims, each once. Raises while the letter box is away."""
        raise NotImplementedError


class Reminders:
    """Letters that remind holders of vouchers of a cut-off."""

    @activity.defn(name="remind_holders")
    async def remind_holders(self, page: ReminderPage) -> RemindersSent:
        """Deliver a page of them, each once, however often it is asked."""
        raise NotImplementedError


class Openings:
    """Quarters that open by the calendar."""

    @activity.defn(name="open_quarter")
    def open_quarter(self, start: QuarterStart) -> Answer:
        """Open the quarter that takes requests on a day; one that is open is left as it is. A refusal is an answer."""
        raise NotImplementedError


class Rulebook:
    """The programme editions."""

    @activity.defn(name="compose_letter")
    def compose_letter(self, request: LetterRequest) -> LetterText:
        """The text of a letter, from the template of the pinned edition."""
        raise NotImplementedError


class Notices:
    """Delivery of letters to applicants."""

    @activity.defn(name="deliver_letter")
    async def deliver_letter(self, delivery: LetterDelivery) -> LetterText:
        """Deliver a letter once, however often it is asked; answers with what was delivered."""
        raise NotImplementedError
