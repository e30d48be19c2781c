"""Authorities that are consulted by letter: each answers in its own time, or never."""

from hashlib import sha256

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city.city import CONFORMS, SILENT, Record
from reference_city.data_file import DataFile
from reference_city.faults import guarded
from reference_city.fields import Fields
from reference_city.incoming import body_of, id_of, path_of
from reference_city.papers import now_ms
from reference_city.store import Store

PATH = "/consultations/{authority}/{letter_id:path}"


class Consultations:
    """A letter to an authority is received once, whoever repeats it."""

    def __init__(self, data: DataFile, store: Store) -> None:
        """Answer from this data file; keep letters in this store."""
        self._data = data
        self._store = store

    def routes(self) -> list[Route]:
        """The paths that this service answers."""
        guard = guarded(self._data, "{authority}")
        return [
            Route(PATH, self.receive, methods=["PUT"], middleware=guard),
            Route(PATH, self.answer, middleware=guard),
        ]

    async def receive(self, request: Request) -> JSONResponse:
        """Receive a letter: 201 at first, 200 when repeated, 409 for other content, 400 for an unknown authority."""
        authority, letter_id = self._authority(request), id_of(request, "letter_id")
        letter = _letter(await body_of(request))
        is_new = await run_in_threadpool(self._store.receive, _kind(authority), letter_id, letter)
        return JSONResponse({"letterId": letter_id} | letter, 201 if is_new else 200)

    def answer(self, request: Request) -> JSONResponse:
        """The Opinion; 202 while the authority has not answered, 404 for a letter that nobody sent."""
        city, authority, letter_id = self._data.city, self._authority(request), id_of(request, "letter_id")
        letter = self._store.paper(_kind(authority), letter_id)
        if letter is None:
            raise HTTPException(404, f"{authority} has received no letter {letter_id}.")
        kind = city.opinions.get((authority, str(letter.content["uscc"])), CONFORMS)
        if kind == SILENT or now_ms() < letter.received_ms + city.answering_seconds * 1000:
            return JSONResponse({}, 202)
        number = f"{authority}-{sha256(letter_id.encode()).hexdigest()[:8]}"
        return JSONResponse({"kind": kind, "documentNumber": number})

    def _authority(self, request: Request) -> str:
        return path_of(request).one_of("authority", self._data.city.authorities)


def _kind(authority: str) -> str:
    return f"letter to {authority}"


def _letter(given: Fields) -> Record:
    letter: Record = {"caseId": given.text("caseId"), "uscc": given.uscc("uscc"), "name": given.text("name")}
    given.nothing_else()
    return letter
