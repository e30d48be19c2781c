"""Claims that no person has: their quarter asks the sources about them, passes them on, and sends their letters.

Each page looks at the ledger for what is left of it, so one that is begun again, by whomever, does only that. Nothing
but the name of the quarter is taken from whoever asks.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ledger import decided, quarter_cause
from activities.outside import not_yet
from commands.door import SYSTEM, Door
from commands.verifying import cases_of
from domain import checks, letters, questions
from domain.case import Case
from domain.dates import civil_date
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import (
    ClaimFindings,
    ClaimLetter,
    Command,
    Letter,
    RecordClaimLetters,
    VerifyClaims,
)
from duifu.v1.events_pb2 import Cause
from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE, CheckResult
from duifu.v1.work_pb2 import CheckRequest, LetterDelivery, LetterRequest, LetterText, QuarterPage, QuarterPageDone
from workflows import ports

PAGE_CLAIMS = 1000
CLAIMS_AT_ONCE = 30  # of a few checks and six other events each, so that they are one commit
ASKED_AT_ONCE = 8  # claims that sources are asked about


@dataclass
class _Looked:
    """How far a page has come."""

    verified: int = 0
    put_off: int = 0
    commits: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # by code
    said: dict[str, str] = field(default_factory=dict)  # code -> one of its sentences

    def fail(self, error: ApplicationError) -> None:
        """One more claim has no answer yet, and why."""
        code = error.type or "ERROR"
        self.failures[code] += 1
        self.said[code] = error.message

    @property
    def told(self) -> str:
        """What became of it so far, for operators."""
        known = [f"核验{self.verified}笔"] + ([f"推迟{self.put_off}笔"] if self.put_off else [])
        return "，".join(known + [f"{count}笔 {code}（{self.said[code]}）" for code, count in self.failures.items()])


class ClaimPages(ports.Claims):
    """Verifies claims and sends their letters, as the system itself."""

    def __init__(
        self,
        door: Door,
        registries: ports.Registries,
        invoices: ports.Invoices,
        texts: ports.Rulebook,
        notices: ports.Notices,
    ):
        self._door, self._registries, self._invoices = door, registries, invoices
        self._texts, self._notices = texts, notices

    @activity.defn(name="verify_page")
    async def verify_page(self, page: QuarterPage) -> QuarterPageDone:
        """Verify the claims that are due, up to so many.

        Raises ApplicationError SOURCE_UNAVAILABLE while a source has not answered about one of them: asked again, the
        page asks about those that are left. The last time, they go to a person.
        """
        cause, so_far, done = quarter_cause(page.cycle_id), _Looked(), QuarterPageDone()
        due = await asyncio.to_thread(self._due, page)
        for start in range(0, len(due), CLAIMS_AT_ONCE):
            found = await self._ask(due[start : start + CLAIMS_AT_ONCE], so_far)
            answer = await asyncio.to_thread(self._keep, page.cycle_id, found, cause) if found else Answer()
            if answer.HasField("refusal"):
                done.refusal.CopyFrom(answer.refusal)
                break
            so_far.commits += bool(found)
            put_off = sum(bool(each.put_off_reason) for each in found)
            so_far.verified, so_far.put_off = so_far.verified + len(found) - put_off, so_far.put_off + put_off
            activity.heartbeat(f"{page.cycle_id} {so_far.told}")
        if so_far.failures and not done.HasField("refusal"):
            raise not_yet("SOURCE_UNAVAILABLE", f"{page.cycle_id} {so_far.told}")
        done.summary, done.done, done.commits = f"{page.cycle_id} {so_far.told}", so_far.verified, so_far.commits
        done.last_case_id = due[-1] if len(due) == PAGE_CLAIMS else ""
        return done

    @activity.defn(name="letters_page")
    async def letters_page(self, page: QuarterPage) -> QuarterPageDone:
        """Send every letter owed about the next claims. Raises ApplicationError while the letter box is away."""
        cause, done = quarter_cause(page.cycle_id), QuarterPageDone()
        quarter, _ = await asyncio.to_thread(self._door.quarter, page.cycle_id)
        claims = [claim.case_id for claim in islice(quarter.conducted(page.after_case_id), PAGE_CLAIMS)]
        for start in range(0, len(claims), CLAIMS_AT_ONCE):
            cases = await asyncio.to_thread(self._cases, claims[start : start + CLAIMS_AT_ONCE])
            sent = [letter for case in cases if case.is_with_quarter for letter in await self._send(case)]
            if sent:
                await asyncio.to_thread(self._keep_letters, page.cycle_id, sent, cause)
                done.commits += 1
                done.done += len(sent)
            activity.heartbeat(f"{page.cycle_id} 送达{done.done}封")
        done.summary = f"{page.cycle_id} 送达{done.done}封"
        done.last_case_id = claims[-1] if len(claims) == PAGE_CLAIMS else ""
        return done

    def _due(self, page: QuarterPage) -> list[str]:
        """The next claims whose day is over; none while the quarter is paused. Raises ApplicationError NOT_DUE."""
        (quarter, _), now = self._door.quarter(page.cycle_id), self._door.business_now()
        if quarter.paused:
            return []
        due = list(islice(quarter.to_verify(civil_date(now), page.after_case_id), PAGE_CLAIMS))
        if not due and quarter.verify_at and timedelta(0) < quarter.verify_at - now < ports.CLOCK_TOLERANCE:
            raise not_yet("NOT_DUE", f"{page.cycle_id} 当日未结束")
        return due

    async def _ask(self, case_ids: Sequence[str], so_far: _Looked) -> list[ClaimFindings]:
        """Ask about some claims, a few at a time; what one of them meets does not hold up the others."""
        cases, places = await asyncio.to_thread(self._cases, case_ids), asyncio.Semaphore(ASKED_AT_ONCE)

        async def one(case: Case) -> ClaimFindings | None:
            async with places:
                return await self._findings(case, so_far)

        found = await asyncio.gather(*(one(case) for case in cases if case.is_unverified))
        return [each for each in found if each is not None]

    async def _findings(self, case: Case, so_far: _Looked) -> ClaimFindings | None:
        """What the sources say of a claim; None: one of them has to be asked again."""
        assert case.stage is not None
        found, is_last = ClaimFindings(case_id=case.case_id), activity.info().attempt >= ports.VERIFY_ATTEMPTS
        for row, number, check in checks.unanswered(case, case.stage.key):
            request = questions.check_request(case, row, number, check, self._door.business_now())
            try:
                found.results.append(await self._query(request))
            except ApplicationError as error:
                if error.type == ports.ASK_NEXT_DAY:
                    found.put_off_reason = error.message
                    return found
                if not is_last and not error.non_retryable:
                    so_far.fail(error)
                    return None
                found.results.append(_away(request, error.message))
            activity.heartbeat(f"{case.cycle_id} {so_far.told}")
        return found

    async def _query(self, request: CheckRequest) -> CheckResult:
        if request.answers == "invoices":
            return await self._invoices.verify_invoices(request)
        return await self._registries.query_registry(request)

    async def _send(self, case: Case) -> list[ClaimLetter]:
        """Deliver what is owed about a case; what is on record is not sent again."""
        return [
            ClaimLetter(case_id=case.case_id, letter=await self._delivered(case, owed))
            for owed in letters.owed(case)
            if owed.letter_id not in case.letters
        ]

    async def _delivered(self, case: Case, owed: letters.Owed) -> Letter:
        request = LetterRequest(
            template=owed.template, words=owed.words, edition_sha256=case.plan.edition_sha256, recipient=owed.recipient
        )
        text = self._texts.compose_letter(request)
        delivery = LetterDelivery(
            letter_id=owed.letter_id,
            case_id=case.case_id,
            recipient=owed.recipient,
            title=text.title,
            text=text.text,
        )
        delivered: LetterText = await self._notices.deliver_letter(delivery)
        return Letter(
            letter_id=owed.letter_id,
            template=owed.template,
            recipient=owed.recipient,
            title=delivered.title,
            text_sha256=delivered.text_sha256,
        )

    def _cases(self, case_ids: Sequence[str]) -> list[Case]:
        return cases_of(self._door.ledger, case_ids)

    def _keep(self, cycle_id: str, found: Sequence[ClaimFindings], cause: Cause) -> Answer:
        """Put findings on record in one commit. The answer may be that the office decides nothing today."""
        verify = VerifyClaims(cycle_id=cycle_id, claims=found)
        return self._carry_out(Command(command_id=_id_of(f"{cycle_id}:verify", verify), verify_claims=verify), cause)

    def _keep_letters(self, cycle_id: str, sent: Sequence[ClaimLetter], cause: Cause) -> None:
        record = RecordClaimLetters(cycle_id=cycle_id, letters=sent)
        self._carry_out(Command(command_id=_id_of(f"{cycle_id}:letters", record), record_claim_letters=record), cause)

    def _carry_out(self, command: Command, cause: Cause) -> Answer:
        command.actor.CopyFrom(SYSTEM)
        return decided(self._door, command, SYSTEM, cause)


def _id_of(about: str, asked: VerifyClaims | RecordClaimLetters) -> str:
    """An id that says what is asked: the same again is the same command."""
    return f"{about}:{hashlib.sha256(asked.SerializeToString(deterministic=True)).hexdigest()[:32]}"


def _away(request: CheckRequest, why: str) -> CheckResult:
    away = CheckResult(check=request.check, outcome=CHECK_OUTCOME_UNAVAILABLE, source=request.check, detail=why)
    away.queried_at.FromSeconds(request.business_seconds)
    return away
