"""A command is carried out once, however often and from wherever it is sent; the cap holds in any order of events."""

import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.door import SYSTEM, Door, declared
from domain.evaluation.edition import Edition
from domain.format.programme import Programme
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import VERDICT_PASS, VERDICT_REFUSE, Command, Decide, IssueVoucher, WithdrawCase
from duifu.v1.events_pb2 import CASE_OUTCOME_ISSUED, CaseRegistered
from policy.rulebook import Rulebook
from tests.builders import (
    CAP,
    PROGRAMME,
    REVIEW,
    a_contract,
    an_application,
    applicant,
    clean_checks,
    direction_fits,
)
from tests.commands import other_processes
from tests.commands.other_processes import a_submission, in_processes
from tests.desk import Desk, the_rulebook
from tests.ledger.databases import prove

REGISTER = f"register/{PROGRAMME}/claim/2024"


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk with an empty ledger, in each of the two databases."""
    is_file = request.param == "sqlite"
    opened = Desk(tmp_path / "ledger.sqlite" if is_file else request.getfixturevalue("postgres_ledger_url"))
    yield opened
    opened.ledger.close()


# The same command again


def test_a_command_sent_again_gets_the_first_answer_and_records_nothing(desk: Desk) -> None:
    command = a_submission("c", an_application())
    first = desk.door.handle(command, declared(command.actor))
    head = desk.ledger.head()

    again = desk.at("2024-06-01 09:00").door.handle(command, declared(command.actor))

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert (again.position, again.case_id, again.next_stage) == (first.position, first.case_id, first.next_stage)
    assert desk.ledger.head() == head


def test_the_language_of_the_answer_is_no_part_of_what_is_asked(desk: Desk) -> None:
    command = a_submission("c", an_application())
    first = desk.door.handle(command, declared(command.actor))
    command.language = "en"

    assert desk.door.handle(command, declared(command.actor)).position == first.position


def test_a_command_refused_once_may_succeed_later_under_the_same_id(desk: Desk) -> None:
    command = a_submission("c", an_application(a_contract(signed_on="2024-03-02")))
    with pytest.raises(Refused, match="BJ_E_CONTRACT_UNSIGNED"):
        desk.door.handle(command, declared(command.actor))

    receipt = desk.at("2024-03-02 09:00").door.handle(command, declared(command.actor))

    assert receipt.case_id == "bj-claim-2024-000001"


def test_a_command_overtaken_by_its_twin_gets_the_answer_of_the_twin(desk: Desk) -> None:
    case_id = desk.accepted_case(an_application())
    decide = Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS, findings=[direction_fits()])
    command = Command(command_id="one", actor=REVIEW, decide=decide)
    twins: list[Receipt] = []

    def now_that_the_twin_is_faster() -> datetime:
        if not twins:  # the door looks at the clock after it has looked for an earlier answer
            twins.append(desk.door.handle(command, declared(REVIEW)))
        return desk.now

    receipt = Door(desk.ledger, the_rulebook(), now_that_the_twin_is_faster).handle(command, declared(REVIEW))

    assert (receipt.position, receipt.is_repeat) == (twins[0].position, True)
    assert desk.ledger.streams("attempt/") == []


def test_a_case_that_is_held_at_the_very_moment_its_way_becomes_free_is_let_go(desk: Desk) -> None:
    contracts = [a_contract(yuan(9_000_000), number=number) for number in "AB"]
    first, second = (desk.reviewed_case(an_application(contract)) for contract in contracts)
    asked: list[str] = []

    class ReadWhileTheOtherIsFaster(Rulebook):
        def edition(self, programme: Programme) -> Edition:
            asked.append(programme.sha256)
            if len(asked) == 1:  # the year has been read, and nothing is written yet
                desk.issue(second)
                assert desk.case(second).held_behind == (first,)
            return super().edition(programme)

    command = desk.command(SYSTEM, issue_voucher=IssueVoucher(case_id=first))
    Door(desk.ledger, ReadWhileTheOtherIsFaster(), lambda: desk.now).handle(command, SYSTEM)

    assert len(asked) > 1  # decided again on what was there then
    assert desk.case(second).held_behind == ()
    desk.issue(second)
    issued = [desk.closed_case(case_id).amount_fen for case_id in (first, second)]
    assert issued == [yuan(1_800_000), yuan(200_000)]


def test_eight_threads_with_one_command_carry_it_out_once(desk: Desk) -> None:
    case_id = desk.accepted_case(an_application())
    head = desk.ledger.head()
    decide = Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS, findings=[direction_fits()])
    command = Command(command_id="one", actor=REVIEW, decide=decide)

    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda _: desk.door.handle(command, declared(REVIEW)), range(32)))

    assert [receipt.is_repeat for receipt in receipts].count(False) == 1
    assert {(receipt.position, receipt.next_stage) for receipt in receipts} == {(head + 1, "issuance")}
    assert desk.ledger.head() == head + 3  # the receipt, the decision, the next stage; and no refused attempt


def test_a_command_sent_a_hundred_times_from_four_processes_is_carried_out_once(anywhere: Desk) -> None:
    command = a_submission("c", an_application()).SerializeToString()

    sent = [anywhere.ledger.address] * 4, [command] * 4, [25] * 4
    answers = in_processes(other_processes.submit_many_times, *sent, processes=4)

    flat = [answer for of_one in answers for answer in of_one]
    assert len(flat) == 100
    assert [is_repeat for _, _, is_repeat in flat].count(False) == 1
    assert {(position, case_id) for position, case_id, _ in flat} == {(1, "bj-claim-2024-000001")}
    assert anywhere.events(REGISTER) == [CaseRegistered(case_id="bj-claim-2024-000001")]
    assert anywhere.ledger.streams("attempt/") == []
    prove(anywhere.ledger.address)


# Several commands at once


def drain(desk: Desk, cases: list[str]) -> None:
    """Ask again for every voucher that waits for nobody, as workflows do. Some case is always free to go on."""
    waiting = [case_id for case_id in cases if desk.case(case_id).is_open]
    while waiting:
        free = [case_id for case_id in waiting if not desk.case(case_id).held_behind]
        assert free, f"held for ever: {waiting}"
        for case_id in free:
            desk.issue(case_id)
        waiting = [case_id for case_id in waiting if desk.case(case_id).is_open]


def prove_the_year(desk: Desk, cases: list[str], worths: list[int]) -> None:
    """Every claim ended, the sum is exact, and the cap was used in order of acceptance."""
    ends = {case_id: desk.closed_case(case_id) for case_id in cases}
    assert all(end.outcome == CASE_OUTCOME_ISSUED or end.code == "BJ_E_CAP" for end in ends.values())
    issued = sum(end.amount_fen for end in ends.values())
    assert issued == desk.year(2024).issued_fen == min(CAP, sum(worth // 5 for worth in worths))
    assert issued == sum(desk.voucher(end.voucher_id).face_value_fen for end in ends.values())
    numbers = [event.case_id for event in desk.events(REGISTER) if isinstance(event, CaseRegistered)]
    assert numbers == [f"bj-claim-2024-{n:06d}" for n in range(1, len(cases) + 1)]
    assert sorted(cases) == numbers


def test_threads_that_claim_at_once_never_exceed_the_cap(anywhere: Desk) -> None:
    worths = [yuan(900_000 + 100_000 * n) for n in range(12)]

    def claim(number: int) -> str:
        own = Desk(anywhere.ledger.address, ids=f"thread-{number}")
        case_id = own.reviewed_case(an_application(a_contract(worths[number], number=f"HT-{number}")))
        own.issue(case_id)
        own.ledger.close()
        return case_id

    with ThreadPoolExecutor(6) as threads:
        cases = list(threads.map(claim, range(len(worths))))
    drain(anywhere, cases)

    prove_the_year(anywhere, cases, worths)


def test_processes_that_claim_at_once_never_exceed_the_cap(anywhere: Desk) -> None:
    worths = [yuan(900_000 + 100_000 * n) for n in range(12)]
    applications = [
        an_application(a_contract(worth, number=f"HT-{n}")).SerializeToString() for n, worth in enumerate(worths)
    ]
    names = [f"process-{n}" for n in range(len(worths))]

    cases = in_processes(
        other_processes.claim_all_the_way, [anywhere.ledger.address] * len(worths), names, applications
    )
    drain(anywhere, cases)

    prove_the_year(anywhere, cases, worths)


def test_processes_that_claim_one_contract_at_once_get_one_voucher(anywhere: Desk) -> None:
    cases = [anywhere.reviewed_case(an_application()) for _ in range(4)]

    refusals = in_processes(other_processes.issue, [anywhere.ledger.address] * 4, "abcd", cases)
    drain(anywhere, cases)

    assert refusals == [""] * 4
    ends = [anywhere.closed_case(case_id) for case_id in cases]
    assert [end.outcome for end in ends].count(CASE_OUTCOME_ISSUED) == 1
    assert [end.code for end in ends].count("BJ_E_CONTRACT_CLAIMED") == 3
    assert anywhere.year(2024).issued_fen == yuan(200_000)


# Any order of events


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    claims=st.lists(
        st.tuples(
            st.integers(1, 12),  # the contract, in millions of yuan
            st.sampled_from(["approve", "approve less", "refuse", "withdraw"]),
        ),
        min_size=2,
        max_size=5,
    ),
    seed=st.integers(0, 2**32),
)
def test_whatever_the_order_the_cap_goes_to_whoever_was_accepted_first(
    claims: list[tuple[int, str]], seed: int
) -> None:
    shuffled = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "ledger.sqlite")
        wanted: dict[str, int] = {}  # in order of acceptance
        cases = [
            desk.submit(an_application(a_contract(yuan(m * 10**6), number=f"{n}"))) for n, (m, _) in enumerate(claims)
        ]
        acceptance = list(zip(cases, claims, strict=True))
        shuffled.shuffle(acceptance)
        for case_id, (millions, end) in acceptance:
            desk.record_checks(case_id, *clean_checks())
            desk.accept(case_id)
            if end.startswith("approve"):
                wanted[case_id] = yuan(millions * 10**6) // 5 // (2 if end == "approve less" else 1)

        to_do = [(case_id, end) for case_id, (_, end) in acceptance]
        shuffled.shuffle(to_do)
        for case_id, end in to_do:
            if end == "withdraw":
                desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
            elif end == "refuse":
                desk.review(case_id, verdict=VERDICT_REFUSE, code="BJ_E_PURPOSE", reason="不符合")
            else:
                desk.review(case_id, approved_fen=wanted[case_id], reason="核定")
                desk.issue(case_id)
                assert desk.year(2024).issued_fen <= CAP
        drain(desk, list(wanted))

        left = CAP
        for case_id, amount in wanted.items():
            granted = min(amount, left)
            assert desk.closed_case(case_id).amount_fen == granted
            left -= granted
        assert desk.year(2024).queue == {}
        assert desk.year(2024).held == {}
        desk.ledger.close()
