"""A quarter's work in pages: claims are ordered, orders paid and put on record many at a time, however often asked.

Each page looks at the ledger for what is left of it, so one that is begun again, by whomever, does only that. Nothing
but the name of the quarter is taken from whoever asks: what is ordered and paid follows from the ledger alone.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ledger import decided, quarter_cause
from activities.outside import not_yet
from commands import assessing
from commands.door import SYSTEM, Door
from commands.payment_results import in_commits
from domain.cycle import PAGE_ORDERS, payment_order
from domain.orders import payable_fen
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_SETTLED,
    AssessClaims,
    Command,
    OrderPayments,
    PaymentResult,
    RecordPayment,
    RecordPayments,
)
from duifu.v1.events_pb2 import Cause, PaymentOrdered
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport, QuarterPage, QuarterPageDone
from workflows import ports

RESULTS_AT_ONCE = 120  # one commit of those that are settled, as nearly all are
ASKED_AT_ONCE = 8  # orders of one page that the treasury is asked about


class Payer(Protocol):
    """A treasury, as a page of orders asks it."""

    async def hand_in(self, order: PaymentOrder) -> PaymentReport:
        """Have an order paid once, however often it is asked. Raises ApplicationError while it has not ended."""
        ...


@dataclass
class _Paying:
    """How far a page has come."""

    results: list[PaymentResult] = field(default_factory=list)  # that are not on record
    kept: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)  # by code
    said: dict[str, str] = field(default_factory=dict)  # code -> one of its sentences
    commits: int = 0

    def fail(self, code: str, sentence: str) -> None:
        """One more order has no end yet, and why."""
        self.failures[code] += 1
        self.said[code] = sentence

    @property
    def told(self) -> str:
        """What became of it so far, for operators."""
        known = [f"{what}{count}笔" for what, count in sorted(self.kept.items())]
        missing = [f"{count}笔 {code}（{self.said[code]}）" for code, count in sorted(self.failures.items())]
        return "，".join([*known, *missing]) or "无待付"


class QuarterPages(ports.Quarters):
    """Orders and pays a quarter's claims, as the system itself."""

    def __init__(self, door: Door, treasury: Payer):
        self._door, self._treasury = door, treasury
        self._keeping = Lock()  # all pages write to the same quarter: two at once would decide in vain

    @activity.defn(name="assess_page", no_thread_cancel_exception=True)
    def assess_page(self, page: QuarterPage) -> QuarterPageDone:
        """Assess every claim that is verified and waits for nobody, in as many commits as it takes."""
        cause, done, after = quarter_cause(page.cycle_id), QuarterPageDone(), ""
        while not activity.is_cancelled():
            quarter, version = self._door.quarter(page.cycle_id)
            looked_at = assessing.looked_at(quarter, after)
            if not looked_at:
                break
            answer = self._send(
                Command(
                    command_id=f"{page.cycle_id}:assess:{after}:{version}",
                    assess_claims=AssessClaims(cycle_id=page.cycle_id, after_case_id=after),
                ),
                cause,
            )
            if answer.HasField("refusal"):
                done.refusal.CopyFrom(answer.refusal)
                break
            done.commits += 1
            assessed = len(quarter.index.waiting) - len(self._door.quarter(page.cycle_id)[0].index.waiting)
            done.done += assessed
            after = after if assessed else looked_at[-1]
            activity.heartbeat(f"已核定{done.done}笔")
        done.summary = f"{page.cycle_id} 核定{done.done}笔"
        return done

    @activity.defn(name="order_page", no_thread_cancel_exception=True)
    def order_page(self, page: QuarterPage) -> QuarterPageDone:
        """Order the next claims, in as many commits as it takes; stops at a refusal, and says so."""
        cause, done = quarter_cause(page.cycle_id), QuarterPageDone()
        while done.done < PAGE_ORDERS and not activity.is_cancelled():
            quarter, version = self._door.quarter(page.cycle_id)
            left = len(quarter.index.payable)
            if not left:
                break
            command = Command(
                command_id=f"{page.cycle_id}:order:{version}", order_payments=OrderPayments(cycle_id=page.cycle_id)
            )
            answer = self._send(command, cause)
            if answer.HasField("refusal"):
                done.refusal.CopyFrom(answer.refusal)
                break
            done.commits += 1
            done.done += left - len(self._door.quarter(page.cycle_id)[0].index.payable)
            activity.heartbeat(f"已出具支付指令{done.done}笔")
        done.summary = f"{page.cycle_id} 支付指令{done.done}笔"
        return done

    @activity.defn(name="pay_page")
    async def pay_page(self, page: QuarterPage) -> QuarterPageDone:
        """Hand the orders of a page to the treasury, and put each answer on record.

        Raises ApplicationError PAYMENT_UNDER_WAY while the treasury has not said how all of them ended: asked again,
        the page asks about those that are left.
        """
        cause, so_far = quarter_cause(page.cycle_id), _Paying()
        quarter, _ = await asyncio.to_thread(self._door.quarter, page.cycle_id)
        going_out = [] if quarter.paused else quarter.to_pay(page.page)
        for start in range(0, len(going_out), RESULTS_AT_ONCE):
            quarter, _ = await asyncio.to_thread(self._door.quarter, page.cycle_id)
            if quarter.paused:
                break
            some = going_out[start : start + RESULTS_AT_ONCE]
            # A file may have said meanwhile how one of them ended.
            some = [ordered for ordered in some if ordered.order_id in quarter.index.unanswered]
            await self._ask(page.cycle_id, some, so_far)
            await asyncio.to_thread(self._keep_in_turn, page.cycle_id, so_far, cause)
            activity.heartbeat(f"{page.cycle_id} 第{page.page + 1}页 {so_far.told}")
        if so_far.failures:
            raise not_yet("PAYMENT_UNDER_WAY", f"第{page.page + 1}页 {so_far.told}")
        summary = f"{page.cycle_id} 第{page.page + 1}页 {so_far.told}"
        return QuarterPageDone(summary=summary, done=so_far.kept.total(), commits=so_far.commits)

    async def _ask(self, cycle_id: str, some: Iterable[PaymentOrdered], so_far: _Paying) -> None:
        """Ask the treasury about some orders, a few at a time; what one of them meets does not hold up the others."""
        places = asyncio.Semaphore(ASKED_AT_ONCE)

        async def one(ordered: PaymentOrdered) -> None:
            if not payable_fen(ordered):  # nothing of it is paid out: the ledger settles it
                so_far.results.append(PaymentResult(order_id=ordered.order_id, status=PAYMENT_STATUS_SETTLED))
                return
            async with places:
                try:
                    report = await self._treasury.hand_in(payment_order(cycle_id, ordered))
                except ApplicationError as error:
                    so_far.fail(error.type or "ERROR", error.message)
                    activity.heartbeat(f"{cycle_id} {so_far.told}")
                    return
            result = PaymentResult(
                order_id=report.order_id,
                status=report.status,
                bank_reference=report.bank_reference,
                reason=report.reason,
            )
            so_far.results.append(result)
            activity.heartbeat(f"{cycle_id} {so_far.told}")

        await asyncio.gather(*map(one, some))

    def _keep_in_turn(self, cycle_id: str, so_far: _Paying, cause: Cause) -> None:
        with self._keeping:
            self._keep(cycle_id, so_far, cause)

    def _keep(self, cycle_id: str, so_far: _Paying, cause: Cause) -> None:
        """Put answers on record, as many in one commit as there is room for."""
        results, so_far.results = sorted(so_far.results, key=lambda result: result.order_id), []
        quarter, _ = self._door.quarter(cycle_id)
        for some in in_commits(quarter, results):
            self._keep_some(cycle_id, some, so_far, cause)

    def _keep_some(self, cycle_id: str, results: Sequence[PaymentResult], so_far: _Paying, cause: Cause) -> None:
        """Put answers on record in one commit; if one does not fit, each by itself, so that only that is refused."""
        together = RecordPayments(cycle_id=cycle_id, results=results)
        digest = hashlib.sha256(together.SerializeToString(deterministic=True)).hexdigest()[:32]
        answer = self._send(Command(command_id=f"{cycle_id}:results:{digest}", record_payments=together), cause)
        so_far.commits += 1
        for result in results:
            if answer.HasField("refusal"):
                alone = RecordPayment(
                    cycle_id=cycle_id,
                    order_id=result.order_id,
                    status=result.status,
                    bank_reference=result.bank_reference,
                    reason=result.reason,
                )
                one = self._send(Command(command_id=f"{result.order_id}:result", record_payment=alone), cause)
                if one.HasField("refusal"):
                    so_far.fail(one.refusal.code, one.summary)
                    continue
            so_far.kept["已支付" if result.status == PAYMENT_STATUS_SETTLED else "退回"] += 1

    def _send(self, command: Command, cause: Cause) -> Answer:
        command.actor.CopyFrom(SYSTEM)
        return decided(self._door, command, SYSTEM, cause)
