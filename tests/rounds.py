"""Qingdao's round of 2024 at a desk: every officer of the route, operators, and what a workflow would ask."""

from pathlib import Path
from typing import Any

from commands.work import fold
from domain.case import Case
from domain.kinds import ROUND
from domain.money import yuan
from domain.round import Round
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    VERDICT_PASS,
    Actor,
    AllocateRound,
    CloseNotice,
    CloseRound,
    Decide,
    OrderGrants,
    RecordCheck,
    RecordGrantPayment,
    RecordOutput,
    SubmitApplication,
)
from duifu.v1.facts_pb2 import Application, BankAccount, CheckResult
from duifu.v1.panel_pb2 import RegisterExpert, Score, ScoreSheet
from duifu.v1.plan_pb2 import STAGE_KIND_PANEL
from ledger import streams
from tests.commands.panel_desk import SECRETARY_ACTOR, PanelDesk
from tests.desk import Desk
from tests.domain.panels import an_expert
from tests.programmes.qingdao import AUTHORITIES, CREDIT_SOURCES, a_code, a_service, an_application, credit
from tests.programmes.qingdao import clean_checks as every_check

PROGRAMME, ROUND_ID = "qd-slzx", "qd-slzx-2024"
SHA256 = "ab" * 32
POOL = 7  # experts: the members, and who takes the place of one
SHEET = ScoreSheet(
    scores=[
        Score(criterion=criterion, points=points)
        for criterion, points in (("conformity", 34), ("services", 32), ("contribution", 16))
    ]
)
ROLES = (
    "district-reviewer",
    "district-approver",
    "centre-officer",
    "city-reviewer",
    "expert",
    "city-approver",
    "city-notice-officer",
    "city-fund-officer",
)
#: Who decides which stage, in the order of the route.
DECIDED = {
    "preliminary_review": "district-reviewer",
    "finance_notice": "district-approver",
    "recommendation": "district-approver",
    "completeness_review": "centre-officer",
    "city_review": "city-reviewer",
    "expert_review": "expert",
    "determination": "city-approver",
}
OUTPUTS = {
    "finance_notice": ("finance_letter",),
    "recommendation": ("recommendation_document", "paper_set", "electronic_set", "platform_hand_over"),
}


def officer(role: str, number: int = 1) -> Actor:
    """An account that holds one role of the route."""
    return Actor(id=f"{role}.{number}", name=f"示例{role}", role=role)


def operator(number: int = 1) -> Actor:
    """Whoever acts for an operator of a compute centre."""
    return Actor(id=f"operator.{number}", name="示例经办人", role="applicant", uscc=a_code(number))


def an_account(number: int = 1, account: str = "37100000000000001") -> BankAccount:
    """The operator's own account."""
    return BankAccount(holder_name=f"示例算力运营{number}有限公司", number=account, bank_name="示例银行青岛分行")


def a_bid(number: int = 1, recognised: int = yuan(10_000_000), **how: Any) -> Application:
    """An operator's application over one contract, with the account that the money goes to."""
    application = an_application(a_service(recognised, operator=number), operator=number, **how)
    application.bank_account.CopyFrom(an_account(number))
    return application


class RoundDesk(Desk):
    """A desk at which a round is worked."""

    def __init__(self, path: Path | str, at: str = "2024-01-25 09:00", **how: Any):
        """Open a production ledger inside the window."""
        super().__init__(path, at, **how)

    def apply(self, number: int = 1, recognised: int = yuan(10_000_000), **how: Any) -> str:
        """Hand in an application; returns its number."""
        submitted = SubmitApplication(programme_id=PROGRAMME, application=a_bid(number, recognised, **how))
        return self.send(operator(number), submit_application=submitted).case_id

    def answer(self, case_id: str, *answers: CheckResult) -> None:
        """What the sources say for the open stage: all of them clean, but for the answers given."""
        case = self.case(case_id)
        assert case.stage is not None
        given = {answer.check: answer for answer in answers}
        day = f"{self.now:%Y-%m-%d}"
        for result in [credit(source, queried_on=day) for source in CREDIT_SOURCES] + every_check():
            if result.check in case.row(case.stage.key).checks:
                answer = given.get(result.check, result)
                record = RecordCheck(case_id=case_id, stage=case.stage.key, round=case.stage.round, result=answer)
                self.system(record_check=record)

    def bring_about(self, case_id: str, stage: str) -> None:
        """Put on record what a stage has to bring about."""
        role = DECIDED.get(stage, "")
        for output in OUTPUTS.get(stage, ()):
            recorded = RecordOutput(
                case_id=case_id, stage=stage, output=output, document_number="青高新函〔2024〕1号", sha256=SHA256
            )
            self.send(officer(role), record_output=recorded)

    def pass_stage(self, case_id: str, **how: Any) -> Receipt:
        """The open stage passes: sources answer clean, outputs are on record, its officer decides."""
        case = self.case(case_id)
        assert case.stage is not None
        stage = case.stage.key
        self.answer(case_id)
        self.bring_about(case_id, stage)
        if case.row(stage).kind == STAGE_KIND_PANEL:
            return self.judge(case_id)
        role = DECIDED.get(stage, "city-fund-officer")
        how.setdefault("verdict", VERDICT_PASS)
        return self.send(officer(role), decide=Decide(case_id=case_id, stage=stage, **how))

    def judge(self, case_id: str) -> Receipt:
        """A panel is drawn, scores, and recommends the application."""
        panels = PanelDesk(self)
        if not self.ledger.version(streams.experts(PROGRAMME)):
            for number in range(POOL):
                registered = RegisterExpert(programme_id=PROGRAMME, expert=an_expert(number))
                self.send(SECRETARY_ACTOR, register_expert=registered)
        panels.convene(case_id)
        panels.draw(case_id)
        members = panels.members(case_id)
        for act in (panels.declare, lambda c, e: panels.seal(c, e, SHEET), lambda c, e: panels.open(c, e, SHEET)):
            for expert_id in members:
                act(case_id, expert_id)
        return [panels.sign(case_id, expert_id) for expert_id in members][-1]

    def bring_to(self, case_id: str, stage: str) -> str:
        """Pass every stage before this one."""
        while self.open_stage(case_id) != stage:
            self.pass_stage(case_id)
        return case_id

    def determined(self, number: int = 1, recognised: int = yuan(10_000_000), **how: Any) -> str:
        """An application whose amount is determined."""
        case_id = self.bring_to(self.apply(number, recognised), "determination")
        self.pass_stage(case_id, **how)
        return case_id

    def after_window(self) -> "RoundDesk":
        """The first moment at which nobody can apply any more, if it has not come yet."""
        self.at(max(self.now, self.round().closes_at))
        return self

    def allocate(self) -> Receipt:
        """Share the pool."""
        return self.after_window().system(allocate_round=AllocateRound(round_id=ROUND_ID))

    def let_notice_pass(self) -> Receipt:
        """Nobody may object any more."""
        shown = [a.notice_closes_at for a in self.round().applicants.values() if a.notice_closes_at]
        self.at(max([self.now, *shown]))
        return self.system(close_notice=CloseNotice(round_id=ROUND_ID))

    def release(self, *case_ids: str) -> None:
        """Test once more before money moves."""
        for case_id in case_ids:
            self.pass_stage(case_id)

    def order(self) -> Receipt:
        """Order what every level pays."""
        return self.system(order_grants=OrderGrants(round_id=ROUND_ID))

    def report(self, order_id: str, *, comes_back: bool = False) -> Receipt:
        """A treasury's answer to an order."""
        result = RecordGrantPayment(
            round_id=ROUND_ID,
            order_id=order_id,
            status=PAYMENT_STATUS_RETURNED if comes_back else PAYMENT_STATUS_SETTLED,
            bank_reference=f"GK-{order_id}",
            reason="账户已销户" if comes_back else "",
        )
        return self.system(record_grant_payment=result)

    def pay_all(self) -> None:
        """Every treasury pays what it was ordered."""
        for ordered in self.round().outstanding():
            self.report(ordered.order_id)

    def close(self) -> Receipt:
        """Close the round."""
        return self.system(close_round=CloseRound(round_id=ROUND_ID))

    def open_stage(self, case_id: str) -> str:
        """The key of the open stage; empty once the case is closed."""
        case: Case = self.case(case_id)
        return case.stage.key if case.stage else ""

    def round(self) -> Round:
        """The round as it stands."""
        return fold(self.ledger, streams.grant_round(ROUND_ID), ROUND)[0]


__all__ = ["AUTHORITIES", "CREDIT_SOURCES", "RoundDesk", "a_bid", "an_account", "officer", "operator"]
