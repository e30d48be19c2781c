"""What `duifu quote --ledger` adds to the facts."""

from collections.abc import Mapping, Sequence

from cli.asking import configuration
from cli.output import WrongInput, errors
from domain.evaluation.edition import Edition
from domain.facts import from_message
from duifu.v1.facts_pb2 import Facts
from ledger.rows import Rows
from policy.rulebook import ProgrammeBroken, Rulebook
from simulation import casebook
from simulation.casebook import Casebook
from simulation.known import known_of, level_of


def complete(edition: Edition, asked: Sequence[Facts], rows: Rows) -> None:
    """Add what the ledger knows to each of the facts, and say on standard error what facts have no place for.

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING, and WrongInput if the programmes of the ledger cannot be read.
    """
    book = casebook.read(rows)
    levels = _levels(book, edition.programme.programme_id)
    for facts in asked:
        known = known_of(book, edition.programme, from_message(facts), levels)
        facts.used.extend(known.used)
        facts.benefits.extend(known.benefits)
        if known.claimed_by:
            words = f"注意：账本中该合同已由{known.claimed_by}取得算力券，一份合同只能申领一次。"
            errors.print(words, markup=False)


def _levels(book: Casebook, own: str) -> Mapping[str, str]:
    """Who pays each of the other programmes, by the place that their editions name."""
    if not set(book.programmes) - {own}:
        return {}
    try:
        rulebook = Rulebook(configuration(None).programmes)
    except ProgrammeBroken as broken:
        raise WrongInput(str(broken)) from None
    return {known.programme_id: level_of(known.jurisdiction.code) for known in rulebook.programmes}
