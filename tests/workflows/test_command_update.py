"""The update `command`: any Temporal client may send a command to a running case; the ledger decides it as ever."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Header, Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage
from temporalio.api.update.v1 import Input, Meta, Request, WaitPolicy
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionRequest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.ledger import DoorLedger
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import VERDICT_PASS, Actor, Command, Decide, IssueVoucher, WithdrawCase
from duifu.v1.work_pb2 import FactQuery
from ledger import streams
from tests.builders import ACCEPTANCE, REVIEW, VERIFICATION, applicant, direction_fits
from tests.office import Office
from tests.workflows.people import MANUFACTURER, TECHNOLOGY, a_claim

TEMPORAL = Path(sys.executable).with_name("temporal")
TRACES = ("Traceback", 'File "', ".py")


@pytest.fixture
async def case_id(office: Office) -> str:
    """A claim whose checks have answered; it waits for the acceptance desk."""
    submitted = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(submitted)
    await office.settled()
    return submitted


async def test_a_client_gets_the_receipt_and_nothing_that_the_history_has_already(office: Office, case_id: str) -> None:
    answer = await ask(office, case_id, passing(case_id, "acceptance"))

    assert answer.receipt.case_id == case_id
    assert answer.receipt.next_stage == "review"
    assert answer.receipt.position == office.desk.ledger.position_of(streams.command("update-acceptance"), 1)
    assert answer.summary == f"{case_id} 审核：由市经信局审核岗办理，时限至2024-03-29"
    assert not answer.HasField("facts")


async def test_a_history_says_what_happened_and_by_whom_and_nothing_that_only_the_ledger_needs(
    office: Office, case_id: str
) -> None:
    await ask(office, case_id, passing(case_id, "acceptance"))

    page = DoorLedger(office.desk.door).facts_since(FactQuery(stream=streams.case(case_id)))

    decided = next(fact.envelope for fact in page.facts if is_decision(fact.envelope))
    assert {field.name for field, _ in decided.ListFields()} == {"event", "actor", "command_id", "is_rehearsal"}


async def test_the_event_names_the_workflow_that_passed_the_command_on(office: Office, case_id: str) -> None:
    await ask(office, case_id, passing(case_id, "acceptance"))
    run_id = (await office.handle(case_id).describe()).run_id

    decided = next(r.envelope for r in office.desk.ledger.stream(streams.case(case_id)) if is_decision(r.envelope))

    assert (decided.cause.workflow_id, decided.cause.run_id) == (case_id, run_id)
    assert decided.actor.id == ACCEPTANCE.id


async def test_a_command_sent_twice_is_answered_twice_and_executed_once(office: Office, case_id: str) -> None:
    command = passing(case_id, "acceptance")

    first = await ask(office, case_id, command)
    second = await ask(office, case_id, command)

    assert second.receipt.is_repeat
    assert second.receipt.position == first.receipt.position
    assert office.case_topics(case_id).count("Decided") == 1


async def test_the_plain_command_line_takes_a_case_through_acceptance_and_review(office: Office, case_id: str) -> None:
    accepted = await by_command_line(office, case_id, as_json(passing(case_id, "acceptance")))
    reviewed = await by_command_line(office, case_id, as_json(passing(case_id, "review", REVIEW)))
    ending = await office.ending(case_id)

    assert accepted.code == 0, accepted.errors
    assert json.loads(accepted.output)["result"]["receipt"]["nextStage"] == "review"
    assert json.loads(reviewed.output)["result"]["summary"].startswith(f"{case_id} 发放")
    assert ending.outcome == "已发放"


REFUSED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "malformed": (
        {"command_id": "bad id!", "withdraw_case": WithdrawCase()},
        "MALFORMED",
        "命令格式有误",
        "The command is malformed",
    ),
    "another's case": (
        {"decide": Decide(case_id="bj-claim-2024-000777", stage="acceptance", verdict=VERDICT_PASS)},
        "WRONG_CASE",
        "bj-claim-2024-000777",
        "bj-claim-2024-000777",
    ),
    "a wrong role": (
        {"actor": VERIFICATION, "decide": Decide(stage="acceptance", verdict=VERDICT_PASS)},
        "ROLE_MISMATCH",
        "由岗位 acceptance-officer 办理",
        "is for the role acceptance-officer",
    ),
    "somebody else's enterprise": (
        {"actor": applicant(MANUFACTURER), "withdraw_case": WithdrawCase()},
        "NOT_YOUR_CASE",
        "不属于单位",
        "does not belong to",
    ),
    "another stage": (
        {"actor": REVIEW, "decide": Decide(stage="review", verdict=VERDICT_PASS)},
        "STAGE_NOT_OPEN",
        "受理",
        "acceptance",
    ),
    "a system command": (
        {"actor": Actor(id="duifu", name="系统", role="system"), "issue_voucher": IssueVoucher()},
        "ROLE_RESERVED",
        "只能由系统内部发出",
        "is sent by the system itself",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refused_update_says_why_and_changes_nothing(office: Office, case_id: str, name: str) -> None:
    given, code, in_chinese, in_english = REFUSED[name]
    before = office.desk.events(streams.case(case_id))

    for language, sentence in (("", in_chinese), ("zh", in_chinese), ("en", in_english)):
        error = await refusal(office, case_id, a_command(case_id, language=language, **given))

        assert error.type == code
        assert error.non_retryable
        assert error.message.startswith(f"[{code}] ")
        assert sentence in error.message

    assert office.desk.events(streams.case(case_id)) == before
    assert await no_trace_in_history(office, case_id)
    await is_alive(office, case_id)


async def test_no_refusal_carries_a_stack_trace_on_the_wire(office: Office, case_id: str) -> None:
    for name, (given, code, *_) in REFUSED.items():
        outcome = await raw_update(office, case_id, a_command(case_id, **given), f"raw-{code}")

        assert outcome.failure.application_failure_info.type == code, name
        assert outcome.failure.stack_trace == ""
        assert not any(trace in str(outcome) for trace in TRACES)


async def test_a_refusal_by_the_ledger_leaves_an_attempt_a_malformed_command_leaves_nothing(
    office: Office, case_id: str
) -> None:
    await refusal(office, case_id, a_command(case_id, **REFUSED["malformed"][0]))
    await refusal(office, case_id, a_command(case_id, command_id="r-1", **REFUSED["a wrong role"][0]))

    assert [name.split("/")[1] for name in office.desk.ledger.streams("attempt/")] == ["r-1"]


UNREADABLE: dict[str, tuple[str, str]] = {
    "an unknown field": ('{"commandId":"c-1","nonsense":1}', "nonsense"),
    "an unknown value": ('{"commandId":"c-1","decide":{"caseId":"x","verdict":"VERDICT_MAYBE"}}', "VERDICT_MAYBE"),
    "two kinds": ('{"commandId":"c-1","decide":{"caseId":"x"},"withdrawCase":{"caseId":"x"}}', "oneof"),
    "a list": ("[1,2]", ""),
    "a number": ("7", ""),
    "a sentence": ('"请通过"', ""),
    "null": ("null", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_input_that_is_no_command_is_refused_clearly_and_the_case_goes_on(
    office: Office, case_id: str, name: str
) -> None:
    text, hint = UNREADABLE[name]
    before = office.desk.events(streams.case(case_id))

    answer = await by_command_line(office, case_id, text)

    assert answer.code == 1
    assert "type: MALFORMED" in answer.errors
    assert hint in answer.errors
    assert not any(trace in answer.errors for trace in TRACES)
    assert office.desk.events(streams.case(case_id)) == before
    await is_alive(office, case_id)


async def test_an_update_without_any_input_is_refused_clearly(office: Office, case_id: str) -> None:
    answer = await by_command_line(office, case_id)

    assert answer.code == 1
    assert "type: MALFORMED" in answer.errors
    await is_alive(office, case_id)


async def test_an_update_with_two_inputs_is_refused_and_the_case_goes_on(office: Office, case_id: str) -> None:
    command = as_json(passing(case_id, "acceptance"))

    answer = await by_command_line(office, case_id, command, command)

    assert answer.code == 1
    assert not any(trace in answer.errors for trace in TRACES)
    await is_alive(office, case_id)


async def test_an_update_to_a_closed_case_is_refused_by_temporal(office: Office, case_id: str) -> None:
    office.desk.send(applicant(TECHNOLOGY), withdraw_case=WithdrawCase(case_id=case_id))
    await office.ending(case_id)

    answer = await by_command_line(office, case_id, as_json(passing(case_id, "acceptance")))

    assert answer.code == 1
    assert "already completed" in answer.errors


def passing(case_id: str, stage: str, actor: Actor = ACCEPTANCE) -> Command:
    findings = [direction_fits()] if stage == "review" else []
    decide = Decide(case_id=case_id, stage=stage, verdict=VERDICT_PASS, findings=findings)
    return Command(command_id=f"update-{stage}", actor=actor, decide=decide)


def a_command(case_id: str, **given: Any) -> Command:
    """A command about this case, unless what is given says otherwise."""
    fields: dict[str, Any] = {"command_id": "update-1", "actor": ACCEPTANCE} | given
    command = Command(**fields)
    kind = getattr(command, str(command.WhichOneof("kind")))
    kind.case_id = kind.case_id or case_id
    return command


def as_json(command: Command) -> str:
    return json_format.MessageToJson(command, indent=None, ensure_ascii=False)


def is_decision(envelope: Any) -> bool:
    return bool(envelope.event.WhichOneof("kind") == "decided")


async def ask(office: Office, case_id: str, command: Command) -> Answer:
    """The update, as any client of Temporal's SDK sends it."""
    answer: Answer = await office.handle(case_id).execute_update("command", command, result_type=Answer)
    return answer


async def refusal(office: Office, case_id: str, command: Command) -> ApplicationError:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await ask(office, case_id, command)
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    return cause


async def is_alive(office: Office, case_id: str) -> None:
    answer = await ask(office, case_id, passing(case_id, "acceptance"))
    assert answer.receipt.next_stage == "review"


async def no_trace_in_history(office: Office, case_id: str) -> bool:
    return not any(trace in str(event) for event in await office.history(case_id) for trace in TRACES)


@dataclass(frozen=True)
class Said:
    """What a program printed, and how it ended."""

    code: int
    output: str
    errors: str


async def by_command_line(office: Office, case_id: str, *inputs: str) -> Said:
    """`temporal workflow update execute`, as an operator would type it."""
    where = ["--address", office.config.temporal_address, "--namespace", office.config.namespace]
    what = ["--workflow-id", case_id, "--name", "command", "-o", "json", "--command-timeout", "10s"]
    what += [word for text in inputs for word in ("--input", text)]
    program = await asyncio.create_subprocess_exec(
        TEMPORAL,
        "workflow",
        "update",
        "execute",
        *where,
        *what,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await program.communicate()
    return Said(program.returncode or 0, output.decode(), errors.decode())


async def raw_update(office: Office, case_id: str, command: Command, update_id: str) -> Any:
    """The outcome as it comes over the wire."""
    payload = Payload(metadata={"encoding": b"json/plain"}, data=as_json(command).encode())
    request = UpdateWorkflowExecutionRequest(
        namespace=office.config.namespace,
        workflow_execution=WorkflowExecution(workflow_id=case_id),
        wait_policy=WaitPolicy(
            lifecycle_stage=UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED
        ),
        request=Request(
            meta=Meta(update_id=update_id, identity="a test"),
            input=Input(header=Header(), name="command", args=Payloads(payloads=[payload])),
        ),
    )
    return (await office.client.workflow_service.update_workflow_execution(request)).outcome
