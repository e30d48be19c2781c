"""What each kind of command does, which of them only workflows send, and what follows one outside the ledger."""

from collections.abc import Callable

from commands import (
    applications,
    checks,
    clock,
    cycle_payments,
    cycles,
    deployment,
    grant_payments,
    inbox,
    links,
    panels,
    privacy,
    recoveries,
    redemptions,
    release,
    rounds,
    special_approvals,
    stages,
    vouchers,
)
from commands.work import Work
from duifu.v1.commands_pb2 import Command
from ledger.store import Ledger

Handler = Callable[[Work, Command], str]

#: What each kind of command does; the answer names the case or quarter it was about.
HANDLERS: dict[str, Handler] = {
    "submit_application": lambda work, c: applications.submit(work, c.submit_application),
    "request_correction": lambda work, c: stages.request_correction(work, c.request_correction),
    "supply_correction": lambda work, c: stages.supply_correction(work, c.supply_correction),
    "decide": lambda work, c: stages.decide(work, c.decide),
    "stop_clock": lambda work, c: clock.stop_clock(work, c.stop_clock),
    "restart_clock": lambda work, c: clock.restart_clock(work, c.restart_clock),
    "record_output": lambda work, c: stages.record_output(work, c.record_output),
    "return_for_rework": lambda work, c: stages.send_back(work, c.return_for_rework),
    "veto_case": lambda work, c: stages.veto(work, c.veto_case),
    "raise_objection": lambda work, c: rounds.raise_objection(work, c.raise_objection),
    "settle_objection": lambda work, c: rounds.settle_objection(work, c.settle_objection),
    "allocate_round": lambda work, c: rounds.allocate(work, c.allocate_round.round_id),
    "close_notice": lambda work, c: rounds.close_notice(work, c.close_notice.round_id),
    "order_grants": lambda work, c: grant_payments.order_grants(work, c.order_grants.round_id),
    "record_grant_payment": lambda work, c: grant_payments.record_payment(work, c.record_grant_payment),
    "close_round": lambda work, c: rounds.close(work, c.close_round.round_id),
    "withdraw_case": lambda work, c: stages.withdraw(work, c.withdraw_case),
    "request_redemption": lambda work, c: redemptions.request(work, c.request_redemption),
    "replace_bank_account": lambda work, c: applications.replace_account(work, c.replace_bank_account),
    "rescale_voucher": lambda work, c: vouchers.rescale_voucher(work, c.rescale_voucher),
    "open_recovery": lambda work, c: recoveries.open_recovery(work, c.open_recovery),
    "send_recovery_notice": lambda work, c: recoveries.notify(work, c.send_recovery_notice),
    "record_recovery_statement": lambda work, c: recoveries.hear(work, c.record_recovery_statement),
    "demand_recovery": lambda work, c: recoveries.demand(work, c.demand_recovery),
    "record_recovery_receipt": lambda work, c: recoveries.receive(work, c.record_recovery_receipt),
    "propose_write_off": lambda work, c: recoveries.propose_write_off(work, c.propose_write_off),
    "write_off_recovery": lambda work, c: recoveries.write_off(work, c.write_off_recovery),
    "withdraw_recovery": lambda work, c: recoveries.withdraw(work, c.withdraw_recovery),
    "report_invoice_reversed": lambda work, c: vouchers.report_reversed(work, c.report_invoice_reversed),
    "confirm_cycle": lambda work, c: cycles.confirm(work, c.confirm_cycle),
    "open_cycle": lambda work, c: cycles.open_ahead(work, c.open_cycle),
    "record_check": lambda work, c: checks.record(work, c.record_check),
    "enter_check": lambda work, c: checks.enter(work, c.enter_check),
    "record_letter": lambda work, c: stages.record_letter(work, c.record_letter),
    "remind_stage": lambda work, c: clock.remind(work, c.remind_stage),
    "lapse_stage": lambda work, c: stages.lapse(work, c.lapse_stage),
    "issue_voucher": lambda work, c: stages.run_task(work, c.issue_voucher.case_id, "issue_voucher"),
    "assess_redemption": lambda work, c: stages.run_task(work, c.assess_redemption.case_id, "assess_redemption"),
    "remind_cycle": lambda work, c: cycles.remind(work, c.remind_cycle),
    "sign_payments": lambda work, c: release.sign(work, c.sign_payments),
    "withhold_payment": lambda work, c: release.withhold(work, c.withhold_payment),
    "freeze_cycle": lambda work, c: cycles.freeze(work, c.freeze_cycle.cycle_id),
    "order_payments": lambda work, c: cycle_payments.order_payments(work, c.order_payments.cycle_id),
    "record_payment": lambda work, c: cycle_payments.record_payment(work, c.record_payment),
    "close_cycle": lambda work, c: cycles.close(work, c.close_cycle.cycle_id),
    "claim_task": lambda work, c: inbox.claim_task(work, c.claim_task),
    "release_task": lambda work, c: inbox.release_task(work, c.release_task),
    "hand_over_task": lambda work, c: inbox.hand_over_task(work, c.hand_over_task),
    "give_opinion": lambda work, c: inbox.give_opinion(work, c.give_opinion),
    "link_cases": lambda work, c: links.link(work, c.link_cases),
    "unlink_cases": lambda work, c: links.unlink(work, c.unlink_cases),
    "approve_specially": lambda work, c: special_approvals.give(work, c.approve_specially),
    "revoke_special_approval": lambda work, c: special_approvals.revoke(work, c.revoke_special_approval),
    "delegate_role": lambda work, c: inbox.delegate_role(work, c.delegate_role),
    "revoke_delegation": lambda work, c: inbox.revoke_delegation(work, c.revoke_delegation),
    "register_expert": lambda work, c: panels.register_expert(work, c.register_expert),
    "retire_expert": lambda work, c: panels.retire_expert(work, c.retire_expert),
    "convene_panel": lambda work, c: panels.convene(work, c.convene_panel),
    "draw_panel": lambda work, c: panels.draw(work, c.draw_panel),
    "declare_interest": lambda work, c: panels.declare(work, c.declare_interest),
    "seal_sheet": lambda work, c: panels.seal_sheet(work, c.seal_sheet),
    "open_sheet": lambda work, c: panels.open_sheet(work, c.open_sheet),
    "sign_conclusion": lambda work, c: panels.sign(work, c.sign_conclusion),
    "lapse_panel": lambda work, c: panels.lapse(work, c.lapse_panel),
    "start_rehearsal": lambda work, c: deployment.start(work, c.start_rehearsal),
    "advance_rehearsal": lambda work, c: deployment.advance(work, c.advance_rehearsal),
    "destroy_subject_key": lambda work, c: privacy.destroy(work, c.destroy_subject_key),
}

#: What follows a decision that is on record, outside the ledger. Repeated with the command.
AFTERWARDS: dict[str, Callable[[Ledger], None]] = {"destroy_subject_key": privacy.carry_out}

#: Sent by workflows only.
INTERNAL = frozenset(
    {
        "record_check",
        "record_letter",
        "lapse_stage",
        "lapse_panel",
        "remind_stage",
        "issue_voucher",
        "assess_redemption",
        "remind_cycle",
        "freeze_cycle",
        "order_payments",
        "close_cycle",
        "allocate_round",
        "close_notice",
        "order_grants",
        "close_round",
    }
)
