"""Background work of the room, one module a subject."""

from parvis.consultations.tasks import figures  # noqa: F401
