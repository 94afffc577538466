"""What the directory knows of people: who acts for which body. The rest is public data."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.foundation.personal_data import Controller, declare, not_personal
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate

# Long enough to answer a complaint about an edition whose results are still compared.
KEPT_AFTER_DECISION = timedelta(days=3 * 365)


def blank_old_mandates(now: datetime, dry_run: bool) -> int:
    """Blank the function and the reason of mandates refused or ended long ago; return how many."""
    # A retention concerns every tenant alike.
    with scopes_disabled():
        old = Mandate.objects.filter(
            ~Q(function="") | ~Q(reason=""),
            state__in=[MandateState.REFUSED, MandateState.ENDED],
            decided_at__lt=now - KEPT_AFTER_DECISION,
        )
        return old.count() if dry_run else old.update(function="", reason="")


declare(
    "organisations.Mandate",
    "function",
    "reason",
    purpose=_("décider qui peut agir pour un organisme"),
    controller=Controller.OPERATOR,
    retention=KEPT_AFTER_DECISION,
    purge=blank_old_mandates,
)
declare(
    "organisations.Mandate",
    "person",
    "decided_by",
    purpose=_("qui peut agir pour un organisme, et qui l’a décidé"),
    controller=Controller.OPERATOR,
    retention=_("gardé : un numéro, devenu pseudonyme quand la personne est effacée"),
)
OFFICIAL = "official directory of public bodies"
not_personal(
    "organisations.Organisation",
    "name",
    "search_name",
    "search_text",
    "insee_code",
    "siren",
    "departement_code",
    "region_code",
    because=OFFICIAL,
)
not_personal("organisations.PostalCode", "code", because=OFFICIAL)
not_personal("organisations.FormerName", "name", because=OFFICIAL)
not_personal(
    "organisations.Site",
    "name",
    "address",
    "opening_hours",
    because="public places that receive the public",
)
