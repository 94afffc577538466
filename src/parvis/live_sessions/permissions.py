"""Who may lead sessions, and the entrance to a body's own: as for its polls."""

from __future__ import annotations

from django.http import Http404

from parvis.accounts.hats import Hat
from parvis.live_sessions.models import LiveSession
from parvis.staff_polls.permissions.coordinator import may_prepare

__all__ = ["access_session", "may_prepare"]


def access_session(hat: Hat, pk: int) -> LiveSession:
    """The session, or 404."""
    found: LiveSession | None = (
        LiveSession.objects.visible_to(hat).select_related("organisation").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found
