"""What may become of a round: opened, joined, shared, ordered and closed. (QD-2.5)"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.case import Case
from domain.dates import SHANGHAI, Period, end_of, timestamp
from domain.format.programme import Programme, PublicNotice
from domain.refusals import Refused
from domain.round import Applicant, Round, Standing
from duifu.v1.events_pb2 import (
    ApplicantJoined,
    GrantOrdered,
    GrantShare,
    LevelAmount,
    RoundAllocated,
    RoundClosed,
    RoundLevel,
    RoundOpened,
)


def round_id(programme: Programme) -> str:
    """The business key of a round, also its workflow id."""
    return f"{programme.programme_id}-{programme.round}"


def open_round(programme: Programme, window: str) -> RoundOpened:
    """The dates of a round, and the edition under which all of it is served."""
    row, release = programme.windows[window], programme.payments.release
    return RoundOpened(
        round_id=round_id(programme),
        programme_id=programme.programme_id,
        programme_title=programme.title.zh,
        round=programme.round,
        opens_on=row.first.isoformat(),
        closes_on=row.last.isoformat(),
        closes_at=timestamp(_closing(row.last, row.closes_at)),
        edition_sha256=programme.sha256,
        clause=row.clause,
        levels=[
            RoundLevel(level=name, title=level.title, treasury=level.treasury or "")
            for name, level in programme.levels.items()
        ],
        release=release.messages() if release else (),
        release_clause=release.clause if release else "",
    )


def join(round_: Round, joined: ApplicantJoined) -> list[Message]:
    """Take part. One application of an operator is open in a round at a time.

    Raises Refused ROUND_CLOSED, ROUND_ALLOCATED, APPLIED_ALREADY.
    """
    clause = round_.opened.clause
    must_be_open(round_)
    if round_.allocations:
        raise Refused("ROUND_ALLOCATED", clause, round=round_.round_id)
    for known in round_.applicants.values():
        if known.uscc == joined.uscc and known.standing is not Standing.LEFT:
            raise Refused("APPLIED_ALREADY", clause, round=round_.round_id, uscc=joined.uscc, case=known.case_id)
    return [joined]


def must_have_one_rate(round_: Round, case_id: str, rate: str, clause: str) -> None:
    """Everybody who is determined already has this rate; empty: the programme's. Raises Refused RATE_DIFFERS."""
    for other in round_.sharing:
        if other.case_id != case_id and other.approved_rate != rate:
            known, asked = other.approved_rate or "按政策", rate or "按政策"
            raise Refused("RATE_DIFFERS", clause, asked=asked, known=known, other=other.case_id)


def must_be_allocatable(round_: Round, at: datetime) -> None:
    """The pool may be shared now.

    Raises Refused ROUND_UNKNOWN, ROUND_CLOSED, WINDOW_OPEN, APPLICANTS_UNDETERMINED, ALLOCATION_STANDS, GRANTS_ORDERED.
    """
    must_be_open(round_)
    clause = round_.opened.clause
    if at < round_.closes_at:
        raise Refused("WINDOW_OPEN", clause, round=round_.round_id, closes_on=round_.opened.closes_on, at=at)
    if undetermined := round_.standing(Standing.REVIEWED):
        cases = "、".join(applicant.case_id for applicant in undetermined)
        raise Refused("APPLICANTS_UNDETERMINED", clause, round=round_.round_id, cases=cases)
    if not round_.is_stale or not round_.sharing:
        raise Refused("ALLOCATION_STANDS", clause, round=round_.round_id, number=round_.allocations)
    if round_.orders:
        raise Refused("GRANTS_ORDERED", clause, round=round_.round_id)


def allocate(
    round_: Round, shares: list[GrantShare], clause: str, rule: PublicNotice | None, on: date, calendar: WorkingCalendar
) -> RoundAllocated:
    """What everybody gets; results that are new or have changed are shown to the public. (QD-A10)"""
    new = [share for share in shares if _is_news(round_.applicants[share.case_id], share)]
    allocated = RoundAllocated(
        number=round_.allocations + 1,
        shares=shares,
        clause=clause,
        reason="参与分配的单位或额度有变化，重新分配" if round_.allocations else "",
    )
    shown = [share.case_id for share in new if share.amount_fen]
    if rule is not None and shown:
        notice = notice_period(rule, on, calendar)
        allocated.noticed_case_ids.extend(shown)
        allocated.notice_opens_on, allocated.notice_through_on = notice.first.isoformat(), notice.last.isoformat()
        allocated.notice_closes_at.FromDatetime(end_of(notice.last))
    return allocated


def share_of(round_: Round, case_id: str, amount_fen: int, levels: Mapping[str, int]) -> GrantShare:
    """What an applicant gets, of all levels and of each."""
    return GrantShare(case_id=case_id, amount_fen=amount_fen, levels=_levels(round_, levels))


def notice_period(rule: PublicNotice, on: date, calendar: WorkingCalendar) -> Period:
    """The days on which the public may object. Raises Refused CALENDAR_NOT_ANNOUNCED."""
    first = on if rule.first_day_counts else on + timedelta(days=1)
    if rule.unit == "working_days":
        return calendar.period_of(first, rule.days)
    return Period(first, first + timedelta(days=rule.days - 1))


def must_be_orderable(round_: Round) -> None:
    """Money may be ordered for everybody at once: amounts that depend on each other are final together.

    Raises Refused ROUND_UNKNOWN, ROUND_CLOSED, GRANTS_ORDERED, ALLOCATION_STALE, APPLICANTS_NOT_CLEARED.
    """
    must_be_open(round_)
    clause = round_.opened.clause
    if round_.orders:
        raise Refused("GRANTS_ORDERED", clause, round=round_.round_id)
    waiting = round_.standing(Standing.REVIEWED, Standing.DETERMINED, Standing.NOTICED, Standing.PUBLISHED)
    if waiting or not round_.standing(Standing.CLEARED):
        cases = "、".join(applicant.case_id for applicant in waiting) or "—"
        raise Refused("APPLICANTS_NOT_CLEARED", clause, round=round_.round_id, cases=cases)
    if round_.is_stale:
        raise Refused("ALLOCATION_STALE", clause, round=round_.round_id)


def order(round_: Round, level: str, amount_fen: int, case: Case, pay_on: date) -> GrantOrdered:
    """What one level's treasury is asked to pay to an applicant's own account. (QD-2.3, F-7)"""
    row = next(row for row in round_.opened.levels if row.level == level)
    return GrantOrdered(
        order_id=f"{round_.round_id}-{level}-{len(round_.orders) + 1:05d}",
        case_id=case.case_id,
        level=level,
        treasury=row.treasury,
        uscc=case.applicant_uscc,
        payee=case.application.bank_account,
        amount_fen=amount_fen,
        pay_on=pay_on.isoformat(),
        purpose=f"{round_.opened.programme_title} {round_.opened.round} {row.title}",
    )


def must_not_be_ordered(round_: Round, case_id: str) -> None:
    """Nothing was ordered for this applicant yet. Raises Refused GRANT_ORDERED."""
    orders = [order.ordered.order_id for order in round_.orders_of(case_id)]
    if orders:
        raise Refused("GRANT_ORDERED", round_.opened.clause, case=case_id, orders="、".join(orders))


def close(round_: Round, at: datetime) -> list[Message]:
    """Name what every level paid to whom.

    Raises Refused ROUND_UNKNOWN, ROUND_CLOSED, WINDOW_OPEN, ROUND_NOT_SETTLED.
    """
    must_be_open(round_)
    if at < round_.closes_at:
        raise Refused(
            "WINDOW_OPEN", round_.opened.clause, round=round_.round_id, closes_on=round_.opened.closes_on, at=at
        )
    if not round_.is_over:
        cases = "、".join(a.case_id for a in round_.applicants.values() if a.standing is not Standing.LEFT)
        raise Refused("ROUND_NOT_SETTLED", round_.opened.clause, round=round_.round_id, cases=cases)
    paid = [share_of(round_, a.case_id, a.amount_fen, a.levels) for a in round_.standing(Standing.CLEARED)]
    by_level = {row.level: 0 for row in round_.opened.levels}
    for share in paid:
        for level in share.levels:
            by_level[level.level] += level.amount_fen
    left = [applicant.case_id for applicant in round_.standing(Standing.LEFT)]
    return [RoundClosed(paid=paid, paid_by_level=_levels(round_, by_level), left_case_ids=left)]


def must_be_open(round_: Round) -> None:
    """The round is there, and has not closed. Raises Refused ROUND_UNKNOWN, ROUND_CLOSED."""
    if not round_.round_id:
        raise Refused("ROUND_UNKNOWN", round="—")
    if round_.closed is not None:
        raise Refused("ROUND_CLOSED", round_.opened.clause, round=round_.round_id)


def _is_news(applicant: Applicant, share: GrantShare) -> bool:
    levels = {level.level: level.amount_fen for level in share.levels}
    return applicant.standing is Standing.DETERMINED or levels != applicant.levels


def _closing(last: date, closes_at: str) -> datetime:
    if closes_at == "24:00":
        return end_of(last)
    hour, minute = map(int, closes_at.split(":"))
    return datetime(last.year, last.month, last.day, hour, minute, tzinfo=SHANGHAI)


def _levels(round_: Round, levels: Mapping[str, int]) -> list[LevelAmount]:
    titles = round_.titles
    return [LevelAmount(level=name, amount_fen=fen, title=titles[name]) for name, fen in levels.items()]
