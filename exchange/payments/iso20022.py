"""Answers in ISO 20022: status reports (pain.002.001.10) and statements of account (camt.053.001.08)."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import NoReturn

from domain.payment_answers import CURRENCY, Result, Said
from exchange.payments.amounts import fen_of_yuan
from exchange.payments.lines import NO_REASON, Line, a_line, day_of, must_be_few
from exchange.payments.trees import Tree
from exchange.unusable import Unusable, quoted

PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

#: External payment transaction status codes: the ends; everything else the code list has is under way.
ENDS = {
    "ACSC": Result.SETTLED,  # settlement completed
    "ACCC": Result.SETTLED,  # settlement on the creditor's account completed
    "RJCT": Result.RETURNED,
    "CANC": Result.RETURNED,
}
UNDER_WAY = frozenset(
    {"RCVD", "PDNG", "ACTC", "ACCP", "ACSP", "ACWC", "ACWP", "ACFC", "ACIS", "PATC", "PRES", "PART", "BLCK"}
)
ACCOUNT = ("CdtrAcct/Id/Othr/Id", "CdtrAcct/Id/IBAN")
NOT_PROVIDED = ("", "NOTPROVIDED")


def read_pain_002(document: Tree) -> list[Line]:
    """One line a transaction. Raises Unusable where the report names none: it is then about the message as a whole."""
    report = document.one("CstmrPmtStsRpt")
    lines = []
    for number, info in enumerate(report.all("OrgnlPmtInfAndSts") if report else [], start=1):
        where = f"OrgnlPmtInfAndSts[{number}]"
        statuses = info.all("TxInfAndSts")
        for place, status in enumerate(statuses, start=1):
            said = partial(_status, status)
            lines.append(a_line(f"{where}/TxInfAndSts[{place}]", _first(status, "OrgnlEndToEndId"), said))
        if not statuses:
            lines.append(a_line(where, "", partial(_no_single_status, info)))
        must_be_few(len(lines))
    if not lines:
        status_of_all = report.words("OrgnlGrpInfAndSts/GrpSts") if report else ""
        words = f"没有逐笔状态（整批状态 {quoted(status_of_all)}），未记录任何结果；整批被拒的请改正后重新送出"
        raise Unusable(words, "no TxInfAndSts: nothing is said of single orders, so nothing is recorded")
    return lines


def read_camt_053(document: Tree) -> list[Line]:
    """One line a transaction. Of debits and what takes them back, the statement says what is left of them together."""
    lines = []
    for number, entry in enumerate(document.all("BkToCstmrStmt/Stmt/Ntry"), start=1):
        for where, details in _details(f"Ntry[{number}]", entry):
            lines.append(a_line(where, _first(details, "Refs/EndToEndId"), partial(_booked, entry, details)))
            must_be_few(len(lines))
    if not lines:
        raise Unusable("对账单没有分录", "the statement has no entries")
    return _netted(lines)


def _netted(lines: list[Line]) -> list[Line]:
    """Each credit takes back one debit of its order and amount: a debit that is left is an answer, else a credit is."""
    offset: set[str] = set()  # places
    booked: defaultdict[tuple[str, int | None], dict[Result, list[str]]] = defaultdict(
        lambda: {end: [] for end in Result}
    )
    for line in lines:
        if line.said:
            booked[line.order_id, line.said.amount_fen][line.said.result].append(line.place)
    for ends in booked.values():
        debits, credits = ends[Result.SETTLED], ends[Result.RETURNED]
        pairs = min(len(debits), len(credits))
        offset.update(debits[:pairs])
        offset.update(credits[:pairs] if len(debits) > len(credits) else credits[: max(0, pairs - 1)])
    return [Line(f"{line.place}（已冲回）") if line.place in offset else line for line in lines]


def _first(element: Tree, path: str) -> str:
    return next((found.text for found in element.all(path)), "")


def _no_single_status(info: Tree) -> NoReturn:
    status = quoted(info.words("PmtInfSts"))
    raise Unusable(f"没有逐笔状态（PmtInfSts {status}）", f"no TxInfAndSts, only PmtInfSts {status}")


def _status(status: Tree) -> Said:
    order_id, code = status.words("OrgnlEndToEndId"), status.words("TxSts")
    if not order_id:
        raise Unusable("没有 OrgnlEndToEndId", "it has no OrgnlEndToEndId")
    if code not in ENDS and code not in UNDER_WAY:
        raise Unusable(f"TxSts {quoted(code)} 不是已知的状态", f"TxSts {quoted(code)} is no status that we know")
    result, original = ENDS.get(code, Result.PENDING), status.one("OrgnlTxRef") or Tree("OrgnlTxRef", {})
    amount = original.one("Amt/InstdAmt")
    return Said(
        order_id=order_id,
        result=result,
        amount_fen=fen_of_yuan(amount.text) if amount else None,
        currency=amount.attributes.get("Ccy", "") if amount else CURRENCY,
        payee_name=original.words("Cdtr/Pty/Nm"),
        account_number=original.words(*ACCOUNT),
        bank_reference=status.words("AcctSvcrRef", "StsId"),
        reason=_reason(status, "StsRsnInf") if result == Result.RETURNED else "",
    )


def _details(where: str, entry: Tree) -> Iterator[tuple[str, Tree]]:
    """The transactions of an entry; the entry itself where it has none."""
    found = entry.all("NtryDtls/TxDtls")
    if not found:
        yield where, Tree("TxDtls", {})
    for place, details in enumerate(found, start=1):
        yield f"{where}/TxDtls[{place}]", details


def _booked(entry: Tree, details: Tree) -> Said | None:
    """None for what has no id of an order: an account sees other business too."""
    order_id = details.words("Refs/EndToEndId")
    if order_id in NOT_PROVIDED:
        return None
    is_single = len(entry.all("NtryDtls/TxDtls")) == 1
    amount = details.one("Amt") or (entry.one("Amt") if is_single else None)
    if amount is None:
        raise Unusable(
            "一笔分录含多笔交易而没有逐笔金额", "one of several transactions of an entry, without its amount"
        )
    result = _result(entry, details)
    goes_out = result != Result.RETURNED  # what comes back names us as its payee
    return Said(
        order_id=order_id,
        result=result,
        amount_fen=fen_of_yuan(amount.text),
        currency=amount.attributes.get("Ccy", ""),
        payee_name=details.words("RltdPties/Cdtr/Pty/Nm") if goes_out else "",
        account_number=details.words(*(f"RltdPties/{path}" for path in ACCOUNT)) if goes_out else "",
        bank_reference=details.words("Refs/AcctSvcrRef") or entry.words("AcctSvcrRef"),
        reason="" if goes_out else _reason(details, "RtrInf"),
        returned_on="" if goes_out else day_of(entry.words("BookgDt/Dt", "BookgDt/DtTm")),
    )


def _result(entry: Tree, details: Tree) -> Result:
    status = entry.words("Sts/Cd")
    if status != "BOOK":
        if status not in ("PDNG", "FUTR", "INFO"):
            raise Unusable(f"Sts {quoted(status)} 不是已知的状态", f"Sts {quoted(status)} is no status that we know")
        return Result.PENDING
    direction = details.words("CdtDbtInd") or entry.words("CdtDbtInd")
    reverses = entry.words("RvslInd") in ("true", "1")
    if direction == "DBIT" and not reverses:
        return Result.SETTLED
    if direction == "CRDT" and (reverses or details.one("RtrInf")):
        return Result.RETURNED
    raise Unusable(
        f"CdtDbtInd {quoted(direction)} 既不是支出，也不是注明的冲回或退回（RvslInd、RtrInf）",
        "neither a debit nor a credit that is marked as a reversal or return",
    )


def _reason(element: Tree, path: str) -> str:
    information = [found for each in element.all(path) for found in each.all("AddtlInf")]
    codes = [found for each in element.all(path) for kind in ("Cd", "Prtry") for found in each.all(f"Rsn/{kind}")]
    return " ".join(found.text for found in (*codes, *information) if found.text) or NO_REASON
