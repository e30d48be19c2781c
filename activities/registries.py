"""The business registry, relations and credit, over HTTP. (F-3)"""

import httpx
from temporalio import activity

from activities.outside import Outside, digest, read
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    CheckOutcome,
    CheckResult,
    CreditRecord,
    EnterpriseRecord,
    Relation,
)
from duifu.v1.work_pb2 import CheckRequest
from workflows import ports


class HttpRegistries(ports.Registries):
    """One query, kept with its source, its time and the digest of the answer."""

    def __init__(self, outside: Outside):
        self._outside = outside

    @activity.defn(name="query_registry")
    async def query_registry(self, request: CheckRequest) -> CheckResult:
        """Ask the registry named by the check. Raises ApplicationError while it is away."""
        result = CheckResult(check=request.check, source=f"registries/{request.check}")
        result.queried_at.FromSeconds(request.business_seconds)
        match request.check:
            case "enterprise":
                response = await self._outside.get(f"/registries/enterprises/{request.buyer_uscc}")
            case "relation":
                response = await self._outside.get(
                    "/registries/relations", buyer=request.buyer_uscc, supplier=request.supplier_uscc
                )
            case "credit":
                response = await self._outside.get(f"/registries/credit/{request.buyer_uscc}")
            case _:
                raise ValueError(f"no registry answers the check {request.check!r}")
        result.answer_sha256 = digest(response)
        if response.status_code == httpx.codes.NOT_FOUND:
            return _not_registered(result, request)
        return _read(result, response)


def _read(result: CheckResult, response: httpx.Response) -> CheckResult:
    is_hit = False
    match result.check:
        case "enterprise":
            read(response, result.enterprise)
            result.detail = f"{result.enterprise.name}，注册地{result.enterprise.registered_province}"
        case "relation":
            relation = read(response, result.relation)
            assert isinstance(relation, Relation)
            is_hit = relation != Relation()
            result.detail = f"持股{relation.holding_basis_points}/10000" if is_hit else "无关联"
        case "credit":
            record = read(response, result.credit)
            assert isinstance(record, CreditRecord)
            is_hit = any(listing.is_dishonesty for listing in record.listings)
            result.detail = "、".join(listing.list_name for listing in record.listings) or "无记录"
    result.outcome = _outcome(is_hit)
    return result


def _not_registered(result: CheckResult, request: CheckRequest) -> CheckResult:
    """The registry knows no such enterprise: it is registered nowhere, and nobody can say who it is related to."""
    result.detail = "登记机关查无此企业"
    if request.check == "enterprise":
        result.outcome = CHECK_OUTCOME_HIT
        result.enterprise.CopyFrom(EnterpriseRecord(uscc=request.buyer_uscc))
    else:
        result.outcome = CHECK_OUTCOME_UNAVAILABLE
    return result


def _outcome(is_hit: bool) -> CheckOutcome.ValueType:
    return CHECK_OUTCOME_HIT if is_hit else CHECK_OUTCOME_CLEAN
