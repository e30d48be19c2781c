"""An enterprise's year: the cap holds in any order, and it goes to whoever was accepted first. (BJ-3.3, BJ-A24)"""

from dataclasses import dataclass, field

from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import headroom
from domain.headroom import Cap, EnterpriseYear, grant, redeemable, reserve, resumable
from duifu.v1.events_pb2 import (
    HeadroomHeld,
    HeadroomIssued,
    HeadroomReleased,
    HeadroomReserved,
    RedemptionHeadroomRestored,
    RedemptionHeadroomUsed,
)

MOST = 1_000
CAP = Cap(MOST)


def after(*events: Message) -> EnterpriseYear:
    year = EnterpriseYear()
    for event in events:
        year = headroom.evolve(year, event)
    return year


def reserved(case_id: str, ceiling: int) -> HeadroomReserved:
    return HeadroomReserved(case_id=case_id, ceiling_fen=ceiling)


def test_a_place_in_the_queue_is_taken_once() -> None:
    (first,) = reserve(EnterpriseYear(), "P", 400)
    waiting, issued = after(first), after(first, HeadroomIssued(case_id="P", amount_fen=400))

    assert reserve(waiting, "P", 400) == []
    assert reserve(issued, "P", 400) == []


def test_whoever_is_first_gets_what_is_left() -> None:
    year = after(HeadroomIssued(case_id="earlier", amount_fen=700), reserved("P", 400))

    assert grant(year, "P", 400, CAP).amount_fen == 300


def test_a_later_case_waits_while_an_earlier_one_could_need_the_money() -> None:
    year = after(reserved("P", 700), reserved("Q", 400))

    assert grant(year, "Q", 301, CAP).behind == ("P",)
    assert grant(year, "Q", 300, CAP).amount_fen == 300


def test_an_earlier_case_that_was_approved_for_less_leaves_more_to_the_next() -> None:
    year = after(reserved("P", 700), reserved("Q", 700), reserved("R", 400), HeadroomHeld(case_id="Q", wanted_fen=350))

    assert grant(year, "R", 1, CAP).behind == ("P", "Q")
    year = headroom.evolve(year, HeadroomReleased(case_id="P"))
    assert grant(year, "R", 400, CAP).amount_fen == 400


def test_whoever_finds_the_cap_used_up_does_not_wait() -> None:
    year = after(reserved("P", 5), reserved("Q", 5), HeadroomIssued(case_id="earlier", amount_fen=MOST))

    assert grant(year, "Q", 5, CAP) == headroom.Grant(0)


def test_what_comes_back_may_be_paid_again() -> None:
    used = RedemptionHeadroomUsed(order_id="1", amount_fen=900)

    assert redeemable(after(used), 500, CAP) == 100
    assert redeemable(after(used, RedemptionHeadroomRestored(order_id="1", amount_fen=900)), 500, CAP) == 500


def test_a_cap_that_was_lowered_allows_nothing_and_takes_nothing_back() -> None:
    year = after(RedemptionHeadroomUsed(order_id="1", amount_fen=900), HeadroomIssued(case_id="P", amount_fen=900))

    assert redeemable(year, 500, Cap(800)) == 0
    assert grant(year, "Q", 500, Cap(800)).amount_fen == 0


@dataclass
class Office:
    """Decides claims as they come, the way the commands do."""

    year: EnterpriseYear = field(default_factory=EnterpriseYear)
    wanted: dict[str, int] = field(default_factory=dict)  # decided and not ended
    granted: dict[str, int] = field(default_factory=dict)

    def add(self, *events: Message) -> None:
        for event in events:
            self.year = headroom.evolve(self.year, event)
        assert self.year.issued_fen <= MOST

    def ask(self, case_id: str) -> None:
        """Try to issue; whoever leaves the queue lets others try again."""
        given_ = grant(self.year, case_id, self.wanted[case_id], CAP)
        if given_.behind:
            self.add(HeadroomHeld(case_id=case_id, wanted_fen=self.wanted[case_id]))
            return
        self.granted[case_id] = given_.amount_fen
        del self.wanted[case_id]
        self.leave(
            HeadroomIssued(case_id=case_id, amount_fen=given_.amount_fen)
            if given_.amount_fen
            else HeadroomReleased(case_id=case_id)
        )

    def leave(self, how: Message) -> None:
        self.add(how)
        for case_id in resumable(self.year, CAP):
            if case_id in self.wanted:
                self.ask(case_id)


CLAIM = st.tuples(st.integers(0, 1_200), st.fractions(0, 1), st.booleans())


@settings(max_examples=300)
@given(st.lists(CLAIM, min_size=1, max_size=8), st.data())
def test_in_any_order_of_decisions_everybody_gets_what_the_order_of_acceptance_gives(
    claims: list[tuple[int, float, bool]], data: st.DataObject
) -> None:
    office = Office()
    ceilings = {str(n): ceiling for n, (ceiling, _, _) in enumerate(claims)}
    wants = {str(n): int(ceiling * share) for n, (ceiling, share, gives_up) in enumerate(claims) if not gives_up}
    todo = [("accept", case_id) for case_id in ceilings]
    while todo:
        ahead = next((step for step in todo if step[0] == "accept"), None)
        choices = [step for step in todo if step[0] == "end"] + ([ahead] if ahead else [])
        what, case_id = step = data.draw(st.sampled_from(choices))
        todo.remove(step)
        if what == "accept":
            office.add(*reserve(office.year, case_id, ceilings[case_id]))
            todo.append(("end", case_id))
        elif case_id in wants:
            office.wanted[case_id] = wants[case_id]
            office.ask(case_id)
        else:
            office.leave(HeadroomReleased(case_id=case_id))

    left, expected = MOST, {}
    for case_id, wanted in wants.items():
        expected[case_id] = min(wanted, left)
        left -= expected[case_id]
    assert office.granted == expected
    assert office.wanted == {}, "held for ever"
    assert (office.year.queue, office.year.held) == ({}, {})


@given(st.lists(st.tuples(st.integers(1, 600), st.booleans()), max_size=12))
def test_payments_that_stand_never_exceed_the_cap(payments: list[tuple[int, bool]]) -> None:
    year = EnterpriseYear()
    for number, (asked, comes_back) in enumerate(payments):
        amount = redeemable(year, asked, CAP)
        assert 0 <= amount <= asked
        year = headroom.evolve(year, RedemptionHeadroomUsed(order_id=f"{number}", amount_fen=amount))
        assert year.redeemed_fen <= MOST
        if comes_back:
            before = year.redeemed_fen
            year = headroom.evolve(year, RedemptionHeadroomRestored(order_id=f"{number}", amount_fen=amount))
            assert year.redeemed_fen == before - amount


def test_without_a_cap_everything_asked_for_is_given() -> None:
    year = after(reserved("P", 10**9), HeadroomIssued(case_id="earlier", amount_fen=10**9))

    assert grant(year, "Q", 10**12, None) == headroom.Grant(10**12)
    assert redeemable(year, 10**12, None) == 10**12


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 600)), max_size=12))
def test_under_one_cap_for_both_vouchers_and_payments_together_never_exceed_it(asked: list[tuple[bool, int]]) -> None:
    year, both = EnterpriseYear(), Cap(MOST, combined=True)
    for number, (pays, fen) in enumerate(asked):
        if pays:
            amount = redeemable(year, fen, both)
            year = headroom.evolve(year, RedemptionHeadroomUsed(order_id=f"{number}", amount_fen=amount))
        else:
            amount = grant(year, f"{number}", fen, both).amount_fen
            year = headroom.evolve(year, HeadroomIssued(case_id=f"{number}", amount_fen=amount))
        assert year.issued_fen + year.redeemed_fen <= MOST
