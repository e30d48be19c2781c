"""What stands between us and a service may fail in every way; none of them is an answer, and none holds others up."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.breaker import FAILURES_MAX, PAUSE_SECONDS, Breaker
from activities.outside import Outside
from tests.office import CityNextDoor

BUYER = "91110108MAYB000177"
CREDIT, REGISTRY = "/registries/credit", "/registries/enterprises"


class Clock:
    """Seconds that a test lets pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def failing(city: CityNextDoor, request: pytest.FixtureRequest) -> Iterator[str]:
    """The credit registry fails in one way for the length of a test."""
    fault = str(request.param)
    city.edit("faults: {}", f"faults: {{credit: {fault}}}")
    yield fault
    city.edit(f"faults: {{credit: {fault}}}", "faults: {}")


@pytest.fixture
async def impatient(city: CityNextDoor) -> AsyncIterator[Outside]:
    """A client that waits half a second."""
    client = Outside(city.url, timeout_seconds=0.5)
    yield client
    await client.close()


async def away(outside: Outside) -> str:
    with pytest.raises(ApplicationError) as error:
        await outside.get(CREDIT, BUYER)
    assert error.value.type == "SOURCE_UNAVAILABLE"
    assert error.value.category == ApplicationErrorCategory.BENIGN
    assert not error.value.non_retryable
    return str(error.value)


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("error", "/registries/credit/91110108MAYB000177 返回 500"),
        ("nonsense", "/registries/credit/91110108MAYB000177 的答复无法读取"),
        ("hangs_up", "/registries/credit/91110108MAYB000177 无法访问：RemoteProtocolError"),
    ],
    indirect=["failing"],
)
async def test_a_service_that_fails_in_any_way_is_away_and_the_sentence_says_how(
    outside: Outside, failing: str, said: str
) -> None:
    assert await away(outside) == f"SOURCE_UNAVAILABLE: {said}"


@pytest.mark.parametrize("failing", ["silent", "slow"], indirect=True)
async def test_a_service_that_does_not_answer_in_time_is_away(impatient: Outside, failing: str) -> None:
    # Both time limits may ring first: that of a read, and that of the whole request.
    said = (await away(impatient)).replace("：TimeoutError", "：ReadTimeout")
    assert said == "SOURCE_UNAVAILABLE: /registries/credit/91110108MAYB000177 无法访问：ReadTimeout"


@pytest.mark.parametrize("failing", ["slow"], indirect=True)
async def test_a_slow_service_is_waited_for(outside: Outside, failing: str) -> None:
    assert (await outside.get(CREDIT, BUYER)).json() == {"listings": []}


async def test_a_page_of_a_gateway_that_says_not_found_is_no_answer_of_a_registry() -> None:
    async def gateway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\nnot found")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(gateway, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        outside = Outside(f"http://{host}:{port}")
        assert "的答复无法读取" in await away(outside)
        await outside.close()


async def test_an_answer_that_trickles_in_for_ever_is_given_up_after_the_time_limit() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        outside = Outside(f"http://{host}:{port}", timeout_seconds=0.5)
        started = asyncio.get_running_loop().time()
        assert "无法访问：TimeoutError" in await away(outside)
        assert asyncio.get_running_loop().time() - started < 5
        await outside.close()


@pytest.mark.parametrize("failing", ["error"], indirect=True)
async def test_a_service_that_keeps_failing_is_left_alone_and_the_others_are_not(
    outside: Outside, failing: str, city: CityNextDoor
) -> None:
    for _ in range(FAILURES_MAX):
        assert "返回 500" in await away(outside)

    said = await away(outside)

    assert said == f"SOURCE_UNAVAILABLE: /registries/credit 连续{FAILURES_MAX}次未正常答复，暂停访问"
    assert (await outside.get(REGISTRY, BUYER)).json()["uscc"] == BUYER


async def test_what_a_service_refuses_is_an_answer_and_opens_nothing(outside: Outside) -> None:
    for _ in range(FAILURES_MAX + 1):
        with pytest.raises(ApplicationError) as error:
            await outside.get(CREDIT, "123")
        assert error.value.type == "QUERY_REFUSED"

    assert (await outside.get(CREDIT, BUYER)).json() == {"listings": []}


# The breaker alone


def a_breaker_after(failures: int) -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(failures):
        breaker.failed()
    return breaker, clock


def test_failures_in_a_row_open_it_and_an_answer_between_them_does_not() -> None:
    breaker, _ = a_breaker_after(FAILURES_MAX - 1)
    assert breaker.admits()

    breaker.succeeded()
    breaker.failed()
    assert breaker.admits()

    opened, _ = a_breaker_after(FAILURES_MAX)
    assert not opened.admits()


def test_after_the_pause_one_request_looks_again_and_the_others_wait_for_it() -> None:
    breaker, clock = a_breaker_after(FAILURES_MAX)

    clock.now = PAUSE_SECONDS - 0.001
    assert not breaker.admits()
    clock.now = PAUSE_SECONDS
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_look_that_fails_starts_the_pause_anew_and_one_that_succeeds_ends_it() -> None:
    breaker, clock = a_breaker_after(FAILURES_MAX)
    clock.now = PAUSE_SECONDS
    assert breaker.admits()

    clock.now += 1
    breaker.failed()
    clock.now += PAUSE_SECONDS - 1
    assert not breaker.admits()
    clock.now += 1
    assert breaker.admits()

    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_a_look_that_never_comes_to_an_end_does_not_close_the_door_for_good() -> None:
    breaker, clock = a_breaker_after(FAILURES_MAX)
    clock.now = PAUSE_SECONDS
    assert breaker.admits()

    clock.now += PAUSE_SECONDS

    assert breaker.admits()
