"""Letters that remind of a quarter's cut-off: a page of holders at a time, each letter delivered once."""

import asyncio
import hashlib

from temporalio import activity

from activities.notices import HttpNotices
from commands.door import Door
from commands.reminders import letters_of
from duifu.v1.work_pb2 import ReminderPage, RemindersSent
from workflows import ports


class CutOffReminders(ports.Reminders):
    """Reminds whoever has something left of a voucher."""

    def __init__(self, door: Door, notices: HttpNotices):
        self._door, self._notices = door, notices

    @activity.defn(name="remind_holders")
    async def remind_holders(self, page: ReminderPage) -> RemindersSent:
        """Deliver one page. Raises ApplicationError while the letter box is away; what was delivered stays so."""
        letters, last_id = await asyncio.to_thread(letters_of, self._door.ledger, self._door.rulebook, page)
        content = hashlib.sha256()
        for letter in letters:
            delivered = await self._notices.deliver_letter(letter)
            content.update(f"{letter.letter_id} {delivered.text_sha256}\n".encode())
            activity.heartbeat(letter.letter_id)
        summary = f"{page.cycle_id} 提醒{len(letters)}封"
        return RemindersSent(summary=summary, letters=len(letters), sha256=content.hexdigest(), last_voucher_id=last_id)
