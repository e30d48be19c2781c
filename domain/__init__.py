"""What the rules mean. Deciders and values: no clock, network, file, database or Temporal in here."""
