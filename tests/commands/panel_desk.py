"""A desk whose programme has a stage for experts: Beijing's, with a panel between acceptance and review."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from commands.door import SYSTEM
from commands.work import fold
from domain.draw import sha256_of
from domain.experts import SECRETARY
from domain.kinds import PANEL
from domain.panel import Panel, panel_id
from domain.scoring import sheet_sha256
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import Actor
from duifu.v1.panel_pb2 import (
    INTEREST_KIND_BUSINESS,
    ConvenePanel,
    DeclareInterest,
    DrawPanel,
    Expert,
    LapsePanel,
    OpenSheet,
    RegisterExpert,
    RetireExpert,
    Score,
    ScoreSheet,
    SealSheet,
    SignConclusion,
)
from ledger import streams
from tests.builders import PROGRAMME, an_application, officer
from tests.desk import Desk
from tests.domain.panels import SALT, SEED, a_sheet, an_expert
from tests.programmes.switching import desk_under

SECRETARY_ACTOR = officer(SECRETARY)
EXPERT_STAGE: dict[str, Any] = {
    "key": "experts",
    "title": "专家评审",
    "kind": "panel",
    "role": "expert",
    "role_title": "评审专家组",
    "clause": "BJ-4.2",
    "guidance": "先声明有无利害关系，再独立评分",
    "applicant_may_withdraw": True,
    "panel": {
        "members": 3,
        "quorum": 2,
        "criteria": [
            {"key": "need", "title": "必要性", "points": 40},
            {"key": "works", "title": "可行性", "points": 60},
        ],
        "dispersion_max": 30,
        "pass_mark": 60,
        "declare_days": 2,
        "score_days": 5,
        "open_days": 2,
        "sign_days": 3,
        "code": "BJ_E_DIRECTION",
    },
}


def examples(case_id: str) -> dict[str, tuple[Actor, Message]]:
    """A well-formed command of each kind, and who sends it."""
    member, digest = expert("expert-1"), sha256_of(SEED)
    sheet = ScoreSheet(scores=[Score(criterion="need")])
    retired = RetireExpert(programme_id=PROGRAMME, expert_id="expert-1")
    return {
        "register_expert": (SECRETARY_ACTOR, RegisterExpert(programme_id=PROGRAMME, expert=an_expert(1))),
        "retire_expert": (SECRETARY_ACTOR, retired),
        "convene_panel": (SECRETARY_ACTOR, ConvenePanel(case_id=case_id, seed_sha256=digest)),
        "draw_panel": (SECRETARY_ACTOR, DrawPanel(case_id=case_id, seed=SEED)),
        "declare_interest": (member, DeclareInterest(case_id=case_id)),
        "seal_sheet": (member, SealSheet(case_id=case_id, scoring=1, sheet_sha256=digest)),
        "open_sheet": (member, OpenSheet(case_id=case_id, scoring=1, sheet=sheet, salt=SALT)),
        "sign_conclusion": (member, SignConclusion(case_id=case_id, conclusion_sha256=digest)),
        "lapse_panel": (SYSTEM, LapsePanel(case_id=case_id)),
    }


def with_experts(data: dict[str, Any]) -> None:
    """A panel judges what was accepted, before anybody reviews it."""
    data["plans"]["voucher_claim"].insert(1, EXPERT_STAGE)


def under_experts(desk: Desk) -> Desk:
    """A desk that carries out this programme."""
    return desk_under(desk, with_experts)


class PanelDesk:
    """What the secretary and the experts do at a desk. Deadlines pass when the test says so."""

    def __init__(self, desk: Desk):
        """The desk carries out a programme with a panel; see `under_experts`."""
        self.desk = desk

    def register(self, experts: Sequence[Expert]) -> None:
        """Put these into the pool."""
        for expert in experts:
            self.desk.send(SECRETARY_ACTOR, register_expert=RegisterExpert(programme_id=PROGRAMME, expert=expert))

    def accepted(self, experts: int = 6) -> str:
        """A pool of so many, and a case that waits for its panel."""
        self.register([an_expert(number) for number in range(experts)])
        return self.desk.accepted_case(an_application())

    def convene(self, case_id: str, seed: str = SEED) -> None:
        """Commit to a seed."""
        self.desk.send(SECRETARY_ACTOR, convene_panel=ConvenePanel(case_id=case_id, seed_sha256=sha256_of(seed)))

    def draw(self, case_id: str, seed: str = SEED) -> None:
        """Open it."""
        self.desk.send(SECRETARY_ACTOR, draw_panel=DrawPanel(case_id=case_id, seed=seed))

    def convened(self, seed: str = SEED) -> str:
        """The same, with the commitment to a seed."""
        case_id = self.accepted()
        self.convene(case_id, seed)
        return case_id

    def drawn(self, seed: str = SEED) -> str:
        """The same, drawn."""
        case_id = self.convened(seed)
        self.draw(case_id, seed)
        return case_id

    def scored(self, *points: int) -> str:
        """The same, with a conclusion to be signed."""
        case_id = self.drawn()
        self.score(case_id, *points)
        return case_id

    def score(self, case_id: str, *points: int) -> None:
        """Every member declares, seals and opens a sheet of so many points."""
        by_expert = dict(zip(self.members(case_id), points, strict=True))
        for expert_id in by_expert:
            self.declare(case_id, expert_id)
        for expert_id, total in by_expert.items():
            self.seal(case_id, expert_id, a_sheet(total))
        for expert_id, total in by_expert.items():
            self.open(case_id, expert_id, a_sheet(total))

    def declare(self, case_id: str, expert_id: str, conflict: str = "") -> Receipt:
        kinds = [INTEREST_KIND_BUSINESS] if conflict else []
        declared = DeclareInterest(case_id=case_id, has_conflict=bool(conflict), kinds=kinds, text=conflict)
        return self.desk.send(expert(expert_id), declare_interest=declared)

    def seal(self, case_id: str, expert_id: str, sheet: ScoreSheet) -> Receipt:
        panel = self.panel(case_id)
        digest = sheet_sha256(panel.panel_id, panel.scoring, expert_id, sheet, SALT)
        sealed = SealSheet(case_id=case_id, scoring=panel.scoring, sheet_sha256=digest, reason="意见")
        return self.desk.send(expert(expert_id), seal_sheet=sealed)

    def open(self, case_id: str, expert_id: str, sheet: ScoreSheet) -> Receipt:
        opened = OpenSheet(case_id=case_id, scoring=self.panel(case_id).scoring, sheet=sheet, salt=SALT)
        return self.desk.send(expert(expert_id), open_sheet=opened)

    def sign(self, case_id: str, expert_id: str, dissent: str = "") -> Receipt:
        conclusion = self.panel(case_id).conclusion
        assert conclusion is not None
        signed = SignConclusion(case_id=case_id, conclusion_sha256=conclusion.conclusion_sha256, dissent=dissent)
        return self.desk.send(expert(expert_id), sign_conclusion=signed)

    def ring(self, case_id: str) -> Receipt:
        """The next deadline passes, and the panel's timer rings."""
        due_at = self.panel(case_id).due_at
        assert due_at is not None
        self.desk.at(due_at)
        return self.desk.system(lapse_panel=LapsePanel(case_id=case_id))

    def members(self, case_id: str) -> list[str]:
        return list(self.panel(case_id).members)

    def panel(self, case_id: str) -> Panel:
        """The panel of the case's open stage."""
        return self.panel_of(panel_id(self.desk.case(case_id)))

    def panel_of(self, named: str) -> Panel:
        """A panel by its own name, also when its stage has closed."""
        return fold(self.desk.ledger, streams.panel(named), PANEL)[0]


def expert(expert_id: str) -> Actor:
    """An expert at the desk."""
    return Actor(id=expert_id, name="某专家", role="expert")
