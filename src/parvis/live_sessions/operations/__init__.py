"""What changes a session: one module a subject."""
