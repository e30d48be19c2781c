"""One quarter under way: waits for the cut-off, has payments ordered and paid page by page, and closes. (BJ-4.3)"""

from functools import partial

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain import quarter_reminders
    from domain.dates import SHANGHAI, civil_date
    from duifu.v1.answers_pb2 import QuarterStanding, Refusal
    from duifu.v1.commands_pb2 import (
        CloseCycle,
        Command,
        FreezeCycle,
        LapseVouchers,
        RemindCycle,
        ReportTreasurySilence,
    )
    from duifu.v1.events_pb2 import Reminder
    from duifu.v1.work_pb2 import (
        Ending,
        Progress,
        QuarterPage,
        QuarterPageDone,
        ReminderPage,
        RemindersSent,
        WorkflowStart,
    )
    from workflows import display, options, paying, paying_together
    from workflows.background import Background
    from workflows.following import Standing
    from workflows.follows_ledger import FollowsLedger
    from workflows.ports import CLOCK_TOLERANCE, Claims, Quarters, Reminders
    from workflows.verifying import Verifying

REMINDER, LETTERS, NOTHING = "reminder", "letters", "-"  # tasks beside


@workflow.defn(name="RedemptionCycle")
class RedemptionCycleWorkflow(FollowsLedger[QuarterStanding]):
    """一个季度的兑付批次：截止、核定、支付、对账、结清。"""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        self.follow(start, Standing(f"cycle/{start.subject_id}", QuarterStanding()))
        self.background = Background()
        self.has_assessed = False  # what was verified by the cut-off; later ones are assessed when they are verified
        self.verifying = Verifying(self, self.begin_letters)
        self.is_sending, self.sendings = False, 0  # letters
        self.letters: dict[int, workflow.ActivityHandle[RemindersSent]] = {}  # pages of them, under way
        self.payments = paying.Payments(options.PAGES_AT_ONCE, self.hear_of_page)
        self.has_paid = False  # a page has ended, and no letters were sent since
        self.silence = paying.Silence(
            self,
            lambda: self.quarter.answer_due_on,
            lambda day: ReportTreasurySilence(cycle_id=self.subject_id, due_on=day),
            self.show_cycle,
        )

    @property
    def quarter(self) -> QuarterStanding:
        """The quarter as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """The quarter from its first claim to its close."""
        await self.follow_to_the_end(lambda: self.quarter.closed, self.show_cycle, self.go_on)
        self.payments.see_to({})
        for page in self.letters.values():
            page.cancel()  # letters that nobody needs any more
        await self.background.finish(cancel=NOTHING)  # what is being put on record is let be
        if self.quarter.conducted:
            await self.send_letters()
        await workflow.wait_condition(workflow.all_handlers_finished)
        quarter = self.quarter
        return Ending(
            summary=quarter.summary, subject_id=self.subject_id, outcome=quarter.stage, amount_fen=quarter.paid_fen
        )

    @workflow.query(description="当前进度")
    def progress(self) -> Progress:
        """What this workflow knows."""
        quarter = self.quarter
        waits_for = ("letters",) if self.background.under_way and not self.payments.under_way else ()
        is_idle = not (waits_for or self.verifying.is_under_way or self.payments.under_way)
        progress = self.so_far(quarter.summary, quarter.stage, is_idle, waits_for)
        progress.claims, progress.claims_done = quarter.claims, quarter.settled + quarter.returned + quarter.dropped
        return progress

    async def go_on(self) -> None:
        """The next step of the quarter, from where it stands."""
        quarter, cycle_id = self.quarter, self.subject_id
        self.verifying.see_to()
        self.silence.see_to()
        if self.has_paid and not self.payments.under_way:
            self.has_paid = False
            self.begin_letters()
        if not quarter.opened.cycle_id:
            await self.until_news()
        elif not quarter.frozen:
            await self.until_cut_off()
        elif quarter.unassessed and not self.has_assessed:
            await self.see_to("核定", self.assess_page)
        elif quarter.HasField("paused") or (quarter.claims and quarter.awaits_ruling) or quarter.unassessed:
            await self.until_news()
        elif quarter.ready:
            if await self.until(quarter.opened.pay_at.ToDatetime(SHANGHAI), f"{quarter.opened.pay_on} 起支付"):
                await self.see_to("支付指令", self.order_page)
        elif quarter.pages_to_pay and not self.goes_by(paying.BESIDE):
            await self.pay_together()
        elif quarter.outstanding:
            self.pay_beside()
            await self.until_news()  # of a treasury, or of who signs
        elif quarter.lapses:
            await self.take_step("lapse", "有效期届满", Command(lapse_vouchers=LapseVouchers(cycle_id=self.subject_id)))
        else:
            await self.take_step("close", "结清", Command(close_cycle=CloseCycle(cycle_id=cycle_id)))

    def begin_letters(self) -> None:
        """Send letters beside: nothing waits for a letter box. Those that are missed go out at the end."""
        if self.quarter.conducted and not self.is_sending:
            self.is_sending, self.sendings = True, self.sendings + 1
            self.background.start(f"{LETTERS} {self.sendings}", self.send_letters)

    async def send_letters(self) -> None:
        """Every letter that is owed about claims that no person has."""
        page = QuarterPage(cycle_id=self.subject_id)
        while True:
            done: QuarterPageDone = await workflow.execute_activity_method(
                Claims.letters_page, page, **options.pages("送达文书")
            )
            if not done.last_case_id:
                break
            page.after_case_id = done.last_case_id
        self.is_sending = False

    async def until_cut_off(self) -> None:
        """Wait for the next reminder, or cut the quarter off. Letters go out beside: a cut-off waits for none."""
        opened, now = self.quarter.opened, self.business_now
        if reminder := quarter_reminders.to_remind(opened, self.quarter.reminded, now):
            self.background.start(f"{REMINDER} {reminder.days_left}", partial(self.remind, reminder))
        moment = quarter_reminders.next_moment(opened, now)
        is_cut_off = moment == opened.cut_off_at.ToDatetime(SHANGHAI)
        title = f"{opened.cut_off_on} 截止" if is_cut_off else f"{civil_date(moment)} 提醒截止"
        if await self.until(moment, title) and is_cut_off:
            freeze = Command(freeze_cycle=FreezeCycle(cycle_id=self.subject_id))
            await self.take_step("freeze", "截止", freeze)

    async def remind(self, reminder: Reminder) -> None:
        """Have everybody reminded who has something left of a voucher, page by page, and put it on record."""
        page = ReminderPage(cycle_id=self.subject_id, days_left=reminder.days_left)
        reminded = RemindCycle(cycle_id=self.subject_id, days_left=reminder.days_left)
        while True:
            under_way = workflow.start_activity_method(
                Reminders.remind_holders, page, **options.page(f"提醒：{reminder.days_left}天后截止")
            )
            self.letters[reminder.days_left] = under_way
            try:
                sent: RemindersSent = await under_way
            except ActivityError as error:
                if is_cancelled_exception(error):
                    return
                raise
            finally:
                del self.letters[reminder.days_left]
            if sent.letters:
                reminded.letters += sent.letters
                reminded.page_sha256.append(sent.sha256)
            if not sent.last_voucher_id:
                break
            page.after_voucher_id = sent.last_voucher_id
        command_id = f"{self.subject_id}:{REMINDER}:{reminder.days_left}"
        while refusal := await self.following.carry_out(command_id, "提醒截止", Command(remind_cycle=reminded)):
            if refusal.code not in options.TOO_EARLY:
                return  # cut off meanwhile, or a later reminder is on record
            await workflow.sleep(CLOCK_TOLERANCE)

    async def take_step(self, step: str, summary: str, command: Command) -> None:
        """Ask the ledger for a step of the quarter, as it stands now."""
        await self.ask(f"{self.subject_id}:{step}:{self.following.version}", summary, command)

    async def assess_page(self) -> Refusal | None:
        """Have every claim assessed that is verified; why not, if the ledger refuses."""
        page = QuarterPage(cycle_id=self.subject_id)
        done: QuarterPageDone = await workflow.execute_activity_method(
            Quarters.assess_page, page, **options.pages(f"核定，尚有{self.quarter.unassessed}笔")
        )
        self.has_assessed = not done.HasField("refusal")
        self.following.is_behind = True
        await self.following.catch_up()
        return done.refusal if done.HasField("refusal") else None

    async def order_page(self) -> Refusal | None:
        """Have the next page of claims ordered, oldest first; why not, if the ledger refuses."""
        page = QuarterPage(cycle_id=self.subject_id)
        done: QuarterPageDone = await workflow.execute_activity_method(
            Quarters.order_page, page, **options.pages(f"支付指令，待出具{self.quarter.ready}笔")
        )
        self.following.is_behind = True
        await self.following.catch_up()
        if not done.HasField("refusal"):
            return None
        if self.goes_by(paying.BESIDE):
            self.pay_beside()  # what was ordered before does not wait for it
        return done.refusal

    def pay_beside(self) -> None:
        """Have every page paid that has orders that may go out."""
        self.payments.see_to(paying.pages(self.subject_id, self.quarter))

    def hear_of_page(self) -> None:
        """A page has ended: there is news of it, and letters are owed."""
        self.has_paid = self.following.is_behind = True

    async def pay_together(self) -> None:
        """Have every page paid at once, in a run that was paying before."""
        await paying_together.until_paid(
            paying_together.pay_pages(self.subject_id, self.quarter.pages_to_pay), self.silence
        )
        self.begin_letters()
        self.following.is_behind = True

    def show_cycle(self) -> None:
        """Tell operators where the quarter stands."""
        obstacle = self.obstacle or self.verifying.held_up
        card = display.cycle_card(self.quarter, obstacle, self.business_now, self.clock)
        self.show(display.cycle_attributes(self.quarter), card)
