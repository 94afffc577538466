"""The only entrances to exports, keys and webhooks: those of the body a coordinator acts for."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from parvis.accounts.hats import Hat
from parvis.editions.embargo import embargo_period
from parvis.feedback.enums import Exclusion
from parvis.feedback.models import (
    ApiKey,
    ExportJob,
    MonthCount,
    OpenDataset,
    WebhookEndpoint,
)
from parvis.feedback.open_data.dataset import embargo_of
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.organisations.models import Organisation


def body_of(hat: Hat) -> Organisation:
    """The body a coordinator acts for; 404 for any other hat."""
    if hat.organisation_id is None:
        raise Http404
    return Organisation.objects.get(pk=hat.organisation_id)


def access_export(number: int, hat: Hat) -> ExportJob:
    """An export of the hat's body; the same answer for another body's as for none."""
    job = (
        ExportJob.objects.visible_to(hat)
        .select_related("touchpoint", "organisation")
        .filter(pk=number)
        .first()
    )
    if job is None:
        raise Http404
    return job


def access_api_key(number: int, hat: Hat) -> ApiKey:
    key = ApiKey.objects.visible_to(hat).select_related("organisation").filter(pk=number).first()
    if key is None:
        raise Http404
    return key


def access_endpoint(number: int, hat: Hat) -> WebhookEndpoint:
    """An address that is still told, or may be again."""
    endpoint = (
        WebhookEndpoint.objects.visible_to(hat)
        .select_related("organisation")
        .filter(pk=number, removed_at__isnull=True)
        .first()
    )
    if endpoint is None:
        raise Http404
    return endpoint


def access_public_dataset(organisation_id: int) -> OpenDataset:
    """What a body gives to everybody, or 404 when it does not."""
    dataset = (
        OpenDataset.objects.select_related("organisation")
        .filter(organisation=organisation_id, published_at__isnull=False)
        .first()
    )
    if dataset is None:
        raise Http404
    return dataset


def may_publish(body: Organisation, day: date) -> Decision:
    """Whether a body may begin to give its counts to everybody on a day."""
    election = embargo_of(body, day)
    if election is not None:
        return Denied(
            _(
                "La période préélectorale court jusqu’au %(day)s (code électoral, article L52-1) : "
                "rien de nouveau n’est publié d’ici là."
            )
            % {"day": date_format(embargo_period(election)[1])}
        )
    counted = MonthCount.objects.filter(
        touchpoint__organisation=body, exclusion=Exclusion.NONE
    ).exists()
    if not counted:
        return Denied(_("Il n’y a encore aucune réponse à publier."))
    return Allowed()
