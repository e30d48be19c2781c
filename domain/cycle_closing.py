"""How a quarter closes: after those before it, naming what became of every claim, and handing figures on. (BJ-4.3)"""

from collections.abc import Iterable

from google.protobuf.message import Message

from domain.cycle import Cycle
from domain.cycle_decisions import earlier_than, listed, must_be_open
from domain.numbered import by_number
from domain.orders import set_off_fen
from domain.quarter_index import ClaimState
from domain.refusals import Refused
from duifu.v1.events_pb2 import CycleClosed, FiguresBroughtForward


def bring_forward(before: Cycle, later: Cycle) -> FiguresBroughtForward:
    """The opening figures that a closed quarter hands to the one after it."""
    assert before.closed is not None
    same_year = before.opened.paying_year == later.opened.paying_year
    paid_fen = before.closed.paid_fen
    return FiguresBroughtForward(
        from_cycle_id=before.cycle_id,
        claims=len(before.closed.carried),
        carried_fen=before.closed.carried_fen,
        paid_in_year_fen=paid_fen + before.brought.paid_in_year_fen if same_year else 0,
        paid_fen=paid_fen + before.brought.paid_fen,
    )


def must_close_in_order(cycle: Cycle, open_quarters: Iterable[Cycle]) -> None:
    """No earlier quarter of the programme is open. Raises Refused EARLIER_QUARTER_OPEN."""
    for earlier in earlier_than(cycle, open_quarters):
        raise Refused("EARLIER_QUARTER_OPEN", cycle.opened.clause, cycle=cycle.cycle_id, earlier=earlier.cycle_id)


def must_be_settled(cycle: Cycle) -> None:
    """Nothing of it is under way. Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED, CYCLE_NOT_FROZEN, CYCLE_NOT_SETTLED."""
    must_be_open(cycle)
    if not cycle.frozen:
        raise Refused("CYCLE_NOT_FROZEN", cycle.opened.clause, cycle=cycle.cycle_id)
    undone = sorted((*cycle.index.waiting, *cycle.index.payable)) + [order.case_id for order in cycle.outstanding()]
    if undone:
        raise Refused("CYCLE_NOT_SETTLED", cycle.opened.clause, cycle=cycle.cycle_id, claims=listed(undone))


def close(cycle: Cycle) -> list[Message]:
    """Name what became of every claim. Raises Refused like `must_be_settled`, and VOUCHERS_TO_LAPSE."""
    must_be_settled(cycle)
    if cycle.lapses:
        raise Refused("VOUCHERS_TO_LAPSE", cycle.opened.clause, cycle=cycle.cycle_id)
    # Each is added in place: as messages of their own a hundred thousand of them would take ten times as much.
    closed = CycleClosed(dropped_case_ids=[c.case_id for c in cycle.in_order() if c.state == ClaimState.DROPPED])
    for order_id in sorted(cycle.orders, key=by_number):
        order = cycle.orders[order_id]
        ordered = order.ordered
        if order.result == "settled":
            closed.paid.add(case_id=ordered.case_id, amount_fen=ordered.amount_fen)
            closed.paid_fen += ordered.amount_fen
            closed.set_off_fen += set_off_fen(ordered)
        else:
            closed.returned.add(case_id=ordered.case_id, amount_fen=ordered.amount_fen)
            closed.returned_fen += ordered.amount_fen
    for case_id in sorted(cycle.deferred):
        closed.deferred.add(case_id=case_id, amount_fen=cycle.deferred[case_id])
        closed.deferred_fen += cycle.deferred[case_id]
    for case_id in sorted(cycle.carried):
        closed.carried.add(case_id=case_id, amount_fen=cycle.carried[case_id])
        closed.carried_fen += cycle.carried[case_id]
    return [closed]
