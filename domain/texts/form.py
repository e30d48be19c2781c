"""The form of a refusal's texts."""

from collections.abc import Mapping

#: Code -> language -> what was asked and what the rule allows; the way forward.
Texts = Mapping[str, Mapping[str, tuple[str, str]]]
