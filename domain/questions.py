"""What the source of a check is told when a stage asks."""

from datetime import datetime

from domain import checks
from domain.case import Case
from domain.wording import check_title
from duifu.v1.plan_pb2 import Stage
from duifu.v1.work_pb2 import CheckRequest, ContractKey


def check_request(case: Case, row: Stage, number: int, check: str, at: datetime) -> CheckRequest:
    """What the source of a check is told when a stage asks, in its n-th round."""
    kind, application = checks.rule_of(case, check).answers, case.application
    request = CheckRequest(
        case_id=case.case_id,
        stage=row.key,
        round=number,
        check=check,
        buyer_uscc=case.applicant_uscc,
        supplier_uscc=application.contract.supplier.uscc,
        business_seconds=int(at.timestamp()),
        answers=kind,
        applicant_name=case.applicant_name,
    )
    if kind == "invoices":
        request.invoices.extend(case.redemption.invoices)
    if kind == "duplicates":
        request.contracts.extend(_contracts(case))
        request.project_number = application.project_number
    return request


def title(case: Case, check: str) -> str:
    """What people see of a query."""
    return f"查询 {check_title(check, case.plan)}"


def _contracts(case: Case) -> list[ContractKey]:
    served = [
        ContractKey(contract_number=service.contract_number, customer_uscc=service.customer.uscc)
        for service in case.application.services
    ]
    number = case.application.contract.contract_number
    return [*served, ContractKey(contract_number=number)] if number else served
