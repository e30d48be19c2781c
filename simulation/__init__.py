"""What the same applications would have got under other rules, and what that would have cost."""
