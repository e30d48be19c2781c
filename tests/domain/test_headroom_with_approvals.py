"""Special approvals in the year's queue: whatever the order of decisions, each case gets what its place gives it."""

from dataclasses import dataclass

from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from domain.headroom import Cap, EnterpriseYear, evolve, grant, reserve, resumable
from duifu.v1.events_pb2 import HeadroomHeld, HeadroomIssued

USUAL = 100


@dataclass(frozen=True)
class Claim:
    """A claim in the order of acceptance."""

    ceiling: int
    wanted: int  # once it is decided
    beyond: int  # by a special approval; 0: there is none

    @property
    def cap(self) -> Cap:
        return Cap(USUAL, beyond_fen=self.beyond)


claims = st.builds(
    lambda ceiling, part, beyond: Claim(ceiling, max(1, ceiling * part // 4), beyond),
    st.integers(1, 150),
    st.integers(1, 4),
    st.sampled_from((0, 0, 30, 80)),
)


@st.composite
def queues(draw: st.DrawFn) -> tuple[list[Claim], list[int]]:
    """Claims, and the order in which officers decide them."""
    accepted = draw(st.lists(claims, min_size=1, max_size=5))
    return accepted, draw(st.permutations(range(len(accepted))))


@given(queues())
def test_the_order_of_decisions_changes_nothing_and_nobody_loses_to_an_approval_behind(
    queue: tuple[list[Claim], list[int]],
) -> None:
    accepted, order = queue

    given_to = issued(accepted, order)

    assert given_to == by_place(accepted)
    assert sum(given_to) <= USUAL + max(claim.beyond for claim in accepted)


def by_place(accepted: list[Claim]) -> list[int]:
    """What each gets if all are decided in the order of acceptance."""
    used = 0
    amounts = []
    for claim in accepted:
        amounts.append(min(claim.wanted, max(0, USUAL + claim.beyond - used)))
        used += amounts[-1]
    return amounts


def issued(accepted: list[Claim], order: list[int]) -> list[int]:
    """What each gets if they are decided in this order, as the engine does it: held behind others, resumed, cut."""
    year = EnterpriseYear()
    for number, claim in enumerate(accepted):
        year = after(year, *reserve(year, str(number), claim.ceiling))
    asking = list(order)
    while asking:
        number = asking.pop(0)
        claim = accepted[number]
        got = grant(year, str(number), claim.wanted, claim.cap)
        if got.behind:
            year = after(year, HeadroomHeld(case_id=str(number), wanted_fen=claim.wanted))
            continue
        year = after(year, HeadroomIssued(case_id=str(number), amount_fen=got.amount_fen))
        asking += [int(name) for name in resumable(year, claim.cap) if int(name) not in asking]
    assert not year.held, "whoever waits is resumed"
    return [year.issued[str(number)] for number in range(len(accepted))]


def after(year: EnterpriseYear, *events: Message) -> EnterpriseYear:
    for event in events:
        year = evolve(year, event)
    return year
