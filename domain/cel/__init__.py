"""The expressions of a programme: checked when the file is read, evaluated over the facts of a case."""
