"""A Beijing year, played on the real engines: six enterprises, one of everything that can happen to them."""

from cli import rehearsing
from cli.beijing_papers import (
    CENTRE,
    CLOUD,
    INNER_MONGOLIA,
    LARGE_MODEL,
    MANUFACTURER,
    PARENT,
    ROBOTS,
    SHANGHAI,
    SUBSIDIARY,
    TECHNOLOGY,
    Enterprise,
    a_contract,
    a_redemption,
    an_application,
    an_invoice,
)
from cli.story import Story, digest
from domain.money import show
from duifu.v1.commands_pb2 import (
    VERDICT_PASS,
    VERDICT_REFUSE,
    Actor,
    Decide,
    Finding,
    ReplaceBankAccount,
    RequestCorrection,
    RequestRedemption,
    SubmitApplication,
    SupplyCorrection,
)
from duifu.v1.facts_pb2 import BankAccount, Contract, Invoice, Supplier

BEGINS_ON = "2024-01-08"
PROGRAMME = "bj-slq-2023"

ACCEPTANCE = Actor(id="wang.fang", name="王芳", role="acceptance-officer")
REVIEW = Actor(id="zhao.lei", name="赵磊", role="review-officer")
VERIFICATION = Actor(id="sun.yu", name="孙宇", role="verification-officer")

DIRECTION = Finding(code="BJ_E_DIRECTION", is_met=True, reason="大模型方向，属于规划支持范围")
CLOSED_ACCOUNT = "0200000000000000901"  # the reference city's treasury gets payments to it back


class Year(Story):
    """Plays the year through the door and waits for the workflows."""

    name = "beijing-2024"

    async def play(self) -> None:
        """Claims in January, redemptions in two quarters, to the end of June. Raises StoryBroken."""
        await self.claim_vouchers()
        await self.redeem_them()

    async def claim_vouchers(self) -> None:
        """January: six enterprises claim. Raises StoryBroken."""
        rehearsing.begin(self.door, BEGINS_ON)
        approved = await self._claim("A", TECHNOLOGY, a_contract("SL-2024-001", TECHNOLOGY, CENTRE, "5,000,000"))
        corrected = await self._corrected_claim()
        capped = await self._capped_claims()
        related = await self._related_claim()
        twice = await self._contract_claimed_twice()
        self.case_ids = [approved, *corrected, *capped, related, *twice]

    async def redeem_them(self) -> None:
        """From February to the end of June: two quarters. Raises StoryBroken."""
        approved, corrected = self.case_ids[:2]
        await self.to_the_morning_of("2024-02-20")
        first = await self._redeem("A-Q1", approved, TECHNOLOGY, CENTRE, an_invoice(1, "1,250,000"))
        returned = await self._redeem(
            "B-Q1", corrected, MANUFACTURER, CLOUD, an_invoice(2, "1,000,000", "100,000"), CLOSED_ACCOUNT
        )
        await self.to_the_end_of("2024-03-31")
        self._show(first, "2024Q1 已支付")
        self._show(returned, "2024Q1 被银行退回，转入下一批次")
        await self._replace_account(returned)
        await self.to_the_morning_of("2024-05-20")
        second = await self._redeem("A-Q2", approved, TECHNOLOGY, CENTRE, an_invoice(3, "1,250,000"))
        await self.to_the_end_of("2024-06-30")
        self._show(second, "2024Q2 已支付")
        self._show(returned, "更换账户后于 2024Q2 支付")
        self.case_ids += [first, returned, second]

    async def _corrected_claim(self) -> list[str]:
        contract = a_contract("SL-2024-002", MANUFACTURER, CLOUD, "3,000,000", storage="500,000")
        case_id = await self._submit("B", MANUFACTURER, contract)
        items = ["合同附件缺少智能算力分项价格表", "财务管理制度未盖章"]
        await self.send(
            "B-correct",
            ACCEPTANCE,
            request_correction=RequestCorrection(case_id=case_id, stage="acceptance", items=items),
        )
        amended = an_application(MANUFACTURER, contract)
        amended.contract.sha256 = digest("合同（含分项价格表）")
        await self.send(
            "B-supply",
            MANUFACTURER.actor,
            supply_correction=SupplyCorrection(case_id=case_id, application=amended),
        )
        await self._approve("B", case_id)
        return [case_id]

    async def _capped_claims(self) -> list[str]:
        first = await self._claim("C1", LARGE_MODEL, a_contract("SL-2024-003", LARGE_MODEL, SHANGHAI, "9,000,000"))
        contract = a_contract("SL-2024-004", LARGE_MODEL, INNER_MONGOLIA, "2,000,000")
        return [first, await self._claim("C2", LARGE_MODEL, contract)]

    async def _related_claim(self) -> str:
        case_id = await self._submit("D", SUBSIDIARY, a_contract("SL-2024-005", SUBSIDIARY, PARENT, "1,000,000"))
        await self._decide("D-accept", ACCEPTANCE, case_id, "acceptance")
        await self.checks_answered(case_id)
        if (await self.case(case_id)).is_open:
            await self._cannot_pass(case_id)
        refusal = Decide(
            case_id=case_id,
            stage="review",
            verdict=VERDICT_REFUSE,
            code="BJ_E_RELATED",
            reason="供给方为申报企业的母公司",
        )
        await self.send("D-refuse", REVIEW, decide=refusal)
        return case_id

    async def _cannot_pass(self, case_id: str) -> None:
        passing = Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS, findings=[DIRECTION])
        await self.must_be_refused("D-pass", REVIEW, "BJ_E_RELATED", decide=passing)

    async def _contract_claimed_twice(self) -> list[str]:
        first = await self._submit("E1", ROBOTS, a_contract("SL-2024-006", ROBOTS, CENTRE, "2,000,000"))
        second = await self._submit("E2", ROBOTS, a_contract("sl 2024 006", ROBOTS, CENTRE, "2,000,000"))
        await self._approve("E1", first)
        await self._approve("E2", second)
        return [first, second]

    async def _claim(self, name: str, enterprise: Enterprise, contract: Contract) -> str:
        case_id = await self._submit(name, enterprise, contract)
        await self._approve(name, case_id)
        return case_id

    async def _submit(self, name: str, enterprise: Enterprise, contract: Contract) -> str:
        application = an_application(enterprise, contract)
        submit = SubmitApplication(programme_id=PROGRAMME, application=application)
        answer = await self.send(f"{name}-submit", enterprise.actor, submit_application=submit)
        return answer.receipt.case_id

    async def _approve(self, name: str, case_id: str) -> None:
        await self._decide(f"{name}-accept", ACCEPTANCE, case_id, "acceptance")
        await self.checks_answered(case_id)
        await self._decide(f"{name}-approve", REVIEW, case_id, "review", DIRECTION)
        case = await self.until(case_id, lambda case: case.closed is not None, "issuance")
        assert case.closed is not None
        self.say(f"  → {case_id} {case.closed.summary}")

    async def _redeem(
        self,
        name: str,
        claim_id: str,
        enterprise: Enterprise,
        supplier: Supplier,
        invoice: Invoice,
        account_number: str = "0200000000000000001",
    ) -> str:
        request = a_redemption(claim_id, enterprise, supplier, invoice, account_number)
        asked = RequestRedemption(request=request)
        answer = await self.send(f"{name}-request", enterprise.actor, request_redemption=asked)
        case_id = answer.receipt.case_id
        await self.checks_answered(case_id)
        await self._decide(f"{name}-verify", VERIFICATION, case_id, "verification")
        case = await self.until(case_id, lambda case: bool(case.due_fen), "assessment")
        self.say(f"  → {case_id} 应兑付{show(case.due_fen)}，入批次 {case.cycle_id}")
        return case_id

    async def _replace_account(self, case_id: str) -> None:
        account = BankAccount(holder_name=MANUFACTURER.name, number="0200000000000000002", bank_name="示例银行")
        replace = ReplaceBankAccount(case_id=case_id, bank_account=account)
        await self.send("B-account", MANUFACTURER.actor, replace_bank_account=replace)

    async def _decide(self, name: str, officer: Actor, case_id: str, stage: str, *findings: Finding) -> None:
        passing = Decide(case_id=case_id, stage=stage, verdict=VERDICT_PASS, findings=findings)
        await self.send(name, officer, decide=passing)

    def _show(self, case_id: str, what: str) -> None:
        self.say(f"  → {case_id} {what}")
