"""Where a quarter stands, however many claims it has: what its workflow goes by, and what operators read."""

from domain import treasury_silence
from domain.cycle import Cycle
from domain.dates import timestamp
from domain.money import show
from domain.paying_wording import of_which_set_off, quarter_standing
from domain.quarter_index import ClaimState
from duifu.v1.answers_pb2 import QuarterStanding
from duifu.v1.events_pb2 import CyclePaused, TreasurySilent

NAMED_MAX = 20  # claims that a quarter waits for are named up to here


def standing_of(cycle: Cycle, version: int) -> QuarterStanding:
    """Summed up as things change, so it takes hardly longer for a hundred thousand claims than for ten."""
    claims, orders = cycle.index.claims, cycle.index.orders
    returned = [orders[result] for result in ("returned", "withheld")]
    pages = cycle.pages_to_pay()
    return QuarterStanding(
        summary=quarter_standing(cycle),
        version=version,
        opened=cycle.opened,
        stage=stage(cycle),
        waits_on="" if cycle.closed else _waits_on(cycle),
        frozen=cycle.frozen,
        awaits_ruling=cycle.awaits_ruling,
        paused=cycle.paused,
        reminded=sorted(cycle.reminded),
        claims=len(cycle.claims),
        due_fen=sum(claims[state].fen for state in ClaimState),
        unassessed=len(cycle.index.waiting),
        waiting_for=cycle.waiting_for(NAMED_MAX),
        ready=len(cycle.index.payable),
        outstanding=len(cycle.index.unanswered),
        outstanding_fen=orders[""].fen,
        outstanding_set_off_fen=cycle.index.set_off[""].fen,
        pages_to_pay=list(pages),
        released=pages,
        settled=orders["settled"].count,
        settled_fen=orders["settled"].fen,
        settled_set_off_fen=cycle.index.set_off["settled"].fen,
        returned=sum(each.count for each in returned),
        returned_fen=sum(each.fen for each in returned),
        deferred=cycle.index.deferred.count,
        deferred_fen=cycle.index.deferred.fen,
        dropped=claims[ClaimState.DROPPED].count,
        lapses=cycle.lapses,
        answer_due_on=treasury_silence.running(cycle),
        silent=treasury_silence.reported(cycle) if cycle.silent.due_on else None,
        unverified=len(cycle.index.unverified),
        verified=cycle.index.verified,
        referred=cycle.index.referred,
        conducted=cycle.index.conducted,
        verify_at=timestamp(cycle.verify_at) if cycle.verify_at and not cycle.paused else None,
        closed=cycle.closed is not None,
        paid_fen=cycle.closed.paid_fen if cycle.closed else 0,
    )


def stage(cycle: Cycle) -> str:
    """The part of its way that a quarter is on."""
    if cycle.closed is not None:
        return "已结清"
    if cycle.paused is not None:
        return "暂停拨付"
    if not cycle.frozen:
        return "受理中"
    if to_sign := cycle.to_sign():
        return f"待{cycle.step(to_sign[0].next_step).title}"
    return "支付中" if len(cycle.index.unanswered) else "核定中"


def lines(standing: QuarterStanding) -> list[str]:
    """The figures of a quarter for its card, Markdown."""
    rows = [
        ("申请", standing.claims, standing.due_fen, 0),
        ("待国库结果", standing.outstanding, standing.outstanding_fen, standing.outstanding_set_off_fen),
        ("已支付", standing.settled, standing.settled_fen, standing.settled_set_off_fen),
        ("递延", standing.deferred, standing.deferred_fen, 0),
        ("退回", standing.returned, standing.returned_fen, 0),
    ]
    found = [
        f"- {title}：{count}笔，{show(fen)}{of_which_set_off(set_off_fen)}"
        for title, count, fen, set_off_fen in rows
        if count
    ]
    own = (("系统核验通过", standing.verified), ("转人工", standing.referred), ("待系统核验", standing.unverified))
    found += [f"- {title}：{count}笔" for title, count in own if count]
    if standing.dropped:
        found.append(f"- 退出：{standing.dropped}笔")
    found += [f"- 待核定：{case_id}" for case_id in standing.waiting_for]
    if (more := standing.unassessed - len(standing.waiting_for)) > 0:
        found.append(f"- 另有{more}笔待核定")
    return found


def pause_line(paused: CyclePaused) -> str:
    """Why a quarter does not go on, and who said so."""
    return f"- **暂停拨付**：{paused.reason}（{paused.paused_by}）"


def silence_line(silent: TreasurySilent) -> str:
    """What a treasury should have answered."""
    return f"- **国库逾期未答复**：{silent.orders}笔{show(silent.amount_fen)}，应于{silent.due_on}前答复"


def _waits_on(cycle: Cycle) -> str:
    if cycle.paused is not None:
        return "恢复拨付"
    if not cycle.frozen:
        return "截止日"
    if cycle.awaits_ruling:
        return "主管部门确认"
    if to_sign := cycle.to_sign():
        return cycle.step(to_sign[0].next_step).role_title
    return "国库" if len(cycle.index.unanswered) else "核验"
