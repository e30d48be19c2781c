"""duifu exchange: files in place of an interface, where a city has none."""

from datetime import date
from pathlib import Path

import click

from cli.asking import Asking, acting, ask, configuration, existing_ledger, of_running
from cli.exchange_files import (
    WORKBOOK,
    documents_in,
    form_of,
    handed_in,
    left_over,
    read_file,
    with_attachments,
    write_file,
)
from cli.exchanged import Item, tell
from cli.output import WrongInput, at_home, console, refused
from commands.door import Door
from domain.dates import civil_date
from domain.format.programme import Programme
from domain.refusals import Refused
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import Actor, Command
from duifu.v1.facts_pb2 import Application
from exchange import answers, applications
from exchange.attachments import Attachments
from exchange.questions import identity, open_questions
from exchange.unusable import Unusable
from front_door import open_door
from policy.rulebook import ProgrammeBroken, Rulebook

of_programme = click.option("--programme", "programme_id", required=True, help="Programme applied to, such as qd-slzx.")


@click.group()
def exchange() -> None:
    """Hand questions, answers and applications over in files (文件交换), XLSX or JSON, where a city has no interface.

    What comes back goes through the same door as everything else, row by row. A second run changes nothing.
    """


@exchange.command()
@click.option("--check", "checks", metavar="NAME", multiple=True, help="Only this check, such as credit_china.")
@click.option("--programme", "programme_id", default="", help="Only this programme, such as qd-slzx.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.xlsx or FILE.json.")
@at_home
def questions(checks: tuple[str, ...], programme_id: str, out: Path, home: str | None) -> None:
    """Write what the sources of open cases have not answered: one row a question, with empty columns for the answer.

    The same state of the ledger gives the same file, byte for byte.

    Example: duifu exchange questions --check credit_china --check opinion_energy --out questions.xlsx
    """
    form = form_of(out)
    door = open_door(existing_ledger(of_running(home)))
    try:
        asked = open_questions(door.ledger, door.rulebook, checks, programme_id)
        content = asked.to_workbook() if form == WORKBOOK else asked.to_json()
    except Unusable as problem:
        raise WrongInput(str(problem)) from None
    write_file(out, content)
    console.print(f"✓ {out}：{len(asked)} 项待答复，截至账本位置 {asked.position}", markup=False)


@exchange.command("answers")
@handed_in
@with_attachments
@click.option("--role", required=True, help="Your role: of the open stage, or of one that asks the check.")
@acting
def put_in_answers(file: Path, attachments: Path | None, role: str, asking: Asking) -> None:
    """Put in what came back: each answered row of FILE becomes one check entered by hand (人工录入).

    Evidence is the document that a row names in --attachments, else FILE itself. Who puts in an answer does not decide
    on it. Rows without an answer are passed over. A refusal of one row stops none of the others, and ends with exit
    code 3 when all were tried.

    Example: duifu exchange answers questions.xlsx --attachments replies --role district-reviewer --actor chen.jie
    """
    reading = answers.from_workbook if form_of(file) == WORKBOOK else answers.from_json
    returned, found, door = read_file(file, reading), documents_in(attachments, file), asking.door()
    if returned.ledger != identity(door.ledger):
        raise WrongInput(f"{file} 的问题出自另一个账本 / its questions went out of another ledger")
    items, actor = [], asking.actor(role)
    for number, answered in enumerate(returned.rows, start=1):
        said, row = answered.row.content, answered.row
        about = {name: str(said.get(name, "")) for name in ("caseId", "check", "title")}
        item = Item(f"{row.table.name}第{row.line}行", about)
        if not answered.is_empty:
            try:
                command = answers.entering(answered, returned.sha256, found, door.ledger, actor)
            except Refused as error:
                item = item.refused(error, asking.lang)
            else:
                item = item.answered(_ask(door, command, number, asking, actor)) if command else item.known()
        items.append(item)
    tell([*items, *left_over(found)], asking.json_wanted)


@exchange.command("applications")
@handed_in
@with_attachments
@of_programme
@acting
def file_applications(file: Path, attachments: Path | None, programme_id: str, asking: Asking) -> None:
    """File what a portal hands over: FILE is a workbook as `template` writes it, or a JSON list of Application.

    Documents are named by their file name in --attachments, by their digest, or both. An application with a document
    that is missing or has another digest is refused; a document that nothing names is told; so is an application that
    is not filed again because its case is closed. Each ends with exit code 3 when all were tried. --actor is who hands
    them over, on the side of each applicant.

    Example: duifu exchange applications handed.xlsx --attachments handed --programme qd-slzx --actor portal.clerk
    """
    form, found, door = form_of(file), documents_in(attachments, file), asking.door()
    programme = _programme(door.rulebook, programme_id, civil_date(door.business_now()))

    def reading(content: bytes) -> list[applications.Handed]:
        if form == WORKBOOK:
            return applications.from_workbook(content, programme, found)
        return applications.from_json(content, found)

    items = []
    for number, handed in enumerate(read_file(file, reading), start=1):
        applicant = handed.application.applicant
        item = Item(f"{handed.sheet}第{handed.line}行", {"uscc": applicant.uscc, "applicant": applicant.name})
        if handed.problems:
            item = item.refused(Refused("MALFORMED", problems="；".join(handed.problems)), asking.lang)
        else:
            actor = asking.actor("applicant", applicant.uscc)
            answer = _ask(door, applications.submitting(handed, programme_id, actor), number, asking, actor)
            try:
                applications.must_be_filed(answer, door.ledger)
            except Refused as error:
                item = item.refused(error, asking.lang)
            else:
                item = item.answered(answer)
        items.append(item)
    tell([*items, *left_over(found)], asking.json_wanted)


@exchange.command()
@of_programme
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.xlsx.")
@click.option(
    "--from",
    "handed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With the applications of this JSON file in it.",
)
def template(programme_id: str, out: Path, handed: Path | None) -> None:
    """Write the workbook for applications to a programme: headings in Chinese, lists to choose from, an explanation.

    Example: duifu exchange template --programme qd-slzx --out applications.xlsx
    """
    if form_of(out) != WORKBOOK:
        raise click.UsageError("--out: a template is a workbook, FILE.xlsx")
    try:
        programme = _programme(Rulebook(configuration(None).programmes), programme_id, date.max)
    except ProgrammeBroken as broken:
        raise WrongInput(str(broken)) from None
    found = read_file(handed, _parsed) if handed else []
    try:
        write_file(out, applications.to_workbook(found, programme))
    except Unusable as problem:
        raise WrongInput(str(problem)) from None
    console.print(f"✓ {out}：{programme.title.zh}（版本{programme.edition}）", markup=False)


def _parsed(content: bytes) -> list[Application]:
    read = applications.from_json(content, Attachments())
    if wrong := [problem for one in read for problem in one.problems]:
        raise WrongInput("；".join(wrong))
    return [one.application for one in read]


def _programme(rulebook: Rulebook, programme_id: str, on: date) -> Programme:
    try:
        return rulebook.in_force(programme_id, on)
    except Refused as error:
        raise refused(error) from None


def _ask(door: Door, command: Command, number: int, asking: Asking, actor: Actor) -> Answer:
    """Send the command of one row, under its own id, or its number after the id that was given."""
    command.language = asking.lang
    if asking.command_id:
        command.command_id = f"{asking.command_id}:{number}"
    return ask(door, command, actor)
