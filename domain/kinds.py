"""The kinds of streams, and how the events of each become a state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from domain import bars, benefits, case_course, cycle_course, headroom, papers, rehearsal, round_course, set_off, single
from domain import delegation as delegations
from domain import experts as pools
from domain import panel as panels
from domain import recovery as recoveries
from domain import subject as subjects
from domain import voucher as vouchers
from domain.bars import Bars
from domain.benefits import Benefits
from domain.case import Case
from domain.cycle import Cycle
from domain.delegation import Delegations
from domain.experts import Pool
from domain.headroom import EnterpriseYear
from domain.panel import Panel
from domain.papers import Paper
from domain.recovery import Recovery
from domain.rehearsal import Deployment
from domain.round import Round
from domain.set_off import SetOffs
from domain.single import ContractClaim, InvoiceBinding, Register
from domain.subject import Subject
from domain.voucher import Voucher

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """How the events of one kind of stream become a state."""

    initial: S
    evolve: Callable[[S, Message], S]

    def fold(self, events: Iterable[Message]) -> S:
        """The state after these events, from the first."""
        return reduce(self.evolve, events, self.initial)


CASE = Kind(Case(), case_course.evolve)
VOUCHER = Kind(Voucher(), vouchers.evolve)
ENTERPRISE_YEAR = Kind(EnterpriseYear(), headroom.evolve)
CYCLE = Kind(Cycle(), cycle_course.evolve)
ROUND = Kind(Round(), round_course.evolve)
EXPERTS = Kind(Pool(), pools.evolve)
PANEL = Kind(Panel(), panels.evolve)
BARS = Kind(Bars(), bars.evolve)
BENEFITS = Kind(Benefits(), benefits.evolve)
CONTRACT = Kind(ContractClaim(), single.evolve_contract)
INVOICE = Kind(InvoiceBinding(), single.evolve_invoice)
PAPER = Kind(Paper(), papers.evolve)
RECOVERY = Kind(Recovery(), recoveries.evolve)
REGISTER = Kind(Register(), single.evolve_register)
DEPLOYMENT = Kind(Deployment(), rehearsal.evolve)
SET_OFFS = Kind(SetOffs(), set_off.evolve)
SUBJECT = Kind(Subject(), subjects.evolve)
DELEGATION = Kind(Delegations(), delegations.evolve)

#: By the first part of the stream's name. Receipts and refused attempts are events without a state.
BY_STREAM: dict[str, Kind[Any]] = {
    "bar": BARS,
    "benefits": BENEFITS,
    "case": CASE,
    "contract": CONTRACT,
    "cycle": CYCLE,
    "delegation": DELEGATION,
    "delivery": PAPER,
    "deployment": DEPLOYMENT,
    "enterprise-year": ENTERPRISE_YEAR,
    "experts": EXPERTS,
    "invoice": INVOICE,
    "panel": PANEL,
    "receipt": PAPER,
    "recovery": RECOVERY,
    "register": REGISTER,
    "round": ROUND,
    "set-off": SET_OFFS,
    "subject": SUBJECT,
    "voucher": VOUCHER,
}


def kind_of(stream: str) -> Kind[Any] | None:
    """The kind of a stream by its name; None if its events make no state."""
    return BY_STREAM.get(stream.partition("/")[0])
