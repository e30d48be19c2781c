"""Operators, contracts and answers for Qingdao's round of 2024 that pass. A test names only what matters to it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from stdnum.cn.uscc import calc_check_digit

from domain.dates import from_iso, start_of
from domain.evaluation.application import evaluate
from domain.evaluation.edition import Edition
from domain.evaluation.rounds import evaluate_round
from domain.facts import CaseFacts, from_message
from domain.format.programme import Programme
from duifu.v1.events_pb2 import ConditionStatus, Evaluation, Ground
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_UNAVAILABLE,
    CUSTOMER_KIND_ENTERPRISE,
    OPINION_KIND_CONFORMS,
    TRUST_LEVEL_B_VERIFIED,
    Applicant,
    Application,
    AuditReport,
    BankReceipt,
    CheckResult,
    ComputeCentre,
    CreditListing,
    CreditRecord,
    Customer,
    CustomerKind,
    Declarations,
    Duplicate,
    DuplicateSearch,
    Facts,
    FactValue,
    Invoice,
    InvoiceLine,
    Material,
    Opinion,
    OpinionKind,
    OtherBenefit,
    ServiceContract,
)
from policy.model import validate
from policy.source import Source, read

HOUSE = Path(__file__).parents[2]
FILE = Path("programmes/qingdao/compute-centre-subsidy-2024.yaml")
SHA256 = "cd" * 32
AUDITOR = 99_000
CREDIT_SOURCES = ("credit_china", "enterprise_publicity", "environment_credit", "enforcement", "environment_penalties")
AUTHORITIES = ("opinion_environment", "opinion_energy", "opinion_police", "opinion_court")
MATERIALS = (
    "application_form",
    "centre_location",
    "operation_right",
    "audit_report",
    "detail_table",
    "service_contracts",
    "service_invoices",
    "bank_receipts",
    "truthfulness_commitment",
)
MET, NOT_MET, NEEDS_EVIDENCE, NEEDS_PERSON = (ConditionStatus.Value(f"CONDITION_STATUS_{name}") for name in (
    "MET", "NOT_MET", "NEEDS_EVIDENCE", "NEEDS_PERSON",
))  # fmt: skip
PERIOD = ("2023-03-01", "2023-06-30")  # when a contract is signed and its service ends, unless said otherwise


# The programme, as it is or with another reading


@cache
def the_source() -> Source:
    """The file."""
    return read(HOUSE / FILE, str(FILE))


@cache
def the_programme() -> Programme:
    """The file's programme."""
    programme, problems = validate(the_source(), Programme)
    assert programme is not None, problems
    return programme


@cache
def the_edition() -> Edition:
    """The file's programme, ready to be applied."""
    return Edition(the_programme())


def with_reading(**parameters: Any) -> Edition:
    """The same with other values of parameters: the readings that an authority may choose instead."""
    data = deepcopy(the_source().data)
    for name, value in parameters.items():
        for dated in data["parameters"][name]["values"]:
            dated["value"] = value
    return edition_of(data)


def edition_of(data: Mapping[str, Any]) -> Edition:
    """An edition from a file's content."""
    return Edition(Programme.of(data, SHA256))


# What an operator hands in


def a_code(number: int) -> str:
    """A well-formed credit code in Qingdao; another number, another code."""
    body = f"91370212MAYQ{number:05d}"
    return body + calc_check_digit(body)


def a_customer(
    number: int = 500,
    kind: CustomerKind.ValueType = CUSTOMER_KIND_ENTERPRISE,
    city: str = "370200",
    *,
    is_related: bool = False,
) -> Customer:
    """A company in Qingdao unless said otherwise."""
    return Customer(uscc=a_code(number), name=f"示例客户{number}", kind=kind, city=city, is_related=is_related)


def a_service(
    amount: int,
    number: int = 1,
    *,
    operator: int = 1,
    customer: Customer | None = None,
    signed_on: str = PERIOD[0],
    starts_on: str = PERIOD[0],
    ends_on: str = PERIOD[1],
    invoiced: Sequence[tuple[int, str]] | None = None,
    received: Sequence[tuple[int, str]] | None = None,
    audited: int | None = None,
    list_price: int | None = None,
) -> ServiceContract:
    """A contract that is invoiced, paid and audited in full inside the period, below the list price."""
    served = customer or a_customer(500 + number)
    bills = [(amount, PERIOD[1])] if invoiced is None else invoiced
    payments = [(amount, PERIOD[1])] if received is None else received
    return ServiceContract(
        contract_number=f"QD-{operator}-{number}",
        customer=served,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        amount_fen=amount,
        invoices=[_invoice(fen, day, operator, number, at, served) for at, (fen, day) in enumerate(bills)],
        receipts=[
            BankReceipt(
                receipt_number=f"SK-{operator}-{number}-{at}",
                invoice_number=_invoice_number(operator, number, 0),
                paid_on=day,
                amount_fen=fen,
                payer_uscc=served.uscc,
                payee_uscc=a_code(operator),
                sha256=SHA256,
            )
            for at, (fen, day) in enumerate(payments)
        ],
        audited_fen=amount if audited is None else audited,
        list_price_fen=amount + 1 if list_price is None else list_price,
        sha256=SHA256,
    )


def _invoice_number(operator: int, contract: int, at: int) -> str:
    return f"2337{operator:06d}{contract:06d}{at:04d}"


def _invoice(fen: int, day: str, operator: int, contract: int, at: int, customer: Customer) -> Invoice:
    return Invoice(
        number=_invoice_number(operator, contract, at),
        issued_on=day,
        buyer_uscc=customer.uscc,
        seller_uscc=a_code(operator),
        lines=[InvoiceLine(name="智能算力服务", amount_fen=fen)],
        total_fen=fen,
        sha256=SHA256,
    )


def an_application(
    *services: ServiceContract,
    operator: int = 1,
    park: str = "智算谷",
    operated_by: int | None = None,
    district: str = "370212",
    confirmed: int | None = None,
    detail_table: int | None = None,
) -> Application:
    """An operator inside the park, with everything that must come with it."""
    total = sum(service.amount_fen for service in services)
    return Application(
        applicant=Applicant(
            uscc=a_code(operator),
            name=f"示例算力运营{operator}有限公司",
            registered_province="370000",
            industry_code="I6531",
        ),
        centre=ComputeCentre(
            name="示例智算中心",
            park=park,
            operator_uscc=a_code(operated_by or operator),
            operator_registered_district=district,
        ),
        services=services,
        audit_report=AuditReport(
            report_number="专审字〔2024〕1号",
            auditor_uscc=a_code(AUDITOR),
            issued_on="2024-01-15",
            confirmed_fen=total if confirmed is None else confirmed,
            auditor_is_independent=True,
            sha256=SHA256,
        ),
        declarations=Declarations(is_truthful=True),
        materials=[
            Material(kind=kind, title=kind, sha256=SHA256, trust_level=TRUST_LEVEL_B_VERIFIED) for kind in MATERIALS
        ],
        facts={"detail_table_fen": FactValue(integer=total if detail_table is None else detail_table)},
    )


# What the outside world answers


def credit(source: str, *listings: CreditListing, queried_on: str = "2024-01-25") -> CheckResult:
    """A source's record; empty unless said otherwise."""
    queried_at = Timestamp()
    queried_at.FromDatetime(start_of(from_iso(queried_on)))
    return CheckResult(
        check=source,
        outcome=CHECK_OUTCOME_CLEAN,
        source=source,
        queried_at=queried_at,
        credit=CreditRecord(listings=listings),
    )


def opinion(authority: str, kind: OpinionKind.ValueType = OPINION_KIND_CONFORMS) -> CheckResult:
    """What an authority says."""
    return CheckResult(check=authority, outcome=CHECK_OUTCOME_CLEAN, source=authority, opinion=Opinion(kind=kind))


def duplicates(*found: Duplicate) -> CheckResult:
    """What the search for the same project found; nothing unless said otherwise."""
    return CheckResult(
        check="duplicates",
        outcome=CHECK_OUTCOME_CLEAN,
        source="财政专项资金项目库",
        duplicates=DuplicateSearch(duplicates=found),
    )


def unavailable(check: str) -> CheckResult:
    """A source that does not answer."""
    return CheckResult(check=check, outcome=CHECK_OUTCOME_UNAVAILABLE, source="超时")


def clean_checks() -> list[CheckResult]:
    """Every source answers, and nothing stands in the way."""
    return [*map(credit, CREDIT_SOURCES), *map(opinion, AUTHORITIES), duplicates()]


# Cases and what becomes of them


def the_facts(
    application: Application,
    *other_answers: CheckResult,
    received_on: str = "2024-01-25",
    received_time: str = "",
    approved_fen: int = 0,
    approved_rate: str = "",
    ruled_met: Iterable[str] = (),
    benefits: Sequence[OtherBenefit] = (),
    case_id: str = "",
) -> Facts:
    """An application inside the window whose checks are clean, but for the answers given."""
    answers = {result.check: result for result in (*clean_checks(), *other_answers)}
    return Facts(
        received_on=received_on,
        received_time=received_time,
        application=application,
        checks=answers.values(),
        benefits=benefits,
        case_id=case_id,
        approved_fen=approved_fen,
        approved_rate=approved_rate,
        ruled_met=ruled_met,
    )


def a_case(application: Application, *other_answers: CheckResult, **said: Any) -> CaseFacts:
    """The same, as the rules take it."""
    return from_message(the_facts(application, *other_answers, **said))


def the_round(*recognised: int, edition: Edition | None = None) -> list[Evaluation]:
    """One operator for each recognised amount, all of them accepted in one round."""
    cases = [
        a_case(an_application(a_service(amount, operator=n), operator=n)) for n, amount in enumerate(recognised, 1)
    ]
    return evaluate_round(edition or the_edition(), cases, {})


def alone(case: CaseFacts, edition: Edition | None = None) -> Evaluation:
    """The only operator of its round."""
    return evaluate_round(edition or the_edition(), [case], {})[0]


def conditions(case: CaseFacts, edition: Edition | None = None) -> dict[str, Ground]:
    """Every condition of a case by its code."""
    return {ground.code: ground for ground in evaluate(edition or the_edition(), case, {}).grounds}


def shares(evaluation: Evaluation) -> tuple[int, int]:
    """What city and district pay, in fen."""
    paid = {level.level: level.amount_fen for level in evaluation.amount.levels}
    assert evaluation.amount.amount_fen == sum(paid.values())
    return paid["city"], paid["district"]
