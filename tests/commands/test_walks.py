"""Actors do legal and illegal things to a round, in any order and twice: no illegal state, and everything ends."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from commands.door import SYSTEM, declared
from commands.work import fold
from domain.case import CORRECTION, Case
from domain.kinds import CASE, ROUND, Kind
from domain.money import yuan
from domain.round import Applicant, Round, Standing
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    VERDICT_PASS,
    VERDICT_REFUSE,
    Actor,
    AllocateRound,
    CloseNotice,
    CloseRound,
    Command,
    Decide,
    LapseStage,
    OrderGrants,
    RaiseObjection,
    RecordCheck,
    RecordGrantPayment,
    RecordOutput,
    ReplaceBankAccount,
    RequestCorrection,
    RestartClock,
    ReturnForRework,
    SettleObjection,
    StopClock,
    SubmitApplication,
    SupplyCorrection,
    VetoCase,
    WithdrawCase,
)
from duifu.v1.events_pb2 import CASE_OUTCOME_PAID, CommandRefused
from duifu.v1.facts_pb2 import CreditListing
from ledger import streams
from ledger.registry import unwrap
from tests.programmes.qingdao import CREDIT_SOURCES, credit
from tests.rounds import (
    DECIDED,
    OUTPUTS,
    PROGRAMME,
    ROLES,
    ROUND_ID,
    SHA256,
    RoundDesk,
    a_bid,
    an_account,
    officer,
    operator,
)

TURNS_MAX = 4  # that a round needs to its end, from wherever it is
POOL_FEN = yuan(10_000_000)  # of the city, for everybody (QD-2.4)
UNKNOWN, NOBODYS = "qd-grant-2024-000099", 3
STAGES = (*DECIDED, "allocation", "public_notice", "release", "payment")
ROUND_STEPS: dict[str, Any] = {
    "allocate_round": AllocateRound(round_id=ROUND_ID),
    "close_notice": CloseNotice(round_id=ROUND_ID),
    "order_grants": OrderGrants(round_id=ROUND_ID),
    "close_round": CloseRound(round_id=ROUND_ID),
}
#: Where an applicant stands in its round while this stage of its case is open.
STANDINGS = {
    **dict.fromkeys((*STAGES[:-4], CORRECTION), Standing.REVIEWED),
    "allocation": Standing.DETERMINED,
    "public_notice": Standing.NOTICED,
    "release": Standing.PUBLISHED,
    "payment": Standing.CLEARED,
}

AFTER_SHARING = STAGES[-3:]
BEGUN = ("preliminary_review", "city_review", "determination", "allocation", *AFTER_SHARING, *AFTER_SHARING)

numbers = st.integers(1, 3)  # of operators
cases = st.integers(0, NOBODYS)  # by the order of their applications
amounts = st.sampled_from((2, 20_002, yuan(10_000_000), yuan(30_000_000), yuan(60_000_000)))
officers = st.builds(officer, st.sampled_from(ROLES), st.integers(1, 2))
#: Mostly whoever holds the stage; sometimes another role, or somebody who has acted in another role.
hands = st.one_of(
    st.none(), st.none(), officers, st.builds(lambda a, b: Actor(id=a.id, role=b.role), officers, officers)
)
reasons = st.sampled_from(("已核实", "已核实", " "))


class Walk(RuleBasedStateMachine):
    """One round. Everything goes in at the door; what it must not do is checked after every step."""

    @initialize(bids=st.lists(amounts, min_size=1, max_size=3), begun=st.sampled_from(BEGUN))
    def opened(self, bids: list[int], begun: str) -> None:
        """Some have applied, and their cases have come to this stage without anything unusual."""
        self.folder = TemporaryDirectory()
        self.desk = RoundDesk(Path(self.folder.name) / "ledger.sqlite")
        self.states: dict[str, Case | Round] = {}  # event by event, in the order of the log
        self.accepted: list[tuple[Command, Actor]] = []
        self.read_to = 0
        self.news: set[str] = set()  # streams with events that were not compared yet
        for number, bid in enumerate(bids, 1):
            submitted = SubmitApplication(programme_id=PROGRAMME, application=a_bid(number, bid))
            assert self.ask(operator(number), submit_application=submitted)
        known = list(self.round().applicants)
        for case_id in known:
            while self.stage_of(case_id)[0] != begun and self.passes(case_id, 1):
                pass
        for kind in ROUND_STEPS if begun in AFTER_SHARING else ():
            self.let_notice_pass()
            if any(self.stage_of(case_id)[0] != begun for case_id in known):
                self.ask(SYSTEM, **{kind: ROUND_STEPS[kind]})
            for case_id in known:
                if begun == "payment":
                    self.passes(case_id, 1)

    # Where things stand

    def catch_up(self) -> None:
        """What the log has told since, event by event. Nothing is told of what has ended."""
        for entry in self.desk.ledger.entries(self.read_to):
            self.read_to = entry.position
            name, event = entry.recorded.originator_id, unwrap(entry.recorded.envelope.event)
            for kind, prefix in ((CASE, streams.case("")), (ROUND, streams.grant_round(""))):
                if name.startswith(prefix):
                    before: Any = self.states.get(name, kind.initial)
                    assert before.closed is None, f"{name} changed after its end: {event}"
                    self.states[name] = kind.evolve(before, event)
                    self.news.add(name)

    def case(self, case_id: str) -> Case:
        self.catch_up()
        case = self.states.get(streams.case(case_id), Case())
        assert isinstance(case, Case)
        return case

    def round(self) -> Round:
        self.catch_up()
        round_ = self.states.get(streams.grant_round(ROUND_ID), Round())
        assert isinstance(round_, Round)
        return round_

    # What is sent

    def ask(self, actor: Actor, **kind: Any) -> bool:
        """Whether it is accepted; what is refused has a code and leaves nothing but the attempt."""
        command, proven = self.desk.command(actor, **kind), actor if actor is SYSTEM else declared(actor)
        head = self.desk.ledger.head()
        answer = self.desk.door.answer(command, proven)
        if answer.HasField("receipt"):
            self.accepted.append((command, proven))
            return True
        assert answer.refusal.code
        assert answer.refusal.way_forward
        kept = [unwrap(entry.recorded.envelope.event) for entry in self.desk.ledger.entries(head)]
        assert all(isinstance(event, CommandRefused) for event in kept), (answer.refusal, kept)
        return False

    def which(self, number: int) -> str:
        """One of the cases so far, or one that does not exist."""
        known = list(self.round().applicants)
        return UNKNOWN if number == NOBODYS else known[number % len(known)]

    def stage_of(self, case_id: str) -> tuple[str, int]:
        """The open stage and its round; of what has none, the first."""
        stage = self.case(case_id).stage
        return (stage.key, stage.round) if stage else ("preliminary_review", 1)

    def holder(self, case_id: str, hand: Actor | None, number: int = 1) -> Actor:
        """Who acts: this one, or else an officer who holds the open stage."""
        case = self.case(case_id)
        role = case.row(case.stage.key).role if case.stage else ROLES[0]
        return hand or officer(role, number)

    def let_notice_pass(self) -> None:
        """Nobody may apply any more, nor object to what is shown."""
        self.desk.after_window()
        round_ = self.round()
        shown = [a.notice_closes_at for a in round_.applicants.values() if a.notice_closes_at]
        self.desk.at(max([self.desk.now, *shown]))

    def is_unlucky(self) -> bool:
        """Seldom: else few come to the end."""
        return self.desk.ledger.head() % 3 == 0

    def operator_of(self, case_id: str) -> int:
        """The number of the operator whose case it is."""
        found = (n for n in (1, 2, 3) if operator(n).uscc == self.case(case_id).applicant_uscc)
        return next(found, 1)

    # Applicants

    @rule(by=numbers, number=numbers, amount=amounts)
    def applies(self, by: int, number: int, amount: int) -> None:
        actor = operator(number if by != 3 else by)
        submitted = SubmitApplication(programme_id=PROGRAMME, application=a_bid(number, amount))
        self.ask(actor, submit_application=submitted)

    @precondition(lambda self: self.is_unlucky())
    @rule(at=cases, by=st.none() | numbers)
    def withdraws(self, at: int, by: int | None) -> None:
        case_id = self.which(at)
        actor = operator(by or self.operator_of(case_id))
        self.ask(actor, withdraw_case=WithdrawCase(case_id=case_id, reason="另行申请"))

    @rule(at=cases, by=st.none() | numbers, amount=amounts)
    def mends(self, at: int, by: int | None, amount: int) -> None:
        case_id = self.which(at)
        number = by or self.operator_of(case_id)
        mended = SupplyCorrection(case_id=case_id, application=a_bid(number, amount))
        self.ask(operator(number), supply_correction=mended)

    @rule(at=cases, by=st.none() | numbers)
    def names_another_account(self, at: int, by: int | None) -> None:
        case_id = self.which(at)
        number = by or self.operator_of(case_id)
        replaced = ReplaceBankAccount(case_id=case_id, bank_account=an_account(number, "37100000000000002"))
        self.ask(operator(number), replace_bank_account=replaced)

    # Officers

    @rule(at=cases, stages=st.integers(1, 9))
    def goes_on(self, at: int, stages: int) -> None:
        """Pass so many stages as the text wants it."""
        case_id = self.which(at)
        for _ in range(stages):
            if not self.passes(case_id, 1):
                return

    def passes(self, case_id: str, number: int) -> bool:
        """Sources answer clean, what is missing is brought about, an officer decides."""
        key, _ = self.stage_of(case_id)
        if not self.case(case_id).is_open or key not in (*DECIDED, "release", "expert_review"):
            return False
        if key == "expert_review":
            return bool(self.desk.judge(case_id).position)
        self.desk.answer(case_id)
        for output in OUTPUTS.get(key, ()):
            if (key, output) not in self.case(case_id).outputs:
                self.brings_about(case_id, key, output, self.holder(case_id, None, number))
        decide = Decide(case_id=case_id, stage=key, verdict=VERDICT_PASS)
        return self.ask(self.holder(case_id, None, number), decide=decide)

    def brings_about(self, case_id: str, stage: str, output: str, actor: Actor) -> None:
        """Put it on record, with its number and its document."""
        recorded = RecordOutput(
            case_id=case_id, stage=stage, output=output, document_number="青高新函〔2024〕1号", sha256=SHA256
        )
        self.ask(actor, record_output=recorded)

    @rule(
        at=cases,
        hand=hands,
        stage=st.none() | st.sampled_from(STAGES),
        passed=st.booleans(),
        reason=reasons,
        amount=st.none() | st.sampled_from((1, 2, 5_001, yuan(1_000_000))),
        rate=st.sampled_from(("", "", "40/100", "60/100")),
    )
    def decides(
        self, at: int, hand: Actor | None, stage: str | None, passed: bool, reason: str, amount: int | None, rate: str
    ) -> None:
        case_id = self.which(at)
        key = stage or self.stage_of(case_id)[0]
        decide = Decide(case_id=case_id, stage=key, verdict=VERDICT_PASS, reason=reason, approved_rate=rate)
        if amount is not None:
            decide.approved_fen = amount
        if not passed:
            decide.verdict, decide.code = VERDICT_REFUSE, "QD_E_AUDIT"
        self.ask(self.holder(case_id, hand), decide=decide)

    @precondition(lambda self: self.is_unlucky())
    @rule(at=cases, source=st.sampled_from(CREDIT_SOURCES), stage=st.none() | st.sampled_from(STAGES))
    def is_listed(self, at: int, source: str, stage: str | None) -> None:
        case_id = self.which(at)
        key, number = self.stage_of(case_id)
        listed = credit(source, CreditListing(list_name="青岛市安全生产黑名单", listed_on="2024-01-02"))
        answer = RecordCheck(case_id=case_id, stage=stage or key, round=number, result=listed)
        self.ask(SYSTEM, record_check=answer)

    @rule(at=cases, hand=hands, output=st.sampled_from([key for keys in OUTPUTS.values() for key in keys]))
    def brings_something_about(self, at: int, hand: Actor | None, output: str) -> None:
        case_id = self.which(at)
        self.brings_about(case_id, self.stage_of(case_id)[0], output, self.holder(case_id, hand))

    @rule(at=cases, hand=hands, to_stage=st.sampled_from(STAGES), reason=reasons)
    def sends_back(self, at: int, hand: Actor | None, to_stage: str, reason: str) -> None:
        case_id = self.which(at)
        back = ReturnForRework(case_id=case_id, stage=self.stage_of(case_id)[0], to_stage=to_stage, reason=reason)
        self.ask(self.holder(case_id, hand), return_for_rework=back)

    @rule(at=cases, hand=hands)
    def asks_the_applicant(self, at: int, hand: Actor | None) -> None:
        case_id = self.which(at)
        asked = RequestCorrection(case_id=case_id, stage=self.stage_of(case_id)[0], items=["缺少明细表"])
        self.ask(self.holder(case_id, hand), request_correction=asked)

    @precondition(lambda self: self.is_unlucky())
    @rule(at=cases, hand=officers, reason=reasons)
    def vetoes(self, at: int, hand: Actor, reason: str) -> None:
        veto = VetoCase(case_id=self.which(at), code="QD_E_VETO", reason=reason, evidence_sha256=SHA256)
        self.ask(hand, veto_case=veto)

    @rule(at=cases, hand=hands, restarts=st.booleans())
    def stops_or_restarts_the_clock(self, at: int, hand: Actor | None, restarts: bool) -> None:
        case_id = self.which(at)
        actor, (key, _) = self.holder(case_id, hand), self.stage_of(case_id)
        if restarts:
            self.ask(actor, restart_clock=RestartClock(case_id=case_id, stage=key))
        else:
            self.ask(actor, stop_clock=StopClock(case_id=case_id, stage=key, reason="inspection"))

    # The public

    @rule(at=cases)
    def somebody_objects(self, at: int) -> None:
        objection = RaiseObjection(
            case_id=self.which(at), objector_id="public.1", objector_name="张三", text="合同未履行"
        )
        self.ask(officer("city-notice-officer"), raise_objection=objection)

    @rule(at=cases, hand=st.none() | officers, objection=st.integers(1, 3), upheld=st.booleans(), reason=reasons)
    def settles(self, at: int, hand: Actor | None, objection: int, upheld: bool, reason: str) -> None:
        settled = SettleObjection(case_id=self.which(at), objection=objection, is_upheld=upheld, reason=reason)
        self.ask(hand or officer("city-notice-officer"), settle_objection=settled)

    # The system, the treasuries, time

    @rule(kind=st.sampled_from(sorted(ROUND_STEPS)))
    def the_round_is_asked(self, kind: str) -> None:
        self.ask(SYSTEM, **{kind: ROUND_STEPS[kind]})

    @rule(at=cases, stage=st.none() | st.sampled_from(STAGES), number=st.integers(0, 2))
    def a_deadline_rings(self, at: int, stage: str | None, number: int) -> None:
        case_id = self.which(at)
        key, round_ = self.stage_of(case_id)
        lapse = LapseStage(case_id=case_id, stage=stage or key, round=number or round_)
        self.ask(SYSTEM, lapse_stage=lapse)

    @rule(at=st.integers(0, 5), arrives=st.booleans())
    def a_treasury_answers(self, at: int, arrives: bool) -> None:
        known = [*self.round().orders, "x"]
        status = PAYMENT_STATUS_SETTLED if arrives else PAYMENT_STATUS_RETURNED
        answered = RecordGrantPayment(
            round_id=ROUND_ID, order_id=known[at % len(known)], status=status, reason="账户已销户"
        )
        self.ask(SYSTEM, record_grant_payment=answered)

    @rule()
    def time_passes_to_what_the_round_waits_for(self) -> None:
        round_ = self.round()
        if round_.round_id and (due := round_.next_due(self.desk.now)):
            self.desk.at(max(due, self.desk.now))

    @rule(days=st.sampled_from((1, 3, 8)))
    def days_pass(self, days: int) -> None:
        later = self.desk.now.replace(hour=10)
        self.desk.at(later + timedelta(days=days))

    @rule(at=st.integers(0, 200))
    def something_is_sent_again(self, at: int) -> None:
        """However late: the answer is the first one, and nothing is written."""
        if not self.accepted:
            return
        command, actor = self.accepted[at % len(self.accepted)]
        head = self.desk.ledger.head()
        assert self.desk.door.handle(command, actor).is_repeat
        assert self.desk.ledger.head() == head

    # What holds after every step

    @invariant()
    def the_log_tells_the_same_as_the_streams(self) -> None:
        self.catch_up()
        for name in self.news:
            kind: Kind[Any] = CASE if name.startswith(streams.case("")) else ROUND
            assert self.states[name] == fold(self.desk.ledger, name, kind)[0]
        self.news.clear()

    @invariant()
    def the_pool_is_kept_and_the_district_pays_as_much_as_the_city(self) -> None:
        shares = [applicant.levels for applicant in self.round().applicants.values()]
        assert sum(share.get("city", 0) for share in shares) <= POOL_FEN
        assert all(share.get("city", 0) == share.get("district", 0) for share in shares)

    @invariant()
    def nobody_is_paid_more_than_the_share_that_was_ordered(self) -> None:
        round_ = self.round()
        for applicant in round_.applicants.values():
            assert sum(applicant.levels.values()) == applicant.amount_fen
            orders = [order for order in round_.orders_of(applicant.case_id) if order.result != "returned"]
            for level in {order.ordered.level for order in orders}:
                going = [order.ordered.amount_fen for order in orders if order.ordered.level == level]
                assert going == [applicant.levels[level]]

    @invariant()
    def the_round_knows_where_each_case_stands(self) -> None:
        for applicant in self.round().applicants.values():
            assert applicant.standing is standing_of(self.case(applicant.case_id)), applicant

    # How it ends

    def teardown(self) -> None:
        """Whatever was done, legal moves bring every case to its end, and the round."""
        try:
            if self.round().round_id:
                self.comes_to_its_end()
                assert self.round().closed is not None
                assert all(self.case(case_id).closed for case_id in self.round().applicants)
        finally:
            self.desk.ledger.close()
            self.folder.cleanup()

    def comes_to_its_end(self) -> None:
        """Officers who have done nothing yet settle, decide and release; whoever does not pass is vetoed."""
        desk = self.desk
        for _ in range(TURNS_MAX):
            for objection in self.round().open_objections():
                dismissed = SettleObjection(
                    case_id=objection.raised.case_id, objection=objection.raised.objection, reason="经核实，合同已履行"
                )
                self.ask(officer("city-notice-officer", 9), settle_objection=dismissed)
            for applicant in self.round().applicants.values():
                self.one_comes_to_its_end(applicant)
            shown = [a.notice_closes_at for a in self.round().applicants.values() if a.notice_closes_at]
            desk.at(max([desk.now, self.round().closes_at, *shown]))
            for kind in ("allocate_round", "close_notice", "order_grants", "close_round"):
                self.ask(SYSTEM, **{kind: ROUND_STEPS[kind]})
            self.the_log_tells_the_same_as_the_streams()
            self.the_round_knows_where_each_case_stands()

    def one_comes_to_its_end(self, applicant: Applicant) -> None:
        case_id, number = applicant.case_id, self.operator_of(applicant.case_id)
        if self.stage_of(case_id)[0] == CORRECTION:
            mended = SupplyCorrection(case_id=case_id, application=a_bid(number))
            self.ask(operator(number), supply_correction=mended)
        while self.passes(case_id, 9):
            pass
        if self.stage_of(case_id)[0] in (*DECIDED, "release"):
            veto = VetoCase(case_id=case_id, code="QD_E_VETO", reason="已查实", evidence_sha256=SHA256)
            self.ask(officer("city-fund-officer", 9), veto_case=veto)
        if any(order.result == "returned" for order in self.round().orders_of(case_id)):
            replaced = ReplaceBankAccount(case_id=case_id, bank_account=an_account(number, "37100000000000003"))
            self.ask(operator(number), replace_bank_account=replaced)
        for order in self.round().outstanding():
            self.desk.report(order.order_id)


def standing_of(case: Case) -> Standing:
    """Where a round must have a case, going by the case alone."""
    if case.closed is not None:
        return Standing.CLEARED if case.closed.outcome == CASE_OUTCOME_PAID else Standing.LEFT
    assert case.stage is not None
    return STANDINGS[case.stage.key]


Walk.TestCase.settings = settings(max_examples=8, stateful_step_count=30)
TestWalks = Walk.TestCase
