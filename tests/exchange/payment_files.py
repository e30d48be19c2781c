"""Return files as banks and treasuries write them, and quarters whose payments wait for one."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copy

from commands.door import declared
from domain.money import yuan
from domain.payment_answers import RECONCILER, Result
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, Command
from duifu.v1.work_pb2 import PaymentOrder
from exchange.payments.amounts import yuan_text
from exchange.payments.iso20022 import CAMT_053, PAIN_002
from exchange.payments.matching import Matching
from exchange.payments.order_files import COLUMNS as ORDERED
from exchange.payments.order_files import to_csv
from exchange.payments.payment_list import PaymentList, find_list
from exchange.payments.return_csv import COLUMNS as RETURNED
from exchange.payments.returns import read_returned
from tests.builders import a_contract, a_firm, a_redemption
from tests.desk import Desk

SUN = Actor(id="sun.li", name="孙丽", role=RECONCILER)
Q1, Q2 = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"
HEADINGS = (*ORDERED, *(name for name in RETURNED if name not in ORDERED))
STATUS = {Result.SETTLED: "ACSC", Result.RETURNED: "RJCT", Result.PENDING: "ACSP"}
REASON = "<Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf>"

#: An order and what the file says of it.
Answers = Sequence[tuple[PaymentOrder, Result]]


def a_quarter_in_payment(desk: Desk, firms: int) -> PaymentList:
    """As many orders as firms, each over another amount, none answered."""
    for number in range(1, firms + 1):
        firm = a_firm(100 + number)
        contract = a_contract(number=f"HT-{number}", buyer=firm)
        voucher = desk.voucher_through_the_door(contract, firm)
        request = a_redemption(voucher.voucher_id, yuan(10_000 * number + 1), invoice=number, buyer=firm)
        desk.redemption_through_the_door(request, firm)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    return the_list(desk)


def a_folder_in_payment(folder: Path, firms: int) -> Path:
    """The folder, with a ledger in which such a quarter has been ordered."""
    desk = Desk(folder / "ledger.sqlite")
    a_quarter_in_payment(desk, firms)
    desk.ledger.close()
    return folder


def the_list(desk: Desk, list_id: str = Q1) -> PaymentList:
    """The orders of a quarter or a round as the ledger has them now."""
    listed = find_list(desk.ledger, list_id)
    assert listed is not None
    return listed


def all_orders(listed: PaymentList) -> list[PaymentOrder]:
    """All its orders, answered or not."""
    return [order.ordered for order in listed.orders.values()]


def a_copy_of(folder: Path, into: Path, now: str = "2024-04-08 09:00") -> Desk:
    """A desk on a copy of the ledger in a folder, opened as it was closed."""
    for file in folder.iterdir():
        copy(file, into)
    return Desk(into / "ledger.sqlite", now, ids="later")


def put_in(desk: Desk, content: bytes) -> list[str]:
    """What became of each line of a file, as `duifu payments import` does it: a code of a refusal, or the outcome."""
    returned, outcomes = read_returned(content), []
    matching = Matching(desk.ledger, returned.lines, returned.sha256)
    for line in returned.lines:
        try:
            found = matching.match(line, SUN)
        except Refused as refused:
            outcomes.append(refused.code)
            continue
        if isinstance(found, Command):
            found.actor.CopyFrom(SUN)
            desk.door.handle(found, declared(SUN))
            outcomes.append("recorded")
        else:
            outcomes.append(str(found))
    return outcomes


def csv_of(answers: Answers, **changes: str) -> bytes:
    """The orders' CSV with what became of each; `changes` go into every row."""
    rows = [",".join(HEADINGS)]
    for order, result in answers:
        cells = dict(zip(ORDERED, to_csv([order]).decode().splitlines()[1].split(","), strict=True))
        cells |= {"status": str(result), "bank_reference": f"GK-{order.order_id}-{result}"}
        cells |= {"reason": "账户已销户"} if result == Result.RETURNED else {}
        rows.append(",".join((cells | changes).get(name, "") for name in HEADINGS))
    return ("\n".join(rows) + "\n").encode()


def pain_002(answers: Answers, *, status: str = "", amount: str = "", currency: str = "CNY", payee: str = "") -> bytes:
    """A status report with one TxInfAndSts an order."""
    said = [
        f"""<TxInfAndSts><OrgnlEndToEndId>{order.order_id}</OrgnlEndToEndId><TxSts>{status or STATUS[result]}</TxSts>
        {f"<StsRsnInf>{REASON}</StsRsnInf>" if result == "returned" else ""}
        <AcctSvcrRef>GK-{order.order_id}-{result}</AcctSvcrRef>
        <OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{amount or yuan_text(order.amount_fen)}</InstdAmt></Amt>
        <Cdtr><Pty><Nm>{payee or order.payee_name}</Nm></Pty></Cdtr>
        <CdtrAcct><Id><Othr><Id>{order.account_number}</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>"""
        for order, result in answers
    ]
    return document(
        PAIN_002, f"<CstmrPmtStsRpt><OrgnlPmtInfAndSts>{''.join(said)}</OrgnlPmtInfAndSts></CstmrPmtStsRpt>"
    )


def camt_053(answers: Answers, *, more: str = "") -> bytes:
    """A statement with one entry an order: booked out, or back again; `more` are further entries."""
    return document(
        CAMT_053, f"<BkToCstmrStmt><Stmt>{''.join(an_entry(*one) for one in answers)}{more}</Stmt></BkToCstmrStmt>"
    )


def an_entry(order: PaymentOrder, result: Result, amount: str = "", order_id: str = "") -> str:
    """One entry of a statement."""
    back = result == Result.RETURNED
    return f"""<Ntry><Amt Ccy="CNY">{amount or yuan_text(order.amount_fen)}</Amt>
        <CdtDbtInd>{"CRDT" if back else "DBIT"}</CdtDbtInd>{"<RvslInd>true</RvslInd>" if back else ""}
        <Sts><Cd>{"PDNG" if result == Result.PENDING else "BOOK"}</Cd></Sts>
        <AcctSvcrRef>GK-{order.order_id}-{result}</AcctSvcrRef>
        <NtryDtls><TxDtls><Refs><EndToEndId>{order_id or order.order_id}</EndToEndId></Refs>
        {f"<RtrInf>{REASON}</RtrInf>" if back else ""}
        </TxDtls></NtryDtls></Ntry>"""


def document(namespace: str, content: str) -> bytes:
    """A document of ISO 20022."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}">{content}</Document>'.encode()
