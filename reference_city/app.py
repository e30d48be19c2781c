"""Puts the services together, and turns whatever goes wrong into JSON that says what and why."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reference_city.consultations import Consultations
from reference_city.data_file import DataFile
from reference_city.duplicates import Duplicates
from reference_city.fields import Malformed
from reference_city.invoices import Invoices
from reference_city.letters import Letters
from reference_city.papers import OtherContent
from reference_city.registries import Registries
from reference_city.store import Store
from reference_city.treasury import Treasury


def city_app(data: DataFile, store: Store) -> Starlette:
    """The whole service as an ASGI application, which closes the store when it ends.

    Every answer is JSON; what goes wrong is {"error": sentence}.
    """

    def health(_: Request) -> JSONResponse:
        city, problem = data.look()
        return JSONResponse({"status": "SERVING", "problem": problem, "faults": city.faults})

    @asynccontextmanager
    async def until_it_ends(_: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    return Starlette(
        lifespan=until_it_ends,
        routes=[
            Route("/healthz", health),
            *Registries(data).routes(),
            *Duplicates(data).routes(),
            *Consultations(data, store).routes(),
            *Invoices(data).routes(),
            *Treasury(data, store).routes(),
            *Letters(data, store).routes(),
        ],
        exception_handlers={
            HTTPException: _http_error,
            Malformed: _answers(400),
            ClientDisconnect: _answers(400),
            OtherContent: _answers(409),
            sqlite3.OperationalError: _answers(503),
            Exception: _unforeseen,
        },
    )


def _answers(status: int) -> Callable[[Request, Exception], Response]:
    return lambda _, error: JSONResponse({"error": str(error)}, status)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse(
        {"error": f"{request.method} {request.url.path}: {error.detail}"}, error.status_code, error.headers
    )


def _unforeseen(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": "The city made a mistake; its log says which."}, 500)
