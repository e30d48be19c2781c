"""Messages put together of pieces that were written before.

Protobuf merges what stands one after the other: scalars are replaced, lists grow. So a message that repeats most of
another needs only what is new to be written, which is many times faster than filling it field by field.
"""


def part(key: bytes, content: bytes) -> bytes:
    """A text or a message as a field; the key is that of `key_of`."""
    length = len(content)
    if length < 128:
        return b"%b%c%b" % (key, length, content)
    groups = []
    while length > 127:
        groups.append(length & 127 | 128)
        length >>= 7
    return b"%b%b%c%b" % (key, bytes(groups), length, content)


def key_of(field: int) -> bytes:
    """How a text or a message begins that is the field with this number, at most 15."""
    return bytes([field << 3 | 2])
