"""A reference city that really runs: its own process, its own port, its own files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.service import HOUSE, RunningService

SHIPPED = HOUSE / "reference_city" / "city.yaml"

BUYER = "91110108MAYB000177"
SUPPLIER = "91110112MAYG00011A"
CLOSED_ACCOUNT = "0200000000000000901"


class RunningCity(RunningService):
    """Starts a city on a copy of the shipped data file, which a test may edit."""

    health = "/healthz"

    def __init__(self, folder: Path) -> None:
        self.data = folder / "city.yaml"
        self.state = folder / "city.sqlite"
        self.data.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
        self.start()

    def command(self) -> Sequence[str]:
        """See RunningService."""
        command = [sys.executable, "-m", "reference_city", "--port", "0"]
        return [*command, "--data", str(self.data), "--state", str(self.state)]

    def edit(self, old: str, new: str) -> None:
        """Replace a passage of the data file, which must be there."""
        text = self.data.read_text(encoding="utf-8")
        assert old in text
        self.data.write_text(text.replace(old, new), encoding="utf-8")

    def get(self, path: str, **query: str) -> Any:
        """The JSON of a successful GET."""
        answer = self.http.get(path, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()


def a_new_id(kind: str) -> str:
    """An id nobody has used."""
    return f"{kind}/{uuid4()}"


def an_order(**changes: object) -> dict[str, object]:
    """The body of a payment order."""
    return {
        "payeeName": "北京示例智能科技有限公司",
        "accountNumber": "0200000000000000001",
        "bankName": "示例银行北京分行",
        "amountFen": "25000000",
        "purpose": "算力券兑付",
        "budgetYear": 2024,
        "payOn": "2024-06-30",
    } | changes


def a_letter(**changes: object) -> dict[str, object]:
    """The body of a letter."""
    return {"caseId": "approval/A-1", "to": BUYER, "title": "补正通知", "text": "请补充交付凭证。"} | changes


def a_verification(**changes: object) -> dict[str, object]:
    """The body of a question about a fully digital invoice in good standing."""
    return {"number": "24112000000000000001", "code": "", "issuedOn": "2024-05-20", "totalFen": "125000000"} | changes
