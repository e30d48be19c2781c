"""The treasuries: each accepts payment orders once, pays them, and says when the bank returned the money."""

from hashlib import sha256

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city.city import Record
from reference_city.data_file import DataFile
from reference_city.faults import guarded
from reference_city.fields import Fields
from reference_city.incoming import body_of, id_of
from reference_city.papers import Outcome, Paper, now_ms
from reference_city.store import Store

ACCEPTED = Outcome("ACCEPTED", reason="")
SETTLED = Outcome("SETTLED", reason="")


class Treasury:
    """An order is accepted, and later settled or returned, which is final."""

    def __init__(self, data: DataFile, store: Store) -> None:
        """Answer from this data file; keep orders in this store."""
        self._data = data
        self._store = store

    def routes(self) -> list[Route]:
        """The paths that this service answers."""
        routes = []
        for path, service in (("/treasury/orders", "treasury"), ("/treasuries/{treasury}/orders", "{treasury}")):
            guard = guarded(self._data, service)
            routes += [
                Route(path, self.orders, middleware=guard),
                Route(f"{path}/{{order_id:path}}", self.order, middleware=guard),
                Route(f"{path}/{{order_id:path}}", self.accept, methods=["PUT"], middleware=guard),
            ]
        return routes

    async def accept(self, request: Request) -> JSONResponse:
        """Accept an order: 201 at first, 200 with the same receipt when repeated, 409 for other content."""
        treasury, order_id = self._treasury(request), id_of(request, "order_id")
        order = _order(await body_of(request))
        is_new = await run_in_threadpool(self._store.receive, _kind(treasury), order_id, order)
        return JSONResponse(_answer(order_id, ACCEPTED), 201 if is_new else 200)

    def order(self, request: Request) -> JSONResponse:
        """How an order stands. 404 for an unknown one."""
        treasury, order_id = self._treasury(request), id_of(request, "order_id")
        order = self._store.paper(_kind(treasury), order_id)
        if order is None:
            raise HTTPException(404, f"There is no payment order {order_id}.")
        return JSONResponse(_answer(order_id, self._outcome(order, treasury)))

    def orders(self, request: Request) -> JSONResponse:
        """All orders in the order of their acceptance: what each asks and how it stands; amountFen is text."""
        treasury = self._treasury(request)
        return JSONResponse(
            {
                "orders": [
                    _answer(order.id, self._outcome(order, treasury))
                    | order.content
                    | {"amountFen": str(order.content["amountFen"])}
                    for order in self._store.papers(_kind(treasury))
                ]
            }
        )

    def _treasury(self, request: Request) -> str:
        """The name of the treasury that is asked; empty for the one without a name. Raises HTTPException 404."""
        treasury = str(request.path_params.get("treasury", ""))
        if treasury not in self._data.city.banks:
            raise HTTPException(404, f"There is no treasury {treasury}.")
        return treasury

    def _outcome(self, order: Paper, treasury: str) -> Outcome:
        bank, known_as = self._data.city.banks[treasury], f"{treasury} {order.id}".lstrip()  # an id has no spaces
        ended = self._store.outcome(known_as)
        if ended:
            return ended
        if now_ms() < order.received_ms + bank.settling_seconds * 1000:
            return ACCEPTED
        reason = bank.returned_accounts.get(str(order.content["accountNumber"]))
        return self._store.settle(known_as, Outcome("RETURNED", reason) if reason else SETTLED)


def _kind(treasury: str) -> str:
    return f"payment order to {treasury}" if treasury else "payment order"


def _order(given: Fields) -> Record:
    order: Record = {
        "payeeName": given.text("payeeName"),
        "accountNumber": given.text("accountNumber"),
        "bankName": given.text("bankName"),
        "amountFen": given.fen("amountFen"),
        "purpose": given.text("purpose"),
        "budgetYear": given.integer("budgetYear", 2000, 2099),
        "payOn": given.day("payOn"),
    }
    given.nothing_else()
    return order


def _answer(order_id: str, outcome: Outcome) -> Record:
    # Derived from the order, so that a repeated order gets the reference it got at first.
    reference = f"TR{sha256(order_id.encode()).hexdigest()[:16].upper()}"
    return {"orderId": order_id, "status": outcome.status, "bankReference": reference, "reason": outcome.reason}
