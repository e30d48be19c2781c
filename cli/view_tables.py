"""duifu views: the tables, each as a command."""

from datetime import UTC, date, datetime

import click

from cli.asking import configuration, existing_ledger
from cli.output import (
    REFUSED,
    errors,
)
from cli.view_reading import IN_WORDS, Asked, of_enterprise, of_programme, of_year, reading
from commands import deployment
from domain.clock import business_time
from domain.dates import civil_date, from_iso
from ledger.store import Ledger
from views.store import question


@click.command()
@of_programme
@of_enterprise
@click.option("--waits-on", help="Only cases that wait on this desk, such as 市经信局审核岗.")
@click.option("--open", "open_only", is_flag=True, help="Only cases under way.")
@click.option("--overdue", is_flag=True, help="Only cases whose deadline has passed.")
@click.option("--as-of", metavar="DATE", help="Overdue on this date; default: today by the deployment's clock.")
@reading
def cases(
    programme: str | None,
    uscc: str | None,
    waits_on: str | None,
    open_only: bool,
    overdue: bool,
    as_of: str | None,
    asked: Asked,
) -> None:
    """Cases: who applied, where each stands, on whom it waits and until when."""
    if as_of and not overdue:
        raise click.UsageError("--as-of goes with --overdue")
    conditions = [text for wanted, text in ((open_only, "closed_on IS NULL"), (overdue, "due_on < :day")) if wanted]
    query, values = question(
        "view_case", {"programme_id": programme, "applicant_uscc": uscc, "waits_on": waits_on}, *conditions
    )
    if overdue:
        values["day"] = (_date(as_of) if as_of else _today(asked.home)).isoformat()
    columns = {"case_id": "案件", "applicant_name": "申请单位", "standing": "状态", "amount_fen": "金额"}
    asked.show("案件", columns, query, values)


@click.command()
@of_programme
@of_enterprise
@click.option("--status", type=click.Choice(["unused", "part-redeemed", "redeemed"]), help="Only vouchers used so far.")
@reading
def vouchers(programme: str | None, uscc: str | None, status: str | None, asked: Asked) -> None:
    """Vouchers: face value, what is due of it, what was paid and what is left."""
    query = question("view_voucher", {"programme_id": programme, "uscc": uscc, "status": status})
    columns = {
        "voucher_id": "算力券",
        "holder_name": "持有单位",
        "face_fen": "券面",
        "redeemed_fen": "已付",
        "left_fen": "余额",
        "expired_fen": "期满失效",
    }
    asked.show("算力券", columns, *query)


@click.command()
@of_programme
@of_enterprise
@of_year
@reading
def enterprise_years(programme: str | None, uscc: str | None, year: int | None, asked: Asked) -> None:
    """The annual ledgers of enterprises: reserved, held and issued; ordered and not returned."""
    query = question("view_enterprise_year", {"programme_id": programme, "uscc": uscc, "year": year})
    columns = {
        "uscc": "企业",
        "year": "年度",
        "reserved_fen": "排队占用",
        "held_fen": "等待额度",
        "issued_fen": "已发放",
        "redeemed_fen": "已用兑付额度",
    }
    asked.show("企业年度额度", columns, *query)


@click.command()
@of_programme
@of_year
@reading
def cycles(programme: str | None, year: int | None, asked: Asked) -> None:
    """Redemption cycles: claims, orders, and what became of the money."""
    query = question("view_cycle", {"programme_id": programme, "year": year})
    columns = {
        "cycle_id": "批次",
        "standing": "状态",
        "ordered_fen": "已下达",
        "settled_fen": "已付",
        "returned_fen": "退回",
    }
    asked.show("兑付批次", columns, *query)


@click.command()
@of_programme
@of_year
@reading
def rounds(programme: str | None, year: int | None, asked: Asked) -> None:
    """Rounds of grants by level: shared, ordered, and what became of the money."""
    query = question("view_round_level", {"programme_id": programme, "year": year})
    columns = {
        "round_id": "轮次",
        "title": "级次",
        "allocated_fen": "已分配",
        "ordered_fen": "已下达",
        "settled_fen": "已付",
        "returned_fen": "退回",
        "under_way_fen": "支付中",
    }
    asked.show("轮次", columns, *query)


@click.command()
@of_programme
@of_enterprise
@click.option("--state", type=click.Choice(["under-way", "settled", "returned"]), help="Only orders in this state.")
@reading
def round_payments(programme: str | None, uscc: str | None, state: str | None, asked: Asked) -> None:
    """Payments of rounds: to whom, by which treasury, and what it said."""
    query = question("view_round_payment", {"programme_id": programme, "uscc": uscc, "state": state})
    columns = {
        "order_id": "指令",
        "case_id": "案件",
        "treasury": "国库",
        "amount_fen": "金额",
        "state": "结果",
    }
    asked.show("拨付", columns, *query)


@click.command()
@of_programme
@of_year
@reading
def pool(programme: str | None, year: int | None, asked: Asked) -> None:
    """The money of a programme by year: shared, reserved, issued, ordered, paid, returned, outstanding on vouchers."""
    query = question("view_pool", {"programme_id": programme, "year": year})
    columns = {
        "programme_id": "项目",
        "year": "年度",
        "pool_fen": "资金池",
        "allocated_fen": "已分配",
        "issued_fen": "已发放",
        "outstanding_fen": "券面未付",
        "ordered_fen": "已下达",
        "paid_fen": "已付",
        "under_way_fen": "支付中",
        "returned_fen": "退回",
    }
    asked.show("资金", columns, *query)


@click.command()
@of_programme
@of_year
@reading
def conservation(programme: str | None, year: int | None, asked: Asked) -> None:
    """Books that are kept apart and must agree, to the fen. Ends with exit code 3 if two do not.

    Books that are not kept by year are compared over all years; --year leaves them out.
    """
    columns = {
        "rule": "规则",
        "year": "年度",
        "level": "级次",
        "left_book": "账一",
        "left_fen": "金额一",
        "right_book": "账二",
        "right_fen": "金额二",
        "difference_fen": "差额",
    }
    query = question("view_conservation", {"programme_id": programme, "year": year})
    found = asked.show("账账相符", columns, *query)
    broken = sorted({row["rule"] for row in found.rows if row["difference_fen"]})
    if broken:
        errors.print(f"✗ 账账不符：{'、'.join(f'{IN_WORDS[rule]}（{rule}）' for rule in broken)}", markup=False)
        errors.print(
            "  → Verify the ledger (duifu audit verify); if it holds, build the views anew (duifu views rebuild) and "
            "look again.",
            markup=False,
        )
        raise click.exceptions.Exit(REFUSED)


def _today(home: str | None) -> date:
    ledger = Ledger(existing_ledger(configuration(home)).ledger)
    try:
        return civil_date(business_time(datetime.now(UTC), deployment.current(ledger).clock))
    finally:
        ledger.close()


def _date(text: str) -> date:
    try:
        return from_iso(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
