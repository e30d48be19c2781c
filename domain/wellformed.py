"""The shape of a command: what can be said of it without asking the ledger. Every problem is named at once."""

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from domain import invoices
from domain.field_problems import Problem, Problems
from domain.field_values import (
    COMMAND_ID,
    EMAIL,
    INVOICE_KEY,
    MOBILE,
    RATE,
    TIME,
    is_account,
    says_who_it_is,
    value_problems,
)
from domain.metering import overlapping
from domain.refusals import Refused
from domain.required_fields import missing, missing_values
from duifu.v1.commands_pb2 import Actor, AdvanceRehearsal, Command, DelegateRole, HandOverTask, RaiseObjection
from duifu.v1.facts_pb2 import (
    Applicant,
    Application,
    Contact,
    Contract,
    ContractItem,
    DeliveryProof,
    Facts,
    Invoice,
    InvoiceReference,
    MeteredUse,
    MeteringFile,
    OtherBenefit,
    RedemptionRequest,
    ServiceContract,
)
from duifu.v1.panel_pb2 import Expert
from duifu.v1.recovery_pb2 import ReportInvoiceReversed, WithdrawInvoiceReversal

PERSON_NAME_MAX = 64  # characters
NUMBER_MAX = 200  # characters of a contract's number, which names its stream
LIST_MAX = 400
PAPERS_MAX = 480  # of one request or application: each is an event of the one commit that takes it in
COMMAND_MAX_BYTES = 1_000_000
LEVELS = ("city", "district", "province", "state")  # who pays a benefit of another programme
BUSINESS_SECONDS = range(946_656_000, 4_133_952_000)  # the years 2000 to 2100, in Shanghai


def must_be_wellformed(command: Command) -> None:
    """Raises Refused MALFORMED with every problem, each naming its field and what is allowed there."""
    if problems := Problems(problems_of(command)):
        raise Refused("MALFORMED", problems=problems)


def problems_of(command: Command) -> Iterator[Problem]:
    """Every problem of a command's shape."""
    if command.ByteSize() > COMMAND_MAX_BYTES:
        yield Problem("", "too_large", {"count": command.ByteSize(), "most": COMMAND_MAX_BYTES})
        return
    if not COMMAND_ID.fullmatch(command.command_id):
        yield Problem("commandId", "command_id")
    if command.WhichOneof("kind") is None:
        yield Problem("", "asks_nothing")
    if not command.HasField("actor"):
        yield Problem("actor", "no_sender")
    yield from _problems(command, "")


def problems_of_facts(facts: Facts) -> Iterator[Problem]:
    """Every problem of a facts file's shape. What must be there is for the programme to say."""
    yield from _problems(facts, "", complete=False)
    if facts.received_time and not TIME.fullmatch(facts.received_time):
        yield Problem("receivedTime", "time", {"value": facts.received_time})
    if facts.approved_rate and not RATE.fullmatch(facts.approved_rate):
        yield Problem("approvedRate", "rate", {"value": facts.approved_rate})
    if facts.accepted_on and facts.accepted_on < facts.received_on:
        yield Problem("acceptedOn", "before_receipt", {"value": facts.accepted_on, "received": facts.received_on})


def _problems(message: Message, path: str, complete: bool = True) -> Iterator[Problem]:
    if complete:
        yield from missing(message, path)
    for field, value in message.ListFields():
        here = f"{path}{field.json_name}"
        values = list(value) if field.is_repeated else [value]
        if len(values) > LIST_MAX:
            yield Problem(here, "too_many", {"count": len(values), "most": LIST_MAX})
            continue
        for number, single in enumerate(values):
            where = f"{here}[{number}]" if field.is_repeated else here
            if _is_map(field):
                yield from _problems(value[single], f"{here}.{single}.", complete)
            elif field.type == FieldDescriptor.TYPE_MESSAGE:
                yield from _problems(single, f"{where}.", complete)
            else:
                yield from value_problems(field, single, where)
    yield from missing_values(message, path)
    for name, rule, facts in _contradictions(message):
        yield Problem(f"{path}{name}", rule, facts)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


#: A field by its JSON name, the rule that it breaks, and the facts that its text names.
Broken = tuple[str, str, dict[str, object]]


def _contradictions(message: Message) -> Iterator[Broken]:
    """What fields of one message say against each other, or against what only this message asks of them."""
    match message:
        case Applicant() if bool(message.uscc) == bool(message.other_identity.number):
            yield "uscc", "applicant_code", {}
        case Application() if (count := _charged(message)) > PAPERS_MAX:
            yield "services", "too_many_invoices", {"count": count, "most": PAPERS_MAX}
        case RedemptionRequest() if (count := _papers(message)) > PAPERS_MAX:
            yield "invoices", "too_many_papers", {"count": count, "most": PAPERS_MAX}
        case Contract():
            yield from _of_contract(message)
        case ServiceContract():
            if message.ends_on < message.starts_on:
                yield "endsOn", "before", {"other": "startsOn"}
            if message.tax_fen > message.amount_fen:
                yield "taxFen", "more_than", {"other": "amountFen"}
            if any(invoice.HasField("reverses") for invoice in message.invoices):
                yield "invoices", "no_red_invoices", {}
        case Invoice():
            yield from _of_invoice(message)
        case InvoiceReference() if not INVOICE_KEY.fullmatch(f"{message.code}-{message.number}"):
            yield "number", "invoice_number", {}
        case ReportInvoiceReversed() | WithdrawInvoiceReversal() if not _is_key(message.red_invoice_number):
            yield "redInvoiceNumber", "invoice_number", {}
        case DeliveryProof():
            yield from _of_delivery(message)
        case MeteringFile():
            for at, before in overlapping(message.uses):
                yield f"uses[{at}]", "measured_twice", {"other": f"uses[{before}]"}
        case MeteredUse() if message.ends_on < message.starts_on:
            yield "endsOn", "before", {"other": "startsOn"}
        case OtherBenefit() if message.level and message.level not in LEVELS:
            yield "level", "level", {"value": message.level, "known": ", ".join(LEVELS)}
        case AdvanceRehearsal() if message.business_seconds not in BUSINESS_SECONDS:
            yield "businessSeconds", "business_seconds", {"value": message.business_seconds}
    yield from _of_people(message)


def _charged(application: Application) -> int:
    """How many invoices are bound to an application: those of the applicant itself."""
    own = application.applicant.uscc
    return sum(invoice.seller_uscc == own for service in application.services for invoice in service.invoices)


def _papers(request: RedemptionRequest) -> int:
    """How many papers are put on record; a red invoice also with its blue one."""
    red = sum(invoice.HasField("reverses") for invoice in request.invoices)
    receipts = {(receipt.payer_uscc, receipt.receipt_number) for receipt in request.bank_receipts}
    proofs = {proof.proof_number for proof in request.delivery_proofs}
    return len(request.invoices) + red + len(receipts) + len(proofs)


def _of_people(message: Message) -> Iterator[Broken]:
    match message:
        case Contact():
            yield from _of_contact(message)
        case Actor():
            if says_who_it_is(message.id):
                yield "id", "account_says_who", {}
            else:
                yield from _of_account("id", message.id)
            yield from _of_account("onBehalfOf", message.on_behalf_of)
        case HandOverTask():
            yield from _of_account("to", message.to)
        case DelegateRole():
            yield from _of_account("to", message.to)
            if message.through_on < message.from_on:
                yield "throughOn", "before", {"other": "fromOn"}
        case Expert():
            yield from _of_account("expertId", message.expert_id)
        case RaiseObjection():
            yield from _of_account("objectorId", message.objector_id)


def _of_account(name: str, account: str) -> Iterator[Broken]:
    if account and not is_account(account):
        yield name, "account", {}


def _of_contact(contact: Contact) -> Iterator[Broken]:
    # A value that is wrong is not repeated: refusals travel and are kept, and it may be somebody's.
    yield from _of_account("personId", contact.person_id)
    if len(contact.name) > PERSON_NAME_MAX or (contact.name and not contact.name.strip().isprintable()):
        yield "name", "person_name", {"most": PERSON_NAME_MAX}
    if contact.mobile and not MOBILE.fullmatch(contact.mobile):
        yield "mobile", "mobile", {}
    if contact.email and not EMAIL.fullmatch(contact.email):
        yield "email", "email", {}


def _of_invoice(invoice: Invoice) -> Iterator[Broken]:
    if invoice.total_fen != sum(line.amount_fen for line in invoice.lines):
        yield "totalFen", "sum_of_lines", {}
    yield from invoices.tax_problems(invoice)
    # Written in another way, the same invoice would be taken for another one.
    if invoice.number and not INVOICE_KEY.fullmatch(f"{invoice.code}-{invoice.number}"):
        yield "number", "invoice_number", {}


def _is_key(key: str) -> bool:
    """Whether this is an invoice's number, or code-number, in the one way it is written."""
    return bool(INVOICE_KEY.fullmatch(f"-{key}") or (INVOICE_KEY.fullmatch(key) and key[0] != "-"))


def _of_delivery(proof: DeliveryProof) -> Iterator[Broken]:
    if proof.delivered_through < proof.delivered_from:
        yield "deliveredThrough", "before", {"other": "deliveredFrom"}
    if bool(proof.quantity) != bool(proof.unit) or (proof.metering_sha256 and not proof.quantity):
        yield "quantity", "quantity_and_unit", {}
    if proof.quantity and not proof.contract_item:
        yield "contractItem", "missing", {}


def _of_contract(contract: Contract) -> Iterator[Broken]:
    if contract.total_fen != sum(item.amount_fen for item in contract.items):
        yield "totalFen", "sum_of_items", {}
    number = contract.contract_number
    if len(number) > NUMBER_MAX:
        yield "contractNumber", "too_long", {"count": len(number), "most": NUMBER_MAX}
    if number and not any(character.isalnum() for character in number):
        yield "contractNumber", "letter_or_digit", {}
    if contract.ends_on < contract.starts_on:
        yield "endsOn", "before", {"other": "startsOn"}
    for at, item in enumerate(contract.items):
        yield from _of_item(f"items[{at}]", item)


def _of_item(where: str, item: ContractItem) -> Iterator[Broken]:
    if bool(item.starts_on) != bool(item.ends_on) or item.ends_on < item.starts_on:
        yield where, "both_days", {}
    if bool(item.quantity) != bool(item.unit):
        yield f"{where}.quantity", "quantity_and_unit", {}
    if any(entry.ends_on < entry.starts_on for entry in item.schedule):
        yield f"{where}.schedule", "entry_order", {}
    if item.schedule and sum(entry.amount_fen for entry in item.schedule) != item.amount_fen:
        yield f"{where}.schedule", "sum_of_schedule", {}
