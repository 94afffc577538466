"""Background work of the room, one module a subject."""

from parvis.consultations.tasks import calendar, figures, imports, outcome  # noqa: F401
