"""What an ordinary service does: a table of claims whose state is overwritten, and an audit row for each change.

Every phase handles a chunk of claims in one commit and takes only those that are in the state before, so that a chunk
may be repeated. The engines run the same phases as their steps. A service that handles one claim after the other sends
a statement for each row; batched, all rows of a chunk are handed to the driver at once.
"""

import json
from collections.abc import Callable
from dataclasses import asdict

from bench.closing.claims import Claim, claims, firms
from bench.closing.contestant import Place
from bench.closing.reckoning import CHUNK, Outcome, assess, chunks, order_id, payable, treasury
from bench.closing.rows import Row, open_rows

SCHEMA = (
    "CREATE TABLE claim (number bigint PRIMARY KEY, firm bigint NOT NULL, facts text NOT NULL, state text NOT NULL, "
    "due_fen bigint, paid_fen bigint, deferred_fen bigint, bank_reference text)",
    "CREATE TABLE firm_year (firm bigint PRIMARY KEY, used_fen bigint NOT NULL)",
    "CREATE TABLE audit (number bigint NOT NULL, phase text NOT NULL, body text NOT NULL, PRIMARY KEY (number, phase))",
    "CREATE TABLE quarter (name text PRIMARY KEY, paid_fen bigint, deferred_fen bigint, claims bigint)",
)
ADMIT = "INSERT INTO claim (number, firm, facts, state) VALUES (%s, %s, %s, 'admitted')"
TO_ORDER = (
    "SELECT number, firm, due_fen, used_fen FROM claim JOIN firm_year USING (firm) "
    "WHERE number BETWEEN %s AND %s AND state = 'assessed' ORDER BY number"
)
AUDIT = "INSERT INTO audit VALUES (%s, %s, %s)"


class Table:
    """The quarter in four tables."""

    def __init__(self, place: Place):
        self._rows = open_rows(place.database, place.home / "rows.sqlite")
        self._batched = place.batched

    def admit(self, count: int) -> None:
        """Make the tables and hand in the claims."""
        self._rows.script(SCHEMA)
        self._rows.write("INSERT INTO firm_year VALUES (%s, 0)", [(firm,) for firm in range(firms(count))])
        page: list[Row] = []
        for claim in claims(count):
            page.append((claim.number, claim.firm, json.dumps(asdict(claim))))
            if len(page) == CHUNK or claim.number == count:
                self._rows.write(ADMIT, page)
                page.clear()
        self._rows.commit()
        self._rows.script(["ANALYZE"])

    def assess(self, first: int, last: int) -> int:
        """Work out what is due of each claim, and keep how. Answers how many there were to do, as all phases."""
        updates: list[Row] = []
        audit: list[Row] = []
        for number, facts in self._in_state("admitted", "number, facts", first, last):
            assessed = assess(Claim.from_fields(json.loads(facts)))
            updates.append((assessed.due_fen, number))
            audit.append((number, "assessed", json.dumps({"due_fen": assessed.due_fen, "trace": assessed.trace})))
        self._write("UPDATE claim SET state = 'assessed', due_fen = %s WHERE number = %s", updates)
        return self._done(audit)

    def order(self, first: int, last: int) -> int:
        """Order what the yearly limit allows, oldest request first, and put off the rest."""
        used: dict[int, int] = {}
        updates: list[Row] = []
        audit: list[Row] = []
        for number, firm, due_fen, used_fen in self._rows.read(TO_ORDER, (first, last)):
            used.setdefault(firm, used_fen)
            paid_fen = payable(due_fen, used[firm])
            used[firm] += paid_fen
            updates.append(("ordered" if paid_fen else "done", paid_fen, due_fen - paid_fen, number))
            body = {"order_id": order_id(number), "amount_fen": paid_fen, "deferred_fen": due_fen - paid_fen}
            audit.append((number, "ordered", json.dumps(body)))
        self._write("UPDATE claim SET state = %s, paid_fen = %s, deferred_fen = %s WHERE number = %s", updates)
        self._write("UPDATE firm_year SET used_fen = %s WHERE firm = %s", [(fen, firm) for firm, fen in used.items()])
        return self._done(audit)

    def match(self, first: int, last: int) -> int:
        """Have the orders carried out, and keep the bank's references."""
        updates: list[Row] = []
        audit: list[Row] = []
        for number, paid_fen in self._in_state("ordered", "number, paid_fen", first, last):
            reference = treasury(order_id(number), paid_fen)
            updates.append((reference, number))
            audit.append((number, "settled", json.dumps({"amount_fen": paid_fen, "bank_reference": reference})))
        self._write("UPDATE claim SET state = 'done', bank_reference = %s WHERE number = %s", updates)
        return self._done(audit)

    def close(self) -> Outcome:
        """Put the end of the quarter on record; it ends only once."""
        sums = "SELECT sum(paid_fen), sum(deferred_fen), count(*) FROM claim WHERE state = 'done'"
        ((paid_fen, deferred_fen, count),) = self._rows.read(sums)
        outcome = Outcome(int(paid_fen), int(deferred_fen), int(count))
        kept = "INSERT INTO quarter VALUES ('2024Q4', %s, %s, %s) ON CONFLICT (name) DO NOTHING"
        self._rows.write(kept, [(outcome.paid_fen, outcome.deferred_fen, outcome.claims)])
        self._rows.commit()
        return outcome

    def _in_state(self, state: str, columns: str, first: int, last: int) -> list[Row]:
        query = f"SELECT {columns} FROM claim WHERE number BETWEEN %s AND %s AND state = %s ORDER BY number"
        return self._rows.read(query, (first, last, state))

    def _write(self, statement: str, rows: list[Row]) -> None:
        self._rows.write(statement, rows, self._batched)

    def _done(self, audit: list[Row]) -> int:
        self._write(AUDIT, audit)
        self._rows.commit()
        return len(audit)


class StateTable:
    """The phases one after the other, in the process of the service."""

    def __init__(self, place: Place):
        self._table = Table(place)
        self._count = 0

    def setup(self, count: int) -> None:
        """Hand in the claims."""
        self._count = count
        self._table.admit(count)

    def close(self) -> Outcome:
        """Each phase in commits of a chunk."""
        phases: list[Callable[[int, int], int]] = [self._table.assess, self._table.order, self._table.match]
        for phase in phases:
            for first, last in chunks(self._count):
                phase(first, last)
        return self._table.close()

    def again(self) -> Outcome:
        """The same; nothing is found to do."""
        return self.close()

    def servers(self) -> list[int]:
        """None of its own."""
        return []

    def stop(self) -> None:
        """Nothing to end."""
