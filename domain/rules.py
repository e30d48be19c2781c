"""Conditions of a programme applied to the facts of a case: met, not met, needs evidence, or needs a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cel_expr_python import cel
from google.protobuf.message import Message

from domain.case import is_answered
from domain.dates import add_years, from_iso
from domain.programme import Condition, Programme
from domain.wording import check_title
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    ConditionStatus,
    Ground,
)
from duifu.v1.facts_pb2 import (
    CheckResult,
    ContractItem,
    CreditRecord,
    EnterpriseRecord,
    InvoiceLine,
    InvoiceVerifications,
    RedemptionRequest,
    Relation,
    VoucherApplication,
)

#: The check's name in a plan is the variable that holds its answer.
ANSWERS: dict[str, type[Message]] = {
    "enterprise": EnterpriseRecord,
    "relation": Relation,
    "credit": CreditRecord,
    "invoices": InvoiceVerifications,
}


PARAMETER = re.compile(r"\bparameter\.(\w+)")


class RuleBroken(ValueError):
    """An expression of a programme file does not compile, or failed on facts it should have handled."""


@dataclass(frozen=True)
class CaseFacts:
    """What the conditions of one case look at."""

    received_on: date
    application: VoucherApplication = field(default_factory=VoucherApplication)
    redemption: RedemptionRequest = field(default_factory=RedemptionRequest)
    checks: Mapping[str, CheckResult] = field(default_factory=dict)


class Rules:
    """The expressions of one programme edition, type-checked against the published messages."""

    def __init__(self, programme: Programme):
        """Compile every expression. Raises RuleBroken naming the condition and what is wrong."""
        self._programme = programme
        self._must_know_parameters()
        self._env = _environment()
        self._expressions = {
            (condition.code, part): self._compile(condition.code, text, cel.Type.STRING if part == "shows" else None)
            for condition in programme.conditions
            for part in ("met", "person_if", "shows")
            if (text := getattr(condition, part))
        }
        self._select = self._compile("amount.select", programme.amount.select)

    def grounds(self, at: str, facts: CaseFacts) -> list[Ground]:
        """Every condition tested at this point, with how it stands; none is skipped because another failed."""
        values = self._values(facts)
        return [self._ground(c, facts, values) for c in self._programme.conditions if at in c.at]

    def counts(self, item: ContractItem | InvoiceLine) -> bool:
        """Whether a contract item or an invoice line is of the kind the programme supports."""
        return bool(self._evaluate(self._select, {"item": ContractItem(kind=item.kind, name=item.name)}))

    def _ground(self, condition: Condition, facts: CaseFacts, values: Mapping[str, Any]) -> Ground:
        status: ConditionStatus.ValueType = CONDITION_STATUS_MET
        explanation = ""
        missing = [name for name in condition.needs if not is_answered(name, facts.checks.get(name))]
        used = condition.met + condition.person_if
        expired = [
            name
            for name in self._programme.parameters
            if f"parameter.{name}" in used and name not in values["parameter"]
        ]
        if missing:
            status = CONDITION_STATUS_NEEDS_EVIDENCE
            explanation = f"尚无查询结果：{'、'.join(map(check_title, missing))}"
        elif expired:
            status = CONDITION_STATUS_NEEDS_EVIDENCE
            explanation = f"政策参数在该日无有效值：{'、'.join(expired)}"
        elif not self._is(condition, "met", values):
            status, explanation = CONDITION_STATUS_NOT_MET, condition.otherwise.zh
        elif condition.person_if and self._is(condition, "person_if", values):
            status, explanation = CONDITION_STATUS_NEEDS_PERSON, condition.person.zh
        if condition.shows and not missing:
            shown = self._evaluate(self._expressions[condition.code, "shows"], values)
            explanation = f"{explanation}（{shown}）" if explanation else str(shown)
        return Ground(
            code=condition.code,
            clause=condition.clause,
            title=condition.title.zh,
            status=status,
            explanation=explanation,
        )

    def _must_know_parameters(self) -> None:
        """Names after `parameter.` are keys of a map, which the type checker takes as they come."""
        for condition in self._programme.conditions:
            for name in PARAMETER.findall(f"{condition.met} {condition.person_if} {condition.shows}"):
                if name not in self._programme.parameters:
                    raise RuleBroken(f"{self._programme.programme_id}: {condition.code}: there is no parameter {name}")

    def _is(self, condition: Condition, part: str, values: Mapping[str, Any]) -> bool:
        return bool(self._evaluate(self._expressions[condition.code, part], values))

    def _values(self, facts: CaseFacts) -> dict[str, Any]:
        answers = {
            name: getattr(facts.checks[name], name) if name in facts.checks else kind()
            for name, kind in ANSWERS.items()
        }
        windows = {
            f"{name}_{end}": getattr(window.days, attribute).isoformat()
            for name, window in self._programme.windows.items()
            for end, attribute in (("from", "first"), ("through", "last"))
        }
        numbers = {
            name: int(dated.value)
            for name, parameter in self._programme.parameters.items()
            for dated in parameter.values
            if facts.received_on in dated.days
        }
        return answers | {
            "application": facts.application,
            "redemption": facts.redemption,
            "received_on": facts.received_on.isoformat(),
            "window": windows,
            "parameter": numbers,
        }

    def _compile(self, where: str, text: str, returns: Any = None) -> Any:
        wanted = returns or cel.Type.BOOL
        try:
            expression = self._env.compile(text)
        except Exception as error:
            raise RuleBroken(f"{self._programme.programme_id}: {where}: {error}") from error
        if expression.return_type() != wanted:
            raise RuleBroken(
                f"{self._programme.programme_id}: {where}: gives {expression.return_type()}, must give {wanted}"
            )
        return expression

    def _evaluate(self, expression: Any, values: Mapping[str, Any]) -> Any:
        result = expression.eval(data=values)
        if result.type() == cel.Type.ERROR:  # errors come back as values
            raise RuleBroken(f"{self._programme.programme_id}: {result.value()}")
        return result.value()


def _years_after(day: str, years: int) -> str:
    return add_years(from_iso(day), years).isoformat()


def _environment() -> Any:
    messages: dict[str, type[Message]] = {
        "application": VoucherApplication,
        "redemption": RedemptionRequest,
        "item": ContractItem,
    }
    variables = {name: cel.Type(kind.DESCRIPTOR.full_name) for name, kind in (messages | ANSWERS).items()}
    return cel.NewEnv(
        variables=variables
        | {
            "received_on": cel.Type.STRING,
            "window": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
            "parameter": cel.Type.Map(cel.Type.STRING, cel.Type.INT),
        },
        container="duifu.v1",
        functions=[
            cel.FunctionDecl(
                "years_after",
                [
                    cel.Overload(
                        "years_after(string,int)",
                        return_type=cel.Type.STRING,
                        parameters=[cel.Type.STRING, cel.Type.INT],
                        impl=_years_after,
                    )
                ],
            )
        ],
    )
