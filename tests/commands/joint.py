"""A desk whose Beijing programme lets others be heard before an amount is approved; the shipped one asks nobody."""

from typing import Any

from domain.money import yuan
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import (
    OPINION_VERDICT_CONSENT,
    Actor,
    GiveOpinion,
    OpinionVerdict,
)
from tests.builders import an_application
from tests.desk import Desk
from tests.programmes.switching import desk_under

FINANCE = Actor(id="he.jing", name="何静", role="finance-officer")
AUDITOR = Actor(id="lu.ping", name="陆平", role="audit-observer")
DIRECTOR = Actor(id="gu.hong", name="顾宏", role="bureau-director")
MEMBERS = tuple(Actor(id=f"member.{number}", name=f"成员{number}", role="panel-member") for number in range(1, 5))
SIGNED_ABOVE = yuan(100_000)  # the director signs above this
ENTRY = "BJ_E_CREDIT"  # met before review opens

OPINIONS: dict[str, Any] = {
    "title": "联合审议",
    "clause": "BJ-4.2",
    "roles": [
        {"role": "finance-officer", "role_title": "市财政局", "part": "required"},
        {"role": "panel-member", "role_title": "联席会议成员", "part": "counted", "people": 3},
        {"role": "audit-observer", "role_title": "市审计局", "part": "observing"},
        {"role": "bureau-director", "role_title": "分管局领导", "part": "required", "above": "100,000元"},
    ],
    "quorum": 2,
    "consent_share": "2/3",
    "days": 3,
    "on_silence": "consents",
}


def hear_others(data: dict[str, Any]) -> None:
    """Let review hear finance, a board of three, an observer, and above an amount the director."""
    acceptance, review, _ = data["plans"]["voucher_claim"]
    acceptance["time_limit"]["on_silence"] = "escalates"
    review["opinions"] = OPINIONS
    review["enters_when"] = [ENTRY]
    review["rework_to"] = ["acceptance"]
    review["stops"] = [{"key": "inspection", "title": "现场核查", "clause": "BJ-4.2"}]
    data["duties"] = [
        {
            "code": "BJ_E_DUTIES",
            "clause": "BJ-4.2",
            "title": "受理与财政分离",
            "roles": ["acceptance-officer", "finance-officer"],
        }
    ]


def hear_others_or_abstain(data: dict[str, Any]) -> None:
    """The same, but whoever is silent abstains."""
    hear_others(data)
    data["plans"]["voucher_claim"][1]["opinions"] = OPINIONS | {"on_silence": "abstains"}


def a_joint_desk(desk: Desk, change: Any = hear_others) -> Desk:
    """The same desk under the programme that hears others."""
    return desk_under(desk, change)


def opine(
    desk: Desk, actor: Actor, case_id: str, verdict: OpinionVerdict.ValueType = OPINION_VERDICT_CONSENT, **how: Any
) -> Receipt:
    """Somebody says what they think of the review."""
    how.setdefault("stage", "review")
    return desk.send(actor, give_opinion=GiveOpinion(case_id=case_id, verdict=verdict, **how))


def in_review(desk: Desk) -> str:
    """A claim that was accepted."""
    return desk.accepted_case(an_application())


def heard(desk: Desk, case_id: str) -> None:
    """Everybody consents who must, and two of three."""
    for actor in (FINANCE, *MEMBERS[:2]):
        opine(desk, actor, case_id)
    opine(desk, DIRECTOR, case_id, agreed_fen=yuan(2_000_000))
