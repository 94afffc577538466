"""Lines of the access table for consultations."""
