"""duifu round: read the rounds of grants, and what the public says against their results."""

import click
from google.protobuf import json_format

from cli.asking import Asking, acting, as_seen, existing_ledger, of_running
from cli.evidence import with_document
from cli.freezes import held
from cli.output import RefusedHere, as_json, at_home, console, link, print_json, print_table, unmasking
from cli.release import show_batches, sign_batch, withhold_order
from commands.work import fold
from domain.dates import SHANGHAI, civil_date
from domain.kinds import ROUND
from domain.money import show as show_money
from domain.orders import Order
from domain.paying_wording import RESULTS, STANDINGS, round_standing
from domain.round import Applicant, Objection, Round
from domain.wording import last_day
from duifu.v1.commands_pb2 import Command, RaiseObjection, SettleObjection
from duifu.v1.events_pb2 import GrantOrdered
from front_door import open_door
from ledger import streams
from ledger.registry import unwrap

as_role = click.option("--role", required=True, help="Your role, such as city-notice-officer.")


@click.group("round")
def round_() -> None:
    """Rounds of grants (申报轮次): all who apply in one window share one pool.

    A round opens with its first application. Its workflow has the pool shared once everybody is determined, shows the
    results to the public, orders what every treasury pays, and closes the round. Applications are cases: see
    `duifu case`.
    """


@round_.command("list")
@at_home
@as_json
def list_rounds(home: str | None, json_wanted: bool) -> None:
    """All rounds: window, where each stands, how many applied."""
    config = existing_ledger(of_running(home))
    ledger = open_door(config).ledger
    found = [fold(ledger, stream, ROUND)[0] for stream in ledger.streams(streams.ROUNDS)]
    if json_wanted:
        print_json([_head(one) | {"joined": len(one.applicants), "webUi": link(config, one.round_id)} for one in found])
        return
    rows = [
        [
            one.round_id,
            one.opened.programme_title,
            f"{one.opened.opens_on} 至 {one.opened.closes_on}",
            f"{len(one.applicants)}家",
            round_standing(one),
        ]
        for one in found
    ]
    print_table(f"{len(rows)} 轮", ["轮次", "政策", "申报", "申请", "状态"], rows)


@round_.command("show")
@click.argument("round_id")
@unmasking
@at_home
@as_json
def show_round(round_id: str, unmask: bool, home: str | None, json_wanted: bool) -> None:
    """Where ROUND_ID stands: who applied and gets what of each level, objections, and what every treasury paid."""
    config = existing_ledger(of_running(home))
    door = open_door(config)
    ledger = door.ledger
    recorded = ledger.stream(streams.grant_round(round_id))
    if not recorded:
        known = "、".join(name.removeprefix(streams.ROUNDS) for name in ledger.streams(streams.ROUNDS)) or "—"
        raise RefusedHere(f"There is no round {round_id}. Known: {known}")
    state = ROUND.fold(unwrap(as_seen(event.envelope, unmask).event) for event in recorded)
    if json_wanted:
        print_json(_whole(state))
        return
    opened = state.opened
    console.print(f"{opened.programme_title} {round_id}", markup=False)
    console.print(round_standing(state), markup=False)
    for window in held(door.rulebook, [opened.programme_id], civil_date(door.business_now())):
        console.print(window, markup=False)
    console.print(
        f"申报 {opened.opens_on} 至 {opened.closes_on}（{opened.clause}），已分配{state.allocations}次", markup=False
    )
    console.print(link(config, round_id), markup=False)
    titles = state.titles
    applicants = [
        [
            one.case_id,
            one.name,
            "已拨付" if state.is_paid(one) else STANDINGS[one.standing],
            last_day(one.notice_closes_at) if one.notice_closes_at else "—",
            *(show_money(one.levels.get(level, 0)) for level in titles),
            show_money(one.amount_fen),
        ]
        for one in state.applicants.values()
    ]
    columns = ["案件", "申请单位", "状态", "公示至", *titles.values(), "合计"]
    print_table(f"{len(applicants)} 家", columns, applicants)
    if state.objections:
        print_table(f"异议 {len(state.objections)} 件", ["序号", "案件", "提出人", "内容", "处理"], _objections(state))
    if state.orders:
        rows = [_order_row(order) for order in state.orders.values()]
        print_table(f"拨付 {len(rows)} 笔", ["指令", "案件", "国库", "支付日", "金额", "结果"], rows)


round_.add_command(show_batches)
round_.add_command(sign_batch)
round_.add_command(withhold_order)


@round_.command("object")
@click.argument("case_id")
@click.option("--objector", required=True, metavar="ACCOUNT", help="Who objects; the account stays readable for good.")
@click.option("--objector-name", default="", help="Their name; kept as a personal value.")
@click.option("--text", required=True, help="What is said against the result.")
@with_document
@as_role
@acting
def raise_objection(
    case_id: str, objector: str, objector_name: str, text: str, sha256: str, role: str, asking: Asking
) -> None:
    """Keep an objection to the result of CASE_ID, made in writing and by name while it is shown to the public (QD-A10).

    The result does not stand before it is settled; the results of others do. Asked twice it is kept once.

    Example: duifu round object qd-grant-2024-000001 --objector public.1 --text 合同未履行 --role city-notice-officer
    --actor he.jing
    """
    raised = RaiseObjection(
        case_id=case_id, objector_id=objector, objector_name=objector_name, text=text, evidence_sha256=sha256
    )
    asking.send(Command(raise_objection=raised), role)


@round_.command("settle")
@click.argument("case_id")
@click.argument("objection", type=click.IntRange(min=1))
@click.option("--uphold/--dismiss", "is_upheld", required=True, help="Upheld: the result is determined again.")
@click.option("--reason", required=True, help="What was found.")
@as_role
@acting
def settle_objection(case_id: str, objection: int, is_upheld: bool, reason: str, role: str, asking: Asking) -> None:
    """Settle OBJECTION, its number in the round, to the result of CASE_ID.

    Example: duifu round settle qd-grant-2024-000001 1 --dismiss --reason 经核实合同已履行 --role city-notice-officer
    --actor he.jing
    """
    settled = SettleObjection(case_id=case_id, objection=objection, is_upheld=is_upheld, reason=reason)
    asking.send(Command(settle_objection=settled), role)


def _objections(state: Round) -> list[list[str]]:
    return [
        [
            str(number),
            one.raised.case_id,
            f"{one.raised.objector_name}（{one.raised.objector_id}）",
            one.raised.text,
            f"{'成立' if one.settled.is_upheld else '不成立'}：{one.settled.reason}" if one.settled else "待处理",
        ]
        for number, one in state.objections.items()
    ]


def _order_row(order: Order[GrantOrdered]) -> list[str]:
    ordered = order.ordered
    return [
        ordered.order_id,
        ordered.case_id,
        ordered.treasury,
        ordered.pay_on,
        show_money(ordered.amount_fen),
        RESULTS[order.result],
    ]


def _head(state: Round) -> dict[str, object]:
    """A round in one JSON object, without who takes part."""
    return {
        "roundId": state.round_id,
        "programmeId": state.opened.programme_id,
        "standing": round_standing(state),
        "opensOn": state.opened.opens_on,
        "closesOn": state.opened.closes_on,
        "editionSha256": state.opened.edition_sha256,
        "allocations": state.allocations,
        "isClosed": state.closed is not None,
    }


def _whole(state: Round) -> dict[str, object]:
    return _head(state) | {
        "applicants": [_applicant(one, state.is_paid(one)) for one in state.applicants.values()],
        "objections": [_objection(one) for one in state.objections.values()],
        "orders": [json_format.MessageToDict(one.ordered) | {"result": one.result} for one in state.orders.values()],
    }


def _applicant(one: Applicant, is_paid: bool) -> dict[str, object]:
    closes_at = one.notice_closes_at
    return {
        "caseId": one.case_id,
        "uscc": one.uscc,
        "name": one.name,
        "standing": one.standing.value,
        "approvedRate": one.approved_rate,
        "amountFen": one.amount_fen,
        "isPaid": is_paid,
        "levels": dict(one.levels),
        "noticeClosesAt": closes_at.astimezone(SHANGHAI).isoformat() if closes_at else None,
    }


def _objection(one: Objection) -> dict[str, object]:
    settled = json_format.MessageToDict(one.settled, always_print_fields_with_no_presence=True) if one.settled else None
    return json_format.MessageToDict(one.raised) | {"settled": settled}
