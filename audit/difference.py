"""What changed between two moments of a stream, field by field."""

from dataclasses import dataclass
from typing import Any

from audit.fields import Field, fields_of


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is not the same in two states; None where it says nothing."""

    path: str
    label: str
    old: Field | None
    new: Field | None


def difference(old: Any, new: Any) -> list[Change]:
    """The fields in which two states of one stream differ, in the order of the state; none if they say the same."""
    before = {field.path: field for field in fields_of(old)}
    after = {field.path: field for field in fields_of(new)}
    either = sorted({**before, **after}.values(), key=lambda field: field.place)
    found = (Change(f.path, f.label, before.get(f.path), after.get(f.path)) for f in either)
    return [change for change in found if not (change.old and change.new and change.old.value == change.new.value)]
