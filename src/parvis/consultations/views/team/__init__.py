"""Pages of the team, under `/consultations/`."""
