"""What this room knows of people."""

from parvis.consultations.personal_data import ideas, moderation, paper

__all__ = ["ideas", "moderation", "paper"]
