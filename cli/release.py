"""duifu cycle and round batch, sign, withhold: several people look at payments before they go out. (复核、放行)"""

import click

from cli.asking import Asking, acting, existing_ledger, of_running
from cli.cycle_known import unknown_cycle
from cli.output import RefusedHere, as_json, at_home, console, print_json, print_table
from commands.work import fold
from domain import release
from domain.batches import Batch
from domain.cycle import Cycle
from domain.kinds import CYCLE, ROUND
from domain.money import show
from domain.orders import payable_fen, payable_together_fen, set_off_fen
from domain.paying_wording import RESULTS
from domain.refusals import Refused, sentence
from domain.round import Round
from duifu.v1.commands_pb2 import Command, SignPayments, WithholdPayment
from exchange.payments.payment_list import find_list, list_names
from front_door import open_door
from ledger import streams

DIGITS_MIN = 8  # of a digest, to sign it


@click.command("batch")
@click.argument("list_id", metavar="ID")
@at_home
@as_json
def show_batches(list_id: str, home: str | None, json_wanted: bool) -> None:
    """Every batch of payments of the quarter or round ID: its orders, who has signed it, whose turn it is, the digest.

    The digest is what one signs.
    """
    paid_by = _paid_by(list_id, home)
    if json_wanted:
        print_json([_as_json(paid_by, batch) for batch in paid_by.batches])
        return
    if not paid_by.batches:
        console.print("没有待签的支付：尚未下达支付指令，或本政策不要求复核、放行。", markup=False)
    for batch in paid_by.batches:
        orders = paid_by.in_batch(batch)
        total = show(payable_together_fen(orders))
        console.print(f"第{batch.number}批：待办{len(orders)}笔{total}", markup=False)
        for key in batch.steps:
            step = paid_by.step(key)
            signed = "、".join(batch.signed_by.get(key, ())) or ("待签" if key == batch.next_step else "—")
            console.print(f"  {step.title}（{key}，{step.role}）：{signed}", markup=False)
        if orders and batch.next_step:
            console.print(f"  摘要 {release.digest(orders)}", markup=False)
        has_set_off = any(set_off_fen(paid_by.orders[order_id].ordered) for order_id in batch.order_ids)
        rows = [
            [
                order_id,
                ordered.case_id,
                ordered.payee.holder_name,
                show(ordered.amount_fen),
                *([show(set_off_fen(ordered)), show(payable_fen(ordered))] if has_set_off else []),
                RESULTS[known.result],
            ]
            for order_id in batch.order_ids
            for known in [paid_by.orders[order_id]]
            for ordered in [known.ordered]
        ]
        parts = ["抵扣", "实付"] if has_set_off else []
        print_table(f"{len(rows)} 笔", ["指令", "案件", "收款人", "金额", *parts, "结果"], rows)


@click.command("sign")
@click.argument("list_id", metavar="ID")
@click.option("--batch", "number", type=int, default=1, show_default=True, help="Which batch of it.")
@click.option("--step", required=True, help="What is signed, such as check or release; the command `batch` lists them.")
@click.option("--sha256", required=True, help="The digest that the command `batch` shows, or its first 8 digits.")
@click.option("--role", required=True, help="The role of the step.")
@acting
def sign_batch(list_id: str, number: int, step: str, sha256: str, role: str, asking: Asking) -> None:
    """Sign a batch of payments of the quarter or round ID, so that it goes out once everybody has who has to.

    duifu cycle sign bj-slq-2023-2024Q1 --step check --sha256 1f3a90c2 --role payment-checker --actor sun.yu
    """
    paid_by = _paid_by(list_id, asking.home)
    whole = _whole(asking, paid_by, number, sha256)
    signed = SignPayments(batch=number, step=step, orders_sha256=whole, **_named(paid_by))
    asking.send(Command(sign_payments=signed), role)


@click.command("withhold")
@click.argument("order_id")
@click.option("--reason", required=True, help="Why it does not go out.")
@click.option("--role", required=True, help="A role that still has to sign the batch.")
@acting
def withhold_order(order_id: str, reason: str, role: str, asking: Asking) -> None:
    """Hold ORDER_ID back before its batch is released.

    A claim joins a later quarter; a grant is ordered again when the applicant has named its account anew.
    """
    ledger = open_door(existing_ledger(of_running(asking.home))).ledger
    listed = next(filter(None, (find_list(ledger, name) for name in list_names(order_id))), None)
    list_id = listed.list_id if listed else order_id.rpartition("-")[0]
    named = {"round_id" if listed and listed.is_round else "cycle_id": list_id}
    withheld = WithholdPayment(order_id=order_id, reason=reason, **named)
    asking.send(Command(withhold_payment=withheld), role)


def _paid_by(list_id: str, home: str | None) -> Cycle | Round:
    ledger = open_door(existing_ledger(of_running(home))).ledger
    round_, _ = fold(ledger, streams.grant_round(list_id), ROUND)
    if round_.round_id:
        return round_
    cycle, _ = fold(ledger, streams.cycle(list_id), CYCLE)
    if not cycle.cycle_id:
        raise unknown_cycle(list_id, ledger.streams(streams.CYCLES))
    return cycle


def _named(paid_by: Cycle | Round) -> dict[str, str]:
    """As a command names it."""
    return {"round_id" if isinstance(paid_by, Round) else "cycle_id": paid_by.list_id}


def _whole(asking: Asking, paid_by: Cycle | Round, number: int, sha256: str) -> str:
    """The whole digest that begins so. Raises RefusedHere if that of the batch begins otherwise."""
    found = [release.digest(paid_by.in_batch(batch)) for batch in paid_by.batches if batch.number == number]
    if not found or (len(sha256) >= DIGITS_MIN and found[0].startswith(sha256.lower())):
        return next(iter(found), sha256.ljust(len(release.digest(())), "0"))
    changed = Refused("BATCH_CHANGED", paid_by.release_clause, batch=number, asked=sha256, now=found[0])
    raise RefusedHere(sentence(changed.to_message(asking.lang)))


def _as_json(paid_by: Cycle | Round, batch: Batch) -> dict[str, object]:
    orders = paid_by.in_batch(batch)
    return {
        "batch": batch.number,
        "steps": list(batch.steps),
        "signedBy": {step: list(accounts) for step, accounts in batch.signed_by.items()},
        "nextStep": batch.next_step,
        "ordersSha256": release.digest(orders),
        "amountFen": payable_together_fen(orders),
        "orders": [
            {"orderId": order_id, "dueFen": ordered.amount_fen, "setOffFen": set_off_fen(ordered)}
            | {"amountFen": payable_fen(ordered), "result": order.result}
            for order_id in batch.order_ids
            for order in [paid_by.orders[order_id]]
            for ordered in [order.ordered]
        ],
    }
