"""Whether and how much together: one application, a round of them, and what would be paid of it."""
