"""Enterprises and suppliers that the reference city knows, and what they hand in."""

from typing import Any

from domain.money import yuan
from duifu.v1.facts_pb2 import Application, Contract
from tests.builders import Firm, a_contract, an_application

TECHNOLOGY = Firm("91110108MAYB000177", "北京示例智能科技有限公司")
MANUFACTURER = Firm("91110108MAYB000252", "北京示例智能制造有限公司")
SUBSIDIARY = Firm("91110108MAYB0005XF", "北京示例数据服务有限公司")
PARENT = Firm("91520100MAYG00054A", "贵州示例数据中心有限公司")
CENTRE = Firm("91110112MAYG00011A", "北京示例智算中心有限公司")


def a_city_contract(worth: int = yuan(1_000_000), firm: Firm = TECHNOLOGY, **how: Any) -> Contract:
    """A contract between two enterprises of the reference city."""
    return a_contract(worth, **{"buyer": firm, "supplier": CENTRE} | how)


def a_claim(worth: int = yuan(1_000_000), firm: Firm = TECHNOLOGY, **how: Any) -> Application:
    """A claim without a flaw on a contract worth `worth`."""
    return an_application(a_city_contract(worth, firm, **how), firm=firm)
