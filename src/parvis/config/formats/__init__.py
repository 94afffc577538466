"""How dates and hours are written, where it differs from what Django does in that language."""
