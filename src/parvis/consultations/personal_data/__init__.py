"""What this room knows of people."""

from parvis.consultations.personal_data import ideas

__all__ = ["ideas"]
