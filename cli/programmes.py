"""duifu programme: write, check and explain programme files, before a deployment reads them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

import settings
from cli.output import USAGE, WrongInput, as_json, console, errors, print_json
from domain.dates import civil_date, from_iso
from domain.format.programme import Programme
from policy import explain as explaining
from policy import scaffold, schema
from policy.folder import Checked, check_all
from policy.problems import LANGUAGES, has_errors, render
from policy.problems import as_json as problems_as_json
from policy.working_days import FILE as WORKING_DAYS

language = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of what is said."
)
paths = click.argument("paths", type=click.Path(exists=True, path_type=Path), nargs=-1)


@click.group()
def programme() -> None:
    """Programme files (政策文件): the rules of a city, as data."""


@programme.command()
@paths
@language
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@as_json
def check(paths: Sequence[Path], lang: str, strict: bool, json_wanted: bool) -> None:
    """Say everything that is wrong with programme files: where, why, by which clause, and the way out.

    PATHS are files, folders of programme files, or folders with one folder for each city and working-days.yaml
    [default: DUIFU_PROGRAMMES, or what is shipped]. Files that are sound are shown with the hash under which cases pin
    them. Exit code 2 if there are errors, or no programme file.
    """
    found = check_all(paths or [_folder()])
    problems = found.problems
    if json_wanted:
        files = [_file(checked) for checked in found.files]
        print_json({"files": files, "problems": problems_as_json(problems, lang)})
    else:
        for checked in found.files:
            if checked.is_sound:
                console.print(_sound(checked, lang), markup=False)
        if problems:
            console.print(render(problems, lang))
    if has_errors(problems) or (strict and problems):
        raise click.exceptions.Exit(USAGE)


@programme.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of programme files, by which an editor completes and checks while one writes."""
    click.echo(schema.as_text(Programme), nl=False)


@programme.command()
@click.argument("programme_id")
@click.option("--city", required=True, help="Name of the city, 云城市.")
@click.option("--title", required=True, help="Name of the programme, 云城市算力券.")
@click.option("--kind", type=click.Choice(scaffold.KINDS), default="voucher", show_default=True)
@click.option("--code", default="000000", show_default=True, help="Code of the city by GB/T 2260, six digits.")
@click.option("--from", "starts_on", help="First day, 2026-01-01 [default: the first of next month].")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("programmes"),
    show_default=True,
    help="Folder of programmes; it gets a folder for the city, and the calendar of working days if it has none.",
)
def new(programme_id: str, city: str, title: str, kind: str, code: str, starts_on: str | None, folder: Path) -> None:
    """Write a first, complete programme file with comments that teach. Nothing is written over.

    PROGRAMME_ID is the name that commands and streams use, yuncheng-slq; its first part names the folder.
    """
    draft = scaffold.Draft(programme_id, city, title, _day(starts_on) if starts_on else _next_month(), kind, code)
    taken = [programme.case_prefix for programme in _beside(folder) if programme.programme_id != programme_id]
    try:
        path = scaffold.write(draft, folder, taken, settings.SHIPPED_PROGRAMMES / WORKING_DAYS)
    except scaffold.NotWritten as why:
        raise WrongInput(str(why)) from None
    except OSError as error:
        raise WrongInput(f"{folder}: {error.strerror}") from None
    console.print(f"✓ {path}\n  下一步：duifu programme check {path}", markup=False)


@programme.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on", help="The day whose values are told, 2024-03-01 [default: below].")
def explain(file: Path, on: str | None) -> None:
    """Print the guide for applicants (办事指南) that follows from FILE, as Markdown in Chinese.

    Without --on it tells the values of today, or of the first or last day in force that is nearest to today.
    """
    asked = _day(on) if on else None
    checked = check_all([file]).files[0]
    if checked.programme is None:
        errors.print(render(checked.problems))
        raise click.exceptions.Exit(USAGE)
    click.echo(explaining.guide(checked.programme, asked or _nearest_day(checked.programme)), nl=False)


def _folder() -> Path:
    """Where a deployment reads its programmes; as short as it can be said from here."""
    try:
        folder = settings.from_environment().programmes
    except ValueError as error:
        raise WrongInput(str(error)) from None
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _beside(folder: Path) -> list[Programme]:
    files = check_all([folder]).files if folder.is_dir() else []
    return [checked.programme for checked in files if checked.programme]


def _sound(checked: Checked, lang: str) -> str:
    if checked.programme is None:
        first, last = checked.years[0], checked.years[-1]
        years = {"zh": f"{first}至{last}年", "en": f"{first} to {last}"}
        return f"✓ {checked.source.name}：{years[lang]}"
    found = checked.programme
    counted = {
        "zh": f"版本{found.edition}，条件{len(found.conditions)}项，步骤{len(found.award.steps)}个",
        "en": f"edition {found.edition}, {len(found.conditions)} conditions, {len(found.award.steps)} steps",
    }
    return f"✓ {checked.source.name}：{found.title.zh} {found.programme_id}\n  {counted[lang]}，{found.sha256}"


def _file(checked: Checked) -> dict[str, object]:
    told: dict[str, object] = {"file": checked.source.name, "sha256": checked.source.sha256, "sound": checked.is_sound}
    if checked.programme:
        told |= {"programmeId": checked.programme.programme_id, "edition": checked.programme.edition}
    return told


def _day(text: str) -> date:
    try:
        return from_iso(text)
    except ValueError as error:
        raise WrongInput(str(error)) from None


def _nearest_day(programme: Programme) -> date:
    """Today, or the day in force that is nearest to it."""
    in_force = programme.in_force
    return min(max(civil_date(datetime.now(UTC)), in_force.first), in_force.last)


def _next_month() -> date:
    today = civil_date(datetime.now(UTC))
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)
