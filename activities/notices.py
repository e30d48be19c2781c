"""Letters: composed from the pinned edition's template, delivered over HTTP."""

import hashlib

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.outside import CONFLICT, Outside
from duifu.v1.work_pb2 import LetterDelivery, LetterRequest, LetterText
from policy import rulebook
from workflows import ports


class EditionLetters(ports.Rulebook):
    """Letters in the words of the programme edition that the case pinned."""

    def __init__(self, editions: rulebook.Rulebook):
        self._editions = editions

    @activity.defn(name="compose_letter")
    def compose_letter(self, request: LetterRequest) -> LetterText:
        """Fill in a template. Raises KeyError if the edition has no such letter, or names an unknown blank."""
        template = self._editions.pinned(request.edition_sha256).letters[request.template]
        text = template.text.format(**request.words)
        return _letter(template.title, text)


class HttpNotices(ports.Notices):
    """The city's letter box."""

    def __init__(self, outside: Outside):
        self._outside = outside

    @activity.defn(name="deliver_letter")
    async def deliver_letter(self, delivery: LetterDelivery) -> LetterText:
        """Deliver once; the box knows a letter by our id. Raises ApplicationError while it is away."""
        body = {
            "caseId": delivery.case_id,
            "to": delivery.recipient,
            "title": delivery.title,
            "text": delivery.text,
        }
        try:
            await self._outside.put("/letters", delivery.letter_id, body)
        except ApplicationError as error:
            if error.type != CONFLICT:
                raise
            # A run that was ended before it could put this on record sent it in the words of its moment: those count.
            letters = (await self._outside.get("/letters", caseId=delivery.case_id)).json()["letters"]
            body = next(letter for letter in letters if letter["letterId"] == delivery.letter_id)
        return _letter(body["title"], body["text"])


def _letter(title: str, text: str) -> LetterText:
    return LetterText(title=title, text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest())
