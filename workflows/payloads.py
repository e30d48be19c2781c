"""Protobuf messages as readable JSON in Temporal's history; refusals as sentences, errors without stack traces."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverter,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
    JSONProtoPayloadConverter,
    JSONTypeConverter,
    PayloadConverter,
)
from temporalio.exceptions import ApplicationError

from domain import refusals
from domain.refusals import Refused
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import Command
from duifu.v1.work_pb2 import CommandRequest, FactQuery

#: What a workflow hands to a local activity is in no history and on no screen: the next converter sends it as bytes.
UNREAD = (CommandRequest, FactQuery)


class ReadableProto(JSONProtoPayloadConverter):
    """JSON in UTF-8. Unknown fields are tolerated, so that an old worker reads a grown message."""

    def __init__(self) -> None:
        super().__init__(ignore_unknown_fields=True)

    def to_payload(self, value: Any) -> Payload | None:
        """None for anything but a protobuf message that people may come to read."""
        if not isinstance(value, Message) or isinstance(value, UNREAD):
            return None
        # The `temporal` command takes an update's json/protobuf answer for an error.
        encoding = "json/plain" if isinstance(value, Answer) else self.encoding
        content = json.dumps(json_format.MessageToDict(value), ensure_ascii=False, separators=(",", ":"))
        return Payload(
            metadata={
                "encoding": encoding.encode(),
                "messageType": value.DESCRIPTOR.full_name.encode(),
            },
            data=content.encode(),
        )


class _PlainJsonIntoProto(JSONTypeConverter):
    """The Web UI and the `temporal` command can only send plain JSON; read it as the message that is expected."""

    def to_typed_value(self, hint: type[Any], value: Any) -> Any:
        if hint is Command:
            return _typed_command(value)
        if isinstance(hint, type) and issubclass(hint, Message) and isinstance(value, dict):
            return json_format.ParseDict(value, hint(), ignore_unknown_fields=True)
        return JSONTypeConverter.Unhandled


def _typed_command(value: Any) -> Command:
    """What a person typed: a field that we do not know is a slip of the pen, not a newer version."""
    if not isinstance(value, dict):
        raise as_error(Refused("MALFORMED", problems=f"a JSON object is expected, not {json.dumps(value)[:40]}"), "")
    try:
        return json_format.ParseDict(value, Command())
    except json_format.ParseError as error:
        problem = str(error).splitlines()[0].rstrip(".")
        raise as_error(Refused("MALFORMED", problems=problem), str(value.get("language"))) from None


def as_error(refused: Refused, language: str) -> ApplicationError:
    """A refusal as Temporal's clients see it: its code is the error's type."""
    sentence = refusals.sentence(refused.to_message(language))
    return ApplicationError(sentence, type=refused.code, non_retryable=True)


class Payloads(CompositePayloadConverter):
    """The SDK's converters, with ours in the place of its JSON ones."""

    def __init__(self) -> None:
        ours: dict[str, EncodingPayloadConverter] = {
            "json/protobuf": ReadableProto(),
            "json/plain": JSONPlainPayloadConverter(custom_type_converters=[_PlainJsonIntoProto()]),
        }
        converters = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(ours.get(converter.encoding, converter) for converter in converters))


class PlainFailures(DefaultFailureConverter):
    """What people read of an error is its sentence; the stack trace is in the log."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Fill `failure` from an exception, without stack traces."""
        super().to_failure(exception, payload_converter, failure)
        _without_traces(failure)


def _without_traces(failure: Failure) -> None:
    failure.stack_trace = ""
    if failure.HasField("cause"):
        _without_traces(failure.cause)


DATA_CONVERTER = dataclasses.replace(
    DataConverter.default, payload_converter_class=Payloads, failure_converter_class=PlainFailures
)

__all__: Sequence[str] = ["DATA_CONVERTER", "PlainFailures", "ReadableProto"]
