"""What the rules look at when a case is decided: the case, and what other programmes of the ledger granted."""

from collections.abc import Sequence
from dataclasses import replace

from commands.work import Work
from domain import benefits, facts
from domain.case import Case
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.kinds import BENEFITS
from duifu.v1.facts_pb2 import OtherBenefit
from ledger import streams


def facts_of(work: Work, case: Case) -> CaseFacts:
    """What is known of a claim, or of an application for a grant, and what others have granted by now."""
    return replace(facts.of_claim(case), benefits=known_of(work, case))


def known_of(work: Work, case: Case) -> Sequence[OtherBenefit]:
    """What other programmes granted to the applicant, and to the customers that it serves."""
    return benefits.known_to(case, lambda uscc: work.read(streams.benefits(uscc), BENEFITS))


def tell(work: Work, case: Case, programme: Programme, amount_fen: int) -> None:
    """Let other programmes know what this case was granted; what is left of it later counts from the same day."""
    stream = streams.benefits(case.applicant_uscc)
    on = benefits.granted_on(work.read(stream, BENEFITS), case.case_id, work.on)
    work.record(stream, BENEFITS, [benefits.granted(case, programme.jurisdiction.code, amount_fen, on)])
