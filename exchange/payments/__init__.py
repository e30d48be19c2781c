"""Payments in files: orders that go out to a treasury or bank, and what it sends back of them."""
