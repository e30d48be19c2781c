"""Who is reminded of a quarter's cut-off, and in what words: holders of vouchers of which something is left."""

from collections.abc import Iterator
from itertools import islice

from commands.work import fold
from domain.dates import SHANGHAI, from_iso
from domain.format.programme import Programme
from domain.kinds import CYCLE, VOUCHER
from domain.letters import words_about
from domain.money import show
from domain.voucher import Voucher
from domain.wording import deadline
from duifu.v1.events_pb2 import CycleOpened
from duifu.v1.work_pb2 import LetterDelivery, ReminderPage
from ledger import streams
from ledger.store import Ledger
from policy.rulebook import Rulebook

PAGE = 500  # vouchers that are looked at


def letters_of(ledger: Ledger, rulebook: Rulebook, page: ReminderPage) -> tuple[list[LetterDelivery], str]:
    """The letters of a page, by the edition by which the quarter pays; and the last voucher that was looked at.

    That is empty where there are no more.
    """
    opened = fold(ledger, streams.cycle(page.cycle_id), CYCLE)[0].opened
    programme = rulebook.in_force(opened.programme_id, from_iso(opened.opens_on))
    vouchers = list(islice(_vouchers(ledger, programme, page.after_voucher_id), PAGE))
    unspent = (voucher for voucher in vouchers if voucher.due_fen + voucher.expired_fen < voucher.face_value_fen)
    letters = [_letter(programme, opened, page.days_left, voucher) for voucher in unspent]
    return letters, vouchers[-1].voucher_id if len(vouchers) == PAGE else ""


def _vouchers(ledger: Ledger, programme: Programme, after_id: str) -> Iterator[Voucher]:
    for stream in ledger.streams(streams.voucher(f"{programme.case_prefix}-voucher-")):
        if stream > streams.voucher(after_id):
            voucher, _ = fold(ledger, stream, VOUCHER)
            if voucher.programme_id == programme.programme_id:
                yield voucher


def _letter(programme: Programme, opened: CycleOpened, days_left: int, voucher: Voucher) -> LetterDelivery:
    template = programme.letters[opened.reminder_template]
    words = words_about(voucher.holder_name, opened.programme_title, voucher.voucher_id) | {
        "due": deadline(opened.cut_off_at.ToDatetime(SHANGHAI)),
        "left": f"{days_left}天",
        "summary": f"尚未申请兑付{show(voucher.face_value_fen - voucher.due_fen)}",
    }
    return LetterDelivery(
        letter_id=f"{opened.cycle_id}:reminder:{days_left}:{voucher.voucher_id}",
        case_id=voucher.case_id,
        recipient=voucher.holder_name,
        title=template.title,
        text=template.text.format(**words),
    )
