"""One round under way: shares the pool, waits while the public may object, has both treasuries pay. (QD-2.5, QD-A10)"""

from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import round_course, treasury_silence
    from domain.paying_wording import round_standing
    from domain.round import Round, Standing, payment_order
    from domain.wording import last_day
    from duifu.v1.commands_pb2 import (
        AllocateRound,
        CloseNotice,
        CloseRound,
        Command,
        OrderGrants,
        RecordGrantPayment,
        ReportTreasurySilence,
    )
    from duifu.v1.events_pb2 import GrantOrdered
    from duifu.v1.work_pb2 import Ending, PaymentOrder, PaymentReport, Progress, WorkflowStart
    from workflows import options, paying, paying_together, round_card
    from workflows.following import Facts
    from workflows.follows_ledger import FollowsLedger
    from workflows.ports import Treasury


@workflow.defn(name="GrantRound")
class GrantRoundWorkflow(FollowsLedger[Round]):
    """一轮补助：窗口期满后分配、公示、两级拨付、办结。"""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        self.follow(start, Facts(f"round/{start.subject_id}", Round(), round_course.evolve))
        self.payments = paying.Payments(options.PAYMENTS_AT_ONCE)
        self.reports: list[PaymentReport] = []  # of treasuries, that are to be put on record
        self.silence = paying.Silence(
            self,
            lambda: treasury_silence.running(self.round),
            lambda day: ReportTreasurySilence(round_id=self.subject_id, due_on=day),
            self.show_round,
        )

    @property
    def round(self) -> Round:
        """The round as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """The round from its first application to its close."""
        await self.follow_to_the_end(self.is_over, self.show_round, self.go_on)
        assert self.round.closed is not None
        self.payments.see_to({})
        await workflow.wait_condition(workflow.all_handlers_finished)
        return Ending(
            summary=round_standing(self.round),
            subject_id=self.subject_id,
            outcome="已办结",
            amount_fen=sum(share.amount_fen for share in self.round.closed.paid),
        )

    @workflow.query(description="当前进度")
    def progress(self) -> Progress:
        """What this workflow knows."""
        is_idle = not self.payments.under_way
        return self.so_far(round_standing(self.round), round_card.round_stage(self.round), is_idle)

    def turning_point(self) -> object:
        """A treasury's answer wakes the round, too."""
        return self.following.version, self.payments.under_way

    def is_over(self) -> bool:
        """Closed, and nothing that came back after it was settled is to be paid again."""
        return self.round.closed is not None and self.round.is_over

    async def go_on(self) -> None:
        """The next step of the round, from where it stands."""
        round_, round_id = self.round, self.subject_id
        self.silence.see_to()
        if not round_.round_id:
            await self.until_news()
        elif self.business_now < round_.closes_at:
            await self.until(round_.closes_at, f"{round_.opened.closes_on} 申报截止")
        elif round_.is_over:
            await self.take_step("close", "办结", Command(close_round=CloseRound(round_id=round_id)))
        elif self.reports:
            await self.record(self.reports.pop(0))
        elif round_.to_pay() and not self.goes_by(paying.BESIDE):
            await self.pay_together()
        elif round_.standing(Standing.REVIEWED) or round_.orders:
            self.payments.see_to({ordered.order_id: self.part(ordered) for ordered in round_.to_pay()})
            # Of who reviews, of a treasury, of who signs, or of an account to which a returned payment can go.
            await self.until_news()
        elif round_.is_stale:
            await self.take_step("allocate", "额度分配", Command(allocate_round=AllocateRound(round_id=round_id)))
        elif round_.standing(Standing.NOTICED):
            await self.see_to_notice()
        elif round_.standing(Standing.PUBLISHED):
            await self.until_news()
        else:
            await self.take_step("order", "支付指令", Command(order_grants=OrderGrants(round_id=round_id)))

    async def see_to_notice(self) -> None:
        """Wait until the first result has been shown long enough; an open objection keeps it until it is settled."""
        over_at = self.round.next_due(self.business_now)
        if over_at is None:
            await self.until_news()
        elif await self.until(over_at, f"公示至{last_day(over_at)}"):
            await self.take_step("notice", "公示期满", Command(close_notice=CloseNotice(round_id=self.subject_id)))

    async def take_step(self, step: str, summary: str, command: Command) -> None:
        """Ask the ledger for a step of the round, as it stands now."""
        await self.ask(f"{self.subject_id}:{step}:{self.following.version}", summary, command)

    def part(self, ordered: GrantOrdered) -> paying.Part:
        """An order as it is handed to its treasury."""
        pay = partial(self.pay, payment_order(self.subject_id, ordered))
        return paying.Part(ordered.treasury, 1, options.until_it_answers(_title(ordered)), pay)

    async def pay(self, order: PaymentOrder, how: workflow.ActivityConfig) -> None:
        """Have an order paid, and keep what its treasury says."""
        self.reports.append(await workflow.execute_activity_method(Treasury.pay, order, **how))

    async def record(self, report: PaymentReport) -> None:
        """Put a treasury's answer on record."""
        await self.ask(f"{report.order_id}:result", "国库回单", self.result(report))

    def result(self, report: PaymentReport) -> Command:
        """What a treasury says of an order, as the ledger is told."""
        return Command(
            record_grant_payment=RecordGrantPayment(
                round_id=self.subject_id,
                order_id=report.order_id,
                status=report.status,
                bank_reference=report.bank_reference,
                reason=report.reason,
            )
        )

    async def pay_together(self) -> None:
        """Have every order paid that may go out, in a run that was paying before."""
        orders = [(payment_order(self.subject_id, ordered), _title(ordered)) for ordered in self.round.to_pay()]
        await paying_together.until_paid(paying_together.pay_orders(orders, self.record_beside), self.silence)

    async def record_beside(self, report: PaymentReport) -> None:
        """Put a treasury's answer on record, in such a run."""
        await self.following.carry_out(f"{report.order_id}:result", "国库回单", self.result(report))

    def show_round(self) -> None:
        """Tell operators where the round stands."""
        card = round_card.round_card(self.round, self.obstacle, self.business_now, self.clock)
        self.show(round_card.round_attributes(self.round), card)


def _title(ordered: GrantOrdered) -> str:
    return f"{ordered.treasury} 支付 {ordered.case_id}"
