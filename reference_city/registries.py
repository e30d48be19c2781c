"""The business registry, the registry of relations and those of credit."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city.city import City
from reference_city.data_file import DataFile
from reference_city.faults import guarded
from reference_city.fields import Fields
from reference_city.incoming import path_of, query_of
from reference_city.reading import UNRELATED


class Registries:
    """What is on record about enterprises. An unknown one is 404, lest silence sound like a clean record."""

    def __init__(self, data: DataFile) -> None:
        """Answer from this data file."""
        self._data = data

    def routes(self) -> list[Route]:
        """The paths that this service answers."""
        answers = (
            ("/registries/enterprises/{uscc}", self.enterprise, "registries"),
            ("/registries/relations", self.relation, "relations"),
            ("/registries/credit/{uscc}", self.credit, "credit"),
            ("/registries/credit-sources/{source}/{uscc}", self.credit_at, "{source}"),
        )
        return [Route(path, answer, middleware=guarded(self._data, service)) for path, answer, service in answers]

    def enterprise(self, request: Request) -> JSONResponse:
        """An EnterpriseRecord. 404 for an unknown enterprise."""
        city = self._data.city
        return JSONResponse(city.enterprises[known("uscc", path_of(request), city)])

    def relation(self, request: Request) -> JSONResponse:
        """The Relation of buyer and supplier, the same either way round. 404 if either is unknown."""
        city = self._data.city
        asked = query_of(request)
        buyer, supplier = known("buyer", asked, city), known("supplier", asked, city)
        asked.nothing_else()
        if buyer == supplier:
            return JSONResponse(UNRELATED | {"sameController": True, "sameLegalRepresentative": True})
        return JSONResponse(city.relations.get(frozenset({buyer, supplier}), UNRELATED))

    def credit(self, request: Request) -> JSONResponse:
        """A CreditRecord. 404 for an unknown enterprise."""
        return self._credit(request, "")

    def credit_at(self, request: Request) -> JSONResponse:
        """The CreditRecord that one source keeps. 404 for an unknown enterprise, 400 for an unknown source."""
        return self._credit(request, path_of(request).one_of("source", self._data.city.credit_sources))

    def _credit(self, request: Request, source: str) -> JSONResponse:
        city = self._data.city
        return JSONResponse({"listings": city.listings.get((source, known("uscc", path_of(request), city)), [])})


def known(name: str, asked: Fields, city: City) -> str:
    """The code of a registered enterprise. Raises Malformed, HTTPException 404."""
    code = asked.uscc(name)
    if code not in city.enterprises:
        raise HTTPException(404, f"{name} {code} is not in the registry.")
    return code
