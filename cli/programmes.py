"""duifu programme: check programme files before a deployment reads them."""

from pathlib import Path

import click
import yaml

from cli.output import WrongInput, as_json, configuration, console, print_json
from commands.rulebook import ProgrammeBroken, Rulebook, load
from domain.rules import RuleBroken


@click.group()
def programme() -> None:
    """Programme files (政策文件): the rules of a city, as data."""


@programme.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@as_json
def check(folder: Path | None, json_wanted: bool) -> None:
    """Read every edition in FOLDER as a deployment would, and show the hash under which cases pin it.

    FOLDER holds one folder for each city and working-days.yaml [default: DUIFU_PROGRAMMES, or what is shipped].
    """
    folder = folder or configuration(None).programmes
    try:
        years = sorted(Rulebook(folder).calendar.years)
        editions = {path: load(path) for path in sorted(folder.glob("*/*.yaml"))}
    except (ProgrammeBroken, RuleBroken) as broken:
        raise WrongInput(str(broken)) from None
    except (KeyError, TypeError, ValueError, OSError, yaml.YAMLError) as broken:
        raise WrongInput(f"{folder / 'working-days.yaml'}: {type(broken).__name__}: {broken}") from None
    if json_wanted:
        print_json(
            [
                {"file": str(path), "programmeId": e.programme_id, "edition": e.edition, "sha256": e.sha256}
                for path, e in editions.items()
            ]
        )
        return
    for path, edition in editions.items():
        console.print(f"✓ {path.relative_to(folder)}：{edition.title.zh} {edition.programme_id}", markup=False)
        console.print(f"  版本{edition.edition}，条件{len(edition.conditions)}项，{edition.sha256}", markup=False)
    console.print(f"✓ working-days.yaml：{years[0]}至{years[-1]}年", markup=False)
