"""The register of funded projects: finds what other programmes pay for already. (查重)"""

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reference_city.city import Funded, Record
from reference_city.data_file import DataFile
from reference_city.faults import guarded
from reference_city.incoming import body_of
from reference_city.registries import known


class Duplicates:
    """Compares contracts by their numbers, without regard to spaces, hyphens and case."""

    def __init__(self, data: DataFile) -> None:
        """Answer from this data file."""
        self._data = data

    def routes(self) -> list[Route]:
        """The paths that this service answers."""
        guard = guarded(self._data, "duplicates")
        return [Route("/registries/duplicates", self.search, methods=["POST"], middleware=guard)]

    async def search(self, request: Request) -> JSONResponse:
        """A DuplicateSearch for uscc, contracts (each number and customer) and projectNumber, which may be empty.

        404 for an unknown enterprise.
        """
        city, asked = self._data.city, await body_of(request)
        uscc = known("uscc", asked, city)
        customers = {
            _plain(contract.text("number")): contract.matching("customer", ".*", "a code or nothing", otherwise="")
            for contract in asked.listed("contracts")
        }
        asked.matching("projectNumber", ".*", "text or nothing", otherwise="")
        asked.nothing_else()
        return JSONResponse({"duplicates": list(_found(city.funded, uscc, customers))})


def _found(funded: tuple[Funded, ...], uscc: str, customers: Mapping[str, str]) -> Iterator[Record]:
    for project in funded:
        number = _plain(project.contract_number)
        if number in customers and project.uscc in (uscc, customers[number]):
            same = "SAME" if project.is_certain else "SIMILAR"
            kind = same if project.uscc == uscc else "OTHER_SIDE"
            yield {
                "kind": f"DUPLICATE_KIND_{kind}",
                "programme": project.programme,
                "description": project.description,
            }


def _plain(number: str) -> str:
    return "".join(character for character in number if character.isalnum()).upper()
