"""What may be done with a poll, one module a subject."""
