"""Asks the real command for a quote, as an applicant would."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner
from google.protobuf import json_format

from cli.__main__ import main
from duifu.v1.events_pb2 import Evaluation
from duifu.v1.facts_pb2 import Facts

PROGRAMMES = Path(__file__).parents[2] / "programmes"
BEIJING = PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"


def ask(*facts: Facts, programme: Path = BEIJING) -> list[Evaluation]:
    """What `duifu quote` answers; its exit code says whether something is granted to each."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number in range(len(facts))]
        for path, one in zip(files, facts, strict=True):
            path.write_text(json_format.MessageToJson(one), "utf-8")
        named = [word for path in files for word in ("--facts", str(path))]
        done = CliRunner().invoke(main, ["quote", str(programme), *named, "--json"], catch_exceptions=False)
    assert done.exit_code in (0, 3), done.output
    answers = json.loads(done.stdout)
    evaluations = [json_format.ParseDict(one, Evaluation()) for one in (answers if len(facts) > 1 else [answers])]
    assert (done.exit_code == 3) == any(
        evaluation.code or any(request.code for request in evaluation.redemptions) for evaluation in evaluations
    )
    return evaluations
