"""Pages in which a quarter verifies its claims: begun again they do what is left, and nobody is passed in the dark."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import claim_pages
from activities.claim_pages import ClaimPages
from activities.notices import EditionLetters
from activities.outside import not_yet
from domain.money import yuan
from duifu.v1.commands_pb2 import PauseCycle, ResumeCycle
from duifu.v1.facts_pb2 import INVOICE_STATUS_VOIDED, CheckResult
from duifu.v1.work_pb2 import CheckRequest, LetterDelivery, LetterText, QuarterPage, QuarterPageDone
from tests.amended import BEIJING, a_rulebook, an_april_without_decisions, under, verified_by_the_quarter
from tests.builders import CYCLE_OFFICER, a_redemption, credit_check, enterprise_check, invoices_check
from tests.desk import Desk
from workflows import ports

Q1 = "bj-slq-2023-2024Q1"
CLAIMS = 7


class Sources(ports.Registries, ports.Invoices, ports.Notices):
    """Answers that everything is well, but for what the test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []  # case, check
        self.delivered: list[str] = []
        self.away: set[str] = set()  # checks
        self.voided: set[str] = set()  # cases

    async def query_registry(self, request: CheckRequest) -> CheckResult:
        """The registry, or the credit source."""
        self._ask(request)
        return enterprise_check() if request.check == "enterprise" else credit_check()

    async def verify_invoices(self, request: CheckRequest) -> CheckResult:
        """The tax office's platform."""
        self._ask(request)
        asked = a_redemption("")
        asked.ClearField("invoices")
        asked.invoices.extend(request.invoices)
        return invoices_check(asked, *([INVOICE_STATUS_VOIDED] if request.case_id in self.voided else []))

    async def deliver_letter(self, delivery: LetterDelivery) -> LetterText:
        """The letter box."""
        if "letters" in self.away:
            raise not_yet("SOURCE_UNAVAILABLE", "信箱无法访问")
        self.delivered.append(delivery.letter_id)
        return LetterText(title=delivery.title, text=delivery.text, text_sha256="ab" * 32)

    def _ask(self, request: CheckRequest) -> None:
        self.asked.append((request.case_id, request.check))
        if request.check in self.away:
            raise not_yet("SOURCE_UNAVAILABLE", f"{request.check} 无法访问")


class Night:
    """A desk, its sources, and the pages between them, after the day on which claims came in."""

    def __init__(self, desk: Desk):
        self.desk, self.sources = (
            under(desk, a_rulebook(BEIJING, verified_by_the_quarter, an_april_without_decisions)),
            Sources(),
        )
        voucher_id = desk.voucher_through_the_door().voucher_id
        self.claims = [desk.request(a_redemption(voucher_id, yuan(10_000), invoice=n)) for n in range(1, CLAIMS + 1)]
        desk.at("2024-03-02 00:00")
        letters = EditionLetters(desk.door.rulebook)
        self.pages = ClaimPages(desk.door, self.sources, self.sources, letters, self.sources)

    def environment(self, attempt: int = 1, workflow_id: str = Q1) -> ActivityEnvironment:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_id=workflow_id, attempt=attempt)
        return environment

    def verify(self, environment: ActivityEnvironment | None = None) -> QuarterPageDone:
        running = environment or self.environment()
        return asyncio.run(running.run(self.pages.verify_page, QuarterPage(cycle_id=Q1)))

    def send_letters(self, after: str = "") -> QuarterPageDone:
        page = QuarterPage(cycle_id=Q1, after_case_id=after)
        return asyncio.run(self.environment().run(self.pages.letters_page, page))

    @property
    def counts(self) -> tuple[int, int, int]:
        """Verified, referred, left."""
        index = self.desk.cycle(Q1).index
        return index.verified, index.referred, len(index.unverified)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    desk = Desk(tmp_path / "ledger.sqlite")
    yield Night(desk)
    desk.ledger.close()


def test_a_page_verifies_what_came_in_and_a_second_run_asks_nobody(night: Night) -> None:
    night.sources.voided = {night.claims[2]}

    first = night.verify()
    before, asked = night.desk.ledger.head(), len(night.sources.asked)
    second = night.verify()

    assert night.counts == (CLAIMS - 1, 1, 0)
    assert (first.done, first.commits, second.done, second.commits) == (CLAIMS, 1, 0, 0)
    assert (night.desk.ledger.head(), len(night.sources.asked), asked) == (before, asked, CLAIMS * 3)


def test_what_came_in_today_is_left_for_tonight(night: Night) -> None:
    night.desk.at("2024-03-01 20:00")

    assert night.verify().done == 0
    assert (night.sources.asked, night.counts) == ([], (0, 0, CLAIMS))
    night.desk.at("2024-03-01 23:59:58")
    with pytest.raises(ApplicationError, match="当日未结束"):
        night.verify()


def test_a_source_that_is_away_is_asked_again_and_at_last_a_person_sees_to_its_claims(night: Night) -> None:
    night.sources.away = {"credit"}

    with pytest.raises(ApplicationError, match="7笔 SOURCE_UNAVAILABLE（credit 无法访问）"):
        night.verify()
    waiting = night.counts
    done = night.verify(night.environment(attempt=ports.VERIFY_ATTEMPTS))

    assert waiting == (0, 0, CLAIMS)
    assert (done.done, night.counts) == (CLAIMS, (0, CLAIMS, 0))
    assert night.desk.case(night.claims[0]).checks["credit"].detail == "credit 无法访问"


def test_a_page_that_is_broken_off_goes_on_where_its_last_commit_ended(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim_pages, "CLAIMS_AT_ONCE", 3)
    environment = night.environment()

    def kill(*_details: object) -> None:
        if night.counts[0]:  # as the first commit is on record
            environment.cancel()

    environment.on_heartbeat = kill
    with pytest.raises(asyncio.CancelledError):
        night.verify(environment)
    left = night.counts[2]
    asked = set(night.sources.asked)
    night.sources.asked.clear()
    night.verify()

    assert 0 < left < CLAIMS
    assert night.counts == (CLAIMS, 0, 0)
    assert len(night.sources.asked) == left * 3
    assert len(asked) < CLAIMS * 3


def test_a_pause_and_days_without_decisions_hold_a_page_and_say_so(night: Night) -> None:
    night.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="核查"))
    paused = night.verify()
    night.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=Q1, reason="核查完毕"))
    night.desk.at("2024-04-02 00:00")
    frozen = night.verify()

    assert (paused.done, paused.HasField("refusal")) == (0, False)
    assert (frozen.refusal.code, night.counts) == ("FROZEN", (0, 0, CLAIMS))


def test_letters_go_out_once_each_and_a_letter_box_that_is_away_is_tried_again(night: Night) -> None:
    night.sources.voided, night.sources.away = {night.claims[0]}, {"letters"}
    night.verify()
    with pytest.raises(ApplicationError, match="信箱"):
        night.send_letters()
    night.sources.away = set()

    first, second = night.send_letters(), night.send_letters()

    assert (first.done, second.done) == (CLAIMS - 1, 0)  # the workflow of the first claim sends its own
    assert sorted(night.sources.delivered) == [f"{case}:letter:received:verification:1" for case in night.claims[1:]]


def test_a_page_says_where_the_next_one_begins(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_pages, "PAGE_CLAIMS", 3)

    verified = night.verify()
    first, last = night.send_letters(), night.send_letters(after=night.claims[5])

    assert (verified.done, verified.last_case_id) == (3, night.claims[2])
    assert night.counts == (3, 0, CLAIMS - 3)
    assert (first.done, first.last_case_id) == (3, night.claims[2])
    assert (last.done, last.last_case_id) == (1, "")


def test_only_the_quarters_own_workflow_has_its_claims_verified(night: Night) -> None:
    with pytest.raises(ApplicationError) as refused:
        night.verify(night.environment(workflow_id="another"))

    assert refused.value.type == "NOT_FROM_ITS_WORKFLOW"
