"""duifu payments on a real ledger: orders go out, returns come in, each order is answered once and by its own line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain.payment_answers import Result as End
from duifu.v1.commands_pb2 import CloseCycle, PauseCycle
from duifu.v1.events_pb2 import GrantSettled, PaymentReturned, PaymentSettled
from duifu.v1.work_pb2 import PaymentOrder
from exchange.payments.iso20022 import PAIN_002
from ledger import streams
from tests.builders import CYCLE_OFFICER
from tests.desk import Desk, the_rulebook
from tests.exchange.payment_files import (
    Q1,
    a_copy_of,
    a_folder_in_payment,
    all_orders,
    an_entry,
    camt_053,
    csv_of,
    document,
    pain_002,
    the_list,
)
from tests.rounds import ROUND_ID, RoundDesk

FIRMS = 3


@dataclass(frozen=True)
class Counter:
    """A desk with a terminal and a folder of files beside it."""

    desk: Desk
    folder: Path

    def run(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(
            main, ["payments", *arguments, "--home", str(self.folder)], terminal_width=300, env={"COLUMNS": "300"}
        )
        assert result.exit_code == code, result.output
        return result

    def export(self, list_id: str, *how: str, name: str = "orders") -> Any:
        return json.loads(self.run("export", list_id, "--out", str(self.folder / name), "--json", *how).stdout)

    def take_in(self, content: bytes, *how: str, code: int = 0) -> dict[str, Any]:
        """What became of a file."""
        file = self.folder / "returns"
        file.write_bytes(content)
        told = self.run("import", str(file), "--actor", "sun.li", "--json", *how, code=code).stdout
        found: dict[str, Any] = json.loads(told)
        return found

    def refusals(self, content: bytes) -> list[str]:
        """The codes of the lines that were refused; there is at least one."""
        lines = self.take_in(content, code=3)["lines"]
        return [line["refusal"]["code"] for line in lines if line["outcome"] == "refused"]

    def answers(self, list_id: str = Q1) -> list[tuple[str, str]]:
        """Every end on record, as the stream has it."""
        told = self.desk.events(streams.cycle(list_id))
        return [(e.order_id, type(e).__name__) for e in told if isinstance(e, PaymentSettled | PaymentReturned)]


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command reads all programmes anew, which takes a second; here they are read once."""
    monkeypatch.setattr("front_door.Rulebook", lambda _: the_rulebook())


@pytest.fixture(scope="module")
def in_payment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger in which a quarter has been ordered, which each test copies."""
    return a_folder_in_payment(tmp_path_factory.mktemp("in-payment"), FIRMS)


@pytest.fixture
def counter(in_payment: Path, tmp_path: Path) -> Iterator[Counter]:
    desk = a_copy_of(in_payment, tmp_path)
    yield Counter(desk, tmp_path)
    desk.ledger.close()


@pytest.fixture
def orders(counter: Counter) -> list[PaymentOrder]:
    return all_orders(the_list(counter.desk))


def settled(orders: list[PaymentOrder]) -> list[tuple[PaymentOrder, End]]:
    return [(order, End.SETTLED) for order in orders]


# Out


def test_the_orders_of_a_quarter_go_out_with_their_count_sum_and_digest(
    counter: Counter, orders: list[PaymentOrder]
) -> None:
    (written,) = counter.export(Q1)

    file = counter.folder / "orders"
    assert written["orders"] == FIRMS
    assert written["sumFen"] == sum(order.amount_fen for order in orders)
    assert written["sha256"] == sha256(file.read_bytes()).hexdigest()
    assert file.stat().st_mode & 0o077 == 0
    assert [line.split(",")[0] for line in file.read_text("utf-8").splitlines()[1:]] == [o.order_id for o in orders]


DEBTOR = ("--debtor", "示例市财政局", "--debtor-account", "0101", "--debtor-bank", "示例国库")


@pytest.mark.parametrize("how", [("--format", "csv"), ("--format", "pain.001", *DEBTOR)])
def test_the_same_orders_gives_the_same_bytes_and_what_is_answered_goes_out_no_more(
    counter: Counter, orders: list[PaymentOrder], how: tuple[str, ...]
) -> None:
    first, second = counter.export(Q1, *how), counter.export(Q1, *how, name="again")
    counter.take_in(csv_of(settled(orders[:1])))
    third = counter.export(Q1, *how, name="later")

    assert first[0]["sha256"] == second[0]["sha256"] != third[0]["sha256"]
    assert third[0]["orders"] == FIRMS - 1


def test_a_list_without_open_orders_writes_no_file(counter: Counter, orders: list[PaymentOrder]) -> None:
    counter.take_in(csv_of(settled(orders)))

    assert counter.export(Q1) == []
    assert not (counter.folder / "orders").exists()


@pytest.mark.parametrize("list_id", ["bj-slq-2023-2031Q4", "../etc", "a\0b"])
def test_a_quarter_that_does_not_exist_is_refused(counter: Counter, list_id: str) -> None:
    said = counter.run("export", list_id, "--out", str(counter.folder / "x"), code=3)

    assert "没有季度批次或轮次" in said.output


def test_pain_001_asks_whose_money_it_is(counter: Counter) -> None:
    said = counter.run("export", Q1, "--format", "pain.001", "--out", str(counter.folder / "x"), code=2)

    assert "--debtor-account" in said.output


# Back


@pytest.mark.parametrize("writing", [csv_of, pain_002, camt_053])
def test_what_comes_back_is_on_record_with_the_file_as_evidence_and_a_second_time_records_nothing(
    counter: Counter, orders: list[PaymentOrder], writing: Any
) -> None:
    content = writing([(orders[0], End.SETTLED), (orders[1], End.RETURNED), (orders[2], End.PENDING)])

    first = counter.take_in(content)
    head = counter.desk.ledger.head()
    second = counter.take_in(content)

    assert [line["outcome"] for line in first["lines"]] == ["recorded", "recorded", "pending"]
    assert [line["outcome"] for line in second["lines"]] == ["known", "known", "pending"]
    assert counter.desk.ledger.head() == head
    told = [e for e in counter.desk.events(streams.cycle(Q1)) if isinstance(e, PaymentSettled | PaymentReturned)]
    assert [(e.order_id, e.bank_reference) for e in told] == [
        (orders[0].order_id, f"GK-{orders[0].order_id}-settled"),
        (orders[1].order_id, f"GK-{orders[1].order_id}-returned"),
    ]
    assert {e.evidence_sha256 for e in told} == {sha256(content).hexdigest()} == {first["sha256"]}
    assert isinstance(told[1], PaymentReturned)
    assert "账户已销户" in told[1].reason


def test_a_dry_run_says_the_same_and_puts_nothing_on_record(counter: Counter, orders: list[PaymentOrder]) -> None:
    content = csv_of([*settled(orders), (orders[0], End.SETTLED)])
    head = counter.desk.ledger.head()

    tried = counter.take_in(content, "--dry-run")

    assert [line["outcome"] for line in tried["lines"]] == ["would_record"] * FIRMS + ["known"]
    assert counter.desk.ledger.head() == head
    assert counter.take_in(content)["counts"]["recorded"] == FIRMS


def test_a_dry_run_is_told_what_the_door_would_refuse_of_each_line(
    counter: Counter, orders: list[PaymentOrder]
) -> None:
    counter.take_in(csv_of(settled(orders)))
    counter.desk.system(close_cycle=CloseCycle(cycle_id=Q1))
    late = csv_of([(orders[0], End.RETURNED)], returned_on="2031-01-01").splitlines()
    late += csv_of([(orders[1], End.RETURNED)]).splitlines()[1:]
    head = counter.desk.ledger.head()

    tried = counter.take_in(b"\n".join(late), "--dry-run", code=3)["lines"]
    assert counter.desk.ledger.head() == head
    done = counter.take_in(b"\n".join(late), code=3)["lines"]

    assert [line["outcome"] for line in tried] == ["refused", "would_record"]
    assert [line["outcome"] for line in done] == ["refused", "recorded"]
    assert tried[0]["refusal"] == done[0]["refusal"]
    assert done[0]["refusal"]["code"] == "NOT_YET_HAPPENED"
    assert "由银行更正" in done[0]["refusal"]["wayForward"]


def test_what_differs_of_a_payee_is_named_and_an_account_is_masked(
    counter: Counter, orders: list[PaymentOrder]
) -> None:
    rows = csv_of([(orders[0], End.SETTLED)], payee_name="某公司").splitlines()
    rows += csv_of([(orders[1], End.SETTLED)], account_number="6222000000001234").splitlines()[1:]

    payee, account = [line["refusal"]["message"] for line in counter.take_in(b"\n".join(rows), code=3)["lines"]]

    assert f"“{orders[0].payee_name}”" in payee
    assert "“某公司”" in payee
    assert f"****{orders[1].account_number[-4:]}" in account
    assert "****1234" in account
    assert orders[1].account_number not in account


def test_a_command_id_of_ones_own_is_followed_by_the_order(counter: Counter, orders: list[PaymentOrder]) -> None:
    counter.take_in(csv_of(settled(orders)), "--command-id", "march")

    ids = [name.removeprefix("command/") for name in counter.desk.ledger.streams("command/march")]
    assert ids == [f"march:{order.order_id}" for order in orders]


def test_the_table_says_what_became_of_each_line(counter: Counter, orders: list[PaymentOrder]) -> None:
    file = counter.folder / "returns.csv"
    file.write_bytes(csv_of(settled(orders[:1])) + b"unknown-00001,,,,5,,,,,,settled,,,\n")

    said = counter.run("import", str(file), "--actor", "sun.li", code=3).output

    assert f"{orders[0].order_id}" in said
    assert "[ORDER_UNKNOWN]" in said
    assert "1 行已记录，1 行被拒绝" in said
    assert orders[0].account_number not in said


def test_both_levels_of_a_round_get_a_file_and_answer_each_for_itself(tmp_path: Path) -> None:
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    case_id = desk.determined(1)
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    counter = Counter(desk, tmp_path)

    written = counter.export(ROUND_ID, name="orders.csv")
    orders = all_orders(the_list(desk, ROUND_ID))
    taken = counter.take_in(pain_002(settled(orders)))

    assert {(row["level"], Path(row["file"]).name) for row in written} == {
        ("city", "orders-city.csv"),
        ("district", "orders-district.csv"),
    }
    assert taken["counts"]["recorded"] == len(orders) == 2
    told = [event for event in desk.events(streams.grant_round(ROUND_ID)) if isinstance(event, GrantSettled)]
    assert [event.evidence_sha256 for event in told] == [taken["sha256"]] * 2
    assert desk.closed_case(case_id).amount_fen == sum(order.amount_fen for order in orders)
    desk.ledger.close()


# Refused, line by line: in each file the second line is sound, and is put on record


def spoilt(orders: list[PaymentOrder]) -> dict[str, tuple[bytes, str]]:
    """Files whose first line is refused, and with what."""
    one, sound = orders[0], csv_of(settled(orders[1:2])).splitlines()[1]

    def row(**changes: str) -> bytes:
        return csv_of(settled([one]), **changes) + sound + b"\n"

    def report(**changes: str) -> bytes:
        first, second = pain_002(settled([one]), **changes), pain_002(settled(orders[1:2]))
        body = second.decode().split("<OrgnlPmtInfAndSts>")[1]
        return first.decode().split("</OrgnlPmtInfAndSts>")[0].encode() + body.encode()

    def statement(entry: str) -> bytes:
        return camt_053([], more=entry + an_entry(orders[1], End.SETTLED))

    return {
        "an order that nobody gave": (row(order_id=f"{Q1}-09999"), "ORDER_UNKNOWN"),
        "an order of no list": (row(order_id="x" * 5_000), "MALFORMED"),
        "no order": (row(order_id=""), "ORDER_UNKNOWN"),
        "paid in part": (row(amount_fen="1", amount_yuan="0.01"), "PAYMENT_AMOUNT"),
        "paid in part, as a bank reports it": (report(amount="0.01"), "PAYMENT_AMOUNT"),
        "paid to somebody else": (row(payee_name="某公司"), "PAYMENT_PAYEE"),
        "paid to somebody else, as a bank reports it": (report(payee="某公司"), "PAYMENT_PAYEE"),
        "paid into another account": (row(account_number="6222"), "PAYMENT_ACCOUNT"),
        "dollars": (row(currency="USD"), "PAYMENT_CURRENCY"),
        "dollars, as a bank reports them": (report(currency="USD"), "PAYMENT_CURRENCY"),
        "no status": (row(status=""), "MALFORMED"),
        "a status that nobody knows": (report(status="DONE"), "MALFORMED"),
        "no amount": (row(amount_fen=""), "MALFORMED"),
        "an amount with parts of a fen": (report(amount="100.001"), "MALFORMED"),
        "an amount below nothing": (row(amount_fen="-100"), "MALFORMED"),
        "an amount beyond anything": (row(amount_fen="9" * 18, amount_yuan=""), "MALFORMED"),
        "two amounts": (row(amount_yuan="0.02"), "MALFORMED"),
        "a cell too many": (row(bank_reference="1,2,3,4"), "MALFORMED"),
        "a payment that nobody can find at the bank": (row(bank_reference=""), "BANK_REFERENCE_MISSING"),
        "digits of another script": (row(amount_fen="１００"), "MALFORMED"),
        "a statement's part payment": (statement(an_entry(one, End.SETTLED, amount="0.01")), "PAYMENT_AMOUNT"),
        "a credit that reverses nothing": (
            statement(an_entry(one, End.SETTLED).replace("DBIT", "CRDT")),
            "MALFORMED",
        ),
        "an entry that is neither booked nor waits": (
            statement(an_entry(one, End.SETTLED).replace("BOOK", "XXXX")),
            "MALFORMED",
        ),
    }


@pytest.mark.parametrize("case", spoilt([PaymentOrder(order_id=f"x-{n:05d}", amount_fen=5) for n in range(FIRMS)]))
def test_a_line_that_cannot_be_taken_is_refused_with_its_reason_and_the_rest_goes_on_record(
    counter: Counter, orders: list[PaymentOrder], case: str
) -> None:
    content, code = spoilt(orders)[case]

    told = counter.take_in(content, code=3)["lines"]

    assert [line["outcome"] for line in told] == ["refused", "recorded"]
    refusal = told[0]["refusal"]
    assert refusal["code"] == code
    assert refusal["message"]
    assert refusal["wayForward"]
    assert orders[0].account_number not in json.dumps(told)
    assert counter.answers() == [(orders[1].order_id, "PaymentSettled")]


def test_two_ends_of_one_order_in_a_file_are_both_refused(counter: Counter, orders: list[PaymentOrder]) -> None:
    content = csv_of([(orders[0], End.SETTLED), (orders[0], End.RETURNED), (orders[1], End.SETTLED)])

    assert counter.refusals(content) == ["PAYMENT_TWICE"] * 2
    assert counter.answers() == [(orders[1].order_id, "PaymentSettled")]


def test_an_end_beside_a_line_that_nobody_can_read_is_not_taken(counter: Counter, orders: list[PaymentOrder]) -> None:
    content = csv_of([(orders[0], End.SETTLED), (orders[0], End.RETURNED)])

    assert counter.refusals(content.replace(b"settled", b"paid")) == ["MALFORMED", "PAYMENT_TWICE"]
    assert counter.answers() == []


def test_a_debit_that_its_own_statement_takes_back_is_a_return(counter: Counter, orders: list[PaymentOrder]) -> None:
    told = counter.take_in(camt_053([(orders[0], End.SETTLED), (orders[0], End.RETURNED)]))["lines"]

    assert [line["outcome"] for line in told] == ["other", "recorded"]
    assert counter.answers() == [(orders[0].order_id, "PaymentReturned")]


@pytest.mark.parametrize(
    ("booked", "end"),
    [
        ("out back out", PaymentSettled),
        ("out back", PaymentReturned),
        ("out back out back", PaymentReturned),
        ("back out out", PaymentSettled),
    ],
)
def test_of_debits_and_what_takes_them_back_the_statement_says_what_is_left(
    counter: Counter, orders: list[PaymentOrder], booked: str, end: type
) -> None:
    ends = {"out": End.SETTLED, "back": End.RETURNED}

    told = counter.take_in(camt_053([(orders[0], ends[one]) for one in booked.split()]))["counts"]

    assert told["recorded"] == 1
    assert counter.answers() == [(orders[0].order_id, end.__name__)]


def test_two_debits_and_one_credit_more_are_two_payments(counter: Counter, orders: list[PaymentOrder]) -> None:
    twice = an_entry(orders[0], End.SETTLED).replace("<AcctSvcrRef>", "<AcctSvcrRef>2-")
    statement = camt_053([(orders[0], End.SETTLED), (orders[0], End.RETURNED), (orders[0], End.SETTLED)], more=twice)

    assert counter.refusals(statement) == ["PAYMENT_TWICE"] * 2


def test_nothing_is_written_out_while_the_quarter_is_paused(counter: Counter, orders: list[PaymentOrder]) -> None:
    counter.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="封账"))

    refused = counter.run("export", Q1, "--out", str(counter.folder / "orders"), code=3)

    assert "封账" in refused.output
    assert not (counter.folder / "orders").exists()
    assert counter.take_in(csv_of(settled(orders)))["counts"]["recorded"] == FIRMS  # what went out before is answered


def test_what_is_no_order_of_ours_on_a_statement_is_passed_over(counter: Counter, orders: list[PaymentOrder]) -> None:
    content = camt_053(settled(orders[:1]), more=an_entry(orders[1], End.SETTLED, order_id="NOTPROVIDED"))

    assert counter.take_in(content)["counts"] | {} == {
        "recorded": 1, "would_record": 0, "known": 0, "pending": 0, "other": 1, "refused": 0,
    }  # fmt: skip


def test_an_end_that_contradicts_the_one_on_record_is_refused(counter: Counter, orders: list[PaymentOrder]) -> None:
    counter.take_in(csv_of([(orders[0], End.RETURNED), *settled(orders[1:])]))

    assert counter.refusals(csv_of(settled(orders[:1]))) == ["PAYMENT_RESULT_CONFLICT"]
    assert len(counter.answers()) == FIRMS


def test_after_the_close_another_end_is_late_and_the_same_is_known(
    counter: Counter, orders: list[PaymentOrder]
) -> None:
    counter.take_in(csv_of([(orders[0], End.RETURNED), *settled(orders[1:])]))
    counter.desk.system(close_cycle=CloseCycle(cycle_id=Q1))
    before = counter.desk.versions()

    told = counter.take_in(csv_of(settled(orders[:2])), code=3)["lines"]

    assert [line["outcome"] for line in told] == ["refused", "known"]
    assert told[0]["refusal"]["code"] == "PAYMENT_LATE"
    assert counter.desk.versions() == before


def test_a_report_on_the_message_as_a_whole_records_nothing(counter: Counter, orders: list[PaymentOrder]) -> None:
    whole = document(
        PAIN_002, "<CstmrPmtStsRpt><OrgnlGrpInfAndSts><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt>"
    )
    (counter.folder / "r.xml").write_bytes(whole)

    said = counter.run("import", str(counter.folder / "r.xml"), "--actor", "sun.li", code=2)

    assert "整批状态 'RJCT'" in said.output
    assert counter.answers() == []
