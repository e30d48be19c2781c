"""Metering files on the command line: read whole, or not at all, with every line that is wrong."""

from pathlib import Path

from cli.exchange_files import read_file
from cli.output import WrongInput
from duifu.v1.facts_pb2 import MeteringFile
from exchange.metering import read_metering


def metering_of(named: str) -> MeteringFile:
    """What "SOURCE=FILE.csv" says was measured. Raises WrongInput naming every line that is not taken."""
    source, given, path = named.partition("=")
    if not given or not source.strip() or not Path(path).is_file():
        raise WrongInput(f"{named} 须写作 计量方=文件.csv / write SOURCE=FILE.csv, a file that exists")
    metered = read_file(Path(path), lambda content: read_metering(content, source.strip()))
    if metered.problems:
        lines = "\n".join(str(problem) for problem in metered.problems)
        raise WrongInput(f"{path} 有{len(metered.problems)}行不能采用 / lines that are not taken:\n{lines}")
    return metered.file
