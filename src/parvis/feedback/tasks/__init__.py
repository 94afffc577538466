"""Background work of the room, one module a subject."""

from parvis.feedback.tasks import boards, exchanges, national, partitions  # noqa: F401
from parvis.feedback.tasks.comments import apply_agent_names, search_themes_of

__all__ = ["apply_agent_names", "search_themes_of"]
