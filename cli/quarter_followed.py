"""A quarter followed from look to look: what was counted, for whom it waits, and what keeps it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from heapq import nsmallest

from audit.quarter_tally import Payment, QuarterTally
from cli.came_back import came_back
from cli.freezes import held
from cli.progress import Reported
from commands import deployment
from commands.door import Door
from commands.work import fold
from domain.cycle import cycle_id, quarters_of
from domain.dates import SHANGHAI, Quarter, civil_date
from domain.kinds import CASE
from domain.money import show
from domain.orders import payable_together_fen
from domain.wording import standing
from duifu.v1.events_pb2 import CycleClosed, PaymentCameBack, PaymentSettled
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger

PAGE = 2_000  # events
WAITING_SHOWN = 5  # claims


class Keeps(StrEnum):
    """What a quarter may wait for."""

    PAUSE = "pause"
    CUT_OFF = "cut-off"
    RULING = "ruling"
    CLAIMS = "claims"
    PAY_DAY = "pay-day"
    EARLIER_QUARTER = "earlier-quarter"
    FREEZE = "freeze"
    ORDERING = "ordering"
    SIGNATURE = "signature"
    TREASURY = "treasury"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a quarter, and in words."""

    keeps: Keeps
    text: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """A claim that is not assessed yet."""

    case_id: str
    stage: str  # title
    since: date | None  # business date on which the stage opened
    standing: str


@dataclass(frozen=True, slots=True)
class Look:
    """A quarter as it is seen at one moment. The tally goes on counting at the next look."""

    tally: QuarterTally
    at: datetime  # business time
    is_rehearsal: bool
    awaited: tuple[Awaited, ...]  # the oldest; `tally.unassessed` has all
    reasons: tuple[Reason, ...]  # none once it has closed
    came_back: tuple[PaymentCameBack, ...] = ()  # of what it had paid; looked up once it has closed


class Followed:
    """One quarter of the ledger. Each look reads the events that are new."""

    def __init__(self, ledger: Ledger, stream: str):
        self._ledger, self._stream = ledger, stream
        self.tally = QuarterTally()

    def look(self, told: Reported = lambda _done, _whole: None) -> QuarterTally:
        """The quarter up to its newest event."""
        while page := self._ledger.stream(self._stream, after_version=self.tally.version, limit=PAGE):
            for recorded in page:
                self.tally.enter(recorded.envelope)
            told(self.tally.version, max(self.tally.version, self._ledger.version(self._stream)))
        return self.tally


class Watched:
    """A quarter, and the earlier ones of its programme that may keep it."""

    def __init__(self, door: Door, cycle_id: str):
        self._door, self._ledger = door, door.ledger
        self._own = Followed(self._ledger, streams.cycle(cycle_id))
        self._earlier: dict[str, Followed | None] = {}  # None: closed

    def catch_up(self, told: Reported) -> None:
        """Read what there is of it; of a large quarter this takes a while, and no look after it does."""
        self._own.look(told)

    def look(self) -> Look:
        """See it now."""
        tally, now = self._own.look(), self._door.business_now()
        is_rehearsal = deployment.current(self._ledger).is_rehearsal
        if tally.closed is not None:
            paid = (one.ordered for one in tally.payments.values() if isinstance(one.answer, PaymentSettled))
            return Look(tally, now, is_rehearsal, (), (), tuple(came_back(self._ledger, paid)))
        oldest = nsmallest(WAITING_SHOWN, tally.unassessed)  # case numbers count up as requests come in
        awaited = tuple(self._awaited(case_id) for case_id in oldest)
        return Look(tally, now, is_rehearsal, awaited, tuple(self._reasons(tally, now)))

    def _awaited(self, case_id: str) -> Awaited:
        case, _ = fold(self._ledger, streams.case(case_id), CASE)
        stage = case.stage
        return Awaited(case_id, stage.title if stage else "", stage.opened_on if stage else None, standing(case))

    def _reasons(self, tally: QuarterTally, now: datetime) -> Iterator[Reason]:
        """In the order in which they are got out of the way."""
        opened = tally.opened
        for window in held(self._door.rulebook, [opened.programme_id], civil_date(now)):
            yield Reason(Keeps.FREEZE, window)
        if tally.paused is not None:
            yield Reason(Keeps.PAUSE, f"暂停拨付：{tally.paused.reason}（{tally.paused.paused_by}）")
        if not tally.is_frozen:
            has_come = now >= opened.cut_off_at.ToDatetime(SHANGHAI)
            said = "已到截止时间，等待流程冻结" if has_come else f"受理至{opened.cut_off_on} 24:00截止"
            yield Reason(Keeps.CUT_OFF, said)
        if opened.awaits_ruling and not tally.is_confirmed:
            yield Reason(Keeps.RULING, "待主管部门确认（BJ-A13）")
        if tally.unassessed:
            yield Reason(Keeps.CLAIMS, f"{len(tally.unassessed)}笔申请尚未核定")
        if now < opened.pay_at.ToDatetime(SHANGHAI):
            yield Reason(Keeps.PAY_DAY, f"{opened.pay_on}起支付")
        if not tally.has_paid:
            for earlier in self._unpaid(tally):
                yield Reason(Keeps.EARLIER_QUARTER, f"在先批次{earlier}尚未支付完毕（BJ-A17）")
        if tally.is_frozen:
            yield from _to_do(tally)

    def _unpaid(self, tally: QuarterTally) -> Iterator[str]:
        """Earlier quarters that have not dealt with all their claims."""
        programme_id, own = tally.opened.programme_id, Quarter.parse(tally.opened.quarter)
        names = self._ledger.streams(streams.cycle(f"{programme_id}-"))
        for number in quarters_of(programme_id, streams.cycle_ids(names)):
            if number >= own:
                continue
            stream = streams.cycle(cycle_id(programme_id, number))
            if stream not in self._earlier:
                self._earlier[stream] = None if self._has_closed(stream) else Followed(self._ledger, stream)
            followed = self._earlier[stream]
            if followed is None:
                continue
            earlier = followed.look()
            if earlier.unassessed or earlier.ready:
                yield earlier.opened.cycle_id
            if earlier.closed is not None:
                self._earlier[stream] = None

    def _has_closed(self, stream: str) -> bool:
        newest = self._ledger.newest(stream)
        return newest is not None and isinstance(unwrap(newest.envelope.event), CycleClosed)


def _to_do(tally: QuarterTally) -> Iterator[Reason]:
    if tally.ready:
        fen = sum(line.left_fen for line in tally.ready.values())
        yield Reason(Keeps.ORDERING, f"{len(tally.ready)}笔{show(fen)}待下达支付指令")
    to_sign, titles = tally.to_sign(), {step.key: step.title for step in tally.opened.release}
    for batch, payments in to_sign:
        yield Reason(
            Keeps.SIGNATURE, f"支付批次{batch.number}：{_many(payments)}待{titles.get(batch.steps[0], batch.steps[0])}"
        )
    unsigned = {payment.ordered.order_id for _, payments in to_sign for payment in payments}
    if asked := [payment for order_id, payment in tally.outstanding.items() if order_id not in unsigned]:
        late = tally.overdue()
        since = f"，其中{_many(late)}至{tally.silent.due_on}未答复" if late else ""
        yield Reason(Keeps.TREASURY, f"{_many(asked)}待国库结果{since}")
    if not (tally.unassessed or tally.ready or tally.outstanding):
        yield Reason(Keeps.CLOSING, "各项已办，待结清")


def _many(payments: Sequence[Payment]) -> str:
    return f"{len(payments)}笔{show(payable_together_fen(payment.ordered for payment in payments))}"
