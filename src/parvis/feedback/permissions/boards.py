"""Who opens the boards, the alerts and the wall screens: the coordinators of the body, alone.

Each `access_*` is the entrance of its pages and answers 404 for absent and forbidden alike.
"""

from __future__ import annotations

import re

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.hats import Hat
from parvis.accounts.models import Person
from parvis.feedback.enums import AlertState
from parvis.feedback.models import Alert, Touchpoint, WallLink
from parvis.feedback.secret_hash import secret_hash
from parvis.foundation.permissions import Allowed, Decision, Denied

_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")


def access_alert(hat: Hat, pk: int) -> Alert:
    """The alert, with what its page reads, or 404."""
    rows = Alert.objects.visible_to(hat).select_related(
        "touchpoint", "device", "acknowledged_by", "closed_by"
    )
    return get_object_or_404(rows, pk=pk)


def access_touchpoint(hat: Hat, pk: int) -> Touchpoint:
    return get_object_or_404(Touchpoint.objects.visible_to(hat), pk=pk)


def access_wall_link(hat: Hat, pk: int) -> WallLink:
    return get_object_or_404(WallLink.objects.visible_to(hat), pk=pk)


def access_wall(secret: str) -> WallLink:
    """The wall screen of an address, or 404 once it is revoked. No tenancy scope is needed yet."""
    if not _SECRET.fullmatch(secret):
        raise Http404
    with scopes_disabled():
        link: WallLink | None = (
            WallLink.objects.active()
            .select_related("organisation", "site")
            .filter(secret_hash=secret_hash(secret))
            .first()
        )
    if link is None:
        raise Http404
    return link


def may_acknowledge(person: Person, alert: Alert) -> Decision:
    """An alert is taken up once; whoever took it up is shown."""
    if alert.state == AlertState.OPEN:
        return Allowed()
    if alert.state == AlertState.CLOSED:
        return Denied(_("Cette alerte est close."))
    return Denied(_("Cette alerte est déjà prise en charge."))


def may_close(person: Person, alert: Alert) -> Decision:
    if alert.state == AlertState.CLOSED:
        return Denied(_("Cette alerte est déjà close."))
    return Allowed()
