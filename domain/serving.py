"""What the engine carries out: vouchers under annual limits, and rounds that share a pool. Else it refuses."""

from dataclasses import dataclass, replace
from datetime import date

from domain import headroom
from domain.calculation import accounts
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.redeeming import RedemptionRule
from domain.format.steps import Account, Pool, Tiers
from domain.format.steps import Cap as CapStep
from domain.refusals import Refused
from duifu.v1.events_pb2 import CycleOpened
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION, CASE_KIND_REDEMPTION_CLAIM, CASE_KIND_VOUCHER_CLAIM

WINDOW = "apply"  # the window in which a round takes applications
ROUND_TASKS = ("allocate_round", "pay_grant")


@dataclass(frozen=True, slots=True)
class Served:
    """The parts of a programme that the engine works with."""

    programme: Programme
    redemption: RedemptionRule
    issuing: str | None  # the account that limits vouchers; None: no limit

    def issuing_day(self, facts: CaseFacts) -> date:
        """The day whose year a voucher counts in. (BJ-A7) Raises Refused PARAMETER_EXPIRED."""
        return accounts.day_of(self.programme, self.issuing, facts) if self.issuing else facts.counted_on

    def issuing_limit(self, facts: CaseFacts) -> "Limit":
        """The limit on vouchers in that year; more by a special approval. (BJ-3.3) Raises Refused PARAMETER_EXPIRED."""
        on = self.issuing_day(facts)
        limit = self._limit(self.issuing, on)
        if (
            limit.cap is None
            or self.issuing is None
            or not accounts.special_approval(self.programme, self.issuing, facts)
        ):
            return limit
        hard_fen = accounts.hard_limit(self.programme, self.issuing, on)
        assert hard_fen is not None
        return replace(limit, cap=replace(limit.cap, beyond_fen=max(0, hard_fen - limit.cap.most_fen)))

    def paying(self, on: date) -> "Paying":
        """On what terms a quarter pays that ends on `on`. Raises Refused PARAMETER_EXPIRED."""
        rule, setting = self.redemption, self.programme.setting
        return Paying(
            self._limit(rule.account, on),
            by_request=setting(rule.counts_in, on) == "requested_on",
            always_again=setting(self.programme.payments.came_back, on) == "always",
            in_proportion=setting(rule.deferred_first, on) == "pro_rata",
        )

    def used(self, facts: CaseFacts, year: headroom.EnterpriseYear) -> accounts.Used:
        """What an enterprise's year has used, as the calculation counts it. Raises Refused PARAMETER_EXPIRED."""
        on = self.issuing_day(facts)
        used = {accounts.key_of(self.programme, self.redemption.account, facts, on): year.redeemed_fen}
        if self.issuing:
            used[accounts.key_of(self.programme, self.issuing, facts, on)] = year.issued_fen
        return used

    def _limit(self, name: str | None, on: date) -> "Limit":
        account = self.programme.accounts[name] if name else None
        if account is None or account.limit is None:
            return Limit(None, self.redemption.clause)
        most_fen = int(self.programme.number(account.limit, on))
        combined = accounts.is_combined(self.programme, account, on)
        code = account.code or self.programme.award.nothing
        return Limit(headroom.Cap(most_fen, combined), self.programme.parameters[account.limit].clause, code)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the programme on one day, with the clause that sets it and the code of a refusal by it."""

    cap: headroom.Cap | None
    clause: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Paying:
    """On what terms a quarter pays."""

    limit: Limit  # of an enterprise and year (BJ-3.3)
    by_request: bool  # it is that of the request's year, else of the batch's (BJ-A7)
    always_again: bool  # what came back after its budget year is paid again, too; else it is the treasury's (F-7)
    in_proportion: bool  # what it leaves is shared by all of a batch, else goes to the oldest request (BJ-A17)

    def limit_year(self, opened: CycleOpened, received_on: date) -> int:
        """The year whose limit a payment counts against, of a request that was received then. (BJ-A7)"""
        return received_on.year if self.by_request else opened.paying_year


def served(programme: Programme) -> Served:
    """Raises Refused PROGRAMME_NOT_SERVED: a rule that nobody carries out would silently not hold."""
    redemption = programme.redemption
    for kind in (CASE_KIND_VOUCHER_CLAIM, CASE_KIND_REDEMPTION_CLAIM):
        if kind not in programme.stages:
            raise _refused(programme, "plans")
    if redemption is None:
        raise _refused(programme, "redemption")
    award = programme.award
    is_voucher = (award.benefit, award.payee) in (("voucher", "applicant"), ("supplier_deduction", "supplier"))
    if not is_voucher or award.base is None or programme.levels:
        raise _refused(programme, "award")
    limited = []
    for step in award.steps:
        match step:
            case Pool() | Tiers():
                raise _refused(programme, f"award.steps.{step.name}")
            case CapStep() if programme.accounts[step.account].limit is not None:
                limited.append(step.account)
    for name in limited:
        account = programme.accounts[name]
        if account.on_exceed == "special_approval" and account.hard_limit is None:
            raise _refused(programme, f"accounts.{name}.hard_limit")  # others of the year would be left nothing
        if len(limited) > 1 or not _is_annual(account, "truncate", "special_approval"):
            raise _refused(programme, f"accounts.{name}")
    paying = programme.accounts[redemption.account]
    if paying.limit is not None and not _is_annual(paying, "defer"):
        raise _refused(programme, f"accounts.{redemption.account}")
    if paying.shared_with:
        raise _refused(programme, f"accounts.{redemption.account}.shared_with")
    return Served(programme, redemption, limited[0] if limited else None)


def _readings(programme: Programme, words: str) -> set[str]:
    """What a setting says on any day."""
    name = words.removeprefix("parameter.")
    return {words} if name == words else {str(dated.value) for dated in programme.parameters[name].values}


def served_grant(programme: Programme) -> Pool:
    """The pool that a round shares. Raises Refused PROGRAMME_NOT_SERVED for any rule that nobody carries out."""
    if WINDOW not in programme.windows or not programme.round:
        raise _refused(programme, f"windows.{WINDOW}" if programme.round else "round")
    award = programme.award
    if award.benefit != "grant" or award.payee != "applicant" or award.valid_for:
        raise _refused(programme, "award")
    pools = [step for step in award.steps if isinstance(step, Pool)]
    for step in award.steps:
        is_cap = isinstance(step, CapStep) and _is_of_one_round(programme, programme.accounts[step.account])
        if isinstance(step, (CapStep, Tiers)) and not is_cap:
            raise _refused(programme, f"award.steps.{step.name}")
    if len(pools) != 1 or pools[0].sharing != "pro_rata" or not programme.levels:
        raise _refused(programme, "award.steps")
    account = programme.accounts[pools[0].account]
    if account.period != "round" or _readings(programme, account.round_year) != {"round"}:
        raise _refused(programme, f"accounts.{pools[0].account}")  # another round would have to be asked
    tasks = [row.task for row in programme.stages[CASE_KIND_GRANT_APPLICATION]]
    for task in ROUND_TASKS:
        if tasks.count(task) != 1:
            raise _refused(programme, "plans.grant_application")
    return pools[0]


def _is_annual(account: Account, *on_exceed: str) -> bool:
    return (account.holder, account.period) == ("enterprise", "calendar_year") and account.on_exceed in on_exceed


def _is_of_one_round(programme: Programme, account: Account) -> bool:
    """Whether nothing can have been used of it before: an operator has one application in a round. (QD-A13)"""
    return (
        (account.holder, account.period) == ("enterprise", "round")
        and account.on_exceed != "defer"
        and _readings(programme, account.round_year) == {"round"}
        and account.combined_with is None
        and not account.shared_with
    )


def _refused(programme: Programme, part: str) -> Refused:
    return Refused("PROGRAMME_NOT_SERVED", programme=programme.programme_id, part=part)
