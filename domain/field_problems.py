"""What is wrong with the fields of a message, to be read in either language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.texts.fields import FIELD_TEXTS

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One field and the rule that it breaks. Raises KeyError, when it is told, for a rule without a text."""

    where: str  # path in JSON names, "application.contract.endsOn"; empty: the message itself
    rule: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """What is allowed there; `language` is "zh" or "en"."""
        return FIELD_TEXTS[self.rule][language].format(**self.facts)

    def message(self, language: str) -> str:
        """The same behind the field's name."""
        return f"{self.where}: {self.text(language)}" if self.where else self.text(language)


class Problems(tuple[Problem, ...]):
    """All that is wrong; the first SHOWN_MAX are told."""

    def message(self, language: str) -> str:
        """In one line."""
        between = "；" if language == "zh" else "; "
        return between.join(problem.message(language) for problem in self[:SHOWN_MAX])
