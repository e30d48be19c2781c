"""One letter to an enterprise: written from the template of the pinned edition, delivered, and put on record."""

from collections.abc import Awaitable, Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.letters import Owed
    from duifu.v1.commands_pb2 import Letter
    from duifu.v1.work_pb2 import LetterDelivery, LetterRequest, LetterText
    from workflows import options
    from workflows.following import Turn
    from workflows.ports import Notices, Rulebook


async def send(
    turn: Turn,
    case_id: str,
    edition_sha256: str,
    letter: Owed,
    on_record: Callable[[Letter], Awaitable[None]],
) -> None:
    """Deliver a letter that is owed about a case; one that was written already goes out as it stands.

    `turn` is the workflow's, for what is done on its worker.
    """
    if letter.text:
        text = LetterText(title=letter.title, text=letter.text)
    else:
        async with turn:
            text = await _written(case_id, edition_sha256, letter)
    delivery = LetterDelivery(
        letter_id=letter.letter_id,
        case_id=case_id,
        recipient=letter.recipient,
        title=text.title,
        text=text.text,
    )
    delivered: LetterText = await workflow.execute_activity_method(
        Notices.deliver_letter, delivery, **options.until_it_answers(f"送达 {text.title}")
    )
    sent = Letter(
        letter_id=letter.letter_id,
        template=letter.template,
        recipient=letter.recipient,
        title=delivered.title,
        text_sha256=delivered.text_sha256,
    )
    await on_record(sent)


async def _written(case_id: str, edition_sha256: str, letter: Owed) -> LetterText:
    request = LetterRequest(
        letter_id=letter.letter_id,
        template=letter.template,
        case_id=case_id,
        recipient=letter.recipient,
        words=letter.words,
        edition_sha256=edition_sha256,
    )
    text: LetterText = await workflow.execute_local_activity_method(
        Rulebook.compose_letter, request, **options.ledger(letter.template)
    )
    return text
