"""Claims that their quarter verifies, many at a time: who is clean passes, who is not goes to a person. (BJ-4.5)"""

from collections.abc import Iterable, Sequence

from commands import redemptions, stages
from commands.work import Work
from domain import clean, cycle_decisions
from domain.case import Case, must_be_about
from domain.kinds import BENEFITS, CASE, VOUCHER
from domain.refusals import Refused
from duifu.v1.commands_pb2 import ClaimFindings, RecordClaimLetters, VerifyClaims
from duifu.v1.events_pb2 import (
    CheckRecorded,
    ClaimPutOff,
    ClaimReferred,
    Ground,
    LetterSent,
    RedemptionAssessed,
)
from duifu.v1.facts_pb2 import CheckResult
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger


def verify_claims(work: Work, command: VerifyClaims) -> str:
    """Put on record what was found; a claim that is verified, referred or withdrawn meanwhile is passed over.

    Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED, CYCLE_PAUSED.
    """
    quarter = work.cycle(command.cycle_id)
    cycle_decisions.must_be_open(quarter)
    cycle_decisions.must_not_be_paused(quarter)
    found = {each.case_id: each for each in command.claims if each.case_id in quarter.index.unverified}
    claims = [quarter.claims[case_id] for case_id in found]
    work.look_up([streams.case(case_id) for case_id in found], CASE)
    work.look_up([streams.voucher(claim.voucher_id) for claim in claims], VOUCHER)
    work.look_up([streams.benefits(claim.uscc) for claim in claims], BENEFITS)
    for each in found.values():
        _verify(work, work.case(each.case_id), each)
    return command.cycle_id


def refer(work: Work, case: Case, referred: ClaimReferred) -> None:
    """A claim becomes a person's; its quarter knows."""
    work.on_case(case.case_id, [referred])
    told = ClaimReferred(case_id=case.case_id, reason=referred.reason, referred_by=referred.referred_by)
    work.on_cycle(case.cycle_id, [told])


def cases_of(ledger: Ledger, case_ids: Sequence[str]) -> list[Case]:
    """Some claims as they stand, read at once."""
    found = ledger.streams_of({streams.case(case_id) for case_id in case_ids})
    recorded = (found[streams.case(case_id)] for case_id in case_ids)
    return [CASE.fold(unwrap(event.envelope.event) for event in events) for events in recorded]


def record_letters(work: Work, command: RecordClaimLetters) -> str:
    """Keep what was sent about claims of a quarter, each letter once."""
    work.look_up([streams.case(each.case_id) for each in command.letters], CASE)
    for each in command.letters:
        if each.letter.letter_id not in work.case(each.case_id).letters:
            work.on_case(each.case_id, [LetterSent(letter=each.letter)])
    return command.cycle_id


def _verify(work: Work, case: Case, found: ClaimFindings) -> None:
    assert case.stage is not None
    if found.put_off_reason:
        put_off = ClaimPutOff(case_id=case.case_id, verify_on=work.on.isoformat(), reason=found.put_off_reason)
        work.on_cycle(case.cycle_id, [put_off])
        return
    strange = list(_recorded(work, case, found.results))
    case = work.case(case.case_id)
    grounds, assessed = stages.grounds_of(work, case), _preview(work, case)
    if anomalies := [*strange, *clean.anomalies(case, grounds, assessed)]:
        refer(work, case, clean.referred(case, anomalies))
        return
    work.on_case(case.case_id, clean.passed(case, grounds, work.on, work.rulebook.calendar))
    redemptions.assess(work, case.case_id)


def _recorded(work: Work, case: Case, results: Iterable[CheckResult]) -> Iterable[Ground]:
    """Put the answers on record; an answer about somebody else is none, and a reason to look."""
    assert case.stage is not None
    for result in results:
        try:
            must_be_about(result, case.applicant_uscc)
        except Refused as refused:
            yield clean.of_refusal(refused, case.row(case.stage.key))
        else:
            recorded = CheckRecorded(stage=case.stage.key, round=case.stage.round, result=result)
            work.on_case(case.case_id, [recorded])


def _preview(work: Work, case: Case) -> RedemptionAssessed | Refused:
    """What the claim would come to if it passed now, or why it cannot."""
    assert case.stage is not None
    try:
        return redemptions.assessment(work, case, case.row_after(case.stage.key))
    except Refused as refused:
        return refused
