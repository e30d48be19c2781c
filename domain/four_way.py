"""The four-way match: for each line of an invoice, what was used, agreed, invoiced and paid. (四方核对, BJ-A8)"""

from collections.abc import Iterator, Mapping, Sequence

from domain import amount
from domain.amount import InvoiceTotals, Terms
from domain.invoices import blue, key_of
from domain.metering import OUTCOMES
from domain.money import Exact, exact_text, from_exact_text, show, show_exact
from duifu.v1.events_pb2 import DeliveryMatch, LineMatch, RedemptionAssessed
from duifu.v1.facts_pb2 import COMPUTE_UNIT_CARD_HOURS, COMPUTE_UNIT_PFLOPS_HOURS, Contract, ContractItem, InvoiceLine
from duifu.v1.facts_pb2 import RedemptionRequest as Request

UNITS = {COMPUTE_UNIT_CARD_HOURS: "卡时", COMPUTE_UNIT_PFLOPS_HOURS: "PFLOPS·时"}
SIDES = {"invoiced": "开票", "delivered": "交付", "paid": "付款"}


def lines(request: Request, totals: Mapping[str, InvoiceTotals], contract: Contract, terms: Terms) -> list[LineMatch]:
    """Every line of every blue invoice of a request, beside the other three sides.

    What was invoiced, delivered and paid is known of an invoice as a whole. Each fills the lines that count, in their
    order; so the smallest of the three, line by line, add up to the invoice's base min(invoiced, delivered, paid).
    """
    found = []
    for invoice in blue(request):
        known, counts = totals[key_of(invoice)], amount.counting_lines(invoice, terms)
        sides = (known.invoiced_fen - known.reversed_fen, known.delivered_fen, known.paid_fen)
        filled = zip(*(list(_filled(side, counts)) for side in sides), strict=True)
        for number, (line, counted, (invoiced, delivered, paid)) in enumerate(
            zip(invoice.lines, counts, filled, strict=True), start=1
        ):
            item = like(line, contract)
            smallest = min(invoiced, delivered, paid)
            found.append(
                LineMatch(
                    invoice_key=key_of(invoice),
                    line=number,
                    name=line.name,
                    contract_item=item.name if item else "",
                    contract_fen=item.amount_fen if item else 0,
                    counts_fen=exact_text(counted),
                    invoiced_fen=exact_text(invoiced),
                    delivered_fen=exact_text(delivered),
                    paid_fen=exact_text(paid),
                    smallest_fen=exact_text(smallest),
                    bound_by=_bound_by(invoiced, delivered, paid),
                )
            )
    return found


def like(line: InvoiceLine, contract: Contract) -> ContractItem | None:
    """The contract's item that a line charges for: of its kind and name, else the only one of its kind; else none."""
    of_kind = [item for item in contract.items if item.kind == line.kind]
    of_name = [item for item in of_kind if item.name == line.name]
    for found in (of_name, of_kind):
        if len(found) == 1:
            return found[0]
    return None


def told(assessed: RedemptionAssessed) -> Iterator[str]:
    """The match for whoever verifies: a sentence for each line, and for each delivery that states a quantity."""
    for line in assessed.lines:
        agreed = f"合同项目“{line.contract_item}”{show(line.contract_fen)}" if line.contract_item else "合同无对应项目"
        if from_exact_text(line.counts_fen):
            sides = "，".join(f"{title}{show_exact(getattr(line, f'{side}_fen'))}" for side, title in SIDES.items())
            least = f"，取最小{show_exact(line.smallest_fen)}"
            bound = f"（以{SIDES[line.bound_by]}为限）" if line.bound_by else "（三者一致）"
            yield f"四方核对 发票{line.invoice_key}第{line.line}行“{line.name}”：{agreed}，{sides}{least}{bound}"
        else:
            yield f"四方核对 发票{line.invoice_key}第{line.line}行“{line.name}”：{agreed}，不属于支持范围，不计"
    for match in assessed.deliveries:
        yield _delivery(match)


def told_before(
    assessed: RedemptionAssessed, earlier: Sequence[RedemptionAssessed], known: Mapping[str, InvoiceTotals]
) -> Iterator[str]:
    """What of each invoice earlier claims used, and which; `known` is how its voucher stood before this one."""
    for use in assessed.uses:
        used_fen = known[use.invoice_key].used_fen if use.invoice_key in known else 0
        if used_fen:
            case_ids = (one.case_id for one in earlier if use.invoice_key in (other.invoice_key for other in one.uses))
            added_fen = max(0, from_exact_text(use.base_fen) - used_fen)
            yield (
                f"四方核对 发票{use.invoice_key}：此前{'、'.join(case_ids)}已用{show_exact(exact_text(used_fen))}，"
                f"本次计入{show_exact(exact_text(added_fen))}"
            )


def _delivery(match: DeliveryMatch) -> str:
    unit = UNITS.get(match.unit, "")

    def so_much(exact: str) -> str:
        value = from_exact_text(exact) if exact else None
        return "—" if value is None else f"{exact_text(value)}{unit}"

    counts = from_exact_text(match.counts_fen)
    cut = f"，计入{show_exact(match.counts_fen)}" if counts != match.amount_fen else ""
    return (
        f"计量核对 交付凭证{match.proof_number}：交付{so_much(match.delivered_quantity)}，"
        f"计量{so_much(match.metered_quantity)}，合同{so_much(match.contract_quantity)}，"
        f"此前交付{so_much(match.delivered_before)}：{OUTCOMES[match.outcome]}{cut}"
    )


def _filled(whole: Exact, capacities: Sequence[Exact]) -> Iterator[Exact]:
    left = max(0, whole)
    for capacity in capacities:
        part = min(left, capacity)
        left -= part
        yield part


def _bound_by(invoiced: Exact, delivered: Exact, paid: Exact) -> str:
    if invoiced == delivered == paid:
        return ""
    smallest = min(invoiced, delivered, paid)
    return next(side for side, fen in zip(SIDES, (invoiced, delivered, paid), strict=True) if fen == smallest)
