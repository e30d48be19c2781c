"""The letters a recovery owes the enterprise. They follow from its events alone: written late, they say the same."""

from collections.abc import Iterator

from domain.dates import end_of, from_iso
from domain.letters import Owed, words_about
from domain.money import show
from domain.recovery import Recovery
from domain.wording import deadline
from duifu.v1.recovery_pb2 import RECOVERY_DEADLINE_PAYMENT


def owed(recovery: Recovery) -> Iterator[Owed]:
    """Every letter that it has come to, sent or not: of the notice, of the demand, of each set-off, once overdue."""
    if (notice := recovery.notice) is not None:
        said = {
            "number": notice.document_number,
            "reason": recovery.opened.reason,
            "summary": show(recovery.noticed_fen),
            "until": notice.heard_until_on,
        }
        yield from _letter(recovery, "noticed", said)
    if (demand := recovery.demand) is not None:
        due = {"number": demand.document_number, "due": deadline(end_of(from_iso(demand.pay_by_on)))}
        yield from _letter(recovery, "demanded", due | {"reason": demand.reason, "summary": show(demand.amount_fen)})
        for receipt in recovery.receipts.values():
            if receipt.order_id:
                taken = {"items": receipt.order_id, "since": receipt.received_on, "summary": show(receipt.amount_fen)}
                yield from _letter(recovery, "set_off", due | taken, receipt.order_id)
        if overdue := recovery.rang(RECOVERY_DEADLINE_PAYMENT):
            yield from _letter(recovery, "overdue", due | {"left": show(overdue.open_fen)})


def unsent(recovery: Recovery) -> list[Owed]:
    """Those that are not on record as delivered."""
    return [letter for letter in owed(recovery) if letter.letter_id not in recovery.letters]


def _letter(recovery: Recovery, moment: str, words: dict[str, str], about: str = "") -> Iterator[Owed]:
    """None, if the edition has no letter for that moment; one for each thing that it is about."""
    opened = recovery.opened
    if template := opened.rule.letters.get(moment, ""):
        blanks = words_about(opened.name, opened.programme_title, opened.recovery_id) | words
        of = f":{about}" if about else ""
        yield Owed(f"{opened.recovery_id}:letter:{template}{of}", template, blanks, opened.name)
