"""What a supplier measured comes in as CSV; every line that is not taken is named. (计量文件)"""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duifu.v1.facts_pb2 import COMPUTE_UNIT_CARD_HOURS, COMPUTE_UNIT_PFLOPS_HOURS, MeteredUse
from exchange.metering import read_metering
from exchange.unusable import Unusable
from tests.exchange.metered import HEADINGS, a_metering_file


def test_a_file_says_what_was_used_of_which_item_and_is_known_by_its_digest() -> None:
    content = a_metering_file(
        "智能算力服务,2024-02-01,2024-02-20,980.5,卡时", "推理服务,2024-02-01,2024-02-01,3,pflops_hours"
    )

    metered = read_metering(content, "示例算力平台")

    assert metered.problems == ()
    assert (metered.file.sha256, metered.file.source) == (hashlib.sha256(content).hexdigest(), "示例算力平台")
    first, second = metered.file.uses
    assert first == MeteredUse(
        contract_item="智能算力服务",
        starts_on="2024-02-01",
        ends_on="2024-02-20",
        quantity="980.5",
        unit=COMPUTE_UNIT_CARD_HOURS,
    )
    assert second.unit == COMPUTE_UNIT_PFLOPS_HOURS


def test_every_line_that_is_wrong_is_named_with_its_place() -> None:
    content = a_metering_file(
        "智能算力服务,2024-02-01,2024-02-20,980,卡时",
        "智能算力服务,2024-2-1,2024-02-20,980,卡时",
        "智能算力服务,2024-02-20,2024-02-01,980,卡时",
        "智能算力服务,2024-03-01,2024-03-02,-1,卡时",
        "智能算力服务,2024-03-01,2024-03-02,1e3,卡时",
        "智能算力服务,2024-03-01,2024-03-02,1,度",
        ",2024-03-01,2024-03-02,1,卡时",
        "智能算力服务,2024-03-01,2024-03-02,1",
        "智能算力服务,2024-02-20,2024-02-21,1,卡时",
    )

    problems = [str(problem) for problem in read_metering(content, "平台").problems]

    assert [problem.split("：")[0] for problem in problems] == [f"第{line}行" for line in (3, 4, 5, 6, 7, 8, 9, 10)]
    assert "2024-2-1" in problems[0]
    assert "与第2行计量的是同一项目的同一日" in problems[-1]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", HEADINGS.encode(), b"item,quantity\nx,1\n", f'{HEADINGS}\n"open'.encode()],
    ids=["empty", "not text", "no line", "headings", "quotes"],
)
def test_what_is_no_such_table_is_not_taken(content: bytes) -> None:
    with pytest.raises(Unusable):
        read_metering(content, "平台")


def test_more_lines_than_a_request_holds_are_to_be_summed_up() -> None:
    lines = [f"项目{number},2024-02-01,2024-02-01,1,卡时" for number in range(401)]

    with pytest.raises(Unusable, match="401 lines, at most 400"):
        read_metering(a_metering_file(*lines), "平台")


@given(st.binary(max_size=300))
def test_anything_is_read_or_refused_in_words(content: bytes) -> None:
    with suppress(Unusable):  # nothing else is raised
        read_metering(a_metering_file() + content, "平台")
