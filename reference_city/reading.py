"""Reads the data file into a City, strictly: a city that is half understood gives false answers."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TypeVar

import yaml

from reference_city import values
from reference_city.city import (
    FAULTS,
    INVOICE_STATUSES,
    LEGAL_FORMS,
    OPINIONS,
    SERVICES,
    Bank,
    City,
    Funded,
    Record,
)
from reference_city.fields import Fields, Malformed

K = TypeVar("K")
V = TypeVar("V")


class BrokenCity(Exception):
    """The data file cannot be used; the sentence says where and why."""


class _AsWritten(yaml.BaseLoader):
    """Leaves every scalar as written, so that no account number loses a zero; refuses a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        mapping: dict[object, object] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice in one place", node.start_mark)
        return mapping


def read_city(path: Path) -> City:
    """Read the data file. Raises BrokenCity, and leaves no half-read city behind."""
    try:
        return _city(Fields(_AsWritten(path.read_text(encoding="utf-8")).get_single_data()))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, Malformed) as error:
        raise BrokenCity(f"{path} cannot be used: {error}") from error


def _city(top: Fields) -> City:
    enterprises = {code: _enterprise(code, given) for code, given in top.keyed("enterprises").items()}
    sources = top.names("credit_sources")
    listings: dict[tuple[str, str], list[Record]] = {}
    for given in top.listed("credit"):
        source = given.one_of("source", sources, otherwise="")
        listings.setdefault((source, _registered("uscc", given, enterprises)), []).append(_listing(given))
    consultations = top.section("consultations")
    authorities = consultations.names("authorities")
    opinions = [_opinion(given, authorities, enterprises) for given in consultations.listed("opinions")]
    treasuries = top.keyed("treasuries")
    city = City(
        enterprises=enterprises,
        relations=_once("relations", [_relation(given, enterprises) for given in top.listed("relations")]),
        credit_sources=sources,
        listings=listings,
        authorities=authorities,
        opinions=_once("consultations.opinions", opinions),
        answering_seconds=consultations.integer("answering_seconds", 0, 86_400, otherwise=0),
        funded=tuple(_funded(given) for given in top.listed("duplicates")),
        invoice_statuses=_once("invoices", [_invoice(given) for given in top.listed("invoices")]),
        banks={"": _bank(top.section("treasury"))} | {name: _bank(given) for name, given in treasuries.items()},
        faults=_faults(top, (*SERVICES, *sources, *authorities, *treasuries)),
    )
    top.nothing_else()
    return city


def _faults(top: Fields, services: Collection[str]) -> dict[str, str]:
    failing = top.section("faults")
    said = {service: failing.one_of(service, FAULTS, otherwise="") for service in services}
    switched_off = dict.fromkeys(top.words("unavailable", services), "unavailable")
    return {service: fault for service, fault in said.items() if fault} | switched_off


def _once(section: str, entries: Iterable[tuple[K, V]]) -> dict[K, V]:
    found: dict[K, V] = {}
    for place, (key, value) in enumerate(entries):
        if key in found:
            raise Malformed(f"{section}[{place}] is about the same thing as an entry before it.")
        found[key] = value
    return found


def _registered(name: str, given: Fields, enterprises: Collection[str]) -> str:
    code = given.uscc(name)
    if code not in enterprises:
        raise Malformed(f"{given.where}.{name} is {code}, which is not among the enterprises.")
    return code


def _enterprise(code: str, given: Fields) -> Record:
    if values.uscc(code) is None:
        raise Malformed(f"{given.where}: {code} is not a unified social credit code.")
    return {
        "uscc": code,
        "name": given.text("name"),
        "legalForm": given.one_of("legalForm", LEGAL_FORMS),
        "registeredProvince": given.matching("registeredProvince", "[0-9]{6}", "a code of six digits (GB/T 2260)"),
        "industryCode": given.matching("industryCode", "[A-T][0-9]{2,4}", 'a code such as "I6513" (GB/T 4754)'),
    }


def _relation(given: Fields, enterprises: Collection[str]) -> tuple[frozenset[str], Record]:
    pair = frozenset(_registered(name, given, enterprises) for name in ("buyer", "supplier"))
    if len(pair) == 1:
        raise Malformed(f"{given.where} must be about two enterprises.")
    return pair, _connection(given)


def _connection(given: Fields) -> Record:
    return {
        "sameController": given.flag("sameController", otherwise=False),
        "parentOrSubsidiary": given.flag("parentOrSubsidiary", otherwise=False),
        "holdingBasisPoints": str(given.integer("holdingBasisPoints", 0, 10_000, otherwise=0)),
        "sameLegalRepresentative": given.flag("sameLegalRepresentative", otherwise=False),
    }


def _listing(given: Fields) -> Record:
    return {
        "listName": given.text("listName"),
        "listedOn": given.day("listedOn"),
        "endedOn": given.day("endedOn", otherwise=""),
        "repairedOn": given.day("repairedOn", otherwise=""),
        "isDishonesty": given.flag("isDishonesty"),
    }


def _opinion(given: Fields, authorities: Collection[str], enterprises: Collection[str]) -> tuple[tuple[str, str], str]:
    about = given.one_of("authority", authorities), _registered("uscc", given, enterprises)
    return about, given.one_of("kind", OPINIONS)


def _funded(given: Fields) -> Funded:
    return Funded(
        uscc=given.uscc("uscc"),
        contract_number=given.text("contractNumber"),
        programme=given.text("programme"),
        description=given.text("description"),
        is_certain=given.flag("isCertain"),
    )


def _bank(given: Fields) -> Bank:
    returned = [(entry.text("accountNumber"), entry.text("reason")) for entry in given.listed("returned_accounts")]
    return Bank(
        returned_accounts=_once(f"{given.where}.returned_accounts", returned),
        settling_seconds=given.integer("settling_seconds", 0, 86_400, otherwise=0),
    )


def _invoice(given: Fields) -> tuple[tuple[str, str], str]:
    return given.invoice_key(), given.one_of("status", INVOICE_STATUSES)


UNRELATED = _connection(Fields({}))
