"""duifu audit replay: the state at any moment, and the story that led there."""

from dataclasses import asdict

import click

from audit import entries, replay
from audit.fields import as_json, fields_of
from audit.moments import AtPosition, Clock, Moment, moment, until
from audit.related import interleaved, related
from audit.subjects import find
from cli import auditing
from cli.audit_difference import compare
from cli.auditing import say
from cli.output import as_json as json_option
from cli.output import at_home, print_json
from ledger.rows import Rows

RELATED_MAX = 20


@click.command("replay")
@click.argument("subject", metavar="CASE")
@click.option("--at", "time", metavar="TIME", help="As of a date (its end) or a time, 2024-03-31T15:00, in Shanghai.")
@click.option("--position", type=click.IntRange(min=0), metavar="N", help="As of a log position, that one included.")
@click.option(
    "--diff", "pair", nargs=2, metavar="A B", help="What changed from A to B; each a time or a position (@N)."
)
@auditing.by_clock
@click.option("--with-related", is_flag=True, help="Tell what the same commands wrote to other streams, in log order.")
@at_home
@json_option
def replay_command(
    subject: str,
    time: str | None,
    position: int | None,
    pair: tuple[str, str] | None,
    clock: str,
    with_related: bool,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Tell the story of CASE event by event, and its state at the end or at any moment.

    CASE is a case, a voucher, a quarter, a contract (buyer/supplier/number/date), an enterprise's year
    (programme/uscc/year) or any stream by its whole name. An event counts by business time, the time that rules go by,
    or with --by recorded by the machine's clock. An event never counts before the one that it follows.

    \b
    Examples:
      duifu audit replay bj-claim-2024-000001
      duifu audit replay bj-claim-2024-000001 --at 2024-03-31
      duifu audit replay bj-voucher-2024-000001 --position 120 --json
      duifu audit replay bj-claim-2024-000001 --diff @9 2024-03-31
      duifu audit replay bj-claim-2024-000001 --with-related
    """
    if sum(asked is not None for asked in (time, position, pair)) > 1:
        raise click.UsageError("say at most one of --at TIME, --position N and --diff A B")
    with auditing.evidence(home) as rows:
        stream = find(rows, subject)
        if pair:
            first, second = (auditing.written(rows, moment(text, Clock(clock))) for text in pair)
            compare(rows, stream, [first, second], with_related, json_wanted)
            return
        end: Moment | None = None
        if position is not None:
            end = auditing.written(rows, AtPosition(position))
        elif time is not None:
            end = auditing.written(rows, moment(time, Clock(clock)))
        tell(rows, stream, end, with_related, json_wanted)


def tell(rows: Rows, stream: str, end: Moment | None, with_related: bool, json_wanted: bool) -> None:
    """Print the story up to a moment, and the state it led to."""
    last = replay.snapshot(rows, stream, end)
    story = until(entries.stream(rows, stream), end)
    if with_related:
        story = until(interleaved(rows, story), end)
    heads = related(rows, stream, until(entries.stream(rows, stream), end))
    if json_wanted:
        events = [auditing.told(entry, last.plan) for entry in story]
        print_json(
            {
                **auditing.snapshot(last, end),
                "state": as_json(last.state),
                "events": events,
                "related": [asdict(head) for head in heads],
            }
        )
        return
    say(f"{stream}　截至{end or '最新'}")
    if last.last is None:
        say("此时尚无事件。")
        return
    if last.last.envelope.is_rehearsal:
        say("【演练】")
    say(last.standing or f"共{last.version}个事件")
    say("序号   位置  业务时间  操作人  事项")
    for entry in story:
        say(auditing.line(entry, last.plan, own=stream))
    if last.state is not None:
        say(f"此时的状态（序号{last.version}，位置{last.last.position}）")
    for field in fields_of(last.state, is_brief=True):
        say(f"  {field.label}：{field.text}")
    say(f"最后一个事件的叶 {auditing.leaf(last.last)}")
    if heads:
        say("同时写入的其他事件流（目前的序号与位置）")
    for head in heads[:RELATED_MAX]:
        say(f"  {head.stream}　序号{head.version}　位置{head.position}")
    if len(heads) > RELATED_MAX:
        say(f"  ……另有{len(heads) - RELATED_MAX}个，--json 全部列出")
