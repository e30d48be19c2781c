"""Claims of a quarter that are verified and not yet assessed, many at a time. (BJ-4.6)"""

from commands import redemptions
from commands.in_quarter import InQuarter
from commands.work import Work
from domain import cycle_decisions
from domain.cycle import Cycle
from domain.kinds import BENEFITS, CASE, VOUCHER
from duifu.v1.commands_pb2 import AssessClaims
from ledger import streams

TASK = "assess_redemption"
CLAIMS_AT_ONCE = 120  # four events each


def assess_claims(work: Work, command: AssessClaims) -> str:
    """Assess as many as one commit takes; those that wait for a person are passed over.

    Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED, and what the assessment of one claim raises.
    """
    quarter = work.cycle(command.cycle_id)
    cycle_decisions.must_be_open(quarter)
    here, case_ids = InQuarter(work, command.cycle_id), looked_at(quarter, command.after_case_id)
    claims = [quarter.claims[case_id] for case_id in case_ids]
    work.look_up([streams.case(case_id) for case_id in case_ids], CASE)
    work.look_up([streams.voucher(claim.voucher_id) for claim in claims], VOUCHER)
    work.look_up([streams.benefits(claim.uscc) for claim in claims], BENEFITS)
    for case_id in case_ids:
        stage, case = work.case(case_id).stage, work.case(case_id)
        if stage is not None and not case.held_behind and case.row(stage.key).task == TASK and not here.is_full:
            redemptions.assess(work, case_id)
    return command.cycle_id


def looked_at(quarter: Cycle, after_case_id: str) -> list[str]:
    """The claims that one such command looks at, in the order of requests."""
    return quarter.index.waiting.first(CLAIMS_AT_ONCE, after_case_id)
