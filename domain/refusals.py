"""A refusal is an answer: what was asked, what the rule allows, the way forward, a code and a clause."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.dates import SHANGHAI, timestamp
from domain.field_problems import Problems
from domain.money import show
from domain.refusal_texts import TEXTS
from duifu.v1.answers_pb2 import Refusal
from duifu.v1.events_pb2 import Ground

LANGUAGES = ("zh", "en")


class Refused(Exception):
    """The ledger says no. Carries a code of `refusal_texts`, or of a programme's condition, and the facts behind it."""

    def __init__(
        self,
        code: str,
        clause: str = "",
        grounds: Sequence[Ground] = (),
        not_before: datetime | None = None,
        **facts: Any,
    ):
        """`not_before`: business time before which asking again is in vain, where that is known."""
        self.text_code, self.facts, self.grounds = code, facts, tuple(grounds)
        self.not_before = not_before
        # A programme's own conditions name themselves; the first that fails is the headline.
        self.code = grounds[0].code if grounds else code
        self.clause = grounds[0].clause if grounds else clause
        super().__init__(f"{self.code}: {self.message('en')}")

    def message(self, language: str) -> str:
        """What was asked and what the rule allows."""
        return self._text(language)[0]

    def way_forward(self, language: str) -> str:
        """What the reader can do now."""
        return self._text(language)[1]

    def to_message(self, language: str) -> Refusal:
        """The refusal as it is sent; `language` is "zh" or "en", anything else reads as "zh"."""
        return Refusal(
            code=self.code,
            clause=self.clause,
            message=self.message(language),
            way_forward=self.way_forward(language),
            grounds=self.grounds,
            not_before=timestamp(self.not_before) if self.not_before else None,
        )

    def _text(self, language: str) -> tuple[str, str]:
        spoken = language if language in LANGUAGES else "zh"
        message, way_forward = TEXTS[self.text_code][spoken]
        facts = {name: _readable(name, value, spoken) for name, value in self.facts.items()}
        facts |= {"grounds": "；".join(f"[{g.code}] {g.title}：{g.explanation}" for g in self.grounds)}
        return message.format(**facts), way_forward.format(**facts)


def sentence(refusal: Refusal) -> str:
    """A refusal in one line: its code, what the rule allows, and the way forward."""
    pause = " " if refusal.message.endswith(".") else ""  # Chinese needs none
    return f"[{refusal.code}] {refusal.message}{pause}{refusal.way_forward}"


def _readable(name: str, value: Any, language: str) -> Any:
    """Amounts are kept in fen and read in yuan; instants are read in Shanghai; problems in the reader's language."""
    if isinstance(value, Problems):
        return value.message(language)
    if name.endswith("_fen"):
        return show(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return value
