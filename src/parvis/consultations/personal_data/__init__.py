"""What this room knows of people."""

from parvis.consultations.personal_data import ideas, moderation

__all__ = ["ideas", "moderation"]
