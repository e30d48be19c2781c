"""The README's two commands, executed on a copy of the house in which nothing has been set up."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
MINUTES = 60


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a clone would hold: every file that git knows or would add."""
    every_file = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(every_file, cwd=HOUSE, capture_output=True, check=True)
    folder = tmp_path_factory.mktemp("clone")
    for name in listed.stdout.decode().split("\0"):
        if name and (HOUSE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HOUSE / name, folder / name)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def bare_environment(**more: str) -> dict[str, str]:
    """The environment without the virtual environment that runs this test."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL_ENV", "PYTHON", "PYTEST", "COV", "MAKE"))}
    path = os.pathsep.join(p for p in kept["PATH"].split(os.pathsep) if ".venv" not in p)
    ports = {
        "TEMPORAL_ADDRESS": "127.0.0.1:0",
        "DUIFU_WEB_UI_URL": "http://127.0.0.1:0",
        "DUIFU_CITY_URL": "http://127.0.0.1:0",
    }
    return kept | {"PATH": path} | ports | more


def test_the_readme_names_the_two_commands() -> None:
    readme = (HOUSE / "README.md").read_text("utf-8")

    assert re.search(r"make run\b", readme)
    assert re.search(r"make test\b", readme)


@pytest.mark.timeout(10 * MINUTES)
def test_make_run_plays_the_year_and_stays_up_until_ctrl_c(clone: Path) -> None:
    running = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Whoever starts the tests in the background hands down an ignored Ctrl-C; a terminal never does.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if "Ctrl-C stops everything" in line:
            break
    os.killpg(running.pid, signal.SIGINT)
    rest, _ = running.communicate(timeout=2 * MINUTES)

    output = "".join(lines)
    assert "已发放算力券¥1,000,000.00" in output, output
    assert "BJ_E_RELATED，BJ-1.0c" in output
    assert "/namespaces/default/workflows/bj-claim-2024-000001" in output
    assert "the state stays" in rest
    assert "Error" not in rest  # what make says if the program failed
    assert running.returncode == -signal.SIGINT  # make reports the Ctrl-C as its own end


@pytest.mark.timeout(10 * MINUTES)
def test_make_test_sets_itself_up_and_runs_the_checks_and_the_tests(clone: Path) -> None:
    one_module = bare_environment(PYTEST_ADDOPTS="--override-ini=testpaths=tests/domain -p no:cacheprovider")

    tested = subprocess.run(["make", "test"], cwd=clone, env=one_module, capture_output=True, text=True, check=False)

    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed" in tested.stdout
