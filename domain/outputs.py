"""What a stage has to bring about before it may pass: letters, lists, deliveries. (QD-4.2f, QD-4.3a)"""

from hashlib import sha256

from google.protobuf.message import Message

from domain.case import CORRECTION, Case
from domain.refusals import Refused
from domain.review import must_hold
from duifu.v1.commands_pb2 import (
    Actor,
    RecordOutput,
)
from duifu.v1.events_pb2 import (
    OutputRecorded,
)


def record_output(case: Case, command: RecordOutput, actor: Actor, text: str) -> list[Message]:
    """Put on record what the stage brought about; `text` is what was written from its template, if it has one.

    Raises Refused STAGE_NOT_OPEN, ROLE_MISMATCH, OUTPUT_UNKNOWN, OUTPUT_RECORDED, NUMBER_MISSING, EVIDENCE_MISSING.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    must_hold(actor, row)
    output = next((output for output in row.outputs if output.key == command.output), None)
    if output is None or stage.key == CORRECTION:
        known = "、".join(f"{output.key}（{output.title}）" for output in row.outputs) or "—"
        raise Refused("OUTPUT_UNKNOWN", row.clause, title=stage.title, asked=command.output, known=known)
    if (stage.key, output.key) in case.outputs:
        number = case.outputs[stage.key, output.key].document_number or "—"
        raise Refused("OUTPUT_RECORDED", output.clause, output=output.title, number=number)
    if output.needs_number and not command.document_number.strip():
        raise Refused("NUMBER_MISSING", output.clause, output=output.title)
    if not text and not command.sha256:
        raise Refused("EVIDENCE_MISSING", output.clause, title=output.title)
    return [
        OutputRecorded(
            stage=stage.key,
            round=stage.round,
            output=output.key,
            title=output.title,
            document_number=command.document_number,
            sha256=sha256(text.encode()).hexdigest() if text else command.sha256,
            recipient=output.recipient,
            text=text,
            note=command.note,
            clause=output.clause,
        )
    ]
