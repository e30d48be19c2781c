"""The schema under which stored events are read: what a checkpoint pins, so that nobody renames a field afterwards."""

from functools import cache
from hashlib import sha256

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from duifu.v1.events_pb2 import DESCRIPTOR

EXTENSION = "schema sha256:"

#: Of the runtime, and not of ours: it describes descriptors, and may change with any release.
NOT_OURS = "google/protobuf/descriptor.proto"


@cache
def descriptors() -> bytes:
    """A serialised google.protobuf.FileDescriptorSet of the events and all they import, imports first."""
    found: dict[str, FileDescriptor] = {}

    def collect(file: FileDescriptor) -> None:
        for imported in file.dependencies:
            collect(imported)
        if file.name != NOT_OURS:
            found.setdefault(file.name, file)

    collect(DESCRIPTOR)
    files = FileDescriptorSet()
    for file in found.values():
        file.CopyToProto(files.file.add())
    return files.SerializeToString(deterministic=True)


def extension() -> str:
    """The line of a checkpoint that names the schema."""
    return f"{EXTENSION}{sha256(descriptors()).hexdigest()}"
