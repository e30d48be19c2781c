"""What a simulation knows of a ledger is what the ledger says, and no more."""

from contextlib import closing
from datetime import date
from pathlib import Path

from domain.money import yuan
from ledger.rows import Rows, open_rows
from simulation import casebook
from simulation.casebook import Ending
from tests.builders import PROGRAMME, a_redemption, enterprise_check
from tests.desk import Desk
from tests.simulation.seasons import CUT, FIRST, JUDGED, LARGE, LOWERED, OPEN, RELATED, ran


def test_every_claim_is_there_with_its_ending_but_for_what_was_withdrawn(season: Rows) -> None:
    book = casebook.read(season)

    assert {claim.case_id: (claim.ending, claim.granted) for claim in book.claims} == {
        FIRST: (Ending.GRANTED, yuan(200_000)),
        LARGE: (Ending.GRANTED, yuan(1_800_000)),
        CUT: (Ending.GRANTED, yuan(200_000)),
        RELATED: (Ending.REFUSED, 0),
        JUDGED: (Ending.REFUSED_BY_JUDGEMENT, 0),
        LOWERED: (Ending.GRANTED, yuan(100_000)),
        OPEN: (Ending.OPEN, 0),
    }
    assert book.withdrawn == {PROGRAMME: 1}
    assert book.programmes == [PROGRAMME]


def test_claims_are_in_the_order_of_acceptance_and_who_waits_for_it_is_last(season: Rows) -> None:
    book = casebook.read(season)

    assert [claim.case_id for claim in book.claims] == [FIRST, LARGE, CUT, RELATED, JUDGED, LOWERED, OPEN]


def test_only_an_amount_below_the_ceiling_is_a_persons_own(season: Rows) -> None:
    approved = {claim.case_id: claim.facts.approved_fen for claim in casebook.read(season).claims}

    assert {case_id: fen for case_id, fen in approved.items() if fen is not None} == {LOWERED: yuan(100_000)}


def test_a_request_has_its_due_and_what_was_paid_of_it(season: Rows) -> None:
    (request,) = next(claim.requests for claim in casebook.read(season).claims if claim.case_id == FIRST)

    assert (request.due_fen, request.paid_fen) == (yuan(20_000), {2024: yuan(20_000)})
    assert request.asked.requested_on == "2024-03-12"
    assert {check.check for check in request.asked.checks} == {"enterprise", "credit", "invoices"}


def test_who_is_ruled_on_by_a_person_needs_no_second_ruling(season: Rows) -> None:
    claims = {claim.case_id: claim.facts for claim in casebook.read(season).claims}

    assert claims[FIRST].ruled_met == {"BJ_E_DIRECTION"}
    assert claims[FIRST].accepted_on == date(2024, 3, 1)
    assert "BJ_E_DIRECTION" in claims[RELATED].ruled_met  # nobody had to rule: the relation stood in the way


def test_a_request_that_is_under_way_counts_as_if_its_sources_had_answered(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher = desk.voucher_through_the_door()
    asked = desk.request(a_redemption(voucher.voucher_id, yuan(100_000)))
    desk.record_checks(asked, enterprise_check())
    desk.ledger.close()
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        book = casebook.read(rows)

    ((request,),) = (claim.requests for claim in book.claims)
    assert (request.due_fen, request.paid_fen) == (None, {})
    assert ran(book).claims[FIRST].due_fen == {asked: yuan(20_000)}


def test_progress_is_told_up_to_the_newest_position(season: Rows) -> None:
    heard: list[tuple[int, int]] = []

    casebook.read(season, lambda done, whole: heard.append((done, whole)))

    assert heard[-1] == (season.head(), season.head())


def test_both_databases_tell_the_same(season: Rows, postgres_season: Rows) -> None:
    assert ran(casebook.read(postgres_season)).claims == ran(casebook.read(season)).claims
