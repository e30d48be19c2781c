"""Metering files as suppliers write them."""

HEADINGS = "contract_item,starts_on,ends_on,quantity,unit"


def a_metering_file(*lines: str) -> bytes:
    """A CSV with these lines below its headings."""
    return "\n".join((HEADINGS, *lines, "")).encode()
