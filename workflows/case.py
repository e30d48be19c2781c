"""One case under way: conducts the stages of its pinned plan. The ledger decides; this workflow carries out."""

from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import case as cases
    from domain import letters
    from domain.case import CORRECTION, Case, OpenStage, is_answered
    from domain.letters import Owed
    from domain.wording import OUTCOMES, check_title, deadline, standing
    from duifu.v1.commands_pb2 import (
        AssessRedemption,
        Command,
        IssueVoucher,
        LapseStage,
        Letter,
        RecordCheck,
        RecordLetter,
    )
    from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE, CheckResult
    from duifu.v1.plan_pb2 import Stage
    from duifu.v1.work_pb2 import (
        CheckRequest,
        Ending,
        LetterDelivery,
        LetterRequest,
        LetterText,
        Progress,
        WorkflowStart,
    )
    from workflows import display, options
    from workflows.following import Background, FollowsLedger
    from workflows.ports import Invoices, Notices, Registries, Rulebook

INVOICES = "invoices"  # the check that the invoice platform answers; the registries answer the others
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
        self.follow(f"case/{start.subject_id}", start, Case(), cases.evolve)
        self.background = Background()

    @property
    def case(self) -> Case:
        """The case as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """Follow the case to its end, stage by stage."""
        await self.following.catch_up()
        while self.case.closed is None:
            self.show_case()
            if self.case.stage is None:
                await self.until_news()
            else:
                self.begin(self.case.stage)
                await self.conduct(self.case.stage)
            await self.following.catch_up()
        self.show_case()
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
        is_idle = self.is_waiting and not self.following.is_behind and self.background.is_idle
        return Progress(
            summary=standing(self.case),
            version=self.following.version,
            stage=self.case.stage.key if self.case.stage else "",
            is_idle=is_idle,
            clock=self.clock,
        )

    def begin(self, stage: OpenStage) -> None:
        """Start what the case needs beside decisions: letters and queries, of this stage and of any that passed unseen.

        Each is started once, whatever the pace at which people decide.
        """
        self.send_letters()
        if stage.key == CORRECTION:
            return
        for row in self.case.plan.stages:
            number = self.case.corrections + 1 if row.HasField("correction") else 1
            for check in row.checks:
                if is_answered(self.case.checks.get(check)):
                    continue  # on record already: this run began late
                self.start_check(self.check_request(row, number, check))
            if row.key == stage.key:
                return

    async def conduct(self, stage: OpenStage) -> None:
        """Wait for news of the stage; see to the system's task and to the deadline."""
        row = self.case.row(stage.key)
        if stage.key != CORRECTION and row.task and not self.case.held_behind:
            await self.see_to_task(stage, row)
        elif stage.due_at is None or stage.is_overdue:
            await self.until_news()
        elif await self.until(stage.due_at, f"{stage.title} {deadline(stage.due_at)}"):
            await self.lapse(stage)

    def turning_point(self) -> object:
        """Answers and letters are put on record beside the stages; only a change of standing wakes the stages."""
        return self.case.stage, self.case.closed is None, self.case.held_behind

    async def see_to_task(self, stage: OpenStage, row: Stage) -> None:
        """Ask the ledger to do what a system stage is for."""
        task_id = f"{self.subject_id}:{row.task}:{self.following.version}"
        await self.ask(task_id, stage.title, TASKS[row.task](self.subject_id))

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
        try:
            result = await self.query(request, patiently=False)
        except ActivityError as error:
            cause = error.cause.message if isinstance(error.cause, ApplicationError) else "查询超时"
            away = CheckResult(
                check=request.check, outcome=CHECK_OUTCOME_UNAVAILABLE, source=request.check, detail=cause
            )
            away.queried_at.FromSeconds(request.business_seconds)
            await self.record_check(request, away)
            result = await self.query(request, patiently=True)
        await self.record_check(request, result)

    async def query(self, request: CheckRequest, patiently: bool) -> CheckResult:
        """Ask the source that answers this check."""
        how = (options.until_it_answers if patiently else options.first_look)(f"查询 {check_title(request.check)}")
        if request.check == INVOICES:
            return await workflow.execute_activity_method(Invoices.verify_invoices, request, **how)
        return await workflow.execute_activity_method(Registries.query_registry, request, **how)

    async def record_check(self, request: CheckRequest, result: CheckResult) -> None:
        """Put an answer on record."""
        known = "away" if result.outcome == CHECK_OUTCOME_UNAVAILABLE else "answer"
        command_id = f"{self.subject_id}:check:{request.check}:{request.stage}:{request.round}:{known}"
        record = RecordCheck(case_id=self.subject_id, stage=request.stage, round=request.round, result=result)
        await self.following.carry_out(command_id, f"查询 {check_title(request.check)}", Command(record_check=record))
        self.show_case()

    def check_request(self, row: Stage, number: int, check: str) -> CheckRequest:
        """What a source needs to know for this case."""
        contract = self.case.application.contract
        return CheckRequest(
            case_id=self.subject_id,
            stage=row.key,
            round=number,
            check=check,
            buyer_uscc=self.case.applicant_uscc,
            supplier_uscc=contract.supplier.uscc,
            invoices=self.case.redemption.invoices,
            business_seconds=int(self.business_now.timestamp()),
        )

    def send_letters(self) -> None:
        """Send each letter that the case has come to once; one that is on record is not sent again."""
        for letter in letters.owed(self.case):
            if letter.letter_id not in self.case.letters:
                self.send_letter(letter)

    def send_letter(self, letter: Owed) -> None:
        """Send one letter, beside the stages."""
        request = LetterRequest(
            letter_id=letter.letter_id,
            template=letter.template,
            case_id=self.subject_id,
            recipient=self.case.applicant_name,
            words=letter.words,
            edition_sha256=self.case.plan.edition_sha256,
        )
        self.background.start(f"{LETTERS} {letter.letter_id}", lambda: self.deliver(request))

    async def deliver(self, request: LetterRequest) -> None:
        """Compose, deliver, and put on record."""
        text: LetterText = await workflow.execute_local_activity_method(
            Rulebook.compose_letter, request, **options.ledger(request.template)
        )
        delivery = LetterDelivery(
            letter_id=request.letter_id,
            case_id=request.case_id,
            recipient=request.recipient,
            title=text.title,
            text=text.text,
        )
        delivered: LetterText = await workflow.execute_activity_method(
            Notices.deliver_letter, delivery, **options.until_it_answers(f"送达 {text.title}")
        )
        letter = Letter(
            letter_id=request.letter_id,
            template=request.template,
            recipient=request.recipient,
            title=delivered.title,
            text_sha256=delivered.text_sha256,
        )
        record = RecordLetter(case_id=self.subject_id, letter=letter)
        await self.following.carry_out(request.letter_id, f"送达 {text.title}", Command(record_letter=record))

    def show_case(self) -> None:
        """Tell operators where the case stands."""
        card = display.case_card(self.case, self.obstacle, self.business_now, self.clock)
        self.show(display.case_attributes(self.case), card)
