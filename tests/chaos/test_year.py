"""A year in which processes die at any moment ends in the same ledger as a year in which none does."""

import asyncio
from pathlib import Path

import pytest

from ledger import streams
from tests.chaos.conftest import Reference
from tests.chaos.town import POLL_SECONDS, a_town, assert_nothing_is_doubled_or_lost, difference, killing, outline


def rounds(times: int, soak_times: int) -> pytest.MarkDecorator:
    """A few kills in one year for `make test`, many in each of ten years for `make soak`; the seed says when."""
    soak = [pytest.param(seed, soak_times, marks=pytest.mark.soak) for seed in range(11, 21)]
    return pytest.mark.parametrize(("seed", "times"), [(3, times), *soak])


def test_an_undisturbed_year_is_complete(reference: Reference) -> None:
    lines = [line for stream in reference.outline.values() for line in stream]
    kinds = {kind: sum(f" {kind} " in line for line in lines) for kind in ("VoucherIssued", "PaymentOrdered")}

    assert kinds == {"VoucherIssued": 5, "PaymentOrdered": 4}
    assert sum(" CycleClosed " in line for line in lines) == 2
    assert sum(" CaseClosed " in line for line in lines) == 10


@pytest.mark.timeout(600)
@rounds(2, soak_times=6)
async def test_the_worker_dies(reference: Reference, tmp_path: Path, seed: int, times: int) -> None:
    async with a_town(tmp_path) as town:
        async with killing(town, "worker", times=times, seed=seed):
            await town.play_the_year()

        assert difference(reference.outline, outline(town)) == []
        await assert_nothing_is_doubled_or_lost(town)


@pytest.mark.timeout(600)
@rounds(6, soak_times=20)
async def test_the_relay_dies(reference: Reference, tmp_path: Path, seed: int, times: int) -> None:
    async with a_town(tmp_path, relay_apart=True) as town:
        async with killing(town, "relay", times=times, seed=seed):
            await town.play_the_year()

        assert difference(reference.outline, outline(town)) == []
        await assert_nothing_is_doubled_or_lost(town)


@pytest.mark.timeout(600)
@rounds(2, soak_times=6)
async def test_temporal_dies(reference: Reference, tmp_path: Path, seed: int, times: int) -> None:
    async with a_town(tmp_path) as town:
        async with killing(town, "temporal", times=times, seed=seed):
            await town.play_the_year()

        assert town.starts == {"temporal": times}, "worker and relay live through it"

        assert difference(reference.outline, outline(town)) == []
        await assert_nothing_is_doubled_or_lost(town)


async def test_whoever_lets_time_pass_dies(reference: Reference, tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        advances = 0
        while True:
            playing = asyncio.create_task(town.play_the_year())
            while not playing.done() and town.ledger.version(streams.DEPLOYMENT) <= advances + 1:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)  # nobody tells when the ledger grows
            if playing.done():
                break
            # The ledger's clock has gone on, and no workflow knows yet.
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            advances += 1
        playing.result()

        assert advances > 0
        assert difference(reference.outline, outline(town)) == []
        await assert_nothing_is_doubled_or_lost(town)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(1, 11))
async def test_everything_dies(reference: Reference, tmp_path: Path, seed: int) -> None:
    async with a_town(tmp_path, relay_apart=True) as town:
        async with killing(town, "worker", "relay", "temporal", "city", times=20, seed=seed):
            await town.play_the_year()

        assert difference(reference.outline, outline(town)) == []
        await assert_nothing_is_doubled_or_lost(town)
