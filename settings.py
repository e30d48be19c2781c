"""Configuration, from the environment. One folder holds the state of a deployment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

ADDRESSES = {
    "temporal_address": "TEMPORAL_ADDRESS",
    "city_url": "DUIFU_CITY_URL",
    "web_ui_url": "DUIFU_WEB_UI_URL",
}
#: Databases and files that lie in the home folder unless the environment says otherwise.
DATABASES = (
    "DUIFU_LEDGER", "DUIFU_SEALS", "DUIFU_SEAL_KEY", "DUIFU_WITNESSES", "DUIFU_SUBJECT_KEYS", "DUIFU_VIEWS",
)  # fmt: skip
SHIPPED_PROGRAMMES = Path(__file__).parent / "programmes"


@dataclass(frozen=True)
class Settings:
    """Where the parts of a deployment are. Temporal's own `TEMPORAL_*` variables are read by its SDK."""

    home: Path  # holds the ledger and, with `duifu up`, everything else
    temporal_address: str
    namespace: str
    task_queue: str
    city_url: str
    web_ui_url: str
    log_style: Literal["json", "console"]
    sandboxed: bool  # run workflows in the SDK's sandbox
    programmes: Path  # folder of programme files and the working calendar

    databases: Mapping[str, str] = field(default_factory=dict)  # DUIFU_LEDGER and the like, where the environment says
    seal_seconds: int = 1  # between two checkpoints of a ledger that grows
    treasury: Literal["http", "files"] = "http"  # how orders reach it, and its answers us

    @property
    def ledger(self) -> str:
        """The ledger: a SQLite file, or a postgresql:// URL."""
        return self._beside("DUIFU_LEDGER", "ledger.sqlite")

    @property
    def seals(self) -> Path:
        """The sealer's file: checkpoints and the tree."""
        return Path(self._beside("DUIFU_SEALS", "seals.sqlite"))

    @property
    def seal_key(self) -> Path:
        """The key that signs checkpoints."""
        return Path(self._beside("DUIFU_SEAL_KEY", "seal.key"))

    @property
    def seal_vkey(self) -> Path:
        """The public half of that key, for who verifies."""
        return self.seal_key.with_suffix(".vkey")

    @property
    def witnesses(self) -> Path:
        """The list of witnesses to ask, if there is one."""
        return Path(self._beside("DUIFU_WITNESSES", "witnesses"))

    @property
    def subject_keys(self) -> str:
        """The keys of personal data: a SQLite file, or a postgresql:// URL."""
        return self._beside("DUIFU_SUBJECT_KEYS", "subject-keys.sqlite")

    @property
    def views(self) -> str:
        """The read models: a SQLite file, or a postgresql:// URL; empty if there are to be none."""
        address = self._beside("DUIFU_VIEWS", "views.sqlite")
        return "" if address == "off" else address

    def _beside(self, name: str, file: str) -> str:
        return self.databases.get(name) or str(self.home / file)

    @property
    def addresses_path(self) -> Path:
        """While `duifu up` runs: where its parts listen, so that other commands find them."""
        return self.home / "addresses.json"

    def note_addresses(self) -> None:
        """Say where this deployment listens."""
        addresses = {field: getattr(self, field) for field in ADDRESSES}
        self.addresses_path.write_text(json.dumps(addresses, indent=1), "utf-8")

    def as_it_runs(self) -> "Settings":
        """The same settings with the addresses of what runs in this folder, unless the environment says."""
        if not self.addresses_path.exists():
            return self
        noted = json.loads(self.addresses_path.read_text("utf-8"))
        return replace(self, **{field: noted[field] for field, name in ADDRESSES.items() if name not in os.environ})


def from_environment() -> Settings:
    """Defaults suit one machine. Raises ValueError for a value that cannot be used, naming what is allowed."""
    return Settings(
        home=Path(os.environ.get("DUIFU_HOME", ".duifu")).absolute(),
        temporal_address=os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
        task_queue=os.environ.get("DUIFU_TASK_QUEUE", "duifu"),
        city_url=os.environ.get("DUIFU_CITY_URL", "http://127.0.0.1:8090"),
        web_ui_url=os.environ.get("DUIFU_WEB_UI_URL", "http://127.0.0.1:8233"),
        log_style=cast(Literal["json", "console"], _one_of("DUIFU_LOG", ("console", "json"))),
        sandboxed=_one_of("DUIFU_SANDBOX", ("on", "off")) == "on",
        programmes=Path(os.environ.get("DUIFU_PROGRAMMES", SHIPPED_PROGRAMMES)).absolute(),
        databases={name: os.environ[name] for name in DATABASES if os.environ.get(name)},
        seal_seconds=_seconds("DUIFU_SEAL_SECONDS", 1),
        treasury=cast(Literal["http", "files"], _one_of("DUIFU_TREASURY", ("http", "files"))),
    )


def _one_of(name: str, allowed: tuple[str, ...]) -> str:
    value = os.environ.get(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it may be {' or '.join(allowed)}")
    return value


def _seconds(name: str, usual: int) -> int:
    value = os.environ.get(name, str(usual))
    if not value.isdecimal() or int(value) == 0:
        raise ValueError(f"{name} is {value!r}; it may be a whole number of seconds, from 1")
    return int(value)
