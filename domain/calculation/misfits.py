"""Parts of a calculation that do not fit one another, whatever the facts: found when a programme is read."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.calculation.calculation import ENDS_DRAFT
from domain.format.programme import Programme
from domain.format.steps import Account, Cap, Decide, Pool, Round, Rounding, Share, Stack, Sum, Tiers
from domain.money import FEN_PER_UNIT, unit_fen

Path = tuple[str | int, ...]
CHANGES_LATER = {Cap, Pool, Stack, Tiers}  # steps that go by what others were granted meanwhile


class Misfit(NamedTuple):
    """Where in the file, and what is wrong."""

    path: Path
    message: str
    message_zh: str


def misfits(programme: Programme) -> list[Misfit]:
    """All of them, in no order that means anything."""
    return [*_of_steps(programme), *_of_levels(programme), *_of_accounts(programme), *_of_award(programme)]


def _of_steps(programme: Programme) -> Iterator[Misfit]:
    seen: set[type] = set()
    for at, step in enumerate(programme.award.steps):
        path: Path = ("award", "steps", at)
        if isinstance(step, (Decide, Pool)) and type(step) in seen:
            yield Misfit((*path, "do"), f"{step.do} is there already; once is enough", f"{step.do} 只能有一步")
        if isinstance(step, Decide) and seen & CHANGES_LATER:
            yield Misfit(
                path,
                "what a limit or other public money leaves may shrink after the decision; decide before it",
                "核定之后，限额和其他财政资金仍可能变化，核定须在这些步骤之前",
            )
        seen.add(type(step))
        if isinstance(step, (Cap, Tiers)):
            yield from _of_account_in_use(programme, step.account, (*path, "account"))
            if _is_shared_pro_rata(programme, at):
                yield Misfit(
                    path,
                    "a pro-rata pool shares out what limits left; put limits before it",
                    "按比例分配的资金池须在各项限额之后",
                )
        if isinstance(step, Tiers):
            yield from _of_tiers(step, path)
        if isinstance(step, Pool):
            yield from _of_account_in_use(programme, step.account, (*path, "account"))
            account = programme.accounts.get(step.account)
            if account and account.holder != "programme":
                yield Misfit(
                    (*path, "account"),
                    f"a pool is an account of the programme, not of each {account.holder}",
                    "资金池须是整个政策的账户（holder: programme）",
                )
        for key, rounding in (("to", getattr(step, "to", None)), ("round_lines", getattr(step, "round_lines", None))):
            if isinstance(step, (Sum, Round, Share, Pool)) and isinstance(rounding, Rounding):
                yield from _of_rounding(programme, rounding, (*path, key))
        if any(row.when is None for row in getattr(step, "rates", ())[:-1]):
            yield Misfit((*path, "rates"), "rows after one without `when` are never used", "没有 when 的一行须放在最后")


def _is_shared_pro_rata(programme: Programme, at: int) -> bool:
    return any(isinstance(step, Pool) and step.sharing == "pro_rata" for step in programme.award.steps[:at])


def _of_account_in_use(programme: Programme, name: str, path: Path) -> Iterator[Misfit]:
    account = programme.accounts.get(name)
    if account and account.year_of == "paid_on":
        yield Misfit(
            path,
            "an amount is limited before it is paid; this account goes by the day of payment",
            "核定时尚无支付日，不能使用按支付日（paid_on）计年的账户",
        )


def _of_tiers(step: Tiers, path: Path) -> Iterator[Misfit]:
    for number, tier in enumerate(step.tiers):
        is_last = number == len(step.tiers) - 1
        if (tier.up_to is None) != is_last:
            yield Misfit(
                (*path, "tiers", number),
                "every tier but the last has up_to, and the last has none",
                "除最后一档外，各档须有 up_to；最后一档不设上限",
            )


def _of_rounding(programme: Programme, rounding: Rounding, path: Path) -> Iterator[Misfit]:
    name = rounding.unit.removeprefix("parameter.")
    parameter = programme.parameters.get(name) if name != rounding.unit else None
    for unit in FEN_PER_UNIT.keys() & (parameter.choices if parameter else {rounding.unit}):
        try:
            unit_fen(unit, rounding.decimals)
        except ValueError:
            yield Misfit((*path, "decimals"), f"of {unit}, this is finer than a fen", f"以{unit}计，精度细于一分")


def _of_levels(programme: Programme) -> Iterator[Misfit]:
    """Who pays how much is settled by the last step, or by none."""
    divides = [
        isinstance(step, Share) or (isinstance(step, Pool) and step.level is not None) for step in programme.award.steps
    ]
    if any(divides) and not divides[-1]:
        yield Misfit(
            ("award", "steps", len(divides) - 1),
            "the levels share an earlier value; the step that divides must be the last",
            "各级分担须是最后一步，否则分担合计与结果不符",
        )


def _of_accounts(programme: Programme) -> Iterator[Misfit]:
    for name, account in programme.accounts.items():
        path: Path = ("accounts", name)
        if account.on_exceed == "special_approval" and account.limit is None:
            yield Misfit(path, "special approval goes beyond a limit; there is none", "专项批准须有可突破的 limit")
        if account.approved_by is not None and account.on_exceed != "special_approval":
            yield Misfit(
                (*path, "approved_by"),
                "nobody approves what may not be exceeded; set on_exceed: special_approval",
                "approved_by 须与 on_exceed: special_approval 同用",
            )
        if account.hard_limit is not None and account.on_exceed != "special_approval":
            yield Misfit(
                (*path, "hard_limit"),
                "a hard limit stands behind special approval; set on_exceed: special_approval",
                "hard_limit 须与 on_exceed: special_approval 同用",
            )
        if account.hard_limit is not None and _is_below(programme, account):
            yield Misfit(
                (*path, "hard_limit"),
                "on some day it is below the limit that a special approval goes beyond",
                "在某些日期低于 limit，专项批准无从突破",
            )
        if account.period == "round" and not programme.round:
            yield Misfit((*path, "period"), "the programme has no round", "本政策没有 round")
        if account.round_year != "round" and account.service_window is None:
            yield Misfit(
                (*path, "round_year"),
                "which year that is, a window says: name it in service_window",
                "服务年度由 service_window 所指的期间确定，须写明",
            )
        if account.combined_with == name:
            yield Misfit((*path, "combined_with"), "an account is not combined with itself", "账户不能与自身合并计算")
        if account.combined_if is not None and account.combined_with is None:
            yield Misfit((*path, "combined_if"), "combined_with says with what", "combined_if 须与 combined_with 同用")
        if account.counts_when == "passed" and account.counts in ("granted", "paid"):
            yield Misfit(
                (*path, "counts_when"),
                "where nothing is granted there is no amount to count; counts names a step",
                "未予支持时没有金额可计；counts 须是步骤名称",
            )
        if account.shared_with and account.holder not in ("enterprise", "contract"):
            yield Misfit(
                (*path, "shared_with"),
                "what other programmes granted is known of an enterprise or a contract only",
                "shared_with 只适用于按企业或合同计算的账户",
            )


def _is_below(programme: Programme, account: Account) -> bool:
    """Whether the hard limit is less than the limit, on a day on which both are known."""
    names = [name for name in (account.limit, account.hard_limit) if name in programme.parameters]
    limit, hard = names if len(names) == 2 else (None, None)
    if limit is None or hard is None:
        return False
    rows = [programme.parameters[name] for name in names]
    days = {max(one.first, other.first) for one in rows[0].values for other in rows[1].values}
    return any(
        programme.number(hard, day) < programme.number(limit, day)
        for day in days
        if all(row.holds_on(day) for row in rows)
    )


def _of_award(programme: Programme) -> Iterator[Misfit]:
    award = programme.award
    names = [step.name for step in award.steps]
    cut = next((at for at, step in enumerate(award.steps) if isinstance(step, ENDS_DRAFT)), len(names))
    if award.base in names[cut:]:
        yield Misfit(
            ("award", "base"),
            "the base is known before anything is decided or limited; take an earlier step",
            "base 须是核定和限额之前的步骤",
        )
    if award.valid_for and not (award.valid_for.months or award.valid_for.days or award.valid_for.through):
        yield Misfit(("award", "valid_for"), "months, days or through: one of them", "须有 months、days 或 through")
