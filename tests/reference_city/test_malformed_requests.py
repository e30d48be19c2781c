"""Whatever is sent, the answer is JSON that says what is wrong, and the city goes on."""

import pytest

from tests.reference_city.running import RunningCity, an_order


@pytest.mark.parametrize(
    ("body", "status", "complaint"),
    [
        (b"", 400, "The body must be a JSON object"),
        (b"{", 400, "The body must be a JSON object"),
        (b"\xff\xfe\x00", 400, "The body must be a JSON object"),
        (b"[" * 100_000, 400, "The body must be a JSON object"),
        (b'{"amountFen": ' + b"9" * 5000 + b"}", 400, "The body must be a JSON object"),
        (b"[]", 400, "must be an object with named fields, not []."),
        (b"NaN", 400, "must be an object with named fields, not nan."),
        (b"{}", 400, "payeeName is missing"),
        (b" " * 1_048_577, 413, "The body is larger than 1048576 bytes."),
    ],
)
@pytest.mark.parametrize("path", ["/treasury/orders/x", "/treasury/orders/x/y"])
def test_a_body_that_is_no_order_is_refused(
    city: RunningCity, path: str, body: bytes, status: int, complaint: str
) -> None:
    answer = city.http.put(path, content=body)

    assert answer.status_code == status
    assert complaint in answer.json()["error"]


def test_a_refusal_never_shows_a_stack_trace(city: RunningCity) -> None:
    answer = city.http.put("/treasury/orders/x", content=b"{")

    assert "Traceback" not in answer.text
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/treasury/orders/x", 405),
        ("GET", "/invoices/verifications", 405),
        ("POST", "/letters/x", 405),
    ],
)
def test_a_wrong_path_or_method_is_answered_in_json(city: RunningCity, method: str, path: str, status: int) -> None:
    answer = city.http.request(method, path, json=an_order())

    assert answer.status_code == status
    assert answer.json()["error"].startswith(f"{method} {path}: ")
