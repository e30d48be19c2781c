"""One recovery under way: sends its letters and rings its deadlines. People decide; the ledger settles. (BJ-5.5)"""

from functools import partial

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import recovery as recoveries
    from domain import recovery_deadlines, recovery_letters
    from domain.recovery import TITLES, Recovery
    from domain.wording import last_day
    from duifu.v1.commands_pb2 import Command, Letter, RecordRecoveryLetter
    from duifu.v1.recovery_pb2 import LapseRecovery, RecoveryDeadline
    from duifu.v1.work_pb2 import Ending, Progress, WorkflowStart
    from workflows import post, recovery_card
    from workflows.background import Background
    from workflows.following import Facts
    from workflows.follows_ledger import FollowsLedger

NOTHING = "-"  # tasks beside that are broken off at the end


@workflow.defn(name="Recovery")
class RecoveryWorkflow(FollowsLedger[Recovery]):
    """追回一笔已支付的资金：告知、责令、催告的送达，陈述申辩与缴回的期限。"""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        self.follow(start, Facts(f"recovery/{start.subject_id}", Recovery(), recoveries.evolve))
        self.background = Background()

    @property
    def recovery(self) -> Recovery:
        """The recovery as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """The recovery from its finding until nothing of it is open."""
        await self.follow_to_the_end(lambda: self.recovery.is_over, self.show_recovery, self.go_on)
        self.send_letters()
        await self.background.finish(cancel=NOTHING)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return Ending(
            summary=recovery_card.standing(self.recovery),
            subject_id=self.subject_id,
            outcome=TITLES[self.recovery.standing],
            amount_fen=self.recovery.received_fen,
        )

    @workflow.query(description="当前进度")
    def progress(self) -> Progress:
        """What this workflow knows."""
        recovery = self.recovery
        return self.so_far(recovery_card.standing(recovery), str(recovery.standing), not self.background.under_way)

    async def go_on(self) -> None:
        """Send what is owed, and wait for news or for the deadline that runs."""
        self.send_letters()
        if (running := recovery_deadlines.running(self.recovery)) is None:
            await self.until_news()
        elif await self.until(running.due_at, f"{running.title}期限至{last_day(running.due_at)}"):
            await self.lapse(running.kind)

    async def lapse(self, deadline: RecoveryDeadline.ValueType) -> None:
        """The deadline passed here; the ledger settles whether it passed there."""
        lapsed = Command(lapse_recovery=LapseRecovery(recovery_id=self.subject_id, deadline=deadline))
        summary = f"{recovery_deadlines.TITLES[deadline]}期限届满"
        await self.ask(f"{self.subject_id}:lapse:{RecoveryDeadline.Name(deadline)}", summary, lapsed)

    def turning_point(self) -> object:
        """Letters are put on record beside; they change nothing that is waited for."""
        return self.following.version - len(self.recovery.letters)

    def send_letters(self) -> None:
        """Send each letter that is owed once, beside; what is on record is not sent again."""
        opened, turn = self.recovery.opened, self.following.turn
        for letter in recovery_letters.unsent(self.recovery):
            sending = partial(post.send, turn, opened.case_id, opened.edition_sha256, letter, self.record_letter)
            self.background.start(letter.letter_id, sending)

    async def record_letter(self, letter: Letter) -> None:
        """Put a letter on record that was delivered."""
        record = RecordRecoveryLetter(recovery_id=self.subject_id, letter=letter)
        await self.following.carry_out(letter.letter_id, f"送达 {letter.title}", Command(record_recovery_letter=record))

    def show_recovery(self) -> None:
        """Tell operators where the recovery stands."""
        card = recovery_card.recovery_card(self.recovery, self.obstacle, self.business_now, self.clock)
        self.show(recovery_card.recovery_attributes(self.recovery), card)
