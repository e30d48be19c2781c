"""Applications, contracts, redemptions, actors and check results that pass. A test names only what matters to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stdnum.cn.uscc import calc_check_digit

from domain.dates import SHANGHAI
from domain.money import yuan
from duifu.v1.commands_pb2 import Actor, Finding
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_UNAVAILABLE,
    INVOICE_STATUS_CONSISTENT,
    LEGAL_FORM_COMPANY,
    SERVICE_KIND_AI_COMPUTE,
    TRUST_LEVEL_A_ISSUED,
    Applicant,
    Application,
    BankAccount,
    BankReceipt,
    CheckResult,
    Contract,
    ContractItem,
    CreditListing,
    CreditRecord,
    Declarations,
    DeliveryProof,
    EnterpriseRecord,
    FactValue,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    InvoiceVerification,
    InvoiceVerifications,
    LegalForm,
    Material,
    Purpose,
    RedemptionRequest,
    Relation,
    ScheduleEntry,
    ServiceKind,
    Supplier,
)

PROGRAMME = "bj-slq-2023"
CAP = yuan(2_000_000)
SHA256 = "ab" * 32


def a_uscc(number: int) -> str:
    """A well-formed code that nobody has; another number, another code."""
    body = f"91110108MAYT{number:05d}"
    return body + calc_check_digit(body)


@dataclass(frozen=True)
class Firm:
    """An enterprise, as buyer or as supplier."""

    uscc: str
    name: str


def a_firm(number: int) -> Firm:
    """An enterprise like any other."""
    return Firm(a_uscc(number), f"北京示例{number}科技有限公司")


BUYER, OTHER_BUYER = a_firm(1), a_firm(2)
SUPPLIER, OTHER_SUPPLIER = a_firm(901), a_firm(902)


def shanghai(text: str) -> datetime:
    """The instant of "2024-03-01 09:00" on Shanghai's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# Actors


def applicant(firm: Firm = BUYER) -> Actor:
    """Somebody who acts for an enterprise."""
    return Actor(id="u-applicant", name="申报人", role="applicant", uscc=firm.uscc)


def officer(role: str) -> Actor:
    """An official who holds a role."""
    return Actor(id=f"u-{role}", name="岗位人员", role=role)


ACCEPTANCE, REVIEW, VERIFICATION, CYCLE_OFFICER, OPERATOR, PRIVACY = map(
    officer,
    (
        "acceptance-officer",
        "review-officer",
        "verification-officer",
        "cycle-officer",
        "operator",
        "data-protection-officer",
    ),
)


# A claim


def an_item(
    amount_fen: int,
    kind: ServiceKind.ValueType = SERVICE_KIND_AI_COMPUTE,
    starts_on: str = "",
    ends_on: str = "",
    schedule: Sequence[ScheduleEntry] = (),
) -> ContractItem:
    """One item of a contract; AI compute over the contract's own period unless said otherwise."""
    return ContractItem(
        kind=kind, name="智能算力服务", amount_fen=amount_fen, starts_on=starts_on, ends_on=ends_on, schedule=schedule
    )


def a_contract(
    worth: int = yuan(1_000_000),
    *,
    number: str = "HT-2024-001",
    signed_on: str = "2024-01-10",
    starts_on: str = "2024-02-01",
    ends_on: str = "2024-12-31",
    items: Sequence[ContractItem] = (),
    buyer: Firm = BUYER,
    supplier: Firm = SUPPLIER,
) -> Contract:
    """A signed contract on AI compute worth `worth`, or on the items given."""
    rows = items or [an_item(worth)]
    return Contract(
        contract_number=number,
        buyer_uscc=buyer.uscc,
        supplier=Supplier(uscc=supplier.uscc, name=supplier.name),
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        items=rows,
        total_fen=sum(row.amount_fen for row in rows),
        signed_by_both_parties=True,
        sha256=SHA256,
    )


CLAIM_BUNDLE = (
    "business_licence",
    "contract",
    "supplier_identity",
    "unrelated_declaration",
    "no_other_funding_declaration",
    "finance_proof",
    "credit_report",
    "purpose_statement",
    "truthfulness_declaration",
)
REDEMPTION_BUNDLE = ("settled_invoice", "delivery_proof", "payment_proof", "account_proof")
DIRECTION = "大模型与共性技术平台"


def materials(kinds: Sequence[str]) -> list[Material]:
    """Documents of these kinds, as an agency issued them."""
    return [Material(kind=kind, title=kind, sha256=SHA256, trust_level=TRUST_LEVEL_A_ISSUED) for kind in kinds]


def direction_fits() -> Finding:
    """What a reviewer finds of every claim that passes. (BJ-1.2)"""
    return Finding(code="BJ_E_DIRECTION", is_met=True, reason="属于规划支持的大模型方向")


def an_application(contract: Contract | None = None, *, firm: Firm = BUYER) -> Application:
    """A claim of a Beijing software company that meets every condition, but for the direction, which a person finds."""
    return Application(
        applicant=Applicant(
            uscc=firm.uscc,
            name=firm.name,
            legal_form=LEGAL_FORM_COMPANY,
            registered_province="110000",
            industry_code="I6513",
        ),
        contract=contract or a_contract(buyer=firm),
        purpose=Purpose(field="工业", description="训练行业大模型", trains_industry_model=True),
        declarations=Declarations(
            unrelated_to_supplier=True,
            has_sound_finance_system=True,
            has_no_other_municipal_compute_subsidy=True,
            is_truthful=True,
        ),
        materials=materials(CLAIM_BUNDLE),
        facts={"direction": FactValue(text=DIRECTION)},
    )


# A redemption


def an_invoice(
    amount_fen: int,
    number: int = 1,
    *,
    lines: Sequence[InvoiceLine] = (),
    issued_on: str = "2024-02-22",
    buyer: Firm = BUYER,
    seller: Firm = SUPPLIER,
) -> Invoice:
    """A fully digital invoice for AI compute."""
    rows = lines or [InvoiceLine(kind=SERVICE_KIND_AI_COMPUTE, name="智能算力服务", amount_fen=amount_fen)]
    return Invoice(
        number=invoice_number(number),
        issued_on=issued_on,
        buyer_uscc=buyer.uscc,
        seller_uscc=seller.uscc,
        lines=rows,
        total_fen=sum(row.amount_fen for row in rows),
        sha256=SHA256,
    )


def a_red_invoice(
    amount_fen: int,
    number: int = 51,
    *,
    reverses: int = 1,
    issued_on: str = "2024-02-27",
    kind: ServiceKind.ValueType = SERVICE_KIND_AI_COMPUTE,
) -> Invoice:
    """An invoice that takes this much back of another one."""
    line = InvoiceLine(kind=kind, name="智能算力服务", amount_fen=amount_fen)
    red = an_invoice(amount_fen, number, lines=[line], issued_on=issued_on)
    red.reverses.number = invoice_number(reverses)
    return red


def invoice_number(number: int) -> str:
    """Twenty digits."""
    return f"24112{number:015d}"


def a_delivery_proof(
    amount_fen: int, invoice: int = 1, *, number: str = "", period: tuple[str, str] = ("2024-02-01", "2024-02-20")
) -> DeliveryProof:
    """Proof that compute of this value was delivered."""
    return DeliveryProof(
        proof_number=number or f"JF-{invoice}-{amount_fen}",
        invoice_number=invoice_number(invoice),
        delivered_from=period[0],
        delivered_through=period[1],
        amount_fen=amount_fen,
        sha256=SHA256,
    )


def a_bank_receipt(
    amount_fen: int,
    invoice: int = 1,
    *,
    number: str = "",
    paid_on: str = "2024-02-26",
    payer: Firm = BUYER,
    payee: Firm = SUPPLIER,
) -> BankReceipt:
    """Proof that this much was paid."""
    return BankReceipt(
        receipt_number=number or f"HD-{invoice}-{amount_fen}",
        invoice_number=invoice_number(invoice),
        paid_on=paid_on,
        amount_fen=amount_fen,
        payer_uscc=payer.uscc,
        payee_uscc=payee.uscc,
        sha256=SHA256,
    )


def an_account(firm: Firm = BUYER) -> BankAccount:
    """An account of the enterprise's own."""
    return BankAccount(holder_name=firm.name, number="0200000000000000001", bank_name="示例银行北京分行")


def a_redemption(
    voucher_id: str,
    settled: int = yuan(100_000),
    *,
    invoice: int = 1,
    delivered: int | None = None,
    paid: int | None = None,
    period: tuple[str, str] = ("2024-02-01", "2024-02-20"),
    on: str = "2024-02-26",
    buyer: Firm = BUYER,
    supplier: Firm = SUPPLIER,
) -> RedemptionRequest:
    """One invoice over `settled`, delivered and paid in full unless said otherwise. `on`: when invoiced and paid."""
    return RedemptionRequest(
        voucher_id=voucher_id,
        invoices=[an_invoice(settled, invoice, issued_on=on, buyer=buyer, seller=supplier)],
        delivery_proofs=[a_delivery_proof(settled if delivered is None else delivered, invoice, period=period)],
        bank_receipts=[
            a_bank_receipt(settled if paid is None else paid, invoice, paid_on=on, payer=buyer, payee=supplier)
        ],
        bank_account=an_account(buyer),
        materials=materials(REDEMPTION_BUNDLE),
    )


# Answers of the outside world


def enterprise_check(
    firm: Firm = BUYER,
    province: str = "110000",
    industry: str = "I6513",
    legal_form: LegalForm.ValueType = LEGAL_FORM_COMPANY,
) -> CheckResult:
    """The business registry's record."""
    record = EnterpriseRecord(
        uscc=firm.uscc,
        name=firm.name,
        legal_form=legal_form,
        registered_province=province,
        industry_code=industry,
    )
    return CheckResult(check="enterprise", outcome=CHECK_OUTCOME_CLEAN, source="市场监管登记", enterprise=record)


def relation_check(relation: Relation | None = None) -> CheckResult:
    """How buyer and supplier are connected; not at all unless said otherwise."""
    return CheckResult(
        check="relation", outcome=CHECK_OUTCOME_CLEAN, source="关联关系", relation=relation or Relation()
    )


def credit_check(*listings: CreditListing) -> CheckResult:
    """The credit record; empty unless said otherwise."""
    record = CreditRecord(listings=listings)
    return CheckResult(check="credit", outcome=CHECK_OUTCOME_CLEAN, source="信用中国", credit=record)


def invoices_check(
    request: RedemptionRequest, status: InvoiceStatus.ValueType = INVOICE_STATUS_CONSISTENT
) -> CheckResult:
    """The invoice platform's answer about every invoice of a request."""
    answers = [InvoiceVerification(number=invoice.number, status=status) for invoice in request.invoices]
    verifications = InvoiceVerifications(invoices=answers)
    return CheckResult(check="invoices", outcome=CHECK_OUTCOME_CLEAN, source="发票查验", invoices=verifications)


def clean_checks(firm: Firm = BUYER) -> list[CheckResult]:
    """What the outside world says of a claim without a flaw."""
    return [enterprise_check(firm), relation_check(), credit_check()]


def unavailable(check: str) -> CheckResult:
    """A source that does not answer."""
    return CheckResult(check=check, outcome=CHECK_OUTCOME_UNAVAILABLE, source="超时")
