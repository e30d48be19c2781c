"""duifu case decide-batch: many decisions out of one file, each judged and recorded alone."""

import click
from google.protobuf import json_format

from cli.asking import Asking, acting, ask, print_answer
from cli.facts import read_facts
from cli.output import REFUSED, console, print_json
from duifu.v1.commands_pb2 import Command, Decisions


@click.command("decide-batch")
@click.argument("decisions_file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--role", required=True, help="Your role, such as acceptance-officer or review-officer.")
@acting
def decide_batch(decisions_file: str, role: str, asking: Asking) -> None:
    """Decide what DECISIONS_FILE lists: a duifu.v1.Decisions as JSON or YAML ("-" reads standard input).

    A refusal of one decision stops none of the others; it ends with exit code 3 when all were tried. A repeat changes
    nothing: each decision has an id of its own, from its content, or from its place after --command-id.
    """
    door, actor, answers = asking.door(), asking.actor(role), []
    for number, decision in enumerate(read_facts(decisions_file, Decisions()).decisions, start=1):
        command_id = f"{asking.command_id}:{number}" if asking.command_id else ""
        answer = ask(door, Command(decide=decision, command_id=command_id, language=asking.lang), actor)
        answers.append(answer)
        if not asking.json_wanted:
            console.print(f"{number}. {decision.case_id} {decision.stage}", markup=False)
            print_answer(answer)
    refused = sum(answer.HasField("refusal") for answer in answers)
    if asking.json_wanted:
        print_json([json_format.MessageToDict(answer) for answer in answers])
    else:
        console.print(f"{len(answers)} 件：{len(answers) - refused} 件已办，{refused} 件被拒绝", markup=False)
    if refused:
        raise click.exceptions.Exit(REFUSED)
