"""Policy as data: one folder a city, and the calendar they share."""
