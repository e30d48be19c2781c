"""The Beijing programme with stages whose clocks may stand still, and a review of which people are reminded."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from policy.rulebook import PROGRAMMES, Rulebook

BEIJING = "beijing/ai-compute-voucher-2023.yaml"
CLAUSES = "clauses:\n"
CASE_LETTERS = "case_letters: {closed: closed, returned: returned}\nletters:\n"
LETTERS = """\
case_letters: {closed: closed, returned: returned, stopped: stopped, restarted: restarted}
letters:
  stopped: {title: 停止计时告知书, text: "因{reason}自{since}起停止计时，至{until}，余{left}。"}
  restarted: {title: 恢复计时告知书, text: "{until}恢复计时，顺延{moved_by}，{due}。"}
"""
ACCEPTANCE = "      time_limit: {days: 5, unit: working_days, on_silence: passes}\n"
REVIEW = "      time_limit: {days: 20, unit: working_days, on_silence: escalates}\n"
INSPECTION = """\
      stops:
        - {key: inspection, title: 现场核查, clause: 行政许可法45}
"""
EXPERTS = """\
        - {key: expert_review, title: 专家评审, clause: 行政许可法45, days_max: 2}
      remind_days_before: [3, 1]
"""


@cache
def the_rulebook_with_stops() -> Rulebook:
    """The programme as it is shipped but for that, compiled once for all tests of a process."""
    folder = Path(mkdtemp())
    (folder / "beijing").mkdir()
    (folder / "working-days.yaml").write_bytes((PROGRAMMES / "working-days.yaml").read_bytes())
    text = (PROGRAMMES / BEIJING).read_text("utf-8")
    clause = "  行政许可法45: 现场核查、专家评审所需时间不计算在期限内\n"
    for shipped, added in ((CLAUSES, clause), (ACCEPTANCE, INSPECTION), (REVIEW, INSPECTION + EXPERTS)):
        assert text.count(shipped) == 1
        text = text.replace(shipped, shipped + added)
    assert text.count(CASE_LETTERS) == 1
    text = text.replace(CASE_LETTERS, LETTERS)
    (folder / BEIJING).write_text(text, "utf-8")
    return Rulebook(folder)
