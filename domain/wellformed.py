"""The shape of a command: what can be said of it without asking the ledger. Every problem is named at once."""

import re
import unicodedata
from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from stdnum.cn import uscc

from domain.dates import from_iso
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, AdvanceRehearsal, Command, DelegateRole, HandOverTask, RaiseObjection
from duifu.v1.facts_pb2 import (
    Applicant,
    Application,
    Contact,
    Contract,
    DeliveryProof,
    Facts,
    Invoice,
    OtherBenefit,
    ServiceContract,
)
from duifu.v1.panel_pb2 import Expert

COMMAND_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,159}")
SHA256 = re.compile(r"[0-9a-f]{64}")
USCC = re.compile(r"[0-9ABCDEFGHJKLMNPQRTUWXY]{18}")  # no I, O, Z, S, V (GB 32100-2015)
INVOICE_KEY = re.compile(r"-[0-9]{20}|([0-9]{10}|[0-9]{12})-[0-9]{8}")  # code-number (F-2)
FEN_MAX = 10**15  # ten trillion yuan: anything above is a slip
MOBILE = re.compile(r"1[3-9][0-9]{9}")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
RATE = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?")
EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
IDENTITY = re.compile(r"[0-9]{17}[0-9Xx]")  # 公民身份号码 (GB 11643-1999)
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,79}")
AN_ACCOUNT = "an account of 1 to 80 characters of A-Z a-z 0-9 . _ : + -, no mobile or identity number"
PERSON_NAME_MAX = 64  # characters
TEXT_MAX = 4_000  # characters
NUMBER_MAX = 200  # characters of a contract's number, which names its stream
LIST_MAX = 400
COMMAND_MAX_BYTES = 1_000_000
LEVELS = ("city", "district", "province", "state")  # who pays a benefit of another programme
YEARS = range(2000, 2101)
BUSINESS_SECONDS = range(946_656_000, 4_133_952_000)  # the same years, in Shanghai

DATES = ("_on", "delivered_from", "delivered_through", "business_date")
NAMES = ("name", "number", "title")
NAMED_BELOW = {"duifu.v1.Contact.name"}
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # general categories of the Unicode Standard, 4.5
MAY_BE_EMPTY = {
    "duifu.v1.ContractItem.starts_on",
    "duifu.v1.ContractItem.ends_on",
    "duifu.v1.CreditListing.ended_on",
    "duifu.v1.CreditListing.repaired_on",
    "duifu.v1.Actor.uscc",
    "duifu.v1.Applicant.uscc",  # said below
    "duifu.v1.AuditReport.auditor_uscc",
    "duifu.v1.AuditReport.issued_on",
    "duifu.v1.Customer.uscc",
    "duifu.v1.Facts.accepted_on",
    "duifu.v1.OtherBenefit.granted_on",
}
MUST_BE_FILLED = {
    "duifu.v1.SubmitApplication": ("programme_id", "application"),
    "duifu.v1.Application": ("applicant", "contract", "purpose", "declarations"),
    "duifu.v1.Contact": ("person_id", "name", "mobile"),
    "duifu.v1.Applicant": ("name", "registered_province", "industry_code"),
    "duifu.v1.Supplier": ("uscc", "name"),
    "duifu.v1.Contract": ("contract_number", "supplier", "items", "sha256"),
    "duifu.v1.ContractItem": ("kind", "name", "amount_fen"),
    "duifu.v1.RedemptionRequest": ("voucher_id", "bank_account"),
    "duifu.v1.RequestRedemption": ("request",),
    "duifu.v1.Invoice": ("number", "lines", "sha256"),
    "duifu.v1.InvoiceLine": ("name", "amount_fen"),
    "duifu.v1.DeliveryProof": ("proof_number", "invoice_number", "amount_fen", "sha256"),
    "duifu.v1.BankReceipt": ("receipt_number", "invoice_number", "amount_fen", "sha256"),
    "duifu.v1.BankAccount": ("holder_name", "number", "bank_name"),
    "duifu.v1.Decide": ("case_id", "stage", "verdict"),
    "duifu.v1.RecordOutput": ("case_id", "stage", "output"),
    "duifu.v1.ReturnForRework": ("case_id", "stage", "to_stage"),
    "duifu.v1.VetoCase": ("case_id", "code"),
    "duifu.v1.RaiseObjection": ("case_id", "objector_id", "objector_name"),
    "duifu.v1.SettleObjection": ("case_id", "objection"),
    "duifu.v1.AllocateRound": ("round_id",),
    "duifu.v1.CloseNotice": ("round_id",),
    "duifu.v1.OrderGrants": ("round_id",),
    "duifu.v1.RecordGrantPayment": ("round_id", "order_id", "status"),
    "duifu.v1.CloseRound": ("round_id",),
    "duifu.v1.RequestCorrection": ("case_id", "stage"),
    "duifu.v1.SupplyCorrection": ("case_id",),
    "duifu.v1.WithdrawCase": ("case_id",),
    "duifu.v1.StopClock": ("case_id", "stage", "reason"),
    "duifu.v1.RestartClock": ("case_id", "stage"),
    "duifu.v1.ReplaceBankAccount": ("case_id", "bank_account"),
    "duifu.v1.ConfirmCycle": ("cycle_id",),
    "duifu.v1.OpenCycle": ("programme_id", "quarter"),
    "duifu.v1.ClaimTask": ("case_id", "stage"),
    "duifu.v1.ReleaseTask": ("case_id", "stage"),
    "duifu.v1.HandOverTask": ("case_id", "stage", "to", "reason"),
    "duifu.v1.DelegateRole": ("to", "role", "programme_id", "reason"),
    "duifu.v1.RevokeDelegation": ("to", "role", "programme_id", "reason"),
    "duifu.v1.EnterCheck": ("case_id", "stage", "result"),
    "duifu.v1.RecordCheck": ("case_id", "stage", "result"),
    "duifu.v1.CheckResult": ("check", "outcome", "source"),
    "duifu.v1.RecordPayment": ("cycle_id", "order_id", "status"),
    "duifu.v1.Finding": ("code", "reason"),
    "duifu.v1.DestroySubjectKey": ("subject",),
    "duifu.v1.RegisterExpert": ("programme_id", "expert"),
    "duifu.v1.Expert": ("expert_id", "name"),
    "duifu.v1.RetireExpert": ("programme_id", "expert_id"),
    "duifu.v1.ConvenePanel": ("case_id", "seed_sha256"),
    "duifu.v1.DrawPanel": ("case_id", "seed"),
    "duifu.v1.DeclareInterest": ("case_id",),
    "duifu.v1.SealSheet": ("case_id", "scoring", "sheet_sha256"),
    "duifu.v1.OpenSheet": ("case_id", "scoring", "sheet", "salt"),
    "duifu.v1.ScoreSheet": ("scores",),
    "duifu.v1.Score": ("criterion",),
    "duifu.v1.SignConclusion": ("case_id", "conclusion_sha256"),
    "duifu.v1.LapsePanel": ("case_id",),
    "duifu.v1.Actor": ("id", "role"),
}


def must_be_wellformed(command: Command) -> None:
    """Raises Refused MALFORMED with every problem, each naming its field and what is allowed there."""
    problems = list(problems_of(command))
    if problems:
        raise Refused("MALFORMED", problems="; ".join(problems[:20]))


def problems_of(command: Command) -> Iterator[str]:
    """Every problem of a command's shape, in words."""
    if command.ByteSize() > COMMAND_MAX_BYTES:
        yield f"the command has {command.ByteSize()} bytes, at most {COMMAND_MAX_BYTES} are taken"
        return
    if not COMMAND_ID.fullmatch(command.command_id):
        yield "commandId: 1 to 160 characters of A-Z a-z 0-9 . _ : + -, beginning with a letter or digit"
    if command.WhichOneof("kind") is None:
        yield "the command asks for nothing: exactly one kind, such as submitApplication, must be set"
    if not command.HasField("actor"):
        yield "actor: who sends the command must be said"
    yield from _problems(command, "")


def problems_of_facts(facts: Facts) -> Iterator[str]:
    """Every problem of a facts file's shape, in words. What must be there is for the programme to say."""
    yield from _problems(facts, "", complete=False)
    if facts.received_time and not TIME.fullmatch(facts.received_time):
        yield f"receivedTime: {facts.received_time!r} is not a time written 16:59:59"
    if facts.approved_rate and not RATE.fullmatch(facts.approved_rate):
        yield f"approvedRate: {facts.approved_rate!r} is not a rate written 40/100"
    if facts.accepted_on and facts.accepted_on < facts.received_on:
        yield f"acceptedOn: {facts.accepted_on!r} is before receivedOn {facts.received_on!r}"


def _problems(message: Message, path: str, complete: bool = True) -> Iterator[str]:
    for required in _required(message) if complete else ():
        if not _is_filled(message, required):
            yield f"{path}{_json_name(message, required)}: must be filled"
    for field, value in message.ListFields():
        here = f"{path}{field.json_name}"
        values = list(value) if field.is_repeated else [value]
        if len(values) > LIST_MAX:
            yield f"{here}: {len(values)} entries, at most {LIST_MAX} are taken"
            continue
        for number, single in enumerate(values):
            where = f"{here}[{number}]" if field.is_repeated else here
            if _is_map(field):
                yield from _problems(value[single], f"{here}.{single}.", complete)
            elif field.type == FieldDescriptor.TYPE_MESSAGE:
                yield from _problems(single, f"{where}.", complete)
            else:
                yield from _value_problems(field, single, where)
    yield from _missing_values(message, path)
    if isinstance(message, Applicant) and bool(message.uscc) == bool(message.other_identity.number):
        yield f"{path}uscc: a unified social credit code, or else an otherIdentity with register and number"
    if isinstance(message, Contract):
        yield from _contract_problems(message, path)
    if isinstance(message, ServiceContract) and message.ends_on < message.starts_on:
        yield f"{path}endsOn: must not be before startsOn"
    if isinstance(message, ServiceContract) and message.tax_fen > message.amount_fen:
        yield f"{path}taxFen: must not be more than amountFen"
    if isinstance(message, Invoice):
        yield from _invoice_problems(message, path)
    if isinstance(message, Contact):
        yield from _contact_problems(message, path)
    if isinstance(message, OtherBenefit):
        yield from _benefit_problems(message, path)
    if isinstance(message, Actor):
        yield from _actor_problems(message, path)
    if isinstance(message, HandOverTask | DelegateRole):
        yield from _receiver_problems(message, path)
    if isinstance(message, Expert) and message.expert_id and not is_account(message.expert_id):
        yield f"{path}expertId: {AN_ACCOUNT}"
    if isinstance(message, RaiseObjection) and message.objector_id and not is_account(message.objector_id):
        yield f"{path}objectorId: {AN_ACCOUNT}"
    if isinstance(message, DeliveryProof) and message.delivered_through < message.delivered_from:
        yield f"{path}deliveredThrough: must not be before deliveredFrom"
    if isinstance(message, AdvanceRehearsal) and message.business_seconds not in BUSINESS_SECONDS:
        yield f"{path}businessSeconds: {message.business_seconds} is not a Unix time of the years 2000 to 2100"


def _required(message: Message) -> tuple[str, ...]:
    if isinstance(message, Application) and message.services:  # who serves customers has no contract of its own
        return ("applicant", "declarations")
    return MUST_BE_FILLED.get(message.DESCRIPTOR.full_name, ())


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _value_problems(field: FieldDescriptor, value: object, where: str) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > TEXT_MAX:
            yield f"{where}: {len(value)} characters, at most {TEXT_MAX} are taken"
        elif field.name.endswith(DATES) and not _is_date(value):
            yield f"{where}: {value!r} is not a date written YYYY-MM-DD"
        elif field.name.endswith("uscc") and not is_uscc(value):
            yield f"{where}: {value!r} is not a valid unified social credit code (GB 32100-2015)"
        elif field.name.endswith(("sha256", "seed", "salt")) and not SHA256.fullmatch(value):
            yield f"{where}: 64 lower-case hexadecimal digits"
        elif field.name.endswith(NAMES) and field.full_name not in NAMED_BELOW and not is_one_line(value):
            # The value is not repeated: it may be made to look like more than one line.
            yield f"{where}: one line, without control characters and characters that cannot be seen"
    elif field.name.endswith("_fen") and isinstance(value, int) and not 0 < value <= FEN_MAX:
        yield f"{where}: {value} fen; amounts are whole fen from 1 to {FEN_MAX}"
    elif field.name in ("amount", "integer") and isinstance(value, int) and not 0 <= value <= FEN_MAX:
        yield f"{where}: {value}; a whole number from 0 to {FEN_MAX}"
    elif field.enum_type is not None and value not in field.enum_type.values_by_number:
        yield f"{where}: {value} is not one of {field.enum_type.name}"


def _missing_values(message: Message, path: str) -> Iterator[str]:
    for field in message.DESCRIPTOR.fields:
        strict = field.name.endswith((*DATES, "uscc")) and field.full_name not in MAY_BE_EMPTY
        if strict and not field.is_repeated and not getattr(message, field.name):
            yield f"{path}{field.json_name}: must be filled"


def _invoice_problems(invoice: Invoice, path: str) -> Iterator[str]:
    if invoice.total_fen != sum(line.amount_fen for line in invoice.lines):
        yield f"{path}totalFen: must equal the sum of the lines"
    # Written in another way, the same invoice would be taken for another one.
    if invoice.number and not INVOICE_KEY.fullmatch(f"{invoice.code}-{invoice.number}"):
        yield f"{path}number: 20 digits without a code, or 8 digits with a code of 10 or 12 digits"


def _contract_problems(contract: Contract, path: str) -> Iterator[str]:
    if contract.total_fen != sum(item.amount_fen for item in contract.items):
        yield f"{path}totalFen: must equal the sum of the items"
    if len(contract.contract_number) > NUMBER_MAX:
        yield f"{path}contractNumber: {len(contract.contract_number)} characters, at most {NUMBER_MAX} are taken"
    if contract.contract_number and not any(character.isalnum() for character in contract.contract_number):
        yield f"{path}contractNumber: must contain a letter or a digit"
    if contract.ends_on < contract.starts_on:
        yield f"{path}endsOn: must not be before startsOn"
    for number, item in enumerate(contract.items):
        where = f"{path}items[{number}]"
        if bool(item.starts_on) != bool(item.ends_on) or item.ends_on < item.starts_on:
            yield f"{where}: startsOn and endsOn come together, in order"
        if any(entry.ends_on < entry.starts_on for entry in item.schedule):
            yield f"{where}.schedule: an entry ends before it starts"
        if item.schedule and sum(entry.amount_fen for entry in item.schedule) != item.amount_fen:
            yield f"{where}.schedule: must add up to the item's amountFen"


def _actor_problems(actor: Actor, path: str) -> Iterator[str]:
    if says_who_it_is(actor.id):
        yield f"{path}id: an account stays readable for good, so it is no mobile or identity number"
    if actor.on_behalf_of and not is_account(actor.on_behalf_of):
        yield f"{path}onBehalfOf: {AN_ACCOUNT}"


def _receiver_problems(message: HandOverTask | DelegateRole, path: str) -> Iterator[str]:
    if message.to and not is_account(message.to):
        yield f"{path}to: {AN_ACCOUNT}"
    if isinstance(message, DelegateRole) and message.through_on < message.from_on:
        yield f"{path}throughOn: must not be before fromOn"


def _contact_problems(contact: Contact, path: str) -> Iterator[str]:
    # A value that is wrong is not repeated: refusals travel and are kept, and it may be somebody's.
    if contact.person_id and not is_account(contact.person_id):
        yield f"{path}personId: {AN_ACCOUNT}"
    if len(contact.name) > PERSON_NAME_MAX or (contact.name and not contact.name.strip().isprintable()):
        yield f"{path}name: at most {PERSON_NAME_MAX} characters in one line"
    if contact.mobile and not MOBILE.fullmatch(contact.mobile):
        yield f"{path}mobile: 11 digits that begin with 13 to 19, without spaces or country code"
    if contact.email and not EMAIL.fullmatch(contact.email):
        yield f"{path}email: an address such as name@example.cn, or nothing"


def is_account(text: str) -> bool:
    """Whether this may name a person for good."""
    return bool(ACCOUNT.fullmatch(text)) and not says_who_it_is(text)


def says_who_it_is(account: str) -> bool:
    """Whether an account is itself a value that the law protects: a mobile or an identity number."""
    return bool(MOBILE.fullmatch(account) or IDENTITY.fullmatch(account))


def is_one_line(text: str) -> bool:
    """Whether a name is what it looks like: no line breaks, control characters, or marks that cannot be seen."""
    return not any(unicodedata.category(character) in UNSEEN for character in text)


def is_uscc(text: str) -> bool:
    """Whether this is a unified social credit code, exactly as the register writes it. (F-1)

    The library's own test refuses codes that begin with Y and takes lower case and hyphens; one enterprise under two
    spellings would have two annual caps.
    """
    return bool(USCC.fullmatch(text)) and text[-1] == str(uscc.calc_check_digit(text))


def _is_filled(message: Message, field: str) -> bool:
    descriptor = message.DESCRIPTOR.fields_by_name[field]
    if descriptor.type == FieldDescriptor.TYPE_MESSAGE and not descriptor.is_repeated:
        return message.HasField(field)
    return bool(getattr(message, field))


def _json_name(message: Message, field: str) -> str:
    return message.DESCRIPTOR.fields_by_name[field].json_name


def _is_date(text: str) -> bool:
    try:
        return from_iso(text).year in YEARS
    except ValueError:
        return False


def _benefit_problems(benefit: OtherBenefit, path: str) -> Iterator[str]:
    if benefit.level and benefit.level not in LEVELS:
        yield f"{path}level: {benefit.level!r} is none of {', '.join(LEVELS)}"
