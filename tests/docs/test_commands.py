"""Every command of README and guides does what the page says, on a deployment that `make run` would start."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, Step, fences, missing, steps, views
from tests.docs.reader import a_reader, stop
from tests.postgres import APP, Server

pytestmark = pytest.mark.timeout(600)

README, OPERATORS, INTEGRATORS, AUDITORS, AUTHORS, WITNESSES = PAGES
#: Pages that change cases are followed one after the other.
OFFICE = [*steps(README), *views(OPERATORS), *steps(OPERATORS), *steps(INTEGRATORS)]
STEPS = [*OFFICE, *steps(AUDITORS), *steps(AUTHORS), *steps(WITNESSES)]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> Iterator[dict[Step, str]]:
    """What is wrong with each step, after a reader has followed all of them on one deployment."""
    database = postgres_server.new_database()
    urls = {"OWNER_URL": postgres_server.url(database), "APPLICATION_URL": postgres_server.url(database, APP)}
    reader = a_reader(tmp_path_factory.mktemp("reader"), **urls)
    running = reader.start()
    try:
        with ThreadPoolExecutor() as lanes:
            walks = [
                lanes.submit(reader.follow, OFFICE),
                lanes.submit(reader.follow, steps(AUDITORS)),
                lanes.submit(reader.follow, steps(WITNESSES)),
                lanes.submit(reader.with_the_shipped_city().follow, steps(AUTHORS)),
            ]
            yield {step: wrong for walk in walks for step, wrong in walk.result().items()}
    finally:
        stop(running)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.where)
def test_a_step_does_what_the_page_says(step: Step, followed: dict[Step, str]) -> None:
    assert followed[step] == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shell_commands_stand_where_they_are_run(page: Path) -> None:
    assert [str(fence) for fence in fences(page) if fence.language in ("bash", "sh", "shell", "zsh")] == []
    assert [str(fence) for fence in fences(page) if fence.language == "console" and "$ " not in fence.text] == []


def test_an_expected_line_is_looked_for_in_order() -> None:
    output = "位置   时间\n 12    2024-01-08 09:00\n 13    2024-01-09\n"

    assert missing(("12 2024-01-08 …", "… 2024-01-09"), output) == []
    assert missing(("13 2024-01-09", "12 …"), output) == ["12 …"]
    assert missing(("12",), output) == ["12"]
