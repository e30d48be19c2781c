"""What is under way: conducting the stages of a case and of a quarter. Holds values, never the ledger."""
