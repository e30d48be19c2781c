"""duifu cycle batch, sign, withhold: payments are looked at by several people before they go out. (复核、放行)"""

import click

from cli.asking import Asking, acting, existing_ledger, of_running
from cli.cycle_known import unknown_cycle
from cli.output import RefusedHere, as_json, at_home, console, print_json, print_table
from commands.work import fold
from domain import release
from domain.cycle import Batch, Cycle
from domain.kinds import CYCLE
from domain.money import show
from domain.orders import payable_fen, payable_together_fen, set_off_fen
from domain.refusals import Refused, sentence
from domain.wording import RESULTS
from duifu.v1.commands_pb2 import Command, SignPayments, WithholdPayment
from front_door import open_door
from ledger import streams

DIGITS_MIN = 8  # of a digest, to sign it


@click.command("batch")
@click.argument("cycle_id")
@at_home
@as_json
def show_batches(cycle_id: str, home: str | None, json_wanted: bool) -> None:
    """Every batch of payments of CYCLE_ID: its orders, who has signed it, whose turn it is, and the digest to sign."""
    cycle = _cycle(cycle_id, home)
    if json_wanted:
        print_json([_as_json(cycle, batch) for batch in cycle.batches])
        return
    if not cycle.batches:
        console.print("没有待签的支付：尚未下达支付指令，或本政策不要求复核、放行。", markup=False)
    for batch in cycle.batches:
        orders = cycle.in_batch(batch)
        total = show(payable_together_fen(orders))
        console.print(f"第{batch.number}批：待办{len(orders)}笔{total}", markup=False)
        for key in batch.steps:
            step = cycle.step(key)
            signed = "、".join(batch.signed_by.get(key, ())) or ("待签" if key == batch.next_step else "—")
            console.print(f"  {step.title}（{key}，{step.role}）：{signed}", markup=False)
        if orders and batch.next_step:
            console.print(f"  摘要 {release.digest(orders)}", markup=False)
        has_set_off = any(cycle.orders[order_id].ordered.set_off for order_id in batch.order_ids)
        rows = [
            [
                order_id,
                known.ordered.case_id,
                known.ordered.payee.holder_name,
                show(known.ordered.amount_fen),
                *([show(set_off_fen(known.ordered)), show(payable_fen(known.ordered))] if has_set_off else []),
                RESULTS[known.result],
            ]
            for order_id in batch.order_ids
            for known in [cycle.orders[order_id]]
        ]
        parts = ["抵扣", "实付"] if has_set_off else []
        print_table(f"{len(rows)} 笔", ["指令", "案件", "收款人", "金额", *parts, "结果"], rows)


@click.command("sign")
@click.argument("cycle_id")
@click.option("--batch", "number", type=int, default=1, show_default=True, help="Which batch of the quarter.")
@click.option("--step", required=True, help="What is signed, such as check or release; `duifu cycle batch` lists them.")
@click.option("--sha256", required=True, help="The digest that `duifu cycle batch` shows, or its first 8 digits.")
@click.option("--role", required=True, help="The role of the step.")
@acting
def sign_batch(cycle_id: str, number: int, step: str, sha256: str, role: str, asking: Asking) -> None:
    """Sign a batch of payments of CYCLE_ID, so that it goes out once everybody has who has to.

    duifu cycle sign bj-slq-2023-2024Q1 --step check --sha256 1f3a90c2 --role payment-checker --actor sun.yu
    """
    whole = _whole(asking, cycle_id, number, sha256)
    signed = SignPayments(cycle_id=cycle_id, batch=number, step=step, orders_sha256=whole)
    asking.send(Command(sign_payments=signed), role)


@click.command("withhold")
@click.argument("order_id")
@click.option("--reason", required=True, help="Why it does not go out.")
@click.option("--role", required=True, help="A role that still has to sign the batch.")
@acting
def withhold_order(order_id: str, reason: str, role: str, asking: Asking) -> None:
    """Hold ORDER_ID back before its batch is released; the claim joins a later quarter."""
    withheld = WithholdPayment(cycle_id=order_id.rpartition("-")[0], order_id=order_id, reason=reason)
    asking.send(Command(withhold_payment=withheld), role)


def _cycle(cycle_id: str, home: str | None) -> Cycle:
    ledger = open_door(existing_ledger(of_running(home))).ledger
    cycle, _ = fold(ledger, streams.cycle(cycle_id), CYCLE)
    if not cycle.cycle_id:
        raise unknown_cycle(cycle_id, ledger.streams(streams.CYCLES))
    return cycle


def _whole(asking: Asking, cycle_id: str, number: int, sha256: str) -> str:
    """The whole digest that begins so. Raises RefusedHere if that of the batch begins otherwise."""
    cycle = _cycle(cycle_id, asking.home)
    found = [release.digest(cycle.in_batch(batch)) for batch in cycle.batches if batch.number == number]
    if not found or (len(sha256) >= DIGITS_MIN and found[0].startswith(sha256.lower())):
        return next(iter(found), sha256.ljust(len(release.digest(())), "0"))
    changed = Refused("BATCH_CHANGED", cycle.opened.release_clause, batch=number, asked=sha256, now=found[0])
    raise RefusedHere(sentence(changed.to_message(asking.lang)))


def _as_json(cycle: Cycle, batch: Batch) -> dict[str, object]:
    orders = cycle.in_batch(batch)
    return {
        "batch": batch.number,
        "steps": list(batch.steps),
        "signedBy": {step: list(accounts) for step, accounts in batch.signed_by.items()},
        "nextStep": batch.next_step,
        "ordersSha256": release.digest(orders),
        "amountFen": payable_together_fen(orders),
        "orders": [
            {"orderId": order_id, "dueFen": order.ordered.amount_fen, "setOffFen": set_off_fen(order.ordered)}
            | {"amountFen": payable_fen(order.ordered), "result": order.result}
            for order_id in batch.order_ids
            for order in [cycle.orders[order_id]]
        ],
    }
