"""Read models: what the ledger says, as tables. Disposable, rebuilt from the log at any time."""
