"""Conservation: at every position of the log, what was authorised is all there, in one bucket or another."""
