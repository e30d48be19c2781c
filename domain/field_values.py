"""How single values of a message are written: codes, accounts, dates, amounts, names."""

import re
import unicodedata
from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from stdnum.cn import uscc

from domain.dates import from_iso
from domain.field_problems import Problem

COMMAND_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,159}")
SHA256 = re.compile(r"[0-9a-f]{64}")
USCC = re.compile(r"[0-9ABCDEFGHJKLMNPQRTUWXY]{18}")  # no I, O, Z, S, V (GB 32100-2015)
INVOICE_KEY = re.compile(r"-[0-9]{20}|([0-9]{10}|[0-9]{12})-[0-9]{8}")  # code-number (F-2)
MOBILE = re.compile(r"1[3-9][0-9]{9}")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
RATE = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?")
QUANTITY = re.compile(r"(?!0+(\.0+)?$)[0-9]{1,12}(\.[0-9]{1,6})?")
EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
IDENTITY = re.compile(r"[0-9]{17}[0-9Xx]")  # 公民身份号码 (GB 11643-1999)
ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,79}")  # small letters: one person is not two to a duty kept apart
FEN_MAX = 10**15  # ten trillion yuan: anything above is a slip
TEXT_MAX = 4_000  # characters
YEARS = range(2000, 2101)

DATES = ("_on", "delivered_from", "delivered_through", "business_date")
NAMES = ("name", "number", "title")
NAMED_BELOW = {"duifu.v1.Contact.name"}
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # general categories of the Unicode Standard, 4.5


def value_problems(field: FieldDescriptor, value: object, where: str) -> Iterator[Problem]:
    """What is wrong with one value of a field."""
    if isinstance(value, str):
        yield from _text_problems(field, value, where)
    elif field.name.endswith("_fen") and isinstance(value, int) and not 0 < value <= FEN_MAX:
        yield Problem(where, "fen", {"value": value, "most": FEN_MAX})
    elif field.name in ("amount", "integer") and isinstance(value, int) and not 0 <= value <= FEN_MAX:
        yield Problem(where, "count", {"value": value, "most": FEN_MAX})
    elif field.enum_type is not None and value not in field.enum_type.values_by_number:
        yield Problem(where, "choice", {"value": value, "known": field.enum_type.name})


def _text_problems(field: FieldDescriptor, value: str, where: str) -> Iterator[Problem]:
    if len(value) > TEXT_MAX:
        yield Problem(where, "too_long", {"count": len(value), "most": TEXT_MAX})
    elif field.name.endswith(DATES) and not is_date(value):
        yield Problem(where, "date", {"value": value})
    elif field.name.endswith("uscc") and not is_uscc(value):
        yield Problem(where, "uscc", {"value": value})
    elif field.name == "quantity" and not QUANTITY.fullmatch(value):
        yield Problem(where, "quantity", {"value": value})
    elif field.name.endswith(("sha256", "seed", "salt")) and not SHA256.fullmatch(value):
        yield Problem(where, "sha256")
    elif field.name.endswith(NAMES) and field.full_name not in NAMED_BELOW and not is_one_line(value):
        # The value is not repeated: it may be made to look like more than one line.
        yield Problem(where, "one_line")


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


def is_date(text: str) -> bool:
    """Whether this is a day of the years 2000 to 2100, written YYYY-MM-DD."""
    try:
        return from_iso(text).year in YEARS
    except ValueError:
        return False
