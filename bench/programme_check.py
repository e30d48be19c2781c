"""How long `duifu programme check` takes for Beijing's file, from an empty process to the last line."""

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

FILE = Path(__file__).parent.parent / "programmes" / "beijing" / "ai-compute-voucher-2023.yaml"
ROUNDS = 15


def main() -> None:
    """Print the median and the worst of so many rounds, and the CPU of one."""
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cli", "programme", "check", str(FILE)], check=True, capture_output=True)
        seconds.append(time.perf_counter() - begin)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s of {ROUNDS} rounds")
    print(f"CPU {(used.ru_utime + used.ru_stime) / ROUNDS:.2f} s a round")


if __name__ == "__main__":
    main()
