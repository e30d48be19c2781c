"""What a refusal says, for every code: what was asked and what the rule allows; then the way forward."""

from domain.texts import cases, door, duties, links, opinions, panels, payments, recoveries, rounds, rules, vouchers
from domain.texts.form import Texts

TEXTS: Texts = {
    **door.TEXTS,
    **cases.TEXTS,
    **rules.TEXTS,
    **vouchers.TEXTS,
    **duties.TEXTS,
    **links.TEXTS,
    **opinions.TEXTS,
    **panels.TEXTS,
    **payments.TEXTS,
    **recoveries.TEXTS,
    **rounds.TEXTS,
}
