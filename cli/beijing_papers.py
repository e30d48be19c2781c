"""The enterprises of a Beijing year, their suppliers, and what they hand in."""

from dataclasses import dataclass

from cli.story import digest, materials
from domain.money import yuan
from duifu.v1.commands_pb2 import Actor
from duifu.v1.facts_pb2 import (
    LEGAL_FORM_COMPANY,
    SERVICE_KIND_AI_COMPUTE,
    SERVICE_KIND_STORAGE,
    Applicant,
    Application,
    BankAccount,
    BankReceipt,
    Contract,
    ContractItem,
    Declarations,
    DeliveryProof,
    FactValue,
    Invoice,
    InvoiceLine,
    Purpose,
    RedemptionRequest,
    Supplier,
)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An applicant of the reference city."""

    uscc: str
    name: str
    industry_code: str

    @property
    def actor(self) -> Actor:
        """The enterprise's agent."""
        return Actor(id=f"agent.{self.uscc[-4:].lower()}", name=f"{self.name}经办人", role="applicant", uscc=self.uscc)


TECHNOLOGY = Enterprise("91110108MAYB000177", "北京示例智能科技有限公司", "I6513")
MANUFACTURER = Enterprise("91110108MAYB000252", "北京示例智能制造有限公司", "C3911")
LARGE_MODEL = Enterprise("91110108MAYB00033W", "北京示例大模型软件有限公司", "I6511")
ROBOTS = Enterprise("91110108MAYB00041P", "北京示例机器人有限公司", "C3964")
SUBSIDIARY = Enterprise("91110108MAYB0005XF", "北京示例数据服务有限公司", "I6550")

CENTRE = Supplier(uscc="91110112MAYG00011A", name="北京示例智算中心有限公司")
CLOUD = Supplier(uscc="91110105MAYG0002XX", name="北京示例云计算有限公司")
SHANGHAI = Supplier(uscc="91310115MAYG00038T", name="上海示例算力服务有限公司")
INNER_MONGOLIA = Supplier(uscc="91150100MAYG000461", name="内蒙古示例智算有限公司")
PARENT = Supplier(uscc="91520100MAYG00054A", name="贵州示例数据中心有限公司")

#: What comes with a claim and with a request; the kinds are the programme's.
CLAIM_BUNDLE = {
    "business_licence": "营业执照",
    "contract": "智能算力服务合同",
    "supplier_identity": "供给方营业执照",
    "unrelated_declaration": "非关联方声明",
    "no_other_funding_declaration": "未获其他市级补贴声明",
    "finance_proof": "审计报告",
    "credit_report": "信用报告",
    "purpose_statement": "算力用途说明",
    "truthfulness_declaration": "真实性承诺书",
}
REDEMPTION_BUNDLE = {
    "settled_invoice": "结算发票",
    "delivery_proof": "智能算力交付凭证",
    "payment_proof": "付款凭证",
    "account_proof": "开户证明",
}


def a_contract(number: str, buyer: Enterprise, supplier: Supplier, compute: str, storage: str = "") -> Contract:
    """A contract of one year's compute, and storage if asked for; amounts in yuan."""
    items = [ContractItem(kind=SERVICE_KIND_AI_COMPUTE, name="智能算力服务（GPU租赁）", amount_fen=yuan(compute))]
    if storage:
        items.append(ContractItem(kind=SERVICE_KIND_STORAGE, name="对象存储", amount_fen=yuan(storage)))
    return Contract(
        contract_number=number,
        buyer_uscc=buyer.uscc,
        supplier=supplier,
        signed_on="2024-01-03",
        starts_on="2024-01-03",
        ends_on="2024-12-31",
        items=items,
        total_fen=sum(item.amount_fen for item in items),
        signed_by_both_parties=True,
        sha256=digest(number),
    )


def an_application(enterprise: Enterprise, contract: Contract) -> Application:
    """A complete application."""
    return Application(
        applicant=Applicant(
            uscc=enterprise.uscc,
            name=enterprise.name,
            legal_form=LEGAL_FORM_COMPANY,
            registered_province="110000",
            industry_code=enterprise.industry_code,
        ),
        contract=contract,
        purpose=Purpose(field="工业", description="行业大模型训练", trains_industry_model=True),
        declarations=Declarations(
            unrelated_to_supplier=True,
            has_sound_finance_system=True,
            has_no_other_municipal_compute_subsidy=True,
            is_truthful=True,
        ),
        materials=materials(CLAIM_BUNDLE, contract.contract_number),
        facts={"direction": FactValue(text="大模型与共性技术平台")},
    )


def an_invoice(serial: int, compute: str, storage: str = "") -> Invoice:
    """An invoice without its parties; amounts in yuan."""
    lines = [InvoiceLine(kind=SERVICE_KIND_AI_COMPUTE, name="智能算力服务", amount_fen=yuan(compute))]
    if storage:
        lines.append(InvoiceLine(kind=SERVICE_KIND_STORAGE, name="对象存储", amount_fen=yuan(storage)))
    number = f"2411200000000000{serial:04d}"
    return Invoice(
        number=number,
        issued_on="2024-02-01" if serial < 3 else "2024-05-06",
        lines=lines,
        total_fen=sum(line.amount_fen for line in lines),
        sha256=digest(number),
    )


def a_redemption(
    claim_id: str, enterprise: Enterprise, supplier: Supplier, invoice: Invoice, account_number: str
) -> RedemptionRequest:
    """A request on one invoice that is delivered and paid in full."""
    invoice.buyer_uscc, invoice.seller_uscc = enterprise.uscc, supplier.uscc
    compute_fen = invoice.lines[0].amount_fen
    proof = DeliveryProof(
        proof_number=f"JF-{invoice.number}",
        invoice_number=invoice.number,
        delivered_from="2024-01-03",
        delivered_through=invoice.issued_on,
        amount_fen=compute_fen,
        sha256=digest(f"JF-{invoice.number}"),
    )
    receipt = BankReceipt(
        receipt_number=f"FK-{invoice.number}",
        invoice_number=invoice.number,
        paid_on=invoice.issued_on,
        amount_fen=invoice.total_fen,
        payer_uscc=enterprise.uscc,
        payee_uscc=supplier.uscc,
        sha256=digest(f"FK-{invoice.number}"),
    )
    return RedemptionRequest(
        voucher_id=claim_id.replace("-claim-", "-voucher-"),
        invoices=[invoice],
        delivery_proofs=[proof],
        bank_receipts=[receipt],
        bank_account=BankAccount(holder_name=enterprise.name, number=account_number, bank_name="示例银行"),
        materials=materials(REDEMPTION_BUNDLE, invoice.number),
    )
