"""The letter box: keeps every letter the office sends, so that a case's letters can be read."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city.city import Record
from reference_city.data_file import DataFile
from reference_city.faults import guarded
from reference_city.fields import Fields
from reference_city.incoming import body_of, id_of, query_of
from reference_city.store import Store

LETTER = "letter"


class Letters:
    """A letter is delivered once, whoever repeats it."""

    def __init__(self, data: DataFile, store: Store) -> None:
        """Keep letters in this store; fail as this data file says."""
        self._data = data
        self._store = store

    def routes(self) -> list[Route]:
        """The paths that this service answers."""
        guard = guarded(self._data, "letters")
        return [
            Route("/letters", self.of_case, middleware=guard),
            Route("/letters/{letter_id:path}", self.deliver, methods=["PUT"], middleware=guard),
        ]

    async def deliver(self, request: Request) -> JSONResponse:
        """Deliver a letter: 201 at first, 200 with the same body when repeated, 409 for other content."""
        letter_id = id_of(request, "letter_id")
        letter = _letter(await body_of(request))
        is_new = await run_in_threadpool(self._store.receive, LETTER, letter_id, letter)
        return JSONResponse({"letterId": letter_id} | letter, 201 if is_new else 200)

    def of_case(self, request: Request) -> JSONResponse:
        """The letters of one case, in the order of their delivery; an unknown case has none."""
        asked = query_of(request)
        case_id = asked.text("caseId")
        asked.nothing_else()
        found = self._store.papers_of_case(LETTER, case_id)
        return JSONResponse({"letters": [{"letterId": letter.id} | letter.content for letter in found]})


def _letter(given: Fields) -> Record:
    letter: Record = {name: given.text(name) for name in ("caseId", "to", "title", "text")}
    given.nothing_else()
    return letter
