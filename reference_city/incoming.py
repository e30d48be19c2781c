"""Takes what a caller sent: the id in the path, the query, the JSON body."""

import json

from starlette.exceptions import HTTPException
from starlette.requests import Request

from reference_city.fields import Fields, Malformed

BODY_BYTES_MAX = 1_048_576


def id_of(request: Request, name: str) -> str:
    """The id in the path; it may contain slashes. Raises Malformed."""
    return path_of(request).matching(name, r"[^\s\x00-\x1f\x7f]{1,200}", "an id of 1 to 200 characters without spaces")


def path_of(request: Request) -> Fields:
    """The named parts of the path."""
    return Fields(dict(request.path_params))


def query_of(request: Request) -> Fields:
    """The fields after the question mark."""
    return Fields(dict(request.query_params))


async def body_of(request: Request) -> Fields:
    """The JSON object in the body. Raises Malformed, or HTTPException 413 beyond one MiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, f"The body is larger than {BODY_BYTES_MAX} bytes.")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"The body must be a JSON object: {error}.") from error
    return Fields(given)
