"""A case of the bench's programme, command by command."""

from duifu.v1.commands_pb2 import VERDICT_PASS, VERDICT_REFUSE, Actor, Command, Decide, SubmitApplication
from duifu.v1.facts_pb2 import (
    LEGAL_FORM_COMPANY,
    SERVICE_KIND_AI_COMPUTE,
    Applicant,
    Application,
    Contract,
    ContractItem,
    Declarations,
    Purpose,
    Supplier,
)

STAGES = ("first", "second", "third", "fourth", "fifth")
BUYER, SELLER = "91110108MAYB000177", "91110112MAYG00011A"
APPLICANT = Actor(id="agent", role="applicant", uscc=BUYER)
OFFICER = Actor(id="officer", role="officer")


def submission(name: str) -> Command:
    """A claim; `name` tells it from others."""
    submit = SubmitApplication(programme_id="bench", application=_application(name))
    return Command(command_id=f"{name}:submit", actor=APPLICANT, submit_application=submit)


def decision(name: str, case_id: str, stage: str) -> Command:
    """The decision of a stage; the last one refuses, which ends the case."""
    decide = Decide(case_id=case_id, stage=stage, verdict=VERDICT_PASS)
    if stage == STAGES[-1]:
        decide.verdict, decide.reason, decide.code = VERDICT_REFUSE, "bench", "BENCH_E_NO"
    return Command(command_id=f"{name}:{stage}", actor=OFFICER, decide=decide)


def _application(name: str) -> Application:
    return Application(
        applicant=Applicant(
            uscc=BUYER,
            name="北京示例智能科技有限公司",
            legal_form=LEGAL_FORM_COMPANY,
            registered_province="110000",
            industry_code="I6513",
        ),
        contract=Contract(
            contract_number=name,
            buyer_uscc=BUYER,
            supplier=Supplier(uscc=SELLER, name="北京示例智算中心有限公司"),
            signed_on="2024-01-03",
            starts_on="2024-01-03",
            ends_on="2024-12-31",
            items=[ContractItem(kind=SERVICE_KIND_AI_COMPUTE, name="算力", amount_fen=100_000_000)],
            total_fen=100_000_000,
            signed_by_both_parties=True,
            sha256="0" * 64,
        ),
        purpose=Purpose(field="工业", trains_industry_model=True),
        declarations=Declarations(is_truthful=True),
    )
