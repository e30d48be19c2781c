"""The bare library: an aggregate for each claim, each firm's year and the quarter, 500 claims saved at a time."""

from dataclasses import asdict
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from bench.closing.claims import Claim, claims, firms
from bench.closing.contestant import Place
from bench.closing.reckoning import CHUNK, Outcome, Step, assess, chunks, order_id, payable, treasury


class BareClaim(Aggregate):
    """A claim from its admission to the bank's reference."""

    @event("Admitted")
    def __init__(self, number: int, facts: dict[str, Any]):
        self.number, self.facts = number, facts
        self.state = "admitted"
        self.due_fen = self.paid_fen = self.deferred_fen = 0
        self.trace: list[Step] = []
        self.order_id = self.bank_reference = self.clause = ""

    @staticmethod
    def create_id(number: int) -> UUID:
        """The same for the same claim."""
        return uuid5(NAMESPACE_URL, f"/claims/{number}")

    @event("Assessed")
    def assessed(self, due_fen: int, trace: list[Step]) -> None:
        """What is due of it, and how that was worked out."""
        self.state, self.due_fen, self.trace = "assessed", due_fen, trace

    @event("Ordered")
    def ordered(self, order_id: str, amount_fen: int) -> None:
        """The treasury is to pay so much."""
        self.state, self.order_id, self.paid_fen = "ordered", order_id, amount_fen

    @event("Deferred")
    def deferred(self, amount_fen: int, clause: str) -> None:
        """So much is put off."""
        self.state = self.state if self.paid_fen else "done"
        self.deferred_fen, self.clause = amount_fen, clause

    @event("Settled")
    def settled(self, bank_reference: str) -> None:
        """The treasury has paid."""
        self.state, self.bank_reference = "done", bank_reference


class FirmYear(Aggregate):
    """What a firm is paid in a year."""

    @event("Opened")
    def __init__(self, firm: int):
        self.firm, self.used_fen = firm, 0
        self.orders: list[str] = []

    @staticmethod
    def create_id(firm: int) -> UUID:
        """The same for the same firm."""
        return uuid5(NAMESPACE_URL, f"/firm-years/{firm}")

    @event("HeadroomUsed")
    def used(self, order_id: str, amount_fen: int) -> None:
        """An order counts against the limit."""
        self.used_fen += amount_fen
        self.orders.append(order_id)


class ClosedQuarter(Aggregate):
    """The end of the quarter."""

    @event("Closed")
    def __init__(self, name: str, paid_fen: int, deferred_fen: int, claims: int):
        self.name, self.paid_fen, self.deferred_fen, self.claims = name, paid_fen, deferred_fen, claims

    @staticmethod
    def create_id(name: str) -> UUID:
        """The same for the same quarter."""
        return uuid5(NAMESPACE_URL, f"/quarters/{name}")


class Library:
    """The phases one after the other; each reads its aggregates and saves them 500 claims at a time."""

    def __init__(self, place: Place, *, keeps: bool):
        env = _environment(place)
        self._admitting = Application[UUID](env)
        # Kept aggregates are handed out as they are, as who is the only writer may do.
        kept = {
            "AGGREGATE_CACHE_MAXSIZE": "0",
            "AGGREGATE_CACHE_FASTFORWARD": "n",
            "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
        }
        self._app = Application[UUID](env | kept if keeps else env)
        self._count = 0

    def setup(self, count: int) -> None:
        """Hand in the claims."""
        self._count = count
        years = [FirmYear(firm=firm) for firm in range(firms(count))]
        for first in range(0, len(years), CHUNK):
            self._admitting.save(*years[first : first + CHUNK])
        page: list[BareClaim] = []
        for claim in claims(count):
            page.append(BareClaim(number=claim.number, facts=asdict(claim)))
            if len(page) == CHUNK or claim.number == count:
                self._admitting.save(*page)
                page.clear()

    def close(self) -> Outcome:
        """Each phase in commits of a chunk; at last the quarter."""
        for phase in (self._assess, self._order):
            for first, last in chunks(self._count):
                phase(first, last)
        paid_fen = deferred_fen = count = 0
        for first, last in chunks(self._count):
            for claim in self._match(first, last):
                assert claim.state == "done"
                paid_fen += claim.paid_fen
                deferred_fen += claim.deferred_fen
                count += 1
        return self._end(Outcome(paid_fen, deferred_fen, count))

    def again(self) -> Outcome:
        """The same; no claim has anything left to do."""
        return self.close()

    def servers(self) -> list[int]:
        """None of its own."""
        return []

    def stop(self) -> None:
        """Close the connections."""
        self._app.close()
        self._admitting.close()

    def _read(self, first: int, last: int) -> list[BareClaim]:
        get = self._app.repository.get
        return [get(BareClaim.create_id(number)) for number in range(first, last + 1)]

    def _assess(self, first: int, last: int) -> None:
        todo = [claim for claim in self._read(first, last) if claim.state == "admitted"]
        for claim in todo:
            found = assess(Claim.from_fields(claim.facts))
            claim.assessed(found.due_fen, found.trace)
        self._app.save(*todo)

    def _order(self, first: int, last: int) -> None:
        todo = [claim for claim in self._read(first, last) if claim.state == "assessed"]
        years: dict[int, FirmYear] = {}
        for claim in todo:
            firm = claim.facts["firm"]
            if firm not in years:
                years[firm] = self._app.repository.get(FirmYear.create_id(firm))
            amount_fen = payable(claim.due_fen, years[firm].used_fen)
            if amount_fen:
                claim.ordered(order_id(claim.number), amount_fen)
                years[firm].used(order_id(claim.number), amount_fen)
            if amount_fen < claim.due_fen:
                claim.deferred(claim.due_fen - amount_fen, "BJ-3.3")
        self._app.save(*todo, *years.values())

    def _match(self, first: int, last: int) -> list[BareClaim]:
        chunk = self._read(first, last)
        todo = [claim for claim in chunk if claim.state == "ordered"]
        for claim in todo:
            claim.settled(treasury(claim.order_id, claim.paid_fen))
        self._app.save(*todo)
        return chunk

    def _end(self, outcome: Outcome) -> Outcome:
        try:
            closed: ClosedQuarter = self._app.repository.get(ClosedQuarter.create_id("2024Q4"))
        except AggregateNotFoundError:
            closed = ClosedQuarter("2024Q4", outcome.paid_fen, outcome.deferred_fen, outcome.claims)
            self._app.save(closed)
        return Outcome(closed.paid_fen, closed.deferred_fen, closed.claims)


def reading(place: Place) -> Library:
    """Aggregates are read from their events in each phase, as the library does unless it is told otherwise."""
    return Library(place, keeps=False)


def keeping(place: Place) -> Library:
    """Aggregates stay in memory once they were read, all of them."""
    return Library(place, keeps=True)


def _environment(place: Place) -> dict[str, str]:
    if not place.database:
        path = place.home / "library.sqlite"
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    told = conninfo_to_dict(place.database)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(told["dbname"]),
        "POSTGRES_HOST": str(told["host"]),
        "POSTGRES_USER": str(told["user"]),
        "POSTGRES_PASSWORD": "",
    }
