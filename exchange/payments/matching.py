"""Lines of a return file held against the orders: each becomes a command, is known already, or is refused."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from commands.work import fold
from domain import orders, payment_answers
from domain.kinds import VOUCHER
from domain.orders import Order
from domain.payment_answers import Result, Said
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    Actor,
    Command,
    RecordGrantPayment,
    RecordPayment,
)
from duifu.v1.work_pb2 import PaymentOrder
from exchange.naming import content_id
from exchange.payments.lines import ID_MAX, Line
from exchange.payments.payment_list import PaymentList, find_list, list_names
from ledger import streams
from ledger.store import Ledger

STATUS = {Result.SETTLED: PAYMENT_STATUS_SETTLED, Result.RETURNED: PAYMENT_STATUS_RETURNED}


class Standing(StrEnum):
    """A line of which nothing is put on record, and which is not refused either."""

    KNOWN = "known"
    PENDING = "pending"
    OTHER = "other"  # about no order


class Matching:
    """One file's lines against the orders of one ledger, each list of which is read once."""

    def __init__(self, ledger: Ledger, lines: Sequence[Line], file_sha256: str):
        """`file_sha256` becomes the evidence of what is put on record."""
        self._ledger, self._sha256 = ledger, file_sha256
        self._lists: dict[str, PaymentList | None] = {}
        self._ends: defaultdict[str, list[Said]] = defaultdict(list)
        self._asked: set[str] = set()
        self._unread: set[str] = set()  # orders with a line that says nobody knows what
        for line in lines:
            if line.said and line.said.result in STATUS:
                self._ends[line.said.order_id].append(line.said)
            if line.problem:
                self._unread.add(line.order_id)

    def match(self, line: Line, actor: Actor) -> Command | Standing:
        """What `actor` asks the ledger for a line, or why nothing is asked.

        Raises Refused MALFORMED, ORDER_UNKNOWN, PAYMENT_CURRENCY, PAYMENT_AMOUNT, PAYMENT_PAYEE,
        PAYMENT_ACCOUNT, PAYMENT_NOT_RELEASED, PAYMENT_TWICE, PAYMENT_LATE, PAYMENT_RESULT_CONFLICT,
        BANK_REFERENCE_MISSING, ORDER_SET_OFF.
        """
        if line.problem:
            raise Refused("MALFORMED", problems=line.problem)
        if line.said is None:
            return Standing.OTHER
        said = line.said
        listed, order = self._order(said.order_id)
        payment_answers.must_be_paid_out(said.order_id, order.ordered.amount_fen)
        payment_answers.must_fit(order.ordered, said)
        payment_answers.must_have_gone_out(said.order_id, bool(order.result) or said.order_id in listed.due)
        if said.result not in STATUS:
            return Standing.PENDING
        payment_answers.must_be_the_only_answer(said, self._ends[said.order_id], said.order_id in self._unread)
        if orders.is_after_settlement(listed.orders, said.order_id, STATUS[said.result]):
            is_known = said.order_id in self._asked or self._came_back(listed, said.order_id)
            return Standing.KNOWN if is_known else self._recording(listed, said, actor)
        payment_answers.must_be_in_time(said, order.result, listed.list_id, listed.is_closed)
        asked = orders.answered(listed.orders, said.order_id, STATUS[said.result])
        if asked is None or said.order_id in self._asked:
            return Standing.KNOWN
        payment_answers.must_name_its_booking(actor, said.order_id, STATUS[said.result], said.bank_reference)
        return self._recording(listed, said, actor)

    def _order(self, order_id: str) -> tuple[PaymentList, Order[PaymentOrder]]:
        for name in list_names(order_id):
            if name not in self._lists:
                self._lists[name] = find_list(self._ledger, name)
            listed = self._lists[name]
            if listed and order_id in listed.orders:
                return listed, listed.orders[order_id]
        raise Refused("ORDER_UNKNOWN", order=order_id[:ID_MAX] or "—")

    def _came_back(self, listed: PaymentList, order_id: str) -> bool:
        """Whether it is on record that what was settled came back."""
        if listed.is_round:
            return order_id in listed.came_back
        return order_id in fold(self._ledger, streams.voucher(listed.vouchers[order_id]), VOUCHER)[0].came_back

    def _recording(self, listed: PaymentList, said: Said, actor: Actor) -> Command:
        """The same answer of the same file by the same actor is the same command."""
        self._asked.add(said.order_id)
        how: dict[str, Any] = {
            "order_id": said.order_id,
            "status": STATUS[said.result],
            "bank_reference": said.bank_reference,
            "reason": said.reason,
            "evidence_sha256": self._sha256,
            "returned_on": said.returned_on,
        }
        if listed.is_round:
            grant = RecordGrantPayment(round_id=listed.list_id, **how)
            return Command(command_id=content_id(grant, actor, said.order_id), record_grant_payment=grant)
        payment = RecordPayment(cycle_id=listed.list_id, **how)
        return Command(command_id=content_id(payment, actor, said.order_id), record_payment=payment)
