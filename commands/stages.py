"""What people and timers do to the open stage of any case."""

from dataclasses import replace

from commands import benefits, claims, grants, panel_streams, privacy, redemptions
from commands.work import Work
from domain import acting, endings, letters, outputs, returns, review, round_decisions
from domain.case import CORRECTION, Case
from domain.facts import CaseFacts
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    Decide,
    LapseStage,
    RecordLetter,
    RecordOutput,
    RequestCorrection,
    ReturnForRework,
    SupplyCorrection,
    VetoCase,
    WithdrawCase,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_ISSUED,
    Ground,
    LetterSent,
)


def request_correction(work: Work, command: RequestCorrection) -> str:
    """Tell the applicant what is missing."""
    case = work.case(command.case_id)
    events = returns.request_correction(case, command, work.actor, work.on, work.rulebook.calendar)
    acting.must_be_free_to_act(case, case.row(command.stage), work.actor, work.named_in)
    work.on_case(case.case_id, events)
    return case.case_id


def supply_correction(work: Work, command: SupplyCorrection) -> str:
    """The applicant's answer; what rules a claim out at submission rules it out here too."""
    case = work.case(command.case_id)
    events = returns.supply_correction(case, command, work.actor, work.on, work.rulebook.calendar)
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    if case.is_grant:
        grants.must_be_possible(work, programme, command.application, case)
        grants.use_invoices(work, command.application, case.case_id)
    elif not case.is_redemption:
        claims.must_be_claimable(work, programme, CaseFacts(case.received_on, command.application))
    else:
        redemptions.must_be_possible(work, programme, command.redemption, case.case_id)
    work.on_case(case.case_id, events)
    privacy.name_contact(work, case.case_id, command.application)
    return case.case_id


def decide(work: Work, command: Decide) -> str:
    """An officer passes or refuses the open stage."""
    case = work.case(command.case_id)
    row = review.must_decide(case, command.stage, work.actor)
    acting.must_be_free_to_act(case, row, work.actor, work.named_in)
    most = claims.ceiling_of(work, case, command.approved_rate) if row.sets_amount else None
    if case.is_grant and row.sets_amount:
        grants.must_have_one_rate(work, case, command)
    events = review.decide(case, command, work.actor, grounds_of(work, case), most, work.on, work.rulebook.calendar)
    work.on_case(case.case_id, events)
    after_stage(work, case)
    return case.case_id


def lapse(work: Work, command: LapseStage) -> str:
    """The deadline of the open stage passed in silence."""
    case = work.case(command.case_id)
    events = review.lapse(case, command.stage, command.round, work.at, work.rulebook.calendar)
    work.on_case(case.case_id, events)
    after_stage(work, case)
    return case.case_id


def withdraw(work: Work, command: WithdrawCase) -> str:
    """The applicant takes the case back."""
    case = work.case(command.case_id)
    if case.is_grant:
        round_decisions.must_not_be_ordered(work.round(case.round_id), case.case_id)
    work.on_case(case.case_id, endings.withdraw(case, work.actor, command.reason))
    after_stage(work, case)
    return case.case_id


def veto(work: Work, command: VetoCase) -> str:
    """一票否决, at any stage before money is ordered. (QD-5.3)"""
    case = work.case(command.case_id)
    events = endings.veto(case, command, work.actor)
    if case.is_grant:
        round_decisions.must_not_be_ordered(work.round(case.round_id), case.case_id)
    work.on_case(case.case_id, events)
    after_stage(work, case)
    return case.case_id


def send_back(work: Work, command: ReturnForRework) -> str:
    """Back to an earlier stage, inside the authority. (内部退回)"""
    case = work.case(command.case_id)
    events = returns.send_back(case, command, work.actor, work.on, work.rulebook.calendar)
    acting.must_be_free_to_act(case, case.row(command.stage), work.actor, work.named_in)
    work.on_case(case.case_id, events)
    after_stage(work, case)
    return case.case_id


def record_output(work: Work, command: RecordOutput) -> str:
    """What a stage brought about; a letter is written from the pinned edition's template."""
    case = work.case(command.case_id)
    row = case.row(case.at(command.stage).key)
    templates = work.rulebook.pinned(case.plan.edition_sha256).letters
    text = letters.text_of_output(case, row, command.output, command.document_number, templates)
    events = outputs.record_output(case, command, work.actor, text)
    acting.must_be_free_to_act(case, row, work.actor, work.named_in)
    work.on_case(case.case_id, events)
    return case.case_id


def record_letter(work: Work, command: RecordLetter) -> str:
    """Keep what was sent to the applicant; a case's last letter is sent after it closed."""
    case = work.case(command.case_id)
    if command.letter.letter_id not in case.letters:
        work.on_case(case.case_id, [LetterSent(letter=command.letter)])
    return case.case_id


def run_task(work: Work, case_id: str, task: str) -> str:
    """Do what a system stage is for. Raises Refused STAGE_NOT_OPEN if the open stage has another task."""
    case = work.case(case_id)
    stage = case.any_stage()
    if stage.key == CORRECTION or case.row(stage.key).task != task:
        raise Refused("STAGE_NOT_OPEN", case=case_id, asked=task, stage=stage.key, title=stage.title)
    {"issue_voucher": claims.issue, "assess_redemption": redemptions.assess}[task](work, case_id)
    return case_id


def grounds_of(work: Work, case: Case) -> list[Ground]:
    """Every condition of the programme that this kind of case is tested against, as it stands now."""
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    at, facts = "decision", benefits.facts_of(work, case)
    if case.is_redemption:
        at, facts = "redemption", redemptions.facts_of(work, case)
    return work.rulebook.rules(programme).grounds(at, replace(facts, today=work.on))


def after_stage(work: Work, before: Case) -> None:
    """What follows in other streams, in the same commit, when the case has moved on or ended."""
    panel_streams.dissolve(work, before)
    case = work.case(before.case_id)
    assert before.stage is not None
    passed = case.is_open and case.stage is not None and case.stage.key != before.stage.key
    if passed and before.stage.key != CORRECTION and before.row(before.stage.key).reserves_headroom:
        claims.accept(work, case.case_id)
    if case.is_grant:
        grants.tell_round(work, case.case_id)
    if case.closed is not None and case.closed.outcome != CASE_OUTCOME_ISSUED:
        if case.accepted_on is not None:
            claims.release(work, case)
        if case.cycle_id:
            redemptions.drop(work, case)
