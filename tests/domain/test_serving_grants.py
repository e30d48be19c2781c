"""Which rounds the engine carries out; the others it refuses by the part of the file that it cannot."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from domain.format.programme import Programme
from domain.refusals import Refused
from domain.serving import served_grant
from tests.programmes.qingdao import the_programme, the_source

Data = dict[str, Any]


def spoil(part: str) -> Callable[[Data], None]:
    """One change to the file's content."""
    changes: dict[str, Callable[[Data], object]] = {
        "round": lambda data: data.update(round=""),
        "windows.apply": lambda data: data["windows"].update(elsewhere=data["windows"].pop("apply")),
        "award": lambda data: data["award"].update(payee="supplier"),
        "award.steps": lambda data: data["award"]["steps"][-1].update(sharing="first_come", weight=None),
        "accounts.city_pool": lambda data: data["accounts"]["city_pool"].update(period="calendar_year"),
        "plans.grant_application": lambda data: data["plans"]["grant_application"].pop(),
    }
    return lambda data: (changes[part](data), None)[1]


def test_qingdaos_round_is_served() -> None:
    assert served_grant(the_programme()).sharing == "pro_rata"


@pytest.mark.parametrize(
    "part", ["round", "windows.apply", "award", "award.steps", "accounts.city_pool", "plans.grant_application"]
)
def test_a_rule_that_nobody_carries_out_is_refused_by_its_part(part: str) -> None:
    data = deepcopy(the_source().data)
    spoil(part)(data)
    programme = Programme.of(data, "ab" * 32)

    with pytest.raises(Refused) as refused:
        served_grant(programme)

    assert (refused.value.code, refused.value.facts["part"]) == ("PROGRAMME_NOT_SERVED", part)
