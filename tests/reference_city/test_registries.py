"""The registries say what is on record, and never let silence pass for a clean record."""

import pytest
import yaml
from stdnum.cn import uscc

from tests.reference_city.running import BUYER, SHIPPED, SUPPLIER, RunningCity

UNKNOWN = "91110108MA00TE5T26"
SUBSIDIARY, ITS_OWNER = "91110108MAYB0005XF", "91520100MAYG00054A"
NOTHING = {
    "sameController": False,
    "parentOrSubsidiary": False,
    "holdingBasisPoints": "0",
    "sameLegalRepresentative": False,
}


def test_an_enterprise_is_answered_with_its_whole_record(city: RunningCity) -> None:
    assert city.get(f"/registries/enterprises/{BUYER}") == {
        "uscc": BUYER,
        "name": "北京示例智能科技有限公司",
        "legalForm": "LEGAL_FORM_COMPANY",
        "registeredProvince": "110000",
        "industryCode": "I6513",
    }


def test_an_enterprise_that_moved_keeps_its_code_and_not_its_province(city: RunningCity) -> None:
    moved = city.get("/registries/enterprises/91110108MAYB0021XN")

    assert moved["uscc"][2:8] == "110108"
    assert moved["registeredProvince"] == "370200"


def test_a_branch_is_registered_as_a_branch(city: RunningCity) -> None:
    assert city.get("/registries/enterprises/91110108MAYB00228N")["legalForm"] == "LEGAL_FORM_BRANCH"


def test_every_code_in_the_shipped_file_has_its_right_check_character() -> None:
    codes = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["enterprises"]

    assert codes
    assert [code for code in codes if not uscc.is_valid(code)] == []


@pytest.mark.parametrize(
    "path",
    [
        f"/registries/enterprises/{UNKNOWN}",
        f"/registries/credit/{UNKNOWN}",
        f"/registries/relations?buyer={UNKNOWN}&supplier={SUPPLIER}",
        f"/registries/relations?buyer={BUYER}&supplier={UNKNOWN}",
    ],
)
def test_an_unknown_enterprise_is_not_found_whoever_is_asked(city: RunningCity, path: str) -> None:
    answer = city.http.get(path)

    assert answer.status_code == 404
    assert f"{UNKNOWN} is not in the registry." in answer.json()["error"]


@pytest.mark.parametrize("code", [BUYER[:17] + "8", BUYER.lower(), BUYER[:17], BUYER + "7", "9144030071526726XI", "x"])
def test_a_wrong_code_is_refused_before_anything_is_looked_up(city: RunningCity, code: str) -> None:
    answer = city.http.get(f"/registries/enterprises/{code}")

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("uscc must be a unified social credit code")


@pytest.mark.parametrize(
    ("buyer", "supplier", "on_record"),
    [
        (SUBSIDIARY, ITS_OWNER, {"parentOrSubsidiary": True, "holdingBasisPoints": "10000"}),
        ("91110108MAYB00068F", SUPPLIER, {"holdingBasisPoints": "2499"}),
        ("91110108MAYB00076A", SUPPLIER, {"holdingBasisPoints": "2500"}),
        ("91110108MAYB000845", SUPPLIER, {"sameController": True}),
        ("91110108MAYB000920", SUPPLIER, {"sameLegalRepresentative": True}),
        (BUYER, SUPPLIER, {}),
        (SUBSIDIARY, SUPPLIER, {}),
    ],
)
def test_a_relation_is_the_same_whoever_is_called_the_buyer(
    city: RunningCity, buyer: str, supplier: str, on_record: dict[str, object]
) -> None:
    one_way = city.get("/registries/relations", buyer=buyer, supplier=supplier)
    other_way = city.get("/registries/relations", buyer=supplier, supplier=buyer)

    assert one_way == other_way == NOTHING | on_record


def test_an_enterprise_that_sells_to_itself_is_related(city: RunningCity) -> None:
    itself = city.get("/registries/relations", buyer=BUYER, supplier=BUYER)

    assert itself == NOTHING | {"sameController": True, "sameLegalRepresentative": True}


def test_a_relation_cannot_be_asked_about_one_enterprise(city: RunningCity) -> None:
    answer = city.http.get("/registries/relations", params={"buyer": BUYER})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("supplier is missing; it must be")


@pytest.mark.parametrize(
    ("code", "listed_on", "ended_on", "repaired_on", "is_dishonesty"),
    [
        ("91110108MAYB00113G", "2019-06-10", "2021-06-09", "", True),
        ("91110108MAYB00121B", "2019-06-10", "2021-06-10", "", True),
        ("91110108MAYB0013X3", "2022-03-01", "2023-01-05", "2023-01-05", True),
        ("91110108MAYB001483", "2024-01-01", "", "", False),
        ("91110108MAYB00156X", "2023-11-20", "", "", True),
    ],
)
def test_a_listing_is_answered_with_its_dates(
    city: RunningCity, code: str, listed_on: str, ended_on: str, repaired_on: str, is_dishonesty: bool
) -> None:
    (listing,) = city.get(f"/registries/credit/{code}")["listings"]

    assert listing.pop("listName")
    assert listing == {
        "listedOn": listed_on,
        "endedOn": ended_on,
        "repairedOn": repaired_on,
        "isDishonesty": is_dishonesty,
    }


def test_an_enterprise_in_good_standing_has_no_listings(city: RunningCity) -> None:
    assert city.get(f"/registries/credit/{BUYER}") == {"listings": []}
