"""A rush at a cut-off, from many processes: the time of acceptance decides, and nobody is lost."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from domain.dates import SHANGHAI
from duifu.v1.commands_pb2 import OpenCycle
from duifu.v1.events_pb2 import CycleFrozen
from ledger import streams
from ledger.registry import unwrap
from tests.builders import CYCLE_OFFICER, PROGRAMME, a_firm
from tests.chaos import rush
from tests.desk import Desk
from tests.many import PlainLine, write_vouchers

FIRST, NEXT = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"
PROCESSES = 4
START_SECONDS = 6  # until every process has read the programmes
SOAK = (pytest.mark.soak, pytest.mark.timeout(1800))


@pytest.mark.parametrize(("claims", "lead_seconds"), [(200, 1.5), pytest.param(5000, 30, marks=SOAK)])
def test_each_request_joins_the_quarter_of_its_acceptance_and_none_is_lost(
    postgres_ledger_url: str, claims: int, lead_seconds: float
) -> None:
    desk = Desk(postgres_ledger_url)
    write_vouchers(desk.ledger, [(PlainLine(number), a_firm(number)) for number in range(1, claims + 1)])
    desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))
    cut_off_at = desk.cycle(FIRST).cut_off_at
    rings_at = time.time() + START_SECONDS + lead_seconds
    clock = postgres_ledger_url, cut_off_at, rings_at
    answers = rush.request_all(*clock, [1])  # one is in time whatever the machine does meanwhile, and one is late

    with ProcessPoolExecutor(PROCESSES + 1, mp_context=get_context("spawn")) as pool:
        parts = [range(2 + part, claims, PROCESSES) for part in range(PROCESSES)]
        asking = [pool.submit(rush.request_all, *clock, list(part)) for part in parts]
        pool.submit(rush.freeze, *clock, FIRST).result()
        for each in asking:
            answers |= each.result()
    answers |= rush.request_all(*clock, [claims])

    first, later = desk.cycle(FIRST), desk.cycle(NEXT)
    assert len(set(answers.values())) == claims  # everybody has an answer, and a case of their own
    assert sorted([*first.claims, *later.claims]) == sorted(answers.values())  # each in one quarter
    for cycle_id, is_in_time in ((FIRST, True), (NEXT, False)):
        for case_id in desk.cycle(cycle_id).claims:
            (opened, *_) = desk.ledger.stream(streams.case(case_id))
            accepted_at = opened.envelope.business_at.ToDatetime(SHANGHAI)
            assert (accepted_at < cut_off_at) is is_in_time
    recorded = [unwrap(event.envelope.event) for event in desk.ledger.stream(streams.cycle(FIRST))]
    (frozen,) = [event for event in recorded if isinstance(event, CycleFrozen)]
    assert list(frozen.case_ids) == sorted(first.claims)
    assert answers[1] in first.claims
    assert answers[claims] in later.claims
    desk.ledger.close()
