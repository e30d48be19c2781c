"""What `duifu quote --ledger` adds to the facts."""

from collections.abc import Sequence

from audit import entries
from audit.folded import evolved
from cli.output import errors
from domain.benefits import Benefits, holders
from domain.evaluation.edition import Edition
from domain.facts import from_message
from domain.kinds import BENEFITS
from duifu.v1.facts_pb2 import Facts
from ledger import streams
from ledger.rows import Rows
from simulation import casebook
from simulation.known import known_of


def complete(edition: Edition, asked: Sequence[Facts], rows: Rows) -> None:
    """Add what the ledger knows to each of the facts, and say on standard error what facts have no place for.

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    book = casebook.read(rows)
    for facts in asked:
        application = facts.application
        granted = [_benefits_of(rows, uscc) for uscc in holders(application.applicant.uscc, application)]
        known = known_of(book, edition.programme, from_message(facts), granted)
        facts.used.extend(known.used)
        facts.benefits.extend(known.benefits)
        if known.claimed_by:
            words = f"注意：账本中该合同已由{known.claimed_by}取得算力券，一份合同只能申领一次。"
            errors.print(words, markup=False)


def _benefits_of(rows: Rows, uscc: str) -> Benefits:
    granted = BENEFITS.initial
    for row in rows.stream(streams.benefits(uscc)):
        granted = evolved(BENEFITS, granted, entries.read(row))
    return granted
