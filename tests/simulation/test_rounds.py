"""A recorded round under its own rules gives every applicant what it was given; who was vetoed stays out."""

from contextlib import closing
from pathlib import Path

from ledger.rows import open_rows
from simulation.casebook import Ending, read
from simulation.run import run
from tests.audit.rounds import a_whole_round
from tests.desk import the_rulebook
from tests.rounds import RoundDesk


def test_a_round_is_shared_as_it_was(tmp_path: Path) -> None:
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    first, vetoed, third = a_whole_round(desk)
    given = {one.case_id: one.amount_fen for one in desk.round().applicants.values()}
    edition = the_rulebook().edition(the_rulebook().pinned(desk.round().opened.edition_sha256))
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        claims = read(rows).claims
    result = run(edition, claims, the_rulebook().calendar)

    assert {claim.case_id: claim.ending for claim in claims} == {
        first: Ending.GRANTED, vetoed: Ending.REFUSED_BY_JUDGEMENT, third: Ending.GRANTED,
    }  # fmt: skip
    assert {case_id: replayed.granted for case_id, replayed in result.claims.items()} == given
