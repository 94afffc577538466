"""Recurring work of the room, found here when Django starts."""

from parvis.feedback import exchange_tasks  # noqa: F401
