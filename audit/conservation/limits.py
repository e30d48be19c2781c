"""How much an edition authorises: for an enterprise and year, for a quarter's payments, for a round."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from audit.applied import Applied
from domain.calculation import accounts
from domain.dates import from_iso
from domain.facts import CaseFacts
from domain.serving import Limit, served, served_grant
from duifu.v1.events_pb2 import CycleOpened, RoundOpened
from duifu.v1.facts_pb2 import Application, Contract, SpecialApproval
from policy.rulebook import Rulebook


class Quota(NamedTuple):
    """What a round shares; as it is made, without a limit."""

    level: str | None = None  # whose money the pool is; None: the money of all levels together
    most_fen: int | None = None  # None: no limit
    is_for_each: bool = False  # of every applicant, not of all together (QD-A2)
    clause: str = ""


class Limits:
    """The limits of the editions at hand. Every method raises Refused where the rules refuse, EDITION_UNKNOWN too."""

    def __init__(self, rulebook: Rulebook):
        """`rulebook` has the editions at hand."""
        self._rulebook, self._applied = rulebook, Applied(rulebook)
        self._usual = cache(self._issuing)

    def issuing(self, edition_sha256: str, on: date, approvals: Mapping[str, SpecialApproval]) -> Limit:
        """What may be issued to an enterprise in the year of a day; more by a special approval. (BJ-3.3)"""
        return self._issuing(edition_sha256, on, approvals) if approvals else self._usual(edition_sha256, on)

    def redeeming(self, opened: CycleOpened) -> Limit:
        """What may be paid to an enterprise in the year that a quarter counts in. (BJ-3.3)"""
        return self._applied.paying(opened).limit

    def quota(self, opened: RoundOpened) -> Quota:
        """What a round has to share. (QD-2.4)"""
        programme, on = self._rulebook.pinned(opened.edition_sha256), from_iso(opened.opens_on)
        pool = served_grant(programme)
        account = programme.accounts[pool.account]
        is_for_each = programme.setting(account.each_applicant, on) == "true"
        return Quota(pool.level, accounts.limit(programme, pool.account, on), is_for_each, account.clause)

    def _issuing(self, edition_sha256: str, on: date, approvals: Mapping[str, SpecialApproval] | None = None) -> Limit:
        # Whichever day the edition counts by, it is this one: the year of the account is known.
        application = Application(contract=Contract(signed_on=on.isoformat()))
        facts = CaseFacts(received_on=on, application=application, special_approvals=approvals or {})
        return served(self._rulebook.pinned(edition_sha256)).issuing_limit(facts)
