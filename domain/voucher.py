"""A voucher: what it is worth, what is due of it so far, and what was paid. (BJ-3.2, BJ-4.6)"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.message import Message

from domain import amount, four_way, metering
from domain.amount import InvoiceTotals, Terms
from domain.case import UnknownEvent
from domain.money import Exact, exact_text, from_exact_text, show, show_exact
from domain.refusals import Refused
from domain.states import changed
from duifu.v1.events_pb2 import (
    DeliveryMatch,
    InvoiceUse,
    PaymentCameBack,
    RedemptionAssessed,
    VoucherIssued,
    VoucherLapsed,
    VoucherRedeemed,
    VoucherRescaled,
)
from duifu.v1.facts_pb2 import Contract, RedemptionRequest
from duifu.v1.recovery_pb2 import ReversalWithdrawn, SettlementReversed

NOTHING_COUNTED = InvoiceTotals()
OWED = "owed"  # the step by which nobody is paid what is to come back first


@dataclass(frozen=True)
class Voucher:
    """The state of one voucher. Empty before it is issued."""

    voucher_id: str = ""
    programme_id: str = ""
    edition_sha256: str = ""
    case_id: str = ""
    uscc: str = ""
    holder_name: str = ""
    face_value_fen: int = 0
    eligible_fen: Exact = 0
    contract: Contract = field(default_factory=Contract)
    cumulative_fen: Exact = 0  # of the eligible amount, settled so far
    due_fen: int = 0
    paid_fen: int = 0
    valid_through: str = ""  # last day on which a request is taken; empty: not limited
    expired_fen: int = 0  # of the face value, that nobody asked for in time (BJ-A13)
    lapsed_fen: int = 0  # of what it was issued with, because the contract ended early (BJ-A18)
    claw_back_fen: int = 0  # of what was paid, to be paid back
    payouts: tuple[VoucherRedeemed, ...] = ()  # less what came back
    came_back: Mapping[str, PaymentCameBack] = field(default_factory=dict)  # by payment order
    reversals: Mapping[str, SettlementReversed] = field(default_factory=dict)  # by the red invoice's number
    reversals_withdrawn: Mapping[str, ReversalWithdrawn] = field(default_factory=dict)  # by the same, the newest
    invoices: Mapping[str, InvoiceTotals] = field(default_factory=dict)
    deliveries: Mapping[str, DeliveryMatch] = field(default_factory=dict)  # by proof, those that state a quantity
    assessed: frozenset[str] = frozenset()  # claims


def assess(
    voucher: Voucher, case_id: str, request: RedemptionRequest, terms: Terms, recovered_fen: int = 0
) -> RedemptionAssessed:
    """What this claim adds to the part of the voucher that is due; may be nothing. (BJ-4.6, BJ-A8, BJ-A12)

    `recovered_fen` came in of what was paid. What is to be paid back and did not come in is not paid a second time.
    """
    deliveries = metering.matches(request, voucher.contract, voucher.deliveries, terms.metering)
    totals = amount.invoice_totals(voucher.invoices, request, terms, metering.counted(deliveries))
    base: Exact = 0
    lines = four_way.lines(request, totals, voucher.contract, terms)
    assessed = RedemptionAssessed(case_id=case_id, deliveries=deliveries, lines=lines)
    for key, after in totals.items():
        before = voucher.invoices.get(key, NOTHING_COUNTED)
        after_fen = after.base_fen
        if after_fen > before.used_fen:
            base += after_fen - before.used_fen
        assessed.uses.add(
            invoice_key=key,
            invoiced_fen=exact_text(after.invoiced_fen),
            delivered_fen=exact_text(after.delivered_fen),
            paid_fen=exact_text(after.paid_fen),
            base_fen=exact_text(after_fen),
            proof_numbers=sorted(after.numbers - before.numbers),
            reversed_fen=exact_text(after.reversed_fen) if after.reversed_fen else "",
            deducted_fen=after.deducted_fen,
        )
    cumulative = min(voucher.eligible_fen, voucher.cumulative_fen + base)
    assessed.due_fen = amount.due(voucher.face_value_fen, voucher.eligible_fen, cumulative, voucher.due_fen, terms.rate)
    assessed.base_fen, assessed.cumulative_fen = exact_text(base), exact_text(cumulative)
    assessed.trace.amount_fen = assessed.due_fen
    _write_steps(assessed, voucher, terms, is_cut=voucher.cumulative_fen + base > voucher.eligible_fen)
    due_before = voucher.due_fen
    if terms.deducts:  # the supplier is paid no more than it charged less
        deducted = sum(known.deducted_fen for known in {**voucher.invoices, **totals}.values())
        told, most_fen = f"不超过发票载明的抵扣额，累计{show(deducted)}", deducted - due_before
        _limit(assessed, "deducted", terms.clause, told, most_fen, deducted=deducted, due_before=due_before)
    if (owed := voucher.claw_back_fen - recovered_fen) > 0:
        told, worth = f"不超过券额扣除应缴回而尚未缴回的{show(owed)}", voucher.face_value_fen
        most_fen = worth - owed - due_before
        _limit(assessed, OWED, terms.clause, told, most_fen, V=worth, owed=owed, due_before=due_before)
    return assessed


def _limit(
    assessed: RedemptionAssessed, name: str, clause: str, explanation: str, most_fen: int, **operands: int
) -> None:
    """One more limit on what is due, and the step that says so."""
    due_fen = assessed.due_fen
    assessed.due_fen = assessed.trace.amount_fen = max(0, min(due_fen, most_fen))
    operand = assessed.trace.steps.add(
        name=name,
        clause=clause,
        explanation=explanation,
        exact_fen=exact_text(assessed.due_fen),
        operation="least",
        bound=assessed.due_fen < due_fen,
    ).operands.add
    for key, fen in {"due": due_fen, **operands}.items():
        operand(name=key, exact=exact_text(fen))


def nothing_due(before: Voucher, case: str, assessed: RedemptionAssessed, clause: str) -> Refused:
    """Why a claim that was assessed adds nothing: what it adds to the settled amount, and what that releases."""
    last = assessed.trace.steps[-1]
    if last.name == OWED and last.bound:
        owed = next(operand for operand in last.operands if operand.name == OWED)
        return Refused("CLAW_BACK_OPEN", clause, case=case, voucher=before.voucher_id, owed_fen=int(owed.exact))
    return Refused(
        "NOTHING_DUE",
        clause,
        case=case,
        base=show_exact(assessed.base_fen),
        cumulative=show_exact(assessed.cumulative_fen),
        due_fen=before.due_fen,
    )


def _write_steps(assessed: RedemptionAssessed, voucher: Voucher, terms: Terms, *, is_cut: bool) -> None:
    settled = "本次 min(开票, 交付, 付款)" if terms.needs_payment_proof else "本次 min(开票, 交付)，发票视为已付款"
    worth, eligible = show(voucher.face_value_fen), exact_text(voucher.eligible_fen)
    times = f"{worth} × 累计 ÷ E" if terms.rate is None else f"min({worth}, 累计 × {terms.rate})"
    step = assessed.trace.steps.add  # in place: messages that are put into others are copied
    step(
        name="base",
        clause=terms.settled_clause or terms.clause,
        explanation=settled,
        exact_fen=assessed.base_fen,
        operation="sum",
    )
    operand = step(
        name="cumulative",
        clause=terms.clause,
        explanation="累计，不超过 E",
        exact_fen=assessed.cumulative_fen,
        operation="least",
        bound=is_cut,
    ).operands.add
    operand(name="E", exact=eligible)
    operand(name="before", exact=exact_text(voucher.cumulative_fen))
    operand(name="base", exact=assessed.base_fen)
    operand = step(
        name="due",
        clause=terms.formula_clause or terms.clause,
        explanation=f"⌊{times}⌋ − 前次累计应兑 {show(voucher.due_fen)}",
        exact_fen=exact_text(assessed.due_fen),
        operation="round",
    ).operands.add
    operand(name="V", exact=exact_text(voucher.face_value_fen))
    operand(name="E", exact=eligible)
    operand(name="cumulative", exact=assessed.cumulative_fen)
    operand(name="due_before", exact=exact_text(voucher.due_fen))


def evolve(voucher: Voucher, event: Message) -> Voucher:
    """The voucher after one more event."""
    match event:
        case VoucherIssued():
            return changed(
                voucher,
                voucher_id=event.voucher_id,
                programme_id=event.programme_id,
                edition_sha256=event.edition_sha256,
                case_id=event.case_id,
                uscc=event.uscc,
                holder_name=event.holder_name,
                face_value_fen=event.face_value_fen,
                eligible_fen=from_exact_text(event.eligible_fen),
                contract=event.contract,
                valid_through=event.valid_through,
            )
        case RedemptionAssessed():
            return changed(
                voucher,
                cumulative_fen=from_exact_text(event.cumulative_fen),
                due_fen=voucher.due_fen + event.due_fen,
                invoices={**voucher.invoices, **{use.invoice_key: _totals(use, voucher) for use in event.uses}},
                deliveries={**voucher.deliveries, **{match.proof_number: match for match in event.deliveries}},
                assessed=voucher.assessed | {event.case_id},
            )
        case VoucherRescaled():
            return changed(
                voucher,
                contract=event.contract,
                eligible_fen=from_exact_text(event.eligible_fen),
                face_value_fen=event.face_value_fen,
                cumulative_fen=from_exact_text(event.cumulative_fen),
                due_fen=event.due_fen,
                expired_fen=event.face_value_fen - event.due_fen if voucher.expired_fen else 0,
                lapsed_fen=voucher.lapsed_fen + event.lapsed_fen,
                claw_back_fen=voucher.claw_back_fen + event.claw_back_fen,
            )
        case VoucherRedeemed():
            payouts = (*voucher.payouts, event)
            return changed(voucher, paid_fen=voucher.paid_fen + event.amount_fen, payouts=payouts)
        case VoucherLapsed():
            return changed(voucher, expired_fen=voucher.expired_fen + event.lapsed_fen)
        case PaymentCameBack():
            left = tuple(kept for payout in voucher.payouts if (kept := _after_return(payout, event)).amount_fen)
            came_back = {**voucher.came_back, event.order_id: event}
            return changed(voucher, paid_fen=voucher.paid_fen - event.amount_fen, payouts=left, came_back=came_back)
        case SettlementReversed():
            after = voucher.invoices[event.invoice_key].less(event.amount_fen, event.red_invoice_number)
            return changed(
                voucher,
                invoices={**voucher.invoices, event.invoice_key: after},
                reversals={**voucher.reversals, event.red_invoice_number: event},
                cumulative_fen=from_exact_text(event.cumulative_fen),
                due_fen=event.due_fen,
                claw_back_fen=voucher.claw_back_fen + event.claw_back_fen,
            )
        case ReversalWithdrawn():
            number = event.red_invoice_number
            again = voucher.invoices[event.invoice_key].without(event.amount_fen, number)
            return changed(
                voucher,
                invoices={**voucher.invoices, event.invoice_key: again},
                reversals={other: known for other, known in voucher.reversals.items() if other != number},
                reversals_withdrawn={**voucher.reversals_withdrawn, number: event},
                cumulative_fen=from_exact_text(event.cumulative_fen),
                due_fen=event.due_fen,
                expired_fen=min(voucher.expired_fen, voucher.face_value_fen - event.due_fen),
                claw_back_fen=voucher.claw_back_fen - event.claw_back_fen,
            )
    raise UnknownEvent(type(event).__name__)


def _after_return(payout: VoucherRedeemed, returned: PaymentCameBack) -> VoucherRedeemed:
    """What is left of a payout: what was set off never went out, and does not come back."""
    if (payout.cycle_id, payout.case_id) != (returned.cycle_id, returned.case_id):
        return payout
    fen = payout.amount_fen - returned.amount_fen
    return VoucherRedeemed(case_id=payout.case_id, cycle_id=payout.cycle_id, amount_fen=fen, set_off_fen=fen)


def _totals(use: InvoiceUse, voucher: Voucher) -> InvoiceTotals:
    before = voucher.invoices.get(use.invoice_key, NOTHING_COUNTED)
    return InvoiceTotals(
        invoiced_fen=from_exact_text(use.invoiced_fen),
        delivered_fen=from_exact_text(use.delivered_fen),
        paid_fen=from_exact_text(use.paid_fen),
        numbers=before.numbers | frozenset(use.proof_numbers),
        used_fen=max(before.used_fen, from_exact_text(use.base_fen)),
        reversed_fen=from_exact_text(use.reversed_fen),
        deducted_fen=use.deducted_fen,
    )
