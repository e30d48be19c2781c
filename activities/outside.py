"""The city's services over HTTP: one client, one way to say that a source is away, one way to keep its answer."""

import hashlib
from typing import Any

import httpx
from google.protobuf import json_format
from google.protobuf.message import Message
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

TIMEOUT_SECONDS = 10
CONFLICT = "ORDER_CONFLICT"


class Outside:
    """A service of the city. Safe to share between activities."""

    def __init__(self, base_url: str):
        self._client = httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT_SECONDS)

    async def get(self, path: str, **params: str) -> httpx.Response:
        """A query. Raises ApplicationError of type SOURCE_UNAVAILABLE, to be tried again."""
        return await self._send("GET", path, params=params)

    async def put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """An idempotent order. Raises ApplicationError SOURCE_UNAVAILABLE, or ORDER_CONFLICT for other content."""
        return await self._send("PUT", path, json=body)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """A query with a body. Raises ApplicationError like `get`."""
        return await self._send("POST", path, json=body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            sentence = f"{path} 无法访问：{type(error).__name__}"
            raise not_yet("SOURCE_UNAVAILABLE", sentence) from error
        if response.status_code == httpx.codes.CONFLICT:
            # Tried again like a source that is away: somebody must mend it there, and nothing else waits for that.
            raise ApplicationError(response.json()["error"], type=CONFLICT)
        if response.status_code >= 500:
            raise not_yet("SOURCE_UNAVAILABLE", f"{path} 返回 {response.status_code}")
        if response.status_code == httpx.codes.BAD_REQUEST:
            raise ApplicationError(f"{path} 拒绝了查询：{response.text}", type="QUERY_REFUSED", non_retryable=True)
        return response


def not_yet(code: str, sentence: str) -> ApplicationError:
    """No answer so far, to be asked again: the log says it in one line, without the SDK's stack trace."""
    return ApplicationError(sentence, type=code, category=ApplicationErrorCategory.BENIGN)


def digest(response: httpx.Response) -> str:
    """SHA-256 of an answer as it was received."""
    return hashlib.sha256(response.content).hexdigest()


def read(response: httpx.Response, message: Message) -> Message:
    """The answer as a message of ours; fields that we do not know are passed over."""
    return json_format.Parse(response.content, message, ignore_unknown_fields=True)
