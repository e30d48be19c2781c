"""A Qingdao round, played on the real engines: three operators, one vetoed while the public may object."""

from cli.qingdao_papers import an_application
from cli.story import Story, digest
from commands.work import fold
from domain.draw import sha256_of
from domain.kinds import PANEL, ROUND
from domain.money import show, yuan
from domain.panel import Panel
from domain.panel_wording import standing
from domain.round import Round, Standing
from domain.scoring import sheet_sha256
from duifu.v1.commands_pb2 import VERDICT_PASS, Actor, Decide, RecordOutput, SubmitApplication, VetoCase
from duifu.v1.panel_pb2 import (
    ConvenePanel,
    DeclareInterest,
    DrawPanel,
    Expert,
    OpenSheet,
    RegisterExpert,
    Score,
    ScoreSheet,
    SealSheet,
    SignConclusion,
)
from ledger import streams

PROGRAMME, ROUND_ID = "qd-slzx", "qd-slzx-2024"

DISTRICT_REVIEWER = Actor(id="liu.yang", name="刘洋", role="district-reviewer")
DISTRICT_APPROVER = Actor(id="chen.jing", name="陈静", role="district-approver")
CENTRE_OFFICER = Actor(id="yang.fan", name="杨帆", role="centre-officer")
CITY_REVIEWER = Actor(id="huang.min", name="黄敏", role="city-reviewer")
SECRETARY = Actor(id="he.xin", name="何欣", role="expert-secretary")
CITY_APPROVER = Actor(id="zhou.tao", name="周涛", role="city-approver")
FUND_OFFICER = Actor(id="wu.hao", name="吴昊", role="city-fund-officer")

#: The operators of the reference city, with what each served its customers for, in yuan.
OPERATORS = (
    ("A", "91370212MAYQ000019", "青岛示例智算运营有限公司", "20,000,000"),
    ("B", "91370212MAYQ00002C", "青岛示例算力服务有限公司", "40,000,000"),
    ("C", "91370212MAYQ00003F", "青岛示例云脑科技有限公司", "20,000,000"),
)
#: Who may be drawn; their employer has nothing to do with the applicants or their customers.
EXPERTS = tuple(f"expert.{number}" for number in range(1, 8))
EMPLOYER_USCC = "91370212MAYQ98001Q"
SHEET = ScoreSheet(
    scores=[
        Score(criterion="conformity", points=35),
        Score(criterion="services", points=33),
        Score(criterion="contribution", points=15),
    ],
    remark="合同、发票、收款与审计相互印证",
)
#: What the district has to bring about before it may recommend.
OUTPUTS = {
    "finance_notice": ("finance_letter",),
    "recommendation": ("recommendation_document", "paper_set", "electronic_set", "platform_hand_over"),
}


class GrantRound(Story):
    """Plays the round through the door and waits for the workflows."""

    name = "qingdao-2024"
    operators: tuple[tuple[str, str, str, str], ...] = OPERATORS

    async def play(self) -> None:
        """From the window in January to two treasuries in February. Raises StoryBroken."""
        await self.to_the_morning_of("2024-01-25")
        self.case_ids = [await self._apply(*operator) for operator in self.operators]
        for case_id in self.case_ids:
            await self.checks_answered(case_id)
            await self._decide(DISTRICT_REVIEWER, case_id, "preliminary_review")
        await self.to_the_morning_of("2024-01-26")
        for case_id in self.case_ids:
            await self._recommend(case_id)
        await self.to_the_morning_of("2024-01-30")
        for case_id in self.case_ids:
            await self._decide(CENTRE_OFFICER, case_id, "completeness_review")
            await self.checks_answered(case_id)
            await self._decide(CITY_REVIEWER, case_id, "city_review")
        await self.to_the_morning_of("2024-02-01")
        await self._register_experts()
        for case_id in self.case_ids:
            await self._judge(case_id)
            await self.checks_answered(case_id)
            await self._decide(CITY_APPROVER, case_id, "determination")
        await self._allocated(1)
        await self.to_the_morning_of("2024-02-02")
        await self._veto()
        await self.to_the_end_of("2024-02-07")
        for case_id in self.case_ids:
            if (await self.case(case_id)).is_open:
                await self.checks_answered(case_id)
                await self._decide(FUND_OFFICER, case_id, "release")
        for case_id in self.case_ids:
            case = await self.until(case_id, lambda case: case.closed is not None, "payment")
            assert case.closed is not None
            self.say(f"  → {case_id} {case.closed.summary}")

    async def _apply(self, name: str, uscc: str, operator: str, served: str) -> str:
        application = an_application(name, uscc, operator, yuan(served))
        agent = Actor(id=f"agent.{uscc[-4:].lower()}", name=f"{operator}经办人", role="applicant", uscc=uscc)
        asked = SubmitApplication(programme_id=PROGRAMME, application=application)
        answer = await self.send(f"{name}-submit", agent, submit_application=asked)
        return answer.receipt.case_id

    async def _recommend(self, case_id: str) -> None:
        passing = Decide(case_id=case_id, stage="finance_notice", verdict=VERDICT_PASS)
        if not (await self.case(case_id)).outputs:
            await self.must_be_refused(f"{case_id}-too-early", DISTRICT_APPROVER, "OUTPUTS_MISSING", decide=passing)
        for stage, outputs in OUTPUTS.items():
            for output in outputs:
                recorded = RecordOutput(
                    case_id=case_id,
                    stage=stage,
                    output=output,
                    document_number=f"青高新函〔2024〕{int(case_id[-6:])}号",
                    sha256=digest(f"{case_id} {output}"),
                )
                await self.send(f"{case_id}-{output}", DISTRICT_APPROVER, record_output=recorded)
            await self._decide(DISTRICT_APPROVER, case_id, stage)

    async def _decide(self, officer: Actor, case_id: str, stage: str) -> None:
        passing = Decide(case_id=case_id, stage=stage, verdict=VERDICT_PASS)
        await self.send(f"{case_id}-{stage}", officer, decide=passing)

    async def _register_experts(self) -> None:
        for expert_id in EXPERTS:
            expert = Expert(expert_id=expert_id, name=f"示例专家{expert_id[-1]}", employer_uscc=EMPLOYER_USCC)
            registered = RegisterExpert(programme_id=PROGRAMME, expert=expert)
            await self.quietly(f"register-{expert_id}", SECRETARY, register_expert=registered)

    async def _judge(self, case_id: str) -> None:
        """Five experts are drawn, declare, seal their sheets, open them, and sign what follows."""
        seed = digest(f"seed {case_id}")
        convened = ConvenePanel(case_id=case_id, seed_sha256=sha256_of(seed))
        await self.quietly(f"{case_id}-convene", SECRETARY, convene_panel=convened)
        await self.quietly(f"{case_id}-draw", SECRETARY, draw_panel=DrawPanel(case_id=case_id, seed=seed))
        named = f"{case_id}-panel-1"
        members = [Actor(id=expert_id, name=expert_id, role="expert") for expert_id in self._panel(named).members]
        for expert in members:
            await self.quietly(
                f"{case_id}-declare-{expert.id}", expert, declare_interest=DeclareInterest(case_id=case_id)
            )
        for expert in members:
            sealed = SealSheet(
                case_id=case_id, scoring=1, sheet_sha256=sheet_sha256(named, 1, expert.id, SHEET, digest(expert.id))
            )
            await self.quietly(f"{case_id}-seal-{expert.id}", expert, seal_sheet=sealed)
        for expert in members:
            opened = OpenSheet(case_id=case_id, scoring=1, sheet=SHEET, salt=digest(expert.id))
            await self.quietly(f"{case_id}-open-{expert.id}", expert, open_sheet=opened)
        conclusion = self._panel(named).conclusion
        assert conclusion is not None
        for expert in members:
            signed = SignConclusion(case_id=case_id, conclusion_sha256=conclusion.conclusion_sha256)
            await self.quietly(f"{case_id}-sign-{expert.id}", expert, sign_conclusion=signed)
        self.say(f"  ✓ {len(members)}名专家评审 {case_id}：{standing(self._panel(named))}")

    def _panel(self, named: str) -> Panel:
        return fold(self.door.ledger, streams.panel(named), PANEL)[0]

    async def _veto(self) -> None:
        vetoed = VetoCase(
            case_id=self.case_ids[1],
            code="QD_E_VETO",
            reason="公示期内被列入青岛市安全生产黑名单",
            evidence_sha256=digest("青岛市安全生产黑名单公告"),
        )
        await self.send("B-veto", CITY_APPROVER, veto_case=vetoed)
        await self._allocated(2)

    async def _allocated(self, number: int) -> None:
        """Wait for an allocation, and show what everybody gets."""

        def is_told(case_id: str) -> bool:
            round_ = self._round()
            return round_.allocations >= number and round_.applicants[case_id].standing is not Standing.DETERMINED

        await self.until(self.case_ids[0], lambda case: is_told(case.case_id), f"allocation {number}")
        for applicant in self._round().sharing:
            parts = "，".join(f"{self._round().titles[level]}{show(fen)}" for level, fen in applicant.levels.items())
            self.say(f"  → 第{number}次分配 {applicant.case_id} {applicant.name}：{parts}")

    def _round(self) -> Round:
        return fold(self.door.ledger, streams.grant_round(ROUND_ID), ROUND)[0]
