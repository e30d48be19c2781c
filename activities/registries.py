"""Registries, credit sources, consultations and the search for duplicates, over HTTP. (F-3, QD-4.2d, QD-6.1)"""

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.outside import CONFLICT, Outside, digest, not_yet, read
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    OPINION_KIND_CONFORMS,
    OPINION_KIND_UNSPECIFIED,
    CheckResult,
    EnterpriseRecord,
    Relation,
)
from duifu.v1.work_pb2 import CheckRequest
from workflows import ports

NOT_ANSWERED = "已征求意见，未回复"


class HttpRegistries(ports.Registries):
    """One query, kept with its source, its time and the digest of the answer."""

    def __init__(self, outside: Outside):
        self._outside = outside

    @activity.defn(name="query_registry")
    async def query_registry(self, request: CheckRequest) -> CheckResult:
        """Ask the source named by the check.

        Raises ApplicationError: SOURCE_UNAVAILABLE while it is away, NOT_ANSWERED while an authority has not answered.
        """
        result = CheckResult(check=request.check, source=f"registries/{request.check}")
        result.queried_at.FromSeconds(request.business_seconds)
        kind = request.answers or request.check
        response = await self._ask(kind, request)
        result.answer_sha256 = digest(response)
        if response.status_code == httpx.codes.NOT_FOUND:
            return _not_registered(kind, result, request)
        return _read(kind, result, response)

    async def _ask(self, kind: str, request: CheckRequest) -> httpx.Response:
        uscc, outside = request.buyer_uscc, self._outside
        match kind:
            case "enterprise":
                return await outside.get("/registries/enterprises", uscc)
            case "relation":
                return await outside.get("/registries/relations", buyer=uscc, supplier=request.supplier_uscc)
            case "credit" if request.check == kind:
                return await outside.get("/registries/credit", uscc)
            case "credit":
                return await outside.get(f"/registries/credit-sources/{request.check}", uscc)
            case "opinion":
                return await self._consult(request)
            case "duplicates":
                contracts = [{"number": c.contract_number, "customer": c.customer_uscc} for c in request.contracts]
                body = {"uscc": uscc, "contracts": contracts, "projectNumber": request.project_number}
                return await outside.post("/registries/duplicates", body)
            case _:
                raise ValueError(f"no registry answers the check {request.check!r}")

    async def _consult(self, request: CheckRequest) -> httpx.Response:
        """One letter for a case, however often we ask; the answer takes days."""
        service, letter_id = f"/consultations/{request.check}", f"{request.case_id}-{request.check}"
        letter = {"caseId": request.case_id, "uscc": request.buyer_uscc, "name": request.applicant_name}
        try:
            await self._outside.put(service, letter_id, letter)
        except ApplicationError as error:
            if error.type != CONFLICT:
                raise
            # A correction has changed the name since: the authority was asked about this enterprise all the same.
        response = await self._outside.get(service, letter_id)
        if response.status_code != httpx.codes.OK:
            raise not_yet("NOT_ANSWERED", NOT_ANSWERED)
        return response


def _read(kind: str, result: CheckResult, response: httpx.Response) -> CheckResult:
    is_hit = False
    match kind:
        case "enterprise":
            enterprise = read(response, result.enterprise)
            result.detail = f"{enterprise.name}，注册地{enterprise.registered_province}"
        case "relation":
            relation = read(response, result.relation)
            is_hit = relation != Relation()
            result.detail = f"持股{relation.holding_basis_points}/10000" if is_hit else "无关联"
        case "credit":
            listings = read(response, result.credit).listings
            is_hit = any(listing.is_dishonesty for listing in listings)
            result.detail = "、".join(listing.list_name for listing in listings) or "无记录"
        case "opinion":
            opinion = read(response, result.opinion)
            if opinion.kind == OPINION_KIND_UNSPECIFIED:
                raise not_yet("NOT_ANSWERED", NOT_ANSWERED)
            is_hit = opinion.kind != OPINION_KIND_CONFORMS
            result.source = f"consultations/{result.check}"
            result.detail = f"{'不符合' if is_hit else '符合'}（{opinion.document_number}）"
        case "duplicates":
            found = read(response, result.duplicates).duplicates
            is_hit = bool(found)
            result.detail = "；".join(f"{same.programme}：{same.description}" for same in found) or "无重复"
    # An answer that says nothing is one too, and must not be taken for none.
    getattr(result, kind).SetInParent()
    result.outcome = CHECK_OUTCOME_HIT if is_hit else CHECK_OUTCOME_CLEAN
    return result


def _not_registered(kind: str, result: CheckResult, request: CheckRequest) -> CheckResult:
    """The registry knows no such enterprise: it is registered nowhere, and nobody can say anything else of it."""
    result.detail = "登记机关查无此企业"
    if kind == "enterprise":
        result.outcome = CHECK_OUTCOME_HIT
        result.enterprise.CopyFrom(EnterpriseRecord(uscc=request.buyer_uscc))
    else:
        result.outcome = CHECK_OUTCOME_UNAVAILABLE
    return result
