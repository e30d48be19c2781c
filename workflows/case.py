"""One case under way: conducts the stages of its pinned plan. The ledger decides; this workflow carries out."""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import case_course, checks, legal_clock, letters, tasks
    from domain import panel as panels
    from domain.case import CORRECTION, Case, OpenStage
    from domain.letters import Owed
    from domain.wording import OUTCOMES, clock_title, standing
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
    from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE, CheckResult
    from duifu.v1.plan_pb2 import STAGE_KIND_ROUND, Stage
    from duifu.v1.work_pb2 import (
        CheckRequest,
        Ending,
        LetterDelivery,
        LetterRequest,
        LetterText,
        NextStep,
        Progress,
        WorkflowStart,
    )
    from workflows import display, options, queries
    from workflows.expert_panel import start_panel
    from workflows.following import Background, FollowsLedger
    from workflows.ports import Notices, Rulebook

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
        self.follow(f"case/{start.subject_id}", start, Case(), case_course.evolve)
        self.background = Background()
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
        self.send_letters()
        await self.background.finish(cancel=CHECKS)
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
        return self.so_far(standing(self.case), stage.key if stage else "", self.background.is_idle)

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
        for row, number, check in checks.unanswered(self.case, stage.key):
            self.start_check(queries.check_request(self.case, row, number, check, self.business_now))

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
        elif (rings_at := legal_clock.rings_at(stage)) is None:
            await self.until_news()
        elif await self.until(rings_at, f"{stage.title} {clock_title(stage, rings_at)}"):
            await self.see_to_clock(stage, max(rings_at, self.business_now))

    def turning_point(self) -> object:
        """Answers and letters are put on record beside the stages; only a change of standing wakes the stages."""
        case = self.case
        return case.stage, case.closed is None, case.held_behind, len(case.outputs)

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

    def start_check(self, request: CheckRequest) -> None:
        """Make one query of the plan, beside the stages: an early decision does not end it."""
        name = f"{CHECKS} {request.check} {request.stage} {request.round}"
        self.background.start(name, lambda: self.look_up(request))

    async def look_up(self, request: CheckRequest) -> None:
        """Make one query and put the answer on record; while the source is away, say so and keep asking."""
        title = queries.title(self.case, request.check)
        try:
            result = await queries.query(request, title, patiently=False)
        except ActivityError as error:
            cause = error.cause.message if isinstance(error.cause, ApplicationError) else "查询超时"
            away = CheckResult(
                check=request.check, outcome=CHECK_OUTCOME_UNAVAILABLE, source=request.check, detail=cause
            )
            away.queried_at.FromSeconds(request.business_seconds)
            await self.record_check(request, away)
            result = await queries.query(request, title, patiently=True)
            result.queried_at.FromSeconds(int(self.business_now.timestamp()))
        await self.record_check(request, result)

    async def record_check(self, request: CheckRequest, result: CheckResult) -> None:
        """Put an answer on record."""
        known = "away" if result.outcome == CHECK_OUTCOME_UNAVAILABLE else "answer"
        command_id = f"{self.subject_id}:check:{request.check}:{request.stage}:{request.round}:{known}"
        record = RecordCheck(case_id=self.subject_id, stage=request.stage, round=request.round, result=result)
        title = queries.title(self.case, request.check)
        await self.following.carry_out(command_id, title, Command(record_check=record))
        self.show_case()

    def send_letters(self) -> None:
        """Send each letter that the case has come to once; one that is on record is not sent again."""
        for letter in letters.owed(self.case):
            if letter.letter_id not in self.case.letters:
                self.send_letter(letter)

    def send_letter(self, letter: Owed) -> None:
        """Send one letter, beside the stages."""
        if letter.text:
            written = LetterText(title=letter.title, text=letter.text)
            self.background.start(f"{LETTERS} {letter.letter_id}", lambda: self.hand_over(letter, written))
            return
        request = LetterRequest(
            letter_id=letter.letter_id,
            template=letter.template,
            case_id=self.subject_id,
            recipient=letter.recipient,
            words=letter.words,
            edition_sha256=self.case.plan.edition_sha256,
        )
        self.background.start(f"{LETTERS} {letter.letter_id}", lambda: self.compose(letter, request))

    async def compose(self, letter: Owed, request: LetterRequest) -> None:
        """Write a letter from the template of the pinned edition, and hand it over."""
        text: LetterText = await workflow.execute_local_activity_method(
            Rulebook.compose_letter, request, **options.ledger(request.template)
        )
        await self.hand_over(letter, text)

    async def hand_over(self, letter: Owed, text: LetterText) -> None:
        """Deliver a letter, and put it on record."""
        delivery = LetterDelivery(
            letter_id=letter.letter_id,
            case_id=self.subject_id,
            recipient=letter.recipient,
            title=text.title,
            text=text.text,
        )
        delivered: LetterText = await workflow.execute_activity_method(
            Notices.deliver_letter, delivery, **options.until_it_answers(f"送达 {text.title}")
        )
        sent = Letter(
            letter_id=letter.letter_id,
            template=letter.template,
            recipient=letter.recipient,
            title=delivered.title,
            text_sha256=delivered.text_sha256,
        )
        record = RecordLetter(case_id=self.subject_id, letter=sent)
        await self.following.carry_out(letter.letter_id, f"送达 {text.title}", Command(record_letter=record))

    def show_case(self) -> None:
        """Tell operators where the case stands."""
        card = display.case_card(self.case, self.obstacle, self.business_now, self.clock)
        self.show(display.case_attributes(self.case), card)
