"""A voucher whose contract ended early or became cheaper: what it is worth now, and what must be paid back. (BJ-A18)"""

from dataclasses import replace
from datetime import date

from domain import amount
from domain.calculation.accounts import Used
from domain.evaluation import settlement
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.money import exact_text, show_exact
from domain.refusals import Refused
from domain.single import contract_identity
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import RescaleVoucher
from duifu.v1.events_pb2 import VoucherRescaled
from duifu.v1.facts_pb2 import Application, RedemptionRequest

CLAUSE = "BJ-A18"
SUBMISSION = "submission"  # what is asked of a contract when it is handed in is asked of it as it stands now


def rescale(
    edition: Edition, claim: CaseFacts, voucher: Voucher, asked: RescaleVoucher, used: Used, on: date
) -> VoucherRescaled:
    """V' = min(V, what would be granted on E'); what was paid beyond V' × settled ÷ E' is to be paid back.

    It goes by the formula of the day of the claim, so that it is possible after the last batch too.

    `claim` is what the voucher was issued on, with other public money as it is known now; `used` is what limits
    count without this voucher. Raises Refused REASON_MISSING, RESCALE_OTHER_CONTRACT, CONDITIONS_NOT_MET,
    VOUCHER_IN_PAYMENT, RESCALE_NOT_LOWER, PARAMETER_EXPIRED.
    """
    _must_be_possible(voucher, asked)
    application = Application()
    application.CopyFrom(claim.application)
    application.contract.CopyFrom(asked.contract)
    facts = replace(claim, application=application, approved_fen=None)
    edition.rules.must_pass_at_once(SUBMISSION, facts)
    draft = edition.calculation.ceiling(facts)
    eligible_fen = draft.base
    if eligible_fen >= voucher.eligible_fen:
        now, before = show_exact(exact_text(eligible_fen)), show_exact(exact_text(voucher.eligible_fen))
        raise Refused("RESCALE_NOT_LOWER", CLAUSE, voucher=voucher.voucher_id, now=now, before=before)
    if edition.calculation.is_decided:
        facts = replace(facts, approved_fen=min(voucher.face_value_fen, draft.amount))
    award = edition.calculation.conclude(draft, facts, used)
    face_value_fen = min(voucher.face_value_fen, award.amount)
    settled_fen = min(voucher.cumulative_fen, eligible_fen)
    request = settlement.facts_of(replace(voucher, contract=asked.contract), RedemptionRequest(), claim.received_on, {})
    rate = settlement.terms_of(edition, request, CLAUSE).rate
    due_fen = min(voucher.due_fen, amount.due(face_value_fen, eligible_fen, settled_fen, 0, rate))
    return VoucherRescaled(
        contract=asked.contract,
        eligible_fen=exact_text(eligible_fen),
        face_value_fen=face_value_fen,
        lapsed_fen=voucher.face_value_fen - face_value_fen,
        cumulative_fen=exact_text(settled_fen),
        due_fen=due_fen,
        claw_back_fen=voucher.due_fen - due_fen,
        reason=asked.reason,
        evidence_sha256=asked.evidence_sha256,
        rescaled_on=on.isoformat(),
        trace=award.trace,
        clause=CLAUSE,
    )


def _must_be_possible(voucher: Voucher, asked: RescaleVoucher) -> None:
    if not asked.reason.strip():
        raise Refused("REASON_MISSING", CLAUSE, title=voucher.voucher_id)
    is_same = contract_identity(asked.contract) == contract_identity(voucher.contract)
    if not is_same or asked.contract.supplier.name != voucher.contract.supplier.name:
        raise Refused(
            "RESCALE_OTHER_CONTRACT",
            CLAUSE,
            voucher=voucher.voucher_id,
            number=asked.contract.contract_number,
            known=voucher.contract.contract_number,
        )
    if voucher.due_fen > voucher.paid_fen - voucher.claw_back_fen:
        raise Refused(
            "VOUCHER_IN_PAYMENT",
            CLAUSE,
            voucher=voucher.voucher_id,
            open_fen=voucher.due_fen - (voucher.paid_fen - voucher.claw_back_fen),
        )
