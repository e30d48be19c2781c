"""An account: what was authorised, held in six buckets. Every event moves an amount from one bucket to another."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Bucket(IntEnum):
    """Where a fen of an account is; the auditors' guide says for each kind of account which event moves it."""

    RESERVED = 0  # spoken for, and nothing is promised yet; of a recovery, handed over to a judicial organ
    COMMITTED = 1  # promised: a voucher, or a payment order without an answer
    PAID = 2
    RELEASED = 3  # nobody gets it any more from here
    RECOVERED = 4  # was paid, and is to be paid back; of a year and of a recovery, it came back
    FREE = 5


TITLES = {
    Bucket.RESERVED: "预留",
    Bucket.COMMITTED: "已承诺",
    Bucket.PAID: "已支付",
    Bucket.RELEASED: "已释放",
    Bucket.RECOVERED: "追回",
    Bucket.FREE: "余额",
}


class Kind(StrEnum):
    """What an account is about."""

    ISSUING = "issuing"  # what an enterprise may be issued in a year
    REDEEMING = "redeeming"  # what it may be paid in a year
    COMBINED = "combined"  # one limit for both (BJ-A6)
    VOUCHER = "voucher"
    QUARTER = "quarter"
    RECOVERY = "recovery"  # what was demanded back
    ROUND = "round"  # what one level, or the pool of all, gives in a round


KIND_TITLES = {
    Kind.ISSUING: "年度申领限额",
    Kind.REDEEMING: "年度兑付限额",
    Kind.COMBINED: "年度申领兑付合并限额",
    Kind.VOUCHER: "算力券",
    Kind.QUARTER: "批次",
    Kind.RECOVERY: "责令追回",
    Kind.ROUND: "补助资金",
}


class Pool(NamedTuple):
    """What accounts are added up under: limits by year, vouchers by year of issue, quarters and levels one by one."""

    programme_id: str
    kind: Kind
    period: str  # "2024", "2024Q1", or the round and its level

    @property
    def title(self) -> str:
        """For instance 2024 年度申领限额."""
        return f"{self.period} {KIND_TITLES[self.kind]}"


@dataclass(slots=True)
class Account:
    """One account, in fen. Its buckets add up to what was authorised, whatever is moved between them."""

    name: str
    pool: Pool
    holder: str = ""  # the enterprise's unified social credit code; empty: nobody's alone
    clause: str = ""
    whole: "Account | None" = None  # that it is a part of: what a voucher is to its year's limit
    most_fen: int | None = None  # the limit; None: there is none
    held: list[int] = field(default_factory=lambda: [0] * len(Bucket))

    @property
    def authorised_fen(self) -> int:
        """All that is in it."""
        return sum(self.held)

    @property
    def used_fen(self) -> int:
        """All that is not free."""
        return self.authorised_fen - self.held[Bucket.FREE]

    def authorise(self, fen: int) -> None:
        """From now on so much is in it; more or less than before is free, or lacking."""
        self.held[Bucket.FREE] += fen - self.authorised_fen

    def move(self, source: Bucket, target: Bucket, fen: int) -> int:
        """Move an amount; gives how much of it was not there, so that the source is below nothing."""
        had = self.held[source]
        self.held[source] -= fen
        self.held[target] += fen
        return max(0, fen - max(0, had))
