"""Telling coordinators that their results are open: after the publication, and once each."""

from __future__ import annotations

import logging

from django.urls import reverse
from django_scopes import scopes_disabled
from django_tasks import task

from parvis.foundation.errors import Refusal
from parvis.foundation.mail import queue_mail
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.results.models import Publication, ScoreSheet

logger = logging.getLogger(__name__)


@task()
def announce_publication(publication_id: int, base_url: str) -> int:
    """Queue one mail for each confirmed coordinator of a participant; returns how many.

    Run again after a crash it queues nothing twice: the key names publication and mandate. The
    mail gives no figure: whoever reads it must sign in.
    """
    publication = Publication.objects.select_related("edition", "wave").get(pk=publication_id)
    if publication.superseded_at is not None:
        return 0
    url = base_url.rstrip("/") + reverse("results:sheet", args=[publication.pk])
    # Every participant is told: the task belongs to no tenant.
    with scopes_disabled():
        participants = ScoreSheet.objects.filter(run=publication.run_id).values("organisation")
        mandates = list(
            Mandate.objects.filter(state=MandateState.CONFIRMED, organisation__in=participants)
            .select_related("person", "organisation")
            .order_by("pk")
        )
    queued = 0
    for mandate in mandates:
        if not mandate.person.is_active:
            continue
        try:
            queue_mail(
                to=mandate.person.email,
                template="results/mail/published",
                context={
                    "organisation": mandate.organisation.name,
                    "edition": publication.edition.title,
                    "wave": publication.wave.number if publication.wave else None,
                    "url": url,
                },
                language=mandate.person.language,
                key=f"results-published:{publication.pk}:{mandate.pk}",
                organisation_id=mandate.organisation_id,
            )
        except Refusal:
            # An address that is none must not keep the others from being told.
            logger.warning("no valid address", extra={"mandate": mandate.pk})
            continue
        queued += 1
    return queued
