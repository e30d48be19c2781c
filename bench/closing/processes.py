"""CPU time and memory of processes, as the kernel counts them."""

import os
from collections.abc import Iterable
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Processes that a process has started and that live."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in thread.read_text().split()]
    return found


def family(pid: int, without: Iterable[int] = ()) -> list[int]:
    """A process, its children and theirs; those in `without` are left out with all of theirs."""
    left_out = set(without)
    return [pid, *(one for child in children(pid) if child not in left_out for one in family(child, left_out))]


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, and of children of theirs that have ended."""
    return sum(_cpu_of(pid) for pid in pids)


def forget_peak(pid: int) -> None:
    """Let the largest memory be counted anew from now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_mb(pids: Iterable[int]) -> float:
    """The largest memory of each, added up."""
    return sum(_peak_kb(pid) for pid in pids) / 1024


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / CLOCK_TICKS


def _peak_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
