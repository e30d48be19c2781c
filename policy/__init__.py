"""A programme file: read with its positions, held against its model, explained line by line. Knows no ledger."""
