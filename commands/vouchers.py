"""A voucher whose contract ended early or became cheaper, and what of it was paid beyond what is due. (BJ-A18)"""

from commands import benefits, recoveries
from commands.claims import year_of
from commands.redemptions import voucher_of
from commands.work import Work
from domain import acting, duties, headroom
from domain.evaluation.rescaling import rescale
from domain.kinds import ENTERPRISE_YEAR, VOUCHER
from domain.refusals import Refused
from domain.serving import served
from duifu.v1.commands_pb2 import RescaleVoucher
from duifu.v1.events_pb2 import VoucherRescaled
from duifu.v1.recovery_pb2 import (
    RECOVERY_KIND_CONTRACT_ENDED,
    RecoveryKind,
    SettlementReversed,
)
from ledger import streams


def rescale_voucher(work: Work, command: RescaleVoucher) -> str:
    """The contract ended early or became cheaper; returns the claim that the voucher was issued on.

    Raises Refused VOUCHER_UNKNOWN, ROLE_MISMATCH, DUTY_REQUESTER, DUTIES_APART, and what `rescale` raises.
    """
    voucher = voucher_of(work, command.voucher_id)
    case = work.case(voucher.case_id)
    row = next(row for row in case.plan.stages if row.sets_amount)
    if work.actor.role != row.role:
        raise Refused("ROLE_MISMATCH", row.clause, role=work.actor.role, needed=row.role, title=row.title)
    acting.must_stand_apart(case, row, duties.accounts_of(work.actor), work.named_in)
    programme = work.rulebook.pinned(voucher.edition_sha256)
    facts, year = benefits.facts_of(work, case), work.read(year_of(programme, case), ENTERPRISE_YEAR)
    used = served(programme).used(facts, headroom.without(year, case.case_id))
    rescaled = rescale(work.rulebook.edition(programme), facts, voucher, command, used, work.on)
    work.record(streams.voucher(voucher.voucher_id), VOUCHER, [rescaled])
    take_back(work, voucher.voucher_id, RECOVERY_KIND_CONTRACT_ENDED, rescaled)
    benefits.tell(work, case, programme, rescaled.face_value_fen)
    return case.case_id


def take_back(
    work: Work, voucher_id: str, finding: RecoveryKind.ValueType, event: VoucherRescaled | SettlementReversed
) -> None:
    """What was paid beyond what is due now becomes the finding of a recovery."""
    if event.claw_back_fen:
        after = voucher_of(work, voucher_id)
        recoveries.found_on_voucher(work, after, finding, event.reason, event.evidence_sha256)
