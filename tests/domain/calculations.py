"""Small calculations for tests: a contract, a few steps, and what comes out."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from domain.calculation.accounts import Key, Used
from domain.calculation.award import Award
from domain.calculation.calculation import Calculation
from domain.cel.expressions import Environment
from domain.evaluation.application import NOTHING_USED
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.money import from_exact_text, yuan
from duifu.v1.events_pb2 import AmountStep, AmountTrace
from duifu.v1.facts_pb2 import OtherBenefit
from tests.builders import BUYER, Firm, a_contract, an_application
from tests.domain.programmes import a_parameter, a_programme, a_window

RECEIVED_ON = date(2024, 3, 1)
UNIT = yuan(1)


def a_step(do: str, name: str = "", **keys: Any) -> dict[str, Any]:
    """A step of a file."""
    return {"name": name or do, "clause": "EX-1", "title": f"示例{do}", "do": do} | keys


THE_COST = a_step("sum", "cost", lines="application.contract.items", amount="line.amount_fen")


def an_award(*steps: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """The award that these steps calculate from the contract's cost."""
    return {"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": [THE_COST, *steps]} | keys


def an_account(**keys: Any) -> dict[str, Any]:
    """An account of each enterprise and year."""
    return {"clause": "EX-2", "title": "示例限额", "holder": "enterprise", "code": "EX_E_CAP"} | keys


def money(amount_yuan: str | int) -> dict[str, Any]:
    """A parameter that is an amount."""
    return a_parameter("money", yuan(amount_yuan))


def ratio(text: str) -> dict[str, Any]:
    """A parameter that is a rate."""
    return a_parameter("ratio", text)


def calculation(programme: Programme) -> Calculation:
    """Its calculation, compiled."""
    return Calculation(programme, Environment(programme))


def of_steps(*steps: dict[str, Any], **changes: Any) -> Programme:
    """A programme with these steps after the contract's cost."""
    return a_programme(**{"award": an_award(*steps)} | changes)


def an_edition(*steps: dict[str, Any], **changes: Any) -> Edition:
    """The same with everything compiled."""
    return Edition(of_steps(*steps, **changes))


def facts(cost: int = yuan(1_000_000), *, firm: Firm = BUYER, **more: Any) -> CaseFacts:
    """An application for a contract that costs so much."""
    application = an_application(a_contract(cost, buyer=firm), firm=firm)
    given: dict[str, Any] = {"received_on": RECEIVED_ON, "application": application}
    case = CaseFacts(**given | more)
    case.application.facts.clear()  # the small programmes declare none
    return case


def award_of(programme: Programme, case: CaseFacts, used: Used = NOTHING_USED) -> Award:
    """What is granted, with its trace; the same number without one."""
    compiled = calculation(programme)
    award = compiled.conclude(compiled.ceiling(case), case, used)
    quick = compiled.conclude(compiled.ceiling(case, trace=False), case, used, trace=False)
    assert (quick.amount, quick.levels, quick.counted) == (award.amount, award.levels, award.counted)
    assert quick.trace.steps == []
    assert sum(award.levels.values()) in (0, award.amount)
    return award


def used_by(firm: Firm, account: str, amount: int, period: str = "2024") -> Mapping[Key, int]:
    """What an enterprise used before."""
    return {Key(account, firm.uscc, period): amount}


def benefit(amount: int, firm: Firm = BUYER, programme: str = "other", **more: Any) -> OtherBenefit:
    """What another programme granted."""
    given: dict[str, Any] = {
        "programme_id": programme,
        "uscc": firm.uscc,
        "amount_fen": amount,
        "granted_on": "2024-02-01",
    }
    return OtherBenefit(**given | more)


def step_of(trace: AmountTrace, name: str) -> AmountStep:
    """One step of a trace."""
    return next(step for step in trace.steps if step.name == name)


def lines_of(trace: AmountTrace, name: str) -> Sequence[AmountStep]:
    """The lines of a sum."""
    return [step for step in trace.steps if step.name.startswith(f"{name}[")]


def exact(step: AmountStep) -> Fraction:
    """The value after a step."""
    return Fraction(from_exact_text(step.exact_fen))


#: The window of `voucher`.
EXECUTION = {"execution": a_window(date(2023, 9, 1), date(2025, 12, 31), clause="EX-8")}


def voucher(**changes: Any) -> Programme:
    """A fifth of what is AI compute and lies inside the execution window, at most 2,000,000 yuan a year."""
    eligible = a_step(
        "sum",
        "eligible",
        lines="application.contract.items",
        where="line.kind == ServiceKind.SERVICE_KIND_AI_COMPUTE",
        where_clause="EX-10",
        otherwise="不属于智能算力",
        amount="line.amount_fen",
        label="line.name",
        inside={
            "window": "execution",
            "starts_on": "application.contract.starts_on",
            "ends_on": "application.contract.ends_on",
            "schedule": "line.schedule",
            "not_before": "application.contract.signed_on",
            "not_before_clause": "EX-20",
        },
    )
    steps = [
        eligible,
        a_step("multiply", "share", value="eligible", by="rate"),
        a_step("round", "ceiling", value="share"),
        a_step("decide", "approved", value="ceiling"),
        a_step("cap", "voucher", value="approved", account="issued"),
    ]
    return a_programme(
        **{
            "windows": EXECUTION,
            "parameters": {"rate": ratio("20/100"), "cap": money(2_000_000)},
            "accounts": {"issued": an_account(limit="cap")},
            "award": {
                "benefit": "voucher",
                "nothing": "EX_E_NOTHING",
                "base": "eligible",
                "steps": steps,
            },
        }
        | changes
    )


def applying(worth: str = "1000000", **contract: Any) -> CaseFacts:
    """An application for a contract of so many yuan."""
    return facts(application=an_application(a_contract(yuan(worth), **contract)))
