"""Pages of the coordinator, one module a subject."""
