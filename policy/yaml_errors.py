"""What the YAML parser complains of, in plain words and at the place an author would look at."""

from typing import Any

import yaml

from policy.problem_texts import Words

_QUOTE_OPEN: tuple[Words, Words] = (
    {"zh": "此处的引号没有结束", "en": "The quotation mark opened here is never closed"},
    {"zh": "请补上结束的引号", "en": "Close it"},
)
_INDENT: tuple[Words, Words] = (
    {"zh": "此处的缩进与上面各行不一致", "en": "The indentation does not fit the lines above"},
    {
        "zh": "请与同组各行对齐；每个键后写冒号和空格",
        "en": "Align it with its group; a key ends with a colon and a space",
    },
)

# The first row whose phrase is part of the parser's message (libyaml's words).
_PLAIN_WORDS: tuple[tuple[str, tuple[Words, Words]], ...] = (
    ("found unexpected end of stream", _QUOTE_OPEN),
    ("found unexpected document indicator", _QUOTE_OPEN),
    (
        "mapping values are not allowed",
        (
            {"zh": "此处不能再有“冒号加空格”", "en": "A colon followed by a space is not allowed here"},
            {
                "zh": "含冒号的文字请加引号；若是新键，请核对缩进",
                "en": "Quote a text with a colon in it; if it is a key, look at its indentation",
            },
        ),
    ),
    (
        "tab character",
        (
            {"zh": "此处用制表符缩进", "en": "A tab is used for indentation"},
            {"zh": "请用空格缩进", "en": "Indent with spaces"},
        ),
    ),
    (
        "cannot start any token",
        (
            {"zh": "文字不能以此字符开头", "en": "A text cannot begin with this character"},
            {
                "zh": "请给文字加引号；缩进用空格，不用制表符",
                "en": "Quote the text; indent with spaces, not with tabs",
            },
        ),
    ),
    (
        "could not find expected ':'",
        (
            {"zh": "此处缺少冒号", "en": "A colon is missing"},
            {"zh": "请写成“键: 值”；多行文字请用 >- 或引号", "en": "Write key: value; use >- or quotes for long texts"},
        ),
    ),
    (
        "expected ',' or",
        (
            {"zh": "括号内缺少逗号，或括号没有结束", "en": "A comma is missing here, or a bracket is never closed"},
            {
                "zh": "请核对括号 [ ] { } 和逗号；含逗号、括号的文字请加引号",
                "en": "Check the brackets and commas; quote a text that has any in it",
            },
        ),
    ),
    ("did not find expected key", _INDENT),
    ("did not find expected '-' indicator", _INDENT),
    ("block sequence entries are not allowed", _INDENT),
    ("mapping keys are not allowed", _INDENT),
    (
        "expected <document start>",
        (
            {"zh": "内容到此已经结束，后面还有文字", "en": "The content has ended here, and more follows"},
            {"zh": "请核对缩进和多余的括号", "en": "Look for wrong indentation or one bracket too many"},
        ),
    ),
    (
        "expected node content",
        (
            {"zh": "此处缺少内容，或括号没有结束", "en": "Content is missing here, or a bracket is never closed"},
            {"zh": "请补上内容，或补上结束的括号", "en": "Fill it in, or close the bracket"},
        ),
    ),
    (
        "escape c",
        (
            {"zh": "双引号内的反斜线写法不成立", "en": "This backslash in double quotes has no meaning"},
            {"zh": "请改用单引号，或写两个反斜线", "en": "Use single quotes, or write two backslashes"},
        ),
    ),
)


def explain(error: yaml.MarkedYAMLError) -> tuple[Any, dict[str, Words]]:
    """Where to look, and the facts `what` and `way` of a problem YAML_SYNTAX."""
    problem = str(error.problem)
    for phrase, (what, way) in _PLAIN_WORDS:
        if phrase in problem:
            mark = error.context_mark if what is _QUOTE_OPEN[0] and error.context_mark else error.problem_mark
            return mark, {"what": what, "way": way}
    what = {"zh": f"此处不能读作YAML（{problem}）", "en": f"This cannot be read as YAML ({problem})"}
    way = {"zh": "请核对引号、括号和缩进", "en": "Check quotation marks, brackets and indentation"}
    return error.problem_mark, {"what": what, "way": way}
