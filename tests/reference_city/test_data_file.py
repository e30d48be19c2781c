"""The data file may be edited while the city runs, and a broken edit does not take the city down."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reference_city.reading import BrokenCity, read_city
from tests.reference_city.running import BUYER, SHIPPED, SUPPLIER, RunningCity, a_letter, a_verification, an_order


def test_an_edit_is_in_force_at_the_next_request(own_city: RunningCity) -> None:
    own_city.edit('registeredProvince: "310000"', 'registeredProvince: "320000"')

    assert own_city.get("/registries/enterprises/91310115MAYG00038T")["registeredProvince"] == "320000"


def test_a_file_replaced_as_editors_do_is_noticed(own_city: RunningCity, tmp_path: Path) -> None:
    text = own_city.data.read_text(encoding="utf-8")
    new = tmp_path / "new.yaml"
    new.write_text(text.replace("北京示例云计算有限公司", "北京示例云服务有限公司"), encoding="utf-8")
    os.utime(new, ns=(0, own_city.data.stat().st_mtime_ns))
    new.replace(own_city.data)

    assert own_city.get("/registries/enterprises/91110105MAYG0002XX")["name"] == "北京示例云服务有限公司"


def test_a_broken_edit_keeps_the_last_good_data_and_is_reported_until_mended(own_city: RunningCity) -> None:
    good = own_city.data.read_text(encoding="utf-8")
    own_city.edit("legalForm: LEGAL_FORM_BRANCH", "legalForm: BRANCH")

    health = own_city.get("/healthz")
    assert health["status"] == "SERVING"
    assert "enterprises.91110108MAYB00228N.legalForm must be one of LEGAL_FORM_BRANCH" in health["problem"]
    assert "The last good reading stays in force." in health["problem"]
    assert own_city.get("/registries/enterprises/91110108MAYB00228N")["legalForm"] == "LEGAL_FORM_BRANCH"

    own_city.data.write_text(good, encoding="utf-8")
    assert own_city.get("/healthz") == {"status": "SERVING", "problem": "", "faults": {}}


def test_a_deleted_file_keeps_the_last_good_data(own_city: RunningCity) -> None:
    own_city.data.unlink()

    assert "No such file" in own_city.get("/healthz")["problem"]
    assert own_city.get(f"/registries/enterprises/{BUYER}")["uscc"] == BUYER


@pytest.mark.parametrize("service", ["registries", "relations", "credit", "invoices", "treasury", "letters"])
def test_a_source_that_is_switched_off_is_unavailable_and_the_others_answer(
    own_city: RunningCity, service: str
) -> None:
    own_city.edit("unavailable: []", f"unavailable: [{service}]")

    answers = {
        "registries": own_city.http.get(f"/registries/enterprises/{BUYER}"),
        "relations": own_city.http.get("/registries/relations", params={"buyer": BUYER, "supplier": SUPPLIER}),
        "credit": own_city.http.get(f"/registries/credit/{BUYER}"),
        "invoices": own_city.http.post("/invoices/verifications", json=a_verification()),
        "treasury": own_city.http.put("/treasury/orders/x", json=an_order()),
        "letters": own_city.http.put("/letters/x", json=a_letter()),
    }

    off = answers.pop(service)
    assert off.status_code == 503
    assert f"{service} is unavailable" in off.json()["error"]
    assert all(answer.is_success for answer in answers.values())
    assert own_city.get("/healthz")["faults"] == {service: "unavailable"}

    own_city.edit(f"unavailable: [{service}]", "unavailable: []")
    assert own_city.http.request(off.request.method, off.request.url, content=off.request.content).is_success


def test_an_order_refused_while_the_treasury_was_off_was_not_taken(own_city: RunningCity) -> None:
    own_city.edit("unavailable: []", "unavailable: [treasury]")
    own_city.http.put("/treasury/orders/x", json=an_order())
    own_city.edit("unavailable: [treasury]", "unavailable: []")

    assert own_city.get("/treasury/orders") == {"orders": []}


def test_a_city_does_not_start_on_a_broken_file_and_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "city.yaml"
    broken.write_text("enterprises: [", encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, "-m", "reference_city", "--data", str(broken), "--state", str(tmp_path / "city.sqlite")],
        cwd=SHIPPED.parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: {broken} cannot be used: ")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("treasury:", "treasures:", "treasury is missing"),
        ("unavailable: []", "unavailable: [creditt]", "unavailable must be a list of any of credit"),
        ("faults: {}", "faults: {credit: tired}", "faults.credit must be one of error, hangs_up, loses_answer,"),
        ("faults: {}", "faults: {creditt: slow}", "faults.'creditt' is not known"),
        ("[credit_china, ", "[credit_china, credit_china, ", "credit_sources must be a list of names without spaces"),
        ("source: environment_credit", "source: environment", "must be one of credit_china, enforcement,"),
        ("kind: OPINION_KIND_DOES_NOT_CONFORM", "kind: NO", "consultations.opinions[0].kind must be one of"),
        ("isCertain: false", "isCertain: perhaps", "duplicates[1].isCertain must be true or false"),
        ("  崂山区财政局国库:", "  青岛市财政局国库:", "a key is written twice"),
        ("unavailable: []", "unavailable: []\nsettings: {}", "'settings' is not known"),
        ("unavailable: []", "unavailable: []\nunavailable: []", "a key is written twice"),
        ("  91110108MAYB000252:", "  91110108MAYB000251:", "91110108MAYB000251 is not a unified social credit code"),
        ("  91110108MAYB000252:", "  91110108MAYB000177:", "a key is written twice"),
        ("industryCode: C3911", "industryCode: 3911", "enterprises.91110108MAYB000252.industryCode must be a code"),
        ("industryCode: C3911", "industry: C3911", "enterprises.91110108MAYB000252.industryCode is missing"),
        ("industryCode: C3911", "industryCode: C3911\n    city: x", "91110108MAYB000252.'city' is not known"),
        ("supplier: 91520100MAYG00054A", f"supplier: {BUYER}\n    suplier: x", "relations[0].'suplier' is not known"),
        ("supplier: 91520100MAYG00054A", "supplier: 91110108MAYB0005XF", "relations[0] must be about two enterprises"),
        ("buyer: 91110108MAYB00076A", "buyer: 91110108MAYB00068F", "relations[2] is about the same thing as"),
        ("holdingBasisPoints: 10000", "holdingBasisPoints: 10001", "must be a whole number from 0 to 10000"),
        ("sameController: true", "sameController: yes", "relations[3].sameController must be true or false"),
        ("uscc: 91110108MAYB00113G", "uscc: 91110108MA00TE5T26", "which is not among the enterprises"),
        ("endedOn: 2021-06-09", "endedOn: 9 June 2021", "credit[0].endedOn must be a date"),
        ('number: "24112000000000000902"', 'number: "24112000000000000901"', "invoices[1] is about the same thing as"),
        ("INVOICE_STATUS_REVERSED", "REVERSED", "invoices[3].status must be one of INVOICE_STATUS_CONSISTENT"),
        ("settling_seconds: 0", "settling_seconds: -1", "treasury.settling_seconds must be a whole number"),
        ("reason: 账户已销户", "reason:", "treasury.returned_accounts[0].reason is missing"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    edited = tmp_path / "city.yaml"
    edited.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BrokenCity) as refused:
        read_city(edited)

    assert complaint in str(refused.value)


def test_a_file_cut_short_is_broken_rather_than_a_city_that_knows_less(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    edited = tmp_path / "city.yaml"

    for section in ("relations:", "credit:", "consultations:", "duplicates:", "invoices:", "treasury:", "treasuries:"):
        edited.write_text(text[: text.index(f"\n{section}")], encoding="utf-8")
        with pytest.raises(BrokenCity, match="is missing"):
            read_city(edited)


def test_numbers_keep_their_leading_zeros_with_or_without_quotes(tmp_path: Path) -> None:
    edited = tmp_path / "city.yaml"
    edited.write_text(SHIPPED.read_text(encoding="utf-8").replace('"', ""), encoding="utf-8")

    assert read_city(edited) == read_city(SHIPPED)
