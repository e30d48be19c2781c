"""One quarter under way: waits for the cut-off, has payments ordered and paid, and closes. (BJ-4.3)"""

from functools import partial

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain import cycle as cycles
    from domain.cycle import Cycle
    from domain.dates import civil_date
    from domain.wording import quarter_standing
    from duifu.v1.commands_pb2 import CloseCycle, Command, FreezeCycle, OrderPayments, RecordPayment, RemindCycle
    from duifu.v1.events_pb2 import Reminder
    from duifu.v1.work_pb2 import Ending, PaymentReport, Progress, ReminderPage, RemindersSent, WorkflowStart
    from workflows import display, options, paying
    from workflows.following import Background, FollowsLedger
    from workflows.ports import Reminders

REMINDER, NOTHING = "reminder", "-"  # tasks beside


@workflow.defn(name="RedemptionCycle")
class RedemptionCycleWorkflow(FollowsLedger[Cycle]):
    """一个季度的兑付批次：截止、核定、支付、对账、结清。"""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        self.follow(f"cycle/{start.subject_id}", start, Cycle(), cycles.evolve)
        self.background = Background()
        self.pages: dict[int, workflow.ActivityHandle[RemindersSent]] = {}  # of letters, under way

    @property
    def cycle(self) -> Cycle:
        """The quarter as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """The quarter from its first claim to its close."""
        await self.follow_to_the_end(lambda: self.cycle.closed is not None, self.show_cycle, self.go_on)
        assert self.cycle.closed is not None
        for page in self.pages.values():
            page.cancel()  # letters that nobody needs any more
        await self.background.finish(cancel=NOTHING)  # what is being put on record is let be
        await workflow.wait_condition(workflow.all_handlers_finished)
        return Ending(
            summary=quarter_standing(self.cycle),
            subject_id=self.subject_id,
            outcome="已结清",
            amount_fen=self.cycle.closed.paid_fen,
        )

    @workflow.query(description="当前进度")
    def progress(self) -> Progress:
        """What this workflow knows."""
        standing, stage = quarter_standing(self.cycle), display.cycle_stage(self.cycle)
        waits_for = ("letters",) if self.background.under_way else ()
        return self.so_far(standing, stage, not waits_for, waits_for)

    async def go_on(self) -> None:
        """The next step of the quarter, from where it stands."""
        cycle, cycle_id = self.cycle, self.subject_id
        if not cycle.cycle_id:
            await self.until_news()
        elif not cycle.frozen:
            await self.until_cut_off()
        elif (cycle.claims and cycle.awaits_ruling) or cycle.waiting_for():
            await self.until_news()
        elif cycle.ready():
            if await self.until(cycle.pay_at, f"{cycle.opened.pay_on} 起支付"):
                await self.take_step("order", "支付指令", Command(order_payments=OrderPayments(cycle_id=cycle_id)))
        elif cycle.to_pay():
            await self.pay_all()
        elif cycle.outstanding():
            await self.until_news()  # of who signs them
        else:
            await self.take_step("close", "结清", Command(close_cycle=CloseCycle(cycle_id=cycle_id)))

    async def until_cut_off(self) -> None:
        """Wait for the next reminder, or cut the quarter off. Letters go out beside: a cut-off waits for none."""
        cycle = self.cycle
        if reminder := cycle.to_remind(self.business_now):
            self.background.start(f"{REMINDER} {reminder.days_left}", partial(self.remind, reminder))
        moment = cycle.next_moment(self.business_now)
        is_cut_off = moment == cycle.cut_off_at
        title = f"{cycle.opened.cut_off_on} 截止" if is_cut_off else f"{civil_date(moment)} 提醒截止"
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
            self.pages[reminder.days_left] = under_way
            try:
                sent: RemindersSent = await under_way
            except ActivityError as error:
                if is_cancelled_exception(error):
                    return
                raise
            finally:
                del self.pages[reminder.days_left]
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
            await workflow.sleep(options.CLOCK_TOLERANCE)

    async def take_step(self, step: str, summary: str, command: Command) -> None:
        """Ask the ledger for a step of the quarter, as it stands now."""
        await self.ask(f"{self.subject_id}:{step}:{self.following.version}", summary, command)

    async def pay_all(self) -> None:
        """Have every outstanding order paid, a few at a time, and put each result on record as it comes."""
        outstanding = [
            (cycles.payment_order(self.subject_id, ordered), f"支付 {ordered.case_id}")
            for ordered in self.cycle.to_pay()
        ]
        await paying.pay_all(outstanding, self.record)

    async def record(self, report: PaymentReport) -> None:
        """Put the treasury's answer on record."""
        result = RecordPayment(
            cycle_id=self.subject_id,
            order_id=report.order_id,
            status=report.status,
            bank_reference=report.bank_reference,
            reason=report.reason,
        )
        await self.following.carry_out(f"{report.order_id}:result", "国库回单", Command(record_payment=result))

    def show_cycle(self) -> None:
        """Tell operators where the quarter stands."""
        card = display.cycle_card(self.cycle, self.obstacle, self.business_now, self.clock)
        self.show(display.cycle_attributes(self.cycle), card)
