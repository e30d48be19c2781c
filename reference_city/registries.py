"""The business registry, the registry of relations and the credit registry."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city.city import City
from reference_city.data_file import DataFile
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
        return [
            Route("/registries/enterprises/{uscc}", self.enterprise),
            Route("/registries/relations", self.relation),
            Route("/registries/credit/{uscc}", self.credit),
        ]

    def enterprise(self, request: Request) -> JSONResponse:
        """An EnterpriseRecord. 404 for an unknown enterprise."""
        city = self._data.city_for("registries")
        return JSONResponse(city.enterprises[_known("uscc", path_of(request), city)])

    def relation(self, request: Request) -> JSONResponse:
        """The Relation of buyer and supplier, the same either way round. 404 if either is unknown."""
        city = self._data.city_for("relations")
        asked = query_of(request)
        buyer, supplier = _known("buyer", asked, city), _known("supplier", asked, city)
        asked.nothing_else()
        if buyer == supplier:
            return JSONResponse(UNRELATED | {"sameController": True, "sameLegalRepresentative": True})
        return JSONResponse(city.relations.get(frozenset({buyer, supplier}), UNRELATED))

    def credit(self, request: Request) -> JSONResponse:
        """A CreditRecord. 404 for an unknown enterprise."""
        city = self._data.city_for("credit")
        return JSONResponse({"listings": city.listings[_known("uscc", path_of(request), city)]})


def _known(name: str, asked: Fields, city: City) -> str:
    code = asked.uscc(name)
    if code not in city.enterprises:
        raise HTTPException(404, f"{name} {code} is not in the registry.")
    return code
