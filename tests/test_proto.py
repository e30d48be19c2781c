"""The published language: the generated code is current, and nothing ever stored becomes unreadable."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

HOUSE = Path(__file__).parent.parent
PROTO = HOUSE / "proto"
BASELINE = PROTO / "baseline.binpb"
PROGRAMS = Path(sysconfig.get_path("scripts"))


def run(*command: str | Path, cwd: Path = HOUSE) -> subprocess.CompletedProcess[str]:
    # protoc starts protoc-gen-mypy by name.
    path = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, "PATH": path})


def buf(*arguments: str | Path, cwd: Path = HOUSE) -> subprocess.CompletedProcess[str]:
    return run(PROGRAMS / "buf", *arguments, cwd=cwd)


def generated(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for pattern in ("*_pb2.py", "*_pb2.pyi")
        for file in folder.rglob(pattern)
    }


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the vocabulary with one edit."""

    def edit(file: str, old: str, new: str) -> Path:
        copytree(PROTO, tmp_path / "proto", ignore=lambda _, names: [name for name in names if "_pb2" in name])
        (tmp_path / "buf.yaml").write_bytes((HOUSE / "buf.yaml").read_bytes())
        path = tmp_path / "proto" / "duifu" / "v1" / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file} no longer has {old!r} once; choose another example"
        path.write_text(text.replace(old, new), "utf-8")
        return tmp_path

    return edit


def test_the_generated_code_is_current(tmp_path: Path) -> None:
    protos = sorted(str(file.relative_to(HOUSE)) for file in PROTO.rglob("*.proto"))

    output = [f"--python_out={tmp_path}", f"--mypy_out=quiet:{tmp_path}"]
    protoc = run(sys.executable, "-m", "grpc_tools.protoc", "-Iproto", *output, *protos)

    assert protoc.returncode == 0, protoc.stderr
    current, checked_in = generated(tmp_path), generated(PROTO)
    assert current
    differing = sorted(name for name in current.keys() | checked_in.keys() if current.get(name) != checked_in.get(name))
    assert differing == [], "make proto renews them"


def test_the_vocabulary_is_well_written() -> None:
    lint = buf("lint")

    assert lint.returncode == 0, lint.stdout


def test_the_vocabulary_is_formatted() -> None:
    formatted = buf("format", "--diff", "--exit-code")

    assert formatted.returncode == 0, f"make fmt mends this\n{formatted.stdout}"


def test_what_was_ever_published_stays_readable() -> None:
    breaking = buf("breaking", "--against", BASELINE)

    assert breaking.returncode == 0, breaking.stdout


def test_the_baseline_knows_the_whole_vocabulary(tmp_path: Path) -> None:
    build = buf("build", "--exclude-source-info", "--output", tmp_path / "now.binpb")

    assert build.returncode == 0, build.stderr
    assert (tmp_path / "now.binpb").read_bytes() == BASELINE.read_bytes(), "make proto-baseline records what is new"


def test_an_added_field_is_welcome(edited: Callable[[str, str, str], Path]) -> None:
    house = edited("events.proto", "message RehearsalAdvanced {", "message RehearsalAdvanced {\n  string added = 1000;")

    breaking = buf("breaking", "--against", BASELINE, cwd=house)

    assert breaking.returncode == 0, breaking.stdout


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("answers.proto", "string next_stage = 3;", "", id="removed"),
        pytest.param("answers.proto", "string next_stage = 3;", "string next_stage = 1000;", id="renumbered"),
        pytest.param("answers.proto", "string next_stage = 3;", "int64 next_stage = 3;", id="of another type"),
        pytest.param("answers.proto", "string next_stage = 3;", "string then_stage = 3;", id="renamed"),
        pytest.param("events.proto", "CaseOpened case_opened = 1;", "", id="an event dropped"),
    ],
)
def test_a_change_that_would_make_events_unreadable_is_found(
    edited: Callable[[str, str, str], Path], file: str, old: str, new: str
) -> None:
    house = edited(file, old, new)

    breaking = buf("breaking", "--against", BASELINE, cwd=house)

    assert breaking.returncode == 100  # buf's code for findings; 1 would be a failure to look
    assert file in breaking.stdout
