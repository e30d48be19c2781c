"""The witness over HTTP: one address to sign at, and two to see what was signed. (C2SP tlog-witness)"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from proofs.note_text import NOTE_MAX_BYTES
from proofs.submission import PATH, SIZE_TYPE, to_answer, to_latest
from witness.rules import Finding
from witness.state import Signed, StateDamaged
from witness.witness import Objected, Witness

log = structlog.get_logger(__name__)


def witness_app(witness: Witness) -> Starlette:
    """The whole service as an ASGI application, which closes the state when it ends."""

    async def add_checkpoint(request: Request) -> Response:
        content = await _body_of(request)
        try:
            line = await run_in_threadpool(witness.add_checkpoint, content)
        except Objected as objected:
            if objected.status == 409:
                return Response(to_latest(objected.size), 409, {"content-type": SIZE_TYPE})
            return PlainTextResponse(f"{objected}\n", objected.status)
        return PlainTextResponse(to_answer([line]))

    def checkpoint(request: Request) -> Response:
        origins = {sha256(origin.encode()).hexdigest(): origin for origin in witness.logs}
        origin = origins.get(request.path_params["origin_sha256"])
        latest = witness.state.latest(origin) if origin else None
        if latest is None:
            raise HTTPException(404, "Nothing was signed for a log whose origin has this SHA-256.")
        return PlainTextResponse(latest.note.text())

    def overview(_: Request) -> JSONResponse:
        forks = [each for each in witness.state.evidence() if each.finding is Finding.FORK]
        return JSONResponse(
            {
                "name": witness.cosigner.name,
                "vkey": witness.cosigner.verifier.vkey(),
                "logs": [{"origin": origin, "vkey": key.vkey()} for origin, key in sorted(witness.logs.items())],
                "latest": [_shown(signed) for signed in witness.state.all()],
                "forks": [{"signed": fork.signed.text(), "refused": fork.refused.text()} for fork in forks],
            }
        )

    @asynccontextmanager
    async def until_it_ends(_: Starlette) -> AsyncIterator[None]:
        yield
        witness.state.close()

    return Starlette(
        lifespan=until_it_ends,
        routes=[
            Route(PATH, add_checkpoint, methods=["POST"]),
            Route("/", overview),
            Route("/{origin_sha256}/checkpoint", checkpoint),
        ],
        exception_handlers={
            HTTPException: _http_error,
            ClientDisconnect: _gone,
            sqlite3.OperationalError: _busy,
            sqlite3.DatabaseError: _damaged,
            StateDamaged: _damaged,
            Exception: _unforeseen,
        },
    )


def _shown(signed: Signed) -> dict[str, object]:
    checkpoint = signed.checkpoint
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "rootSha256": checkpoint.root.hex(),
        "signedSeconds": signed.signed_seconds,
    }


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > NOTE_MAX_BYTES:
            raise HTTPException(413, f"The body is larger than {NOTE_MAX_BYTES} bytes.")
    return bytes(body)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{request.method} {request.url.path}: {error.detail}\n", error.status_code, error.headers)


def _gone(_: Request, __: Exception) -> Response:
    return PlainTextResponse("The request broke off.\n", 400)


def _busy(request: Request, error: Exception) -> Response:
    if "no such" in str(error):  # a table or a column: SQLite calls that operational, too
        return _damaged(request, error)
    return PlainTextResponse(f"The witness cannot write down what it signs, so it does not sign: {error}.\n", 503)


def _damaged(_: Request, error: Exception) -> Response:
    log.critical("state damaged", reason=str(error))
    return PlainTextResponse(f"The witness's own state is damaged, so it does not sign: {error}.\n", 500)


def _unforeseen(_: Request, __: Exception) -> Response:
    return PlainTextResponse("The witness made a mistake; its log says which.\n", 500)
