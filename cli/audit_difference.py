"""duifu audit replay --diff: what changed between two moments, field by field, and the events in between."""

from typing import Any

from audit import entries, replay
from audit.difference import Change, difference
from audit.entries import Entry
from audit.fields import Field, as_json
from audit.moments import Moment
from audit.related import interleaved
from audit.replay import Snapshot
from cli import auditing
from cli.auditing import say
from cli.output import print_json
from ledger.rows import Rows


def compare(rows: Rows, stream: str, ends: list[Moment], with_related: bool, json_wanted: bool) -> None:
    """Print what changed from one moment to another, which may be the earlier, and the events in between."""
    old, new = (replay.snapshot(rows, stream, end) for end in ends)
    changes = difference(old.state, new.state)
    plan = max(old, new, key=lambda at: at.version).plan
    between = _between(rows, stream, old, new)
    story = list(interleaved(rows, between)) if with_related else between
    if json_wanted:
        print_json(
            {
                "from": auditing.snapshot(old, ends[0]),
                "to": auditing.snapshot(new, ends[1]),
                "changes": [_for_machines(change) for change in changes],
                "events": [auditing.told(entry, plan) for entry in story],
            }
        )
        return
    say(f"{stream}　从{ends[0]}（序号{old.version}）到{ends[1]}（序号{new.version}）")
    if not between:
        say("两个时点之间没有事件，状态相同。")
        return
    say("变化")
    for change in changes:
        old_text, new_text = _text(change.old), _text(change.new)
        say(f"  {change.label}：{old_text} → {new_text}{'（已变更）' if old_text == new_text else ''}")
    say("之间的事件" if new.version > old.version else "之间的事件（后一时点较早，当时尚未发生）")
    for entry in story:
        say(auditing.line(entry, plan, own=stream))


def _between(rows: Rows, stream: str, one: Snapshot, other: Snapshot) -> list[Entry]:
    first, last = sorted((one.version, other.version))
    return [entry for entry in entries.stream(rows, stream) if first < entry.version <= last]


def _for_machines(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "label": change.label,
        "old": as_json(change.old.shown) if change.old else None,
        "new": as_json(change.new.shown) if change.new else None,
        "oldText": _text(change.old),
        "newText": _text(change.new),
    }


def _text(field: Field | None) -> str:
    return field.text if field else "—"
