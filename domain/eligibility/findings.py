"""How a condition stands: what its parts gave, put into the words of the record."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self

from domain.eligibility.tested import PARTS, Tested
from domain.format.conditions import Condition
from domain.written import key_of, part
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    ConditionStatus,
    Evaluation,
    FactUsed,
    Ground,
)

Standing = tuple[ConditionStatus.ValueType, str]
GROUND = key_of(Evaluation.GROUNDS_FIELD_NUMBER)
#: A claim has some of its own, with its days and names; most are those of many claims.
KEPT = 4_096


class Failed(str):
    """What the compiler said of a part that failed on the facts."""


class Finding(NamedTuple):
    """A ground that is written down already, so that what many claims share is written once."""

    code: str
    clause: str
    status: ConditionStatus.ValueType
    explanation: str
    written: bytes  # an Evaluation with nothing else: several, one after the other, read as one with all of them

    @classmethod
    def of(cls, ground: Ground) -> Self:
        """Write down a ground."""
        return cls(
            ground.code, ground.clause, ground.status, ground.explanation, part(GROUND, ground.SerializeToString())
        )


def grounds(findings: Iterable[Finding]) -> list[Ground]:
    """As messages."""
    return list(Evaluation.FromString(b"".join([finding.written for finding in findings])).grounds)


@lru_cache(maxsize=KEPT)
def settled(finding: Finding, remark: str) -> Finding:
    """The same as met, with a remark why."""
    (ground,) = grounds([finding])
    ground.status = CONDITION_STATUS_MET
    ground.explanation += remark
    return Finding.of(ground)


@lru_cache(maxsize=KEPT)
def found(tested: Tested, picked: tuple[Any, ...]) -> Finding:
    """How a condition stands by the values of its parts, with its facts written down; none of them failed."""
    return told(tested, stands(tested, picked), picked[len(PARTS) :])


def stands(tested: Tested, picked: tuple[Any, ...], decided: Standing | None = None) -> Standing:
    """What was decided, or follows from the values, with what the condition shows."""
    met, person_if, note_if, shown = picked[: len(PARTS)]
    status, explanation = decided or _decided(tested.condition, met, person_if, note_if)
    if not shown or isinstance(shown, Failed):
        return status, explanation
    return status, f"{explanation}（{shown}）" if explanation else shown


def told(tested: Tested, standing: Standing, facts: Sequence[bytes]) -> Finding:
    """With the facts as `written_facts` gives them."""
    ground = b"".join([tested.head, _standing(*standing), *facts])
    return Finding(tested.condition.code, tested.condition.clause, *standing, part(GROUND, ground))


def written_facts(paths: Sequence[str], words: Sequence[str | None]) -> list[bytes]:
    """Each fact as a part of a ground; nothing of one that has no value."""
    return [b"" if word is None else _fact(path, word) for path, word in zip(paths, words, strict=True)]


def _decided(condition: Condition, met: Any, person_if: Any, note_if: Any) -> Standing:
    if failed := next((value for value in (met, person_if, note_if) if isinstance(value, Failed)), None):
        return CONDITION_STATUS_NEEDS_EVIDENCE, f"现有事实无法判断：{failed}"
    if not met:
        return CONDITION_STATUS_NOT_MET, condition.otherwise.zh
    if condition.person is not None and person_if:
        return CONDITION_STATUS_NEEDS_PERSON, condition.person.zh
    return CONDITION_STATUS_MET, condition.note.zh if condition.note is not None and note_if else ""


@lru_cache(maxsize=KEPT)
def _standing(status: ConditionStatus.ValueType, explanation: str) -> bytes:
    return Ground(status=status, explanation=explanation).SerializeToString()


@lru_cache(maxsize=KEPT)
def _fact(path: str, value: str) -> bytes:
    return Ground(facts=[FactUsed(path=path, value=value)]).SerializeToString()
