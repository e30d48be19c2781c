"""What the operators of a Qingdao round hand in."""

from cli.story import digest, materials
from duifu.v1.facts_pb2 import (
    CUSTOMER_KIND_ENTERPRISE,
    LEGAL_FORM_COMPANY,
    TRUST_LEVEL_B_VERIFIED,
    Applicant,
    Application,
    AuditReport,
    BankAccount,
    BankReceipt,
    ComputeCentre,
    Customer,
    Declarations,
    FactValue,
    Invoice,
    InvoiceLine,
    Material,
    ServiceContract,
)

CUSTOMER = Customer(
    uscc="91370212MAYQ00500J", name="青岛示例家电智能制造有限公司", kind=CUSTOMER_KIND_ENTERPRISE, city="370200"
)


AUDITOR_USCC = "91370212MAYQ99000W"
BUNDLE = {
    "application_form": "资金申请表（附件1）",
    "centre_location": "算力中心位于智算谷的证明",
    "operation_right": "运营权证明",
    "audit_report": "第三方专项审计报告",
    "detail_table": "明细表",
    "service_contracts": "算力服务合同",
    "service_invoices": "发票",
    "bank_receipts": "银行收款凭证",
    "truthfulness_commitment": "申报材料真实性承诺书（附件3）",
}


def an_application(name: str, uscc: str, operator: str, served_fen: int) -> Application:
    """An operator inside the park that served one customer, with everything that must come with it."""
    number = f"2337020000000000{ord(name):04d}"
    invoice = Invoice(
        number=number,
        issued_on="2023-11-30",
        buyer_uscc=CUSTOMER.uscc,
        seller_uscc=uscc,
        lines=[InvoiceLine(name="智能算力服务", amount_fen=served_fen)],
        total_fen=served_fen,
        sha256=digest(number),
    )
    receipt = BankReceipt(
        receipt_number=f"SK-{name}",
        invoice_number=number,
        paid_on="2023-12-20",
        amount_fen=served_fen,
        payer_uscc=CUSTOMER.uscc,
        payee_uscc=uscc,
        sha256=digest(f"SK-{name}"),
    )
    return Application(
        applicant=Applicant(
            uscc=uscc,
            name=operator,
            legal_form=LEGAL_FORM_COMPANY,
            registered_province="370000",
            industry_code="I6450",
            registered_district="370212",
        ),
        declarations=Declarations(is_truthful=True),
        materials=_materials(name),
        centre=ComputeCentre(
            name=f"{operator}算力中心", park="智算谷", operator_uscc=uscc, operator_registered_district="370212"
        ),
        services=[
            ServiceContract(
                contract_number=f"QD-{name}-2023-001",
                customer=CUSTOMER,
                signed_on="2023-03-01",
                starts_on="2023-03-01",
                ends_on="2023-11-30",
                amount_fen=served_fen,
                invoices=[invoice],
                receipts=[receipt],
                audited_fen=served_fen,
                list_price_fen=served_fen * 5 // 4,
                sha256=digest(f"QD-{name}-2023-001"),
            )
        ],
        audit_report=AuditReport(
            report_number=f"青示专审字〔2024〕{ord(name)}号",
            auditor_uscc=AUDITOR_USCC,
            issued_on="2024-01-15",
            confirmed_fen=served_fen,
            auditor_is_independent=True,
            sha256=digest(f"audit {name}"),
        ),
        bank_account=BankAccount(
            holder_name=operator, number=f"03702000000000000{ord(name):02d}", bank_name="示例银行"
        ),
        facts={"detail_table_fen": FactValue(integer=served_fen)},
    )


def _materials(name: str) -> list[Material]:
    return materials(BUNDLE, f"QD-{name}", TRUST_LEVEL_B_VERIFIED)
