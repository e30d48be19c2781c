"""How long what is granted may be used."""

from datetime import date, timedelta

from domain.dates import add_months, from_iso
from domain.format.programme import Programme


def may_end_by(programme: Programme, on: date) -> bool:
    """Whether something that is granted under this file may end by a day. Raises Refused PARAMETER_EXPIRED."""
    valid = programme.award.valid_for
    if valid is None:
        return False
    is_set = valid.through is not None and from_iso(str(programme.value(valid.through, on))) <= on
    return is_set or valid.months is not None or valid.days is not None


def valid_through(programme: Programme, on: date) -> str:
    """The last day of use for what is granted on a day: the earliest of those that the file sets; empty: not limited.

    The day itself is not counted (民法典 201). Raises Refused PARAMETER_EXPIRED.
    """
    valid = programme.award.valid_for
    if valid is None:
        return ""
    ends = []
    if valid.months is not None:
        ends.append(add_months(on, valid.months))
    if valid.days is not None:
        ends.append(on + timedelta(days=valid.days))
    if valid.through is not None:
        ends.append(from_iso(str(programme.value(valid.through, on))))
    return min(ends).isoformat() if ends else ""
