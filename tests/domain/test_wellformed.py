"""A unified social credit code is taken exactly as the register writes it. (F-1; the rest: test_malformed)"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from domain.field_values import is_uscc

SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize(
    "code",
    [
        "91110108MA00TE5T26",
        "91110105MA01ABCD5F",
        "91370200MA3C00011P",
        "91370212MA3TE5T11C",
        "52370200MJD7000180",
        "12110000400000018T",
        "Y" + "1110000400000018" + calc_check_digit("Y1110000400000018"),
    ],
)
def test_codes_of_every_register_are_valid(code: str) -> None:
    assert is_uscc(code)


@pytest.mark.parametrize(
    "code",
    [
        "91110108721786793Y",  # the check character would be N
        "914403001922038217",
        "9144030071526726XI",  # the letter I
        "110108123456789",  # the old registration number
        "91110108ma00te5t26",
        "91110108MA00TE5T2",
        "91110108MA00TE5T266",
        "９１１１０１０８MA00TE5T26",
        "91110108-MA00TE5T26",
        " 91110108MA00TE5T26",
        "91110108MA00TE5T26\n",
        "",
    ],
)
def test_what_is_not_written_exactly_so_is_no_code(code: str) -> None:
    assert not is_uscc(code)


@given(st.text(SYMBOLS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(SYMBOLS))
def test_no_single_slip_goes_unnoticed(body: str, place: int, symbol: str) -> None:
    code = body + calc_check_digit(body)
    slipped = code[:place] + symbol + code[place + 1 :]

    assert is_uscc(code)
    assert is_uscc(slipped) is (slipped == code)
