"""What the rules of an edition give for a case, a voucher or a quarter, made again as the office made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from domain import cycle_decisions, round_decisions
from domain import voucher as vouchers
from domain.calculation.award import Award, Draft
from domain.calendar import WorkingCalendar
from domain.case import Case
from domain.dates import Quarter, from_iso
from domain.evaluation import settlement, validity
from domain.evaluation.edition import Edition
from domain.evaluation.rescaling import rescale
from domain.evaluation.reversal import reverse
from domain.evaluation.reversal_withdrawal import withdraw
from domain.evaluation.rounds import award_round
from domain.facts import CaseFacts, of_claim
from domain.format.programme import Programme, PublicNotice
from domain.format.redeeming import RedemptionRule
from domain.format.steps import Pool
from domain.headroom import EnterpriseYear, Grant, grant, without
from domain.letters import text_of_output
from domain.recovery import Recovery
from domain.serving import WINDOW, Limit, Paying, Served, served, served_grant
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import RescaleVoucher
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CycleOpened,
    Ground,
    RedemptionAssessed,
    RoundOpened,
    VoucherRescaled,
)
from duifu.v1.plan_pb2 import (
    CASE_KIND_GRANT_APPLICATION,
    CASE_KIND_REDEMPTION_CLAIM,
    CASE_KIND_VOUCHER_CLAIM,
    CaseKind,
    CasePlan,
    Stage,
)
from duifu.v1.recovery_pb2 import (
    RecoveryRule,
    ReportInvoiceReversed,
    ReversalWithdrawn,
    SettlementReversed,
    WithdrawInvoiceReversal,
)
from ledger import streams
from policy.rulebook import Rulebook

#: When conditions are tested: on what was handed in, at once; and on everything, when a person decides.
MOMENTS: Mapping[CaseKind.ValueType, tuple[str, str]] = {
    CASE_KIND_VOUCHER_CLAIM: ("submission", "decision"),
    CASE_KIND_REDEMPTION_CLAIM: ("request", "redemption"),
    CASE_KIND_GRANT_APPLICATION: ("submission", "decision"),
}


@dataclass(frozen=True)
class Remembering(WorkingCalendar):
    """The announced calendar, with every deadline counted once."""

    @cached_property
    def _counted(self) -> dict[tuple[date, int], date]:
        return {}

    def after(self, day: date, working_days: int) -> date:
        """See WorkingCalendar."""
        asked = day, working_days
        if asked not in self._counted:
            self._counted[asked] = super().after(day, working_days)
        return self._counted[asked]


class Applied:
    """The rulebook, asked again. Every method raises Refused where the rules refuse, EDITION_UNKNOWN among them."""

    def __init__(self, rulebook: Rulebook):
        """`rulebook` has the editions at hand; one that the ledger names and it lacks cannot be applied."""
        self._rulebook = rulebook
        self._editions: dict[str, Edition] = {}
        self._served: dict[str, Served] = {}
        self._in_force: dict[tuple[str, str], str] = {}
        self._plans: dict[tuple[str, int, bool], CasePlan] = {}
        self._rows: dict[tuple[str, str], list[tuple[tuple[str, str], bool]]] = {}
        self._paying: dict[tuple[str, str], Paying] = {}
        known = rulebook.calendar
        self.calendar = Remembering(known.days_off, known.working_weekends, known.years)

    def must_know(self, edition_sha256: str) -> None:
        """The edition is at hand."""
        self._edition(edition_sha256)

    # A case

    def plan(self, recorded: CasePlan, is_rehearsal: bool) -> CasePlan:
        """The plan of a case of this kind, by the edition that it names."""
        asked = recorded.edition_sha256, recorded.kind, is_rehearsal
        if asked not in self._plans:
            self._plans[asked] = self._rulebook.pinned(asked[0]).plan(recorded.kind, is_rehearsal)
        return self._plans[asked]

    def must_pass_at_once(self, plan: CasePlan, facts: CaseFacts) -> None:
        """What the applicant says rules nothing out."""
        self._edition(plan.edition_sha256).rules.must_pass_at_once(MOMENTS[plan.kind][0], facts)

    def is_all_met(self, case: Case, facts: CaseFacts, recorded: Sequence[Ground], with_receipt: bool) -> bool:
        """Whether these grounds say that all is met and it is; `with_receipt`: what was tested at once as well."""
        if any(ground.status != CONDITION_STATUS_MET for ground in recorded):
            return False
        sha256, moments = case.plan.edition_sha256, MOMENTS[case.plan.kind]
        if not self._tests(sha256, moments[1], recorded):
            return False
        return self._edition(sha256).rules.passes(moments if with_receipt else moments[1], facts)

    def grounds(self, case: Case, facts: CaseFacts) -> Sequence[Ground]:
        """Every condition as it stands on what was known."""
        return self._edition(case.plan.edition_sha256).rules.grounds(MOMENTS[case.plan.kind][1], facts)

    def _tests(self, sha256: str, at: str, recorded: Sequence[Ground]) -> bool:
        """Whether these are the grounds of a case of which everything is met: conditions, then materials it needs."""
        if (sha256, at) not in self._rows:
            programme = self._rulebook.pinned(sha256)
            rows = [((row.code, row.clause), True) for row in programme.conditions if at in row.at]
            materials = [row for row in programme.materials if row.at == at]
            self._rows[sha256, at] = [
                *rows,
                *(((programme.material_code, row.clause), row.needed_if is None) for row in materials),
            ]
        left = [(ground.code, ground.clause) for ground in reversed(recorded)]
        for row, is_always_tested in self._rows[sha256, at]:
            if left and left[-1] == row:
                left.pop()
            elif is_always_tested:
                return False
        return not left

    def output(self, case: Case, row: Stage, key: str, document_number: str) -> str:
        """The letter that a stage brings about; empty if it is no letter."""
        templates = self._rulebook.pinned(case.plan.edition_sha256).letters
        return text_of_output(case, row, key, document_number, templates)

    # A voucher

    def ceiling(self, case: Case, facts: CaseFacts) -> Draft:
        """The most the voucher of a claim may be worth."""
        return self._edition(case.plan.edition_sha256).calculation.ceiling(facts)

    def year_of(self, case: Case) -> str:
        """The stream of the year that the voucher of an accepted claim counts in. (BJ-A7)"""
        on = self._engine(case.plan.edition_sha256).issuing_day(of_claim(case))
        return streams.enterprise_year(case.plan.programme_id, case.applicant_uscc, on.year)

    def granted(self, case: Case, year: EnterpriseYear) -> tuple[Grant, Limit]:
        """Whether an approved claim waits for others, what the year has left for it, and the limit."""
        limit = self._engine(case.plan.edition_sha256).issuing_limit(of_claim(case))
        return grant(year, case.case_id, case.approval.approved_fen, limit.cap), limit

    def awarded(self, case: Case, facts: CaseFacts, draft: Draft, year: EnterpriseYear) -> Award:
        """What an approved claim gets."""
        sha256 = case.plan.edition_sha256
        return self._edition(sha256).calculation.conclude(draft, facts, self._engine(sha256).used(facts, year))

    def jurisdiction(self, case: Case) -> str:
        """The place whose money it is, by its code in GB/T 2260."""
        return self._edition(case.plan.edition_sha256).programme.jurisdiction.code

    def base_of(self, case: Case, award: Award) -> Fraction | int:
        """Against what redemptions of the voucher are measured, exact."""
        programme = self._edition(case.plan.edition_sha256).programme
        return award.values[programme.award.base or ""]

    def pays_supplier(self, edition_sha256: str) -> bool:
        """Whether the supplier is paid what it charged less."""
        return self._edition(edition_sha256).programme.pays_supplier

    def valid_through(self, case: Case) -> str:
        """The last day on which something of a claim's voucher may be asked for; empty: not limited."""
        programme = self._edition(case.plan.edition_sha256).programme
        return validity.valid_through(programme, of_claim(case).counted_on)

    def valid_for_clause(self, edition_sha256: str) -> str:
        """The clause by which vouchers end; empty: they do not."""
        valid_for = self._edition(edition_sha256).programme.award.valid_for
        return valid_for.clause if valid_for else ""

    def assessed(self, case: Case, voucher: Voucher, facts: CaseFacts, recovered_fen: int) -> RedemptionAssessed:
        """What a claim adds to what is due of its voucher."""
        row = case.row(case.any_stage().key)
        terms = settlement.terms_of(self._edition(case.plan.edition_sha256), facts, row.clause)
        return vouchers.assess(voucher, case.case_id, case.redemption, terms, recovered_fen)

    def rescaled(
        self, facts: CaseFacts, year: EnterpriseYear, voucher: Voucher, asked: RescaleVoucher, on: date
    ) -> VoucherRescaled:
        """What remains of a voucher when its contract has changed. (BJ-A18)"""
        used = self._engine(voucher.edition_sha256).used(facts, without(year, facts.case_id))
        return rescale(self._edition(voucher.edition_sha256), facts, voucher, asked, used, on)

    def reversed_by_red(
        self, voucher: Voucher, asked: ReportInvoiceReversed, received_on: date, reported_by: Sequence[str]
    ) -> SettlementReversed | None:
        """What a red invoice leaves of a voucher. (F-2)"""
        return reverse(self._edition(voucher.edition_sha256), voucher, asked, received_on, reported_by)

    def reversal_withdrawn(
        self, voucher: Voucher, known: Sequence[Recovery], asked: WithdrawInvoiceReversal, received_on: date
    ) -> ReversalWithdrawn | None:
        """What becomes of a voucher without a red invoice that was put on record in error. (F-2)"""
        return withdraw(self._edition(voucher.edition_sha256), voucher, known, asked, received_on)

    def recovery_rule(self, case: Case) -> RecoveryRule | None:
        """How the case's edition takes money back."""
        row = self._edition(case.plan.edition_sha256).programme.recovery
        return row.message() if row else None

    # A round

    def most(self, case: Case, facts: CaseFacts, rate: str) -> Draft:
        """The most that a grant may be, at a rate that was decided; empty: at the programme's. (QD-A1)"""
        facts = replace(facts, approved_fen=None, approved_rate=Fraction(rate) if rate else None)
        return self._edition(case.plan.edition_sha256).calculation.ceiling(facts)

    def round_opened(self, edition_sha256: str) -> RoundOpened:
        """The window of a round, by the edition that opened it."""
        return round_decisions.open_round(self._edition(edition_sha256).programme, WINDOW)

    def programme(self, edition_sha256: str) -> Programme:
        """What an edition's file says."""
        return self._edition(edition_sha256).programme

    def pool(self, edition_sha256: str) -> tuple[Pool, PublicNotice | None]:
        """What a round shares, and how its results are shown to the public."""
        programme = self._edition(edition_sha256).programme
        return served_grant(programme), programme.public_notice

    def shared(self, edition_sha256: str, facts: Sequence[CaseFacts]) -> list[Award]:
        """What each of these gets of the pool."""
        return award_round(self._edition(edition_sha256), facts)

    # A quarter

    def redemption(self, edition_sha256: str) -> RedemptionRule:
        """How an edition pays vouchers out."""
        return self._engine(edition_sha256).redemption

    def quarter_for(self, edition_sha256: str, received_on: date) -> Quarter:
        """The quarter that a request joins while it takes claims."""
        engine = self._engine(edition_sha256)
        return engine.redemption.quarter_for(received_on, engine.programme.rolls_over(self.calendar, received_on))

    def last_quarter(self, edition_sha256: str) -> tuple[str, Quarter]:
        """The programme's id and its last quarter."""
        engine = self._engine(edition_sha256)
        return engine.programme.programme_id, engine.redemption.last_quarter

    def opened(self, recorded: CycleOpened, edition_sha256: str, on: date) -> CycleOpened:
        """The days of a quarter that opens `on` a day, by the edition that opened it."""
        engine = self._engine(edition_sha256)
        return cycle_decisions.open_cycle(engine.programme, Quarter.parse(recorded.quarter), self.calendar, on)

    def edition_of(self, opened: CycleOpened) -> str:
        """The edition by which a quarter pays."""
        asked = opened.programme_id, opened.opens_on
        if asked not in self._in_force:
            self._in_force[asked] = self._rulebook.in_force(asked[0], from_iso(asked[1])).sha256
        return self._in_force[asked]

    def paying_year(self, opened: CycleOpened, case: Case) -> str:
        """The stream of the year that a payment counts in: of the batch, or of the request. (BJ-A7)"""
        year = self.paying(opened).limit_year(opened, case.received_on)
        return streams.enterprise_year(opened.programme_id, case.applicant_uscc, year)

    def paying(self, opened: CycleOpened) -> Paying:
        """On what terms a quarter pays."""
        asked = self.edition_of(opened), opened.as_of_on
        if asked not in self._paying:
            self._paying[asked] = self._engine(asked[0]).paying(from_iso(asked[1]))
        return self._paying[asked]

    def _edition(self, sha256: str) -> Edition:
        if sha256 not in self._editions:
            self._editions[sha256] = self._rulebook.edition(self._rulebook.pinned(sha256))
        return self._editions[sha256]

    def _engine(self, sha256: str) -> Served:
        if sha256 not in self._served:
            self._served[sha256] = served(self._rulebook.pinned(sha256))
        return self._served[sha256]
