"""Whether: conditions, materials and declared facts of a programme, each with how it stands."""
