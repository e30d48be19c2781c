"""What two books say of the same thing in one commit, and which books those are."""

from enum import StrEnum


class Book(StrEnum):
    """Who says something."""

    VOUCHER = "算力券"
    YEAR = "年度限额"
    QUARTER = "批次"
    ROUND = "轮次"
    CASE = "案件"
    RECOVERY = "追回"
    OUT = "转出批次"
    IN = "转入批次"


class Fact(StrEnum):
    """What two books say the same of in one commit."""

    ISSUED = "发放"
    ASSESSED = "核定应兑付"
    ORDERED = "支付指令"
    SETTLED = "支付"
    RETURNED = "支付退回"
    CARRIED = "结转"
    ALLOCATED = "额度分配"
    GRANT_ORDERED = "补助支付指令"
    GRANT_SETTLED = "补助支付"
    GRANT_RETURNED = "补助支付退回"
    RECOVERED = "当年缴回"
    CAME_BACK = "结算后当年退回"
    GRANT_CAME_BACK = "补助结算后退回"
    SET_OFF_HELD = "抵扣预留"
    SET_OFF = "抵扣"
    SET_OFF_RELEASED = "抵扣撤回"


#: Which books; one that is silent says nothing.
PARTIES = {
    Fact.ISSUED: (Book.VOUCHER, Book.YEAR),
    Fact.ASSESSED: (Book.VOUCHER, Book.QUARTER),
    Fact.ORDERED: (Book.QUARTER, Book.YEAR),
    Fact.SETTLED: (Book.QUARTER, Book.VOUCHER),
    Fact.RETURNED: (Book.QUARTER, Book.YEAR),
    Fact.CARRIED: (Book.OUT, Book.IN),
    Fact.ALLOCATED: (Book.ROUND, Book.CASE),
    Fact.GRANT_ORDERED: (Book.ROUND, Book.CASE),
    Fact.GRANT_SETTLED: (Book.ROUND, Book.CASE),
    Fact.GRANT_RETURNED: (Book.ROUND, Book.CASE),
    Fact.RECOVERED: (Book.RECOVERY, Book.YEAR),
    Fact.CAME_BACK: (Book.VOUCHER, Book.YEAR),
    Fact.GRANT_CAME_BACK: (Book.ROUND, Book.CASE),
    Fact.SET_OFF_HELD: (Book.QUARTER, Book.RECOVERY),
    Fact.SET_OFF: (Book.QUARTER, Book.RECOVERY),
    Fact.SET_OFF_RELEASED: (Book.QUARTER, Book.RECOVERY),
}
