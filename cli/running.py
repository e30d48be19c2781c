"""duifu up, demo and rehearse: a whole deployment on one machine."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime

import click
from temporalio.service import RPCError

from cli import rehearsing
from cli.asking import configuration, existing_ledger, of_running, run_to_the_end
from cli.beijing_year import Year
from cli.output import OK, Unavailable, as_json, console, errors, link, print_json, refused
from cli.qingdao_round import GrantRound
from cli.stack import PartFailed, Stack
from cli.story import StoryBroken
from commands.door import Door
from commands.work import fold
from domain.dates import SHANGHAI, end_of
from domain.kinds import CASE
from domain.refusals import Refused
from domain.wording import standing
from duifu.v1.events_pb2 import CaseClosed
from front_door import open_door
from ledger import streams
from settings import Settings
from worker import connect

WATCH_SECONDS = 1


@click.command()
@click.option("--home", help="Folder that holds all state; delete it to start anew [default: .duifu].")
@click.option("--rehearse-from", metavar="DATE", help="Make a new ledger a rehearsal whose business clock starts here.")
@as_json
def up(home: str | None, rehearse_from: str | None, json_wanted: bool) -> None:
    """Start Temporal with its Web UI, the ledger, the reference city and a worker; stay until Ctrl-C.

    Without --rehearse-from the ledger is a production ledger: business time is the machine's time.
    """

    async def work(stack: Stack, door: Door) -> None:
        if rehearse_from:
            rehearsing.begin(door, _date(rehearse_from).date().isoformat())
        if json_wanted:
            config = stack.config
            addresses = {"temporalAddress": config.temporal_address, "webUi": config.web_ui_url}
            print_json(addresses | {"cityUrl": config.city_url, "ledger": str(config.ledger)})
        await _stay(stack, say)

    say = _progress(json_wanted)
    run_to_the_end(_with_stack(configuration(home), work, say))


@click.command()
@click.option("--home", help="Folder that holds all state; delete it to start anew [default: .duifu].")
@click.option("--stay", is_flag=True, help="Keep everything running until Ctrl-C.")
@as_json
def demo(home: str | None, stay: bool, json_wanted: bool) -> None:
    """Play a Beijing year and a Qingdao round on the real engines.

    Beijing: claims, a correction, the annual cap, refusals, two quarters paid. Qingdao: three operators share a pool,
    one is vetoed while the public may object, the pool is shared again, two treasuries pay.

    It is a rehearsal: business time starts on 2024-01-08 and is skipped forward by Temporal itself. Played again on
    the same folder it continues and changes nothing.
    """

    async def work(stack: Stack, door: Door) -> None:
        client = await stack.client()
        year, grants = Year(door, client, say), GrantRound(door, client, say)
        say("【演练】北京市人工智能算力券 2024：申领")
        await year.claim_vouchers()
        say("【演练】青岛市人工智能算力中心运营服务补助 2024")
        await grants.play()
        say("【演练】北京市人工智能算力券 2024：兑付")
        await year.redeem_them()
        outcomes = _outcomes(stack.config, door, [*year.case_ids, *grants.case_ids])
        if json_wanted:
            print_json(outcomes)
        else:
            _print_outcomes(outcomes)
        if stay:
            await _stay(stack, say)

    say = _progress(json_wanted)
    run_to_the_end(_with_stack(configuration(home), work, say))


@click.command()
@click.option("--until", metavar="DATE", required=True, help="Let business time pass to the end of this day.")
@click.option("--home", help="Folder of the running deployment [default: .duifu].")
@as_json
def rehearse(until: str, home: str | None, json_wanted: bool) -> None:
    """Let business time pass in a running rehearsal: deadlines lapse and quarters close on the way, in order.

    A production ledger refuses.
    """
    config = existing_ledger(of_running(home))
    to = end_of(_date(until).date())

    async def work() -> int:
        door = open_door(config)
        try:
            client = await connect(config)
            await rehearsing.rehearse(door, client, to, _progress(json_wanted))
        except Refused as error:
            return _end(refused(error))
        except (RPCError, RuntimeError) as error:
            return _end(Unavailable(f"{error}. Is the deployment up? Start it with `duifu up`."))
        if json_wanted:
            print_json({"businessTime": door.business_now().astimezone(SHANGHAI).isoformat(), "isRehearsal": True})
        return OK

    run_to_the_end(work())


def _progress(json_wanted: bool) -> Callable[[str], None]:
    """How progress is told: with --json on standard error, so that standard output holds the outcome alone."""
    said = errors if json_wanted else console
    return lambda line: said.print(line, markup=False)


async def _with_stack(
    config: Settings, work: Callable[[Stack, Door], Awaitable[None]], say: Callable[[str], None]
) -> int:
    say(f"state: {config.home}")
    running = asyncio.current_task()
    assert running is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, running.cancel)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    try:
        async with Stack(config, lambda line: say(f"starting {line}")) as stack:
            await work(stack, open_door(stack.config))
    except asyncio.CancelledError:
        say("stopped; the state stays, start again to continue")
        return OK
    except Refused as error:
        return _end(refused(error))
    except (PartFailed, StoryBroken, rehearsing.NotSettled) as error:
        return _end(Unavailable(str(error)))
    return OK


async def _stay(stack: Stack, say: Callable[[str], None]) -> None:
    say(f"\nTemporal Web UI: {stack.config.web_ui_url}/namespaces/{stack.config.namespace}/workflows")
    say("up; Ctrl-C stops everything")
    while True:
        stack.must_run()
        await asyncio.sleep(WATCH_SECONDS)


def _outcomes(config: Settings, door: Door, case_ids: list[str]) -> list[dict[str, object]]:
    outcomes: list[dict[str, object]] = []
    for case_id in case_ids:
        state, _ = fold(door.ledger, streams.case(case_id), CASE)
        closed = state.closed or CaseClosed()
        outcomes.append(
            {
                "caseId": case_id,
                "applicant": state.applicant_name,
                "outcome": standing(state),
                "amountFen": closed.amount_fen,
                "code": closed.code,
                "clause": closed.clause,
                "isRehearsal": state.plan.is_rehearsal,
                "webUi": link(config, case_id),
            }
        )
    return outcomes


def _print_outcomes(outcomes: list[dict[str, object]]) -> None:
    console.rule("结果")
    for row in outcomes:
        outcome, clause = str(row["outcome"]), str(row["clause"])
        cited = "" if clause in outcome else f"（{clause}）"
        console.print(f"{row['caseId']}  {row['applicant']}\n  {outcome}{cited}\n  {row['webUi']}", markup=False)


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 (a civil date)
    except ValueError:
        raise click.UsageError(f"{text!r} is not a date written YYYY-MM-DD") from None


def _end(said: click.ClickException) -> int:
    said.show()
    return said.exit_code
