"""A case before a panel, a pool of experts, and a panel that the test drives. A test names only what matters to it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from typing import Any

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.case import Case, OpenStage
from domain.draw import sha256_of
from domain.experts import SECRETARY, Pool
from domain.panel import Panel, evolve
from domain.panel_course import Today
from domain.panel_steps import convene, declare, draw, lapse, open_sheet, seal, sign
from domain.scoring import sheet_sha256
from duifu.v1.commands_pb2 import Actor
from duifu.v1.facts_pb2 import Applicant, Application, AuditReport, Contact, Customer, ServiceContract
from duifu.v1.panel_pb2 import (
    INTEREST_KIND_BUSINESS,
    ConvenePanel,
    Criterion,
    DeclareInterest,
    DrawPanel,
    Expert,
    OpenSheet,
    PanelRule,
    Score,
    ScoreSheet,
    SealSheet,
    SignConclusion,
)
from duifu.v1.plan_pb2 import STAGE_KIND_DECISION, STAGE_KIND_PANEL, CasePlan, Stage
from tests.builders import a_uscc

APPLICANT, CUSTOMER, AUDITOR, ELSEWHERE = (a_uscc(number) for number in (1, 2, 3, 4))
CASE_ID, PANEL_ID = "qd-grant-2024-000001", "qd-grant-2024-000001-panel-1"
SEED, SALT, BEACON = "5e" * 32, "a1" * 32, "be" * 32
DAY = date(2024, 3, 4)  # a Monday
EVERY_DAY = WorkingCalendar(frozenset(), frozenset(), frozenset({2024}))  # weekends but no holidays
SECRETARY_ACTOR = Actor(id="u-secretary", role=SECRETARY)


def a_rule(**changes: Any) -> PanelRule:
    """Five experts, of whom three conclude; two criteria of 100 points in all."""
    rule: dict[str, Any] = {
        "members": 5,
        "quorum": 3,
        "criteria": [
            Criterion(key="need", title="必要性", points=40),
            Criterion(key="works", title="可行性", points=60),
        ],
        "trim_each_side": 1,
        "dispersion_max": 30,
        "pass_mark": 60,
        "declare_days": 2,
        "score_days": 5,
        "open_days": 2,
        "sign_days": 3,
        "code": "EX_E_EXPERTS",
    }
    return PanelRule(**rule | changes)


def a_case(rule: PanelRule | None = None) -> Case:
    """A case whose open stage waits for its panel."""
    rows = [
        Stage(key="review", title="初审", kind=STAGE_KIND_DECISION, role="reviewer", clause="QD-4.2a"),
        Stage(
            key="experts",
            title="专家评审",
            kind=STAGE_KIND_PANEL,
            role="expert",
            clause="QD-4.4c",
            panel=rule or a_rule(),
        ),
        Stage(key="determination", title="核定", kind=STAGE_KIND_DECISION, role="approver", clause="QD-4.4c"),
    ]
    opened = OpenStage("experts", 1, "专家评审", "评审专家组", None, "QD-4.4c")
    return Case(
        case_id=CASE_ID,
        plan=CasePlan(programme_id="qd", stages=rows),
        applicant_uscc=APPLICANT,
        applicant_name="青岛示例算力有限公司",
        application=Application(
            applicant=Applicant(uscc=APPLICANT),
            contact=Contact(person_id="u-contact"),
            services=[ServiceContract(customer=Customer(uscc=CUSTOMER))],
            audit_report=AuditReport(auditor_uscc=AUDITOR),
        ),
        submitted_by="u-agent",
        stage=opened,
        stages=(opened,),
    )


def an_expert(number: int, employer: str = ELSEWHERE, shares: Sequence[str] = (), fields: Sequence[str] = ()) -> Expert:
    """Somebody who has nothing to do with the case."""
    return Expert(
        expert_id=f"expert-{number}", name="某专家", employer_uscc=employer, shareholding_uscc=shares, fields=fields
    )


def a_pool(experts: Iterable[Expert]) -> Pool:
    """A pool of these."""
    return Pool({expert.expert_id: expert for expert in experts})


def a_sheet(points: int, rate: str = "", remark: str = "") -> ScoreSheet:
    """A sheet of so many points in all, at most 100."""
    need = min(points, 40)
    scores = [Score(criterion="need", points=need), Score(criterion="works", points=points - need)]
    return ScoreSheet(scores=scores, proposed_rate=rate, remark=remark)


class Table:
    """A panel at a table: each step is decided by the domain, and folded."""

    def __init__(self, case: Case | None = None, pool: Pool | None = None, on: date = DAY):
        self.case, self.pool = case or a_case(), pool or a_pool(map(an_expert, range(12)))
        self.panel, self.on = Panel(), on
        self.events: list[Message] = []

    @property
    def today(self) -> Today:
        return Today(self.on, EVERY_DAY)

    def take(self, events: list[Message]) -> list[Message]:
        self.events += events
        self.panel = reduce(evolve, events, self.panel)
        return events

    def seated(self, seed: str = SEED) -> "Table":
        """Convened and drawn."""
        self.convene(seed)
        command = DrawPanel(case_id=CASE_ID, seed=seed)
        self.take(draw(self.panel, command, SECRETARY_ACTOR, BEACON, self.today))
        return self

    def convene(self, seed: str = SEED) -> list[Message]:
        command = ConvenePanel(case_id=CASE_ID, seed_sha256=sha256_of(seed))
        return self.take(convene(self.panel, self.case, self.pool, command, SECRETARY_ACTOR, self.today))

    @property
    def members(self) -> list[str]:
        return list(self.panel.members)

    def declare(self, expert_id: str, conflict: str = "") -> list[Message]:
        kinds = [INTEREST_KIND_BUSINESS] if conflict else []
        command = DeclareInterest(case_id=CASE_ID, has_conflict=bool(conflict), kinds=kinds, text=conflict)
        return self.take(declare(self.panel, command, who(expert_id), self.today))

    def seal(self, expert_id: str, sheet: ScoreSheet, reason: str = "意见") -> list[Message]:
        scoring = self.panel.scoring
        digest = sheet_sha256(PANEL_ID, scoring, expert_id, sheet, SALT)
        command = SealSheet(case_id=CASE_ID, scoring=scoring, sheet_sha256=digest, reason=reason)
        return self.take(seal(self.panel, command, who(expert_id), self.today))

    def open(self, expert_id: str, sheet: ScoreSheet) -> list[Message]:
        command = OpenSheet(case_id=CASE_ID, scoring=self.panel.scoring, sheet=sheet, salt=SALT)
        return self.take(open_sheet(self.panel, command, who(expert_id), self.today))

    def sign(self, expert_id: str, dissent: str = "") -> list[Message]:
        assert self.panel.conclusion is not None
        digest = self.panel.conclusion.conclusion_sha256
        command = SignConclusion(case_id=CASE_ID, conclusion_sha256=digest, dissent=dissent)
        return self.take(sign(self.panel, command, who(expert_id), self.today))

    def ring(self, at: datetime | None = None) -> list[Message]:
        """The next deadline passes in silence."""
        due_at = at or self.panel.due_at
        assert due_at is not None
        self.on = due_at.date()
        return self.take(lapse(self.panel, due_at, BEACON, EVERY_DAY))

    def all_declare(self) -> "Table":
        for expert_id in self.members:
            if not self.panel.members[expert_id].is_declared:
                self.declare(expert_id)
        return self

    def scored(self, *points: int) -> "Table":
        """Every member declares, seals and opens a sheet of so many points."""
        self.all_declare()
        by_expert = dict(zip(self.members, points, strict=True))
        for expert_id, total in by_expert.items():
            self.seal(expert_id, a_sheet(total))
        for expert_id, total in by_expert.items():
            self.open(expert_id, a_sheet(total))
        return self


def who(expert_id: str) -> Actor:
    """An expert as the door knows one."""
    return Actor(id=expert_id, role="expert")


def names(events: Iterable[Message]) -> list[str]:
    """What kinds of events these are."""
    return [type(event).__name__ for event in events]
