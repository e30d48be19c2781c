"""What an auditor asks of a ledger: is it whole, what happened, take it with you. Reads, never writes."""
