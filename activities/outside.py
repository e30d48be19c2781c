"""The city's services over HTTP: one client, one way to say that a source is away, one way to keep its answer."""

import asyncio
import hashlib
from collections import defaultdict
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from google.protobuf import json_format
from google.protobuf.message import Message
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.breaker import Breaker

M = TypeVar("M", bound=Message)

TIMEOUT_SECONDS = 10
CONFLICT = "ORDER_CONFLICT"
#: What we know how to read; any other status is no answer.
UNDERSTOOD = frozenset(
    {
        httpx.codes.OK,
        httpx.codes.CREATED,
        httpx.codes.ACCEPTED,
        httpx.codes.BAD_REQUEST,
        httpx.codes.NOT_FOUND,
        httpx.codes.CONFLICT,
    }
)


class Outside:
    """The services of the city, each known by its path. Safe to share between activities.

    A service that fails several times in a row is asked no more for some seconds, so that what waits for it takes
    nobody's place.
    """

    def __init__(self, base_url: str, timeout_seconds: float = TIMEOUT_SECONDS):
        """`timeout_seconds` is for a whole request, from connecting to the last byte of the answer."""
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout_seconds)
        self._timeout_seconds = timeout_seconds
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)

    async def get(self, service: str, key: str = "", **params: str) -> httpx.Response:
        """A query. Raises ApplicationError of type SOURCE_UNAVAILABLE, to be tried again."""
        return await self._send("GET", service, key, params=params)

    async def put(self, service: str, key: str, body: dict[str, Any]) -> httpx.Response:
        """An idempotent order. Raises ApplicationError SOURCE_UNAVAILABLE, or ORDER_CONFLICT for other content."""
        return await self._send("PUT", service, key, json=body)

    async def post(self, service: str, body: dict[str, Any]) -> httpx.Response:
        """A query with a body. Raises ApplicationError like `get`."""
        return await self._send("POST", service, "", json=body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send(self, method: str, service: str, key: str, **how: Any) -> httpx.Response:
        breaker, path = self._breakers[service], f"{service}/{key}" if key else service
        if not breaker.admits():
            raise not_yet("SOURCE_UNAVAILABLE", f"{service} 连续{breaker.failures}次未正常答复，暂停访问")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._client.request(method, quote(path), **how)
        except (httpx.HTTPError, TimeoutError) as error:
            breaker.failed()
            raise not_yet("SOURCE_UNAVAILABLE", f"{path} 无法访问：{type(error).__name__}") from error
        if trouble := _trouble(response):
            breaker.failed()
            raise not_yet("SOURCE_UNAVAILABLE", f"{path} {trouble}")
        breaker.succeeded()
        if response.status_code == httpx.codes.CONFLICT:
            # Tried again like a source that is away: somebody must mend it there, and nothing else waits for that.
            raise ApplicationError(response.json()["error"], type=CONFLICT)
        if response.status_code == httpx.codes.BAD_REQUEST:
            raise ApplicationError(f"{path} 拒绝了查询：{response.text}", type="QUERY_REFUSED", non_retryable=True)
        return response


def _trouble(response: httpx.Response) -> str:
    """Why this is no answer of the service's own; empty if it is one. What stands between us may answer too."""
    if response.status_code not in UNDERSTOOD:
        return f"返回 {response.status_code}"
    try:
        is_ours = isinstance(response.json(), dict)
    except ValueError:
        is_ours = False
    return "" if is_ours else "的答复无法读取"


def not_yet(code: str, sentence: str) -> ApplicationError:
    """No answer so far, to be asked again: the log says it in one line, without the SDK's stack trace."""
    return ApplicationError(sentence, type=code, category=ApplicationErrorCategory.BENIGN)


def digest(response: httpx.Response) -> str:
    """SHA-256 of an answer as it was received."""
    return hashlib.sha256(response.content).hexdigest()


def read(response: httpx.Response, message: M) -> M:
    """The answer as a message of ours; fields that we do not know are passed over.

    Raises ApplicationError of type SOURCE_UNAVAILABLE for an answer of another shape.
    """
    try:
        return json_format.Parse(response.content, message, ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise not_yet("SOURCE_UNAVAILABLE", f"{response.url.path} 的答复无法读取") from error
