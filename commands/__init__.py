"""The one door to the ledger: load the streams, ask the domain to decide, put the events."""
