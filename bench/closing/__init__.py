"""Closing a quarter in bulk: the same claims, the same rule and the same treasury for every contestant."""
