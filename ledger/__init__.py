"""The event store: what was decided, in order, for good. Knows no programme."""
