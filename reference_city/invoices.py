"""The invoice platform: says of an invoice whether the tax office has it, and whether it still stands."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city import values
from reference_city.city import CONSISTENT
from reference_city.data_file import DataFile
from reference_city.faults import guarded
from reference_city.incoming import body_of


class Invoices:
    """Every well-formed invoice is consistent, unless the data file says otherwise."""

    def __init__(self, data: DataFile) -> None:
        """Answer from this data file."""
        self._data = data

    def routes(self) -> list[Route]:
        """The paths that this service answers."""
        return [
            Route("/invoices/verifications", self.verify, methods=["POST"], middleware=guarded(self._data, "invoices"))
        ]

    async def verify(self, request: Request) -> JSONResponse:
        """An InvoiceVerification for number, code, issuedOn and totalFen (fen, below zero for a red invoice)."""
        asked = await body_of(request)
        code, number = asked.invoice_key()
        asked.day("issuedOn")
        asked.integer("totalFen", -values.INT64_MAX, values.INT64_MAX)
        asked.nothing_else()
        return JSONResponse(
            {"number": number, "status": self._data.city.invoice_statuses.get((code, number), CONSISTENT)}
        )
