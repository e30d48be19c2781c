"""What may go wrong with a service, switched on in the data file: a caller must live with all of it."""

import asyncio

from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_city.data_file import DataFile

SLOW_SECONDS = 2


def guarded(data: DataFile, service: str) -> list[Middleware]:
    """For a route of a service, whose name may take parts of the path: "{source}"."""
    return [Middleware(Faults, data, service)]


class Faults:
    """Stands before an endpoint and fails in its place, as long as the data file says so of its service."""

    def __init__(self, app: ASGIApp, data: DataFile, service: str) -> None:
        """Guard `app`."""
        self._app, self._data, self._service = app, data, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or fail."""
        service = self._service.format(**scope["path_params"])
        match self._data.city.faults.get(service):
            case "unavailable":
                said = f"{service} is unavailable: {self._data.path} switches it off."
                await JSONResponse({"error": said}, 503)(scope, receive, send)
            case "error":
                await JSONResponse({"error": f"{service} made a mistake."}, 500)(scope, receive, send)
            case "nonsense":
                await PlainTextResponse("<html>请先登录</html>")(scope, receive, send)
            case "silent":
                await _until_gone(receive)
            case "hangs_up":
                await _hang_up(send)
            case "loses_answer":
                await self._app(scope, receive, _swallow)
                await _hang_up(send)
            case fault:
                await asyncio.sleep(SLOW_SECONDS if fault == "slow" else 0)
                await self._app(scope, receive, send)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang_up(send: Send) -> None:
    # Less than was promised: the server closes the connection, and the caller has half an answer.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b'{"', "more_body": False})


async def _swallow(_message: Message) -> None:
    pass
