"""One case under way: conducts the stages of its pinned plan. The ledger decides; this workflow carries out."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import case_course, checks, legal_clock, letters, questions, tasks
    from domain import panel as panels
    from domain.case import CORRECTION, Case, OpenStage
    from domain.dates import SHANGHAI, civil_date, end_of
    from domain.wording import OUTCOMES, clock_title, last_day, standing
    from duifu.v1.commands_pb2 import (
        AssessRedemption,
        Command,
        IssueVoucher,
        LapseStage,
        Letter,
        RecordCheck,
        RecordLetter,
        RemindStage,
        RestartClock,
    )
    from duifu.v1.facts_pb2 import CheckResult
    from duifu.v1.plan_pb2 import STAGE_KIND_ROUND, Stage
    from duifu.v1.work_pb2 import (
        CheckRequest,
        Ending,
        NextStep,
        Progress,
        WorkflowStart,
    )
    from workflows import display, post, queries
    from workflows.background import Background
    from workflows.expert_panel import start_panel
    from workflows.following import Facts
    from workflows.follows_ledger import FollowsLedger

CHECKS, LETTERS = "check", "letter"
#: What the ledger is asked in a system stage, by the plan's name for it.
TASKS: dict[str, Callable[[str], Command]] = {
    "issue_voucher": lambda case_id: Command(issue_voucher=IssueVoucher(case_id=case_id)),
    "assess_redemption": lambda case_id: Command(assess_redemption=AssessRedemption(case_id=case_id)),
}


@workflow.defn(name="Case")
class CaseWorkflow(FollowsLedger[Case]):
    """办理一件申领或兑付申请：查询、时限、文书，以及系统环节。"""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        self.follow(start, Facts(f"case/{start.subject_id}", Case(), case_course.evolve))
        self.background = Background()
        self.renews = False  # answers that grow old
        self.away: set[tuple[str, str, int]] = set()  # check, stage and round whose source is asked patiently
        self.panels: set[str] = set()  # that this run has started

    @property
    def case(self) -> Case:
        """The case as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """Follow the case to its end, stage by stage."""
        await self.follow_to_the_end(lambda: self.case.closed is not None, self.show_case, self.go_on)
        assert self.case.closed is not None
        await self.send_last_letters()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return Ending(
            summary=standing(self.case),
            subject_id=self.subject_id,
            outcome=OUTCOMES[self.case.closed.outcome],
            amount_fen=self.case.closed.amount_fen,
        )

    @workflow.query(description="当前进度")
    def progress(self) -> Progress:
        """What this workflow knows."""
        stage = self.case.stage
        under_way = self.background.under_way
        waits_for = [check for check, *_ in sorted(self.away)] if under_way == len(self.away) else ()
        return self.so_far(standing(self.case), stage.key if stage else "", not under_way, waits_for)

    @workflow.query(description="下一步由谁办理")
    def next_step(self) -> NextStep:
        """Who may act next, and who may not."""
        return tasks.next_step(self.case)

    async def go_on(self) -> None:
        """The open stage, from where it stands."""
        if self.case.stage is None:
            await self.until_news()
        else:
            self.begin(self.case.stage)
            await self.conduct(self.case.stage)

    def begin(self, stage: OpenStage) -> None:
        """Start what the case needs beside decisions: letters and queries, of this stage and of any that passed unseen.

        Each is started once, whatever the pace at which people decide.
        """
        self.send_letters()
        if stage.key == CORRECTION:
            return
        for question in checks.unanswered(self.case, stage.key):
            self.start_check(question)
        # Cases that were under way before answers were asked for anew go on without that.
        self.renews = checks.any_grows_old(self.case) and self.goes_by("answers-grow-old")
        for question, through in checks.fading(self.case) if self.renews else ():
            if end_of(through) <= self.business_now:
                self.start_check(question, renews=through)

    async def conduct(self, stage: OpenStage) -> None:
        """Wait for news of the stage; see to the system's task and to the deadline."""
        row = self.case.row(stage.key)
        if (panel_id := panels.open_panel(self.case)) and panel_id not in self.panels:
            self.panels.add(panel_id)
            await start_panel(self.case, panel_id, self.clock)
        elif stage.key != CORRECTION and row.kind == STAGE_KIND_ROUND:
            await self.until_news()
        elif stage.key != CORRECTION and row.task and not self.case.held_behind:
            await self.see_to_task(stage, row)
        else:
            await self.wait(stage)

    async def wait(self, stage: OpenStage) -> None:
        """Wait for news of the stage and for its clock; or for the end of an answer's days, to ask its source anew."""
        if (fades_at := self.fades_at(stage)) and self.business_now < fades_at:
            await self.until(fades_at, f"{stage.title} 查询结果有效至{last_day(fades_at)}，期满重新查询")
        elif (rings_at := legal_clock.rings_at(stage)) is None:
            await self.until_news()
        elif await self.until(rings_at, f"{stage.title} {clock_title(stage, rings_at)}"):
            await self.see_to_clock(stage, max(rings_at, self.business_now))

    def fades_at(self, stage: OpenStage) -> datetime | None:
        """When an answer grows old before the clock of the open stage has to be seen to. None: not before."""
        if not self.renews or (fades_at := checks.fades_at(self.case)) is None:
            return None
        rings_at = legal_clock.rings_at(stage)
        return fades_at if rings_at is None or fades_at < rings_at else None

    def turning_point(self) -> object:
        """Answers and letters are put on record beside the stages; only a change of standing wakes the stages.

        So does an answer that grows old before anything else happens, and money that did not arrive, if there is a
        letter about it.
        """
        case = self.case
        fades_at = self.fades_at(case.stage) if case.stage else None
        returns = len(case.returns) if "returned" in case.plan.letters else 0
        standing = case.stage, case.closed is None, case.held_behind, len(case.outputs), len(case.opinions)
        return *standing, fades_at, returns

    async def see_to_task(self, stage: OpenStage, row: Stage) -> None:
        """Ask the ledger to do what a system stage is for."""
        task_id = f"{self.subject_id}:{row.task}:{self.following.version}"
        await self.ask(task_id, stage.title, TASKS[row.task](self.subject_id))

    async def see_to_clock(self, stage: OpenStage, at: datetime) -> None:
        """The clock rang here; the ledger settles whether it rang there."""
        if stage.stop is not None:
            restarted = RestartClock(case_id=self.subject_id, stage=stage.key)
            restart_id = f"{self.subject_id}:restart:{stage.key}:{stage.round}:{stage.stop.stopped_on}"
            await self.ask(restart_id, f"{stage.title} 恢复计时", Command(restart_clock=restarted))
        elif stage.due_at is not None and at >= stage.due_at:
            await self.lapse(stage)
        else:
            days_left = legal_clock.to_remind(stage, at)
            reminded = RemindStage(case_id=self.subject_id, stage=stage.key, round=stage.round, days_left=days_left)
            remind_id = f"{self.subject_id}:remind:{stage.key}:{stage.round}:{days_left}"
            await self.ask(remind_id, f"{stage.title} 提醒", Command(remind_stage=reminded))

    async def lapse(self, stage: OpenStage) -> None:
        """The deadline passed here; the ledger settles whether it passed there, and what that means."""
        lapsed = LapseStage(case_id=self.subject_id, stage=stage.key, round=stage.round)
        lapse_id = f"{self.subject_id}:lapse:{stage.key}:{stage.round}"
        await self.ask(lapse_id, f"{stage.title} 时限届满", Command(lapse_stage=lapsed))

    def start_check(self, question: checks.Question, renews: date | None = None) -> None:
        """Make one query of the plan, beside the stages: an early decision does not end it.

        `renews` is the last day of an answer that has grown old.
        """
        row, number, check = question
        request = questions.check_request(self.case, row, number, check, self.business_now)
        title = questions.title(self.case, check)
        self.background.start(
            f"{CHECKS} {check} {row.key} {number} {renews}",
            lambda: queries.look_up(request, title, lambda: self.business_now, self.record_check),
        )

    async def record_check(self, request: CheckRequest, result: CheckResult, known: queries.Known) -> None:
        """Put an answer on record; the day of the question tells it from one that has grown old since."""
        asked_on = civil_date(datetime.fromtimestamp(request.business_seconds, SHANGHAI))
        command_id = f"{self.subject_id}:check:{request.check}:{request.stage}:{request.round}:{asked_on}:{known}"
        record = RecordCheck(case_id=self.subject_id, stage=request.stage, round=request.round, result=result)
        title = questions.title(self.case, request.check)
        await self.following.carry_out(command_id, title, Command(record_check=record))
        asked = request.check, request.stage, request.round
        (self.away.add if known == "away" else self.away.discard)(asked)
        self.show_case()

    def send_letters(self) -> None:
        """Send each letter that the case has come to once, beside the stages; what is on record is not sent again."""
        for letter in letters.owed(self.case):
            if letter.letter_id not in self.case.letters:
                edition_sha256 = self.case.plan.edition_sha256
                turn = self.following.turn
                sending = partial(post.send, turn, self.subject_id, edition_sha256, letter, self.record_letter)
                self.background.start(f"{LETTERS} {letter.letter_id}", sending)

    async def send_last_letters(self) -> None:
        """Send what is owed at the end, and what is owed by then of money that came back meanwhile."""
        told = -1
        while told != len(self.case.returns):
            told = len(self.case.returns)
            self.send_letters()
            await self.background.finish(cancel=CHECKS)
            if "returned" in self.case.plan.letters:
                await self.following.catch_up()

    async def record_letter(self, letter: Letter) -> None:
        """Put a letter on record that was delivered."""
        record = RecordLetter(case_id=self.subject_id, letter=letter)
        await self.following.carry_out(letter.letter_id, f"送达 {letter.title}", Command(record_letter=record))

    def show_case(self) -> None:
        """Tell operators where the case stands."""
        card = display.case_card(self.case, self.obstacle, self.business_now, self.clock)
        self.show(display.case_attributes(self.case), card)
