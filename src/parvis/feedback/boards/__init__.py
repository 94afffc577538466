"""Boards: what the counts say, for whom it may be said, and its wording."""
