"""Files of payments by themselves: what goes out says everything once, and nothing that comes in does harm."""

import csv
import io
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.dates import SHANGHAI
from domain.field_values import FEN_MAX
from domain.money import yuan
from domain.payment_answers import Result
from duifu.v1.work_pb2 import PaymentOrder
from exchange.payments.amounts import fen_of_yuan, yuan_text
from exchange.payments.iso20022 import CAMT_053, PAIN_002
from exchange.payments.lines import LINES_MAX
from exchange.payments.order_files import COLUMNS, PAIN_001, Debtor, must_be_readable, to_csv, to_pain_001
from exchange.payments.returns import read_returned
from exchange.payments.trees import ELEMENTS_MAX, read_tree
from exchange.unpacking import FILE_BYTES_MAX
from exchange.unusable import Unusable
from ledger.encryption import WITHHELD
from tests.exchange.payment_files import camt_053, csv_of, document, pain_002

DEBTOR = Debtor("示例市财政局", "0101", "示例国库")
AT = datetime(2024, 3, 29, 9, 30, 15, 999, tzinfo=SHANGHAI)


def an_order(number: int = 1, amount_fen: int = yuan("250000.05"), **how: Any) -> PaymentOrder:
    order = PaymentOrder(
        order_id=f"bj-slq-2023-2024Q1-{number:05d}",
        payee_name="北京示例智能科技有限公司",
        account_number="0200000000000000001",
        bank_name="示例银行",
        amount_fen=amount_fen,
        purpose="算力券兑付 2024Q1",
        budget_year=2024,
        pay_on="2024-03-29",
        cycle_id="bj-slq-2023-2024Q1",
    )
    order.MergeFrom(PaymentOrder(**how))
    return order


# Out


def test_every_column_of_an_order_is_written_as_it_is() -> None:
    tricky = an_order(payee_name='某"公司",\r\n<&>')

    (heading, row) = csv.reader(io.StringIO(to_csv([tricky]).decode(), newline=""))

    assert tuple(heading) == COLUMNS
    assert row == [
        tricky.order_id, tricky.payee_name, "0200000000000000001", "示例银行", "25000005", "250000.05", "CNY",
        "算力券兑付 2024Q1", "2024", "2024-03-29",
    ]  # fmt: skip


def test_pain_001_names_each_order_once_and_its_sums_are_exact() -> None:
    orders = [an_order(n, amount_fen) for n, amount_fen in enumerate((1, 10, yuan("999999999.99"), FEN_MAX), 1)]
    orders[1].pay_on = "2024-04-01"

    message = read_tree(to_pain_001(orders, "bj-slq-2023-2024Q1", DEBTOR, AT), "pain.001").all("CstmrCdtTrfInitn")[0]

    header, infos = message.all("GrpHdr")[0], message.all("PmtInf")
    assert header.words("NbOfTxs") == "4"
    assert header.words("CtrlSum") == yuan_text(sum(order.amount_fen for order in orders))
    assert header.words("CreDtTm") == "2024-03-29T09:30:15+08:00"
    assert [info.words("ReqdExctnDt/Dt") for info in infos] == ["2024-03-29", "2024-04-01"]
    first = 1 + yuan("999999999.99") + FEN_MAX
    assert [info.words("CtrlSum") for info in infos] == [yuan_text(first), "0.10"]
    transfers = [transfer for info in infos for transfer in info.all("CdtTrfTxInf")]
    assert {t.words("PmtId/EndToEndId"): fen_of_yuan(t.words("Amt/InstdAmt")) for t in transfers} == {
        order.order_id: order.amount_fen for order in orders
    }
    assert {t.all("Amt/InstdAmt")[0].attributes["Ccy"] for t in transfers} == {"CNY"}
    ids = [header.words("MsgId"), *(info.words("PmtInfId") for info in infos)]
    assert len(set(ids)) == 3
    assert max(map(len, ids)) <= 35


def test_another_order_makes_another_message_and_the_same_orders_the_same_bytes() -> None:
    def message(*orders: PaymentOrder) -> bytes:
        return to_pain_001(orders, "bj-slq-2023-2024Q1", DEBTOR, AT)

    def id_of(content: bytes) -> str:
        return read_tree(content, "pain.001").words("CstmrCdtTrfInitn/GrpHdr/MsgId")

    assert message(an_order()) == message(an_order())
    assert id_of(message(an_order())) != id_of(message(an_order(), an_order(2)))
    assert read_tree(message(an_order()), "pain.001").tag == PAIN_001 + "}Document"


@pytest.mark.parametrize(
    "how", [{"account_number": "1" * 35}, {"payee_name": "某" * 141}, {"purpose": "x\ufffe"}, {"order_id": "x" * 36}]
)
def test_what_the_format_cannot_hold_is_not_written(how: dict[str, Any]) -> None:
    spoilt = an_order(2, **how)

    with pytest.raises(Unusable) as refused:
        to_pain_001([an_order(), spoilt], "b", DEBTOR, AT)

    assert spoilt.order_id in refused.value.zh
    assert spoilt.account_number not in str(refused.value)


def test_nothing_goes_out_whose_account_cannot_be_read() -> None:
    must_be_readable([an_order()])

    with pytest.raises(Unusable, match="00002 的收款账号在本机无法读取"):
        must_be_readable([an_order(), an_order(2, account_number=WITHHELD)])


@given(st.integers(1, FEN_MAX))
@example(FEN_MAX)
def test_an_amount_that_is_written_reads_as_the_same(fen: int) -> None:
    assert fen_of_yuan(yuan_text(fen)) == fen
    assert fen_of_yuan(yuan_text(fen) + "000") == fen


# In


def test_a_report_without_amounts_speaks_of_the_whole_order() -> None:
    content = document(
        PAIN_002,
        "<CstmrPmtStsRpt><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>x-00001</OrgnlEndToEndId>"
        "<TxSts>ACCC</TxSts></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt>",
    )

    (line,) = read_returned(content).lines

    assert line.said is not None
    assert (line.said.order_id, line.said.result, line.said.amount_fen) == ("x-00001", Result.SETTLED, None)


def test_a_long_statement_is_read_however_it_is_indented() -> None:
    answers = [(an_order(number), Result.SETTLED) for number in range(1_000)]
    content = camt_053(answers).replace(b"<Ntry>", b"\n" + b" " * 80 + b"<Ntry>")

    lines = read_returned(content).lines

    assert [line.order_id for line in lines] == [order.order_id for order, _ in answers]
    assert not any(line.problem for line in lines)


@pytest.mark.parametrize("status", ["ACTC", "ACCP", "ACSP", "ACWC", "PDNG", "RCVD", "PART"])
def test_a_status_that_is_no_end_is_pending(status: str) -> None:
    (line,) = read_returned(pain_002([(an_order(), Result.SETTLED)], status=status)).lines

    assert line.said is not None
    assert line.said.result == Result.PENDING


def test_a_file_is_known_by_its_digest_and_by_what_is_in_it() -> None:
    answers = [(an_order(), Result.SETTLED)]
    made = {"csv": csv_of(answers), "pain.002.001.10": pain_002(answers), "camt.053.001.08": camt_053(answers)}

    found = {form: read_returned(b"\xef\xbb\xbf" + content) for form, content in made.items()}

    assert {form: returned.form for form, returned in found.items()} == {form: form for form in made}
    assert found["csv"].sha256 == sha256(b"\xef\xbb\xbf" + made["csv"]).hexdigest()


BOMB = (
    b'<!DOCTYPE d [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><d>&j;</d>"
)
HOSTILE = {
    "nothing": b"",
    "a space": b" ",
    "a mark alone": b"\xef\xbb\xbf",
    "not text": bytes(range(256)),
    "a picture": b"\x89PNG\r\n\x1a\n\0",
    "GB 18030": "order_id,status,amount_fen\n订单,settled,1\n".encode("gb18030"),
    "a BOM of UTF-16": "order_id,status".encode("utf-16"),
    "a null": b"order_id,status,amount_fen\na\0,settled,1\n",
    "a quote that never ends": b'order_id,status,amount_fen\n"x,settled,1\n',
    "a cell without end": b"order_id,status,amount_fen\n" + b"x" * 200_000 + b",settled,1\n",
    "no headings": b"bj-1,settled,1\n",
    "headings twice": b"order_id,status,amount_fen,status\n",
    "headings of our own": b"order_id,status,amount_fen,note\n",
    "too many lines": b"order_id,status,amount_fen\n" + b"a-00001,settled,1\n" * (LINES_MAX + 1),
    "no XML": b"<<<",
    "XML cut off": pain_002([(an_order(), Result.SETTLED)])[:-20],
    "a bomb of entities": BOMB,
    "a file of ours": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
    "a DTD elsewhere": b'<!DOCTYPE d SYSTEM "http://127.0.0.1:1/d.dtd"><d/>',
    "an entity that nobody declared": b"<d>&x;</d>",
    "another encoding": '<?xml version="1.0" encoding="GBK"?><d>支付</d>'.encode("gbk"),
    "no encoding": b'<?xml version="1.0" encoding="nonsense"?><d/>',
    "no namespace": b"<Document/>",
    "another version": pain_002([(an_order(), Result.SETTLED)]).replace(b".001.10", b".001.03"),
    "another message": document(PAIN_001, "<CstmrCdtTrfInitn/>"),
    "another root": pain_002([(an_order(), Result.SETTLED)]).replace(b"Document", b"Dokument"),
    "an element of elsewhere": camt_053([], more='<Ntry xmlns="urn:x"><Amt>1</Amt></Ntry>'),
    "deep": document(PAIN_002, "<a>" * 100_000 + "</a>" * 100_000),
    "many elements": document(CAMT_053, "<a/>" * (ELEMENTS_MAX + 1)),
    "one endless text": document(PAIN_002, "x" * 5_000_000),
    "an empty message": document(PAIN_002, ""),
    "a report on nothing": document(PAIN_002, "<CstmrPmtStsRpt/>"),
    "two reports": document(PAIN_002, "<CstmrPmtStsRpt/>" * 2),
    "an empty statement": camt_053([]),
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_in_both_languages_at_once(case: str) -> None:
    assert len(HOSTILE[case]) <= FILE_BYTES_MAX

    with pytest.raises(Unusable) as refused:
        read_returned(HOSTILE[case])

    assert refused.value.zh
    assert refused.value.en
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize(
    ("case", "zh", "en"),
    [
        ("headings twice", "重复'status'；", "headings are doubled 'status'"),
        ("headings of our own", "未知'note'；", "headings are unknown 'note'"),
        (
            "no headings",
            "缺少order_id、status、amount_fen；未知'bj-1'、",
            "missing order_id、status、amount_fen; unknown",
        ),
        ("another message", f"'Document' xmlns='{PAIN_001}' 不是", f"'Document' xmlns='{PAIN_001}' is no"),
        ("a quote that never ends", "第2行起不是CSV", "no CSV: "),
        ("XML cut off", "行起不是XML", "is no XML: "),
    ],
)
def test_what_is_wrong_with_a_file_is_named_in_one_language_at_a_time(case: str, zh: str, en: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_returned(HOSTILE[case])

    assert zh in refused.value.zh
    assert en in refused.value.en
    assert "}" not in str(refused.value)
    assert "unexpected" not in refused.value.zh


@pytest.mark.parametrize("repeated", ["OrgnlEndToEndId", "TxSts", "AcctSvcrRef", "OrgnlTxRef"])
def test_an_element_that_stands_twice_spoils_its_line_and_no_other(repeated: str) -> None:
    content = pain_002([(an_order(), Result.SETTLED)]).decode()
    start, end = content.index(f"<{repeated}>"), content.index(f"</{repeated}>") + len(repeated) + 3
    doubled = content[:end] + content[start:end] + content[end:]
    sound = content.split("<OrgnlPmtInfAndSts>")[1].split("</OrgnlPmtInfAndSts>")[0]

    lines = read_returned(doubled.replace("</OrgnlPmtInfAndSts>", f"{sound}</OrgnlPmtInfAndSts>").encode()).lines

    assert [line.problem is not None for line in lines] == [True, False]


@given(st.binary(max_size=300))
@example(b"<")
def test_no_bytes_at_all_do_more_than_be_refused(content: bytes) -> None:
    with suppress(Unusable):
        assert read_returned(content).lines


@given(st.data())
def test_a_sound_file_with_a_few_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    answers = [(an_order(n), Result.RETURNED) for n in (1, 2)]
    content = bytearray(data.draw(st.sampled_from([csv_of(answers), pain_002(answers), camt_053(answers)])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(Unusable):
        assert read_returned(bytes(content)).lines
