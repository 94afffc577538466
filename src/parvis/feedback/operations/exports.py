"""Asking for an export, taking it up again, noting who takes it, removing it; open data."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope

from parvis.accounts.models import Person
from parvis.feedback.exchange_enums import ExportFormat, ExportState
from parvis.feedback.exports.files import remove_files
from parvis.feedback.models import ExportJob, OpenDataset, Touchpoint
from parvis.feedback.open_data.dataset import make_due_months
from parvis.feedback.permissions.exchanges import may_publish
from parvis.feedback.tasks.exchanges import write_export
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Denied
from parvis.journal.operations import record
from parvis.organisations.models import Organisation

# An answer received at this distance is surely written: the walk cannot have gone past it.
SETTLED_AFTER = timedelta(minutes=1)
# At once, for one body.
MOST_AT_ONCE = 3
# Without progress for so long, nobody is at work on it.
STALLED_AFTER = timedelta(minutes=5)


@transaction.atomic
def ask_for_export(
    *,
    organisation: Organisation,
    by: Person,
    format: str,
    touchpoint: Touchpoint | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> ExportJob:
    """Queue the writing of a file of the body's answers; raise `Refusal` when it cannot be."""
    if format not in ExportFormat.values:
        raise Refusal(_("Choisissez un format."), field="format")
    if first_day and last_day and last_day < first_day:
        raise Refusal(_("La fin précède le début."), field="last_day")
    if touchpoint is not None and touchpoint.organisation_id != organisation.pk:
        raise Refusal(_("Ce point d’écoute n’est pas le vôtre."), field="touchpoint")
    if touchpoint is not None and touchpoint.could_follow_an_agent:
        raise Refusal(
            _(
                "Ce point d’écoute a moins de cinq agents : ses réponses une à une pourraient en "
                "suivre un. Téléchargez ses comptes par mois."
            ),
            field="touchpoint",
        )
    # One row of the body is locked, so that two requests at once count each other.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    going_on = ExportJob.objects.filter(
        organisation=organisation, state__in=[ExportState.QUEUED, ExportState.RUNNING]
    ).count()
    if going_on >= MOST_AT_ONCE:
        raise Conflict(
            _("Trois exports sont déjà en cours : attendez la fin de l’un d’eux, ou retirez-le.")
        )
    now = timezone.now()
    job = ExportJob.objects.create(
        organisation=organisation,
        requested_by=by,
        requested_at=now,
        format=format,
        touchpoint=touchpoint,
        first_day=first_day,
        last_day=last_day,
        received_before=now - SETTLED_AFTER,
        progressed_at=now,
    )
    write_export.enqueue(job.pk)
    record(
        action="feedback.export_asked",
        actor_id=by.pk,
        subject=job,
        organisation_id=organisation.pk,
        format=format,
    )
    return job


@transaction.atomic
def resume_export(*, job: ExportJob, by: Person) -> None:
    """Take up an export that stands still, where it was."""
    job = ExportJob.objects.select_for_update().get(pk=job.pk)
    now = timezone.now()
    if not job.is_going_on or now - job.progressed_at < STALLED_AFTER:
        raise Conflict(_("Cet export avance, ou il est fini : il n’y a rien à reprendre."))
    ExportJob.objects.filter(pk=job.pk).update(progressed_at=now)
    write_export.enqueue(job.pk)
    record(
        action="feedback.export_resumed",
        actor_id=by.pk,
        subject=job,
        organisation_id=job.organisation_id,
    )


def note_export_download(*, job: ExportJob, by: Person, is_part: bool) -> None:
    """Write in the journal that somebody takes the file; a line cut and resumed makes two entries.

    To be called before the first byte leaves: what cannot be noted is not given.
    """
    record(
        action="feedback.export_downloaded",
        actor_id=by.pk,
        subject=job,
        organisation_id=job.organisation_id,
        format=job.format,
        rows=job.rows_written,
        part=is_part,
    )


def note_counts_download(*, organisation: Organisation, by: Person, period: str) -> None:
    """Write in the journal that somebody takes the counts, before they leave."""
    record(
        action="feedback.counts_downloaded",
        actor_id=by.pk,
        organisation_id=organisation.pk,
        period=period,
    )


def remove_export(*, job: ExportJob, by: Person) -> None:
    """Forget an export and its file; whoever is writing it stops by itself."""
    with transaction.atomic():
        record(
            action="feedback.export_removed",
            actor_id=by.pk,
            subject=job,
            organisation_id=job.organisation_id,
        )
        key = job.file_key
        ExportJob.objects.filter(pk=job.pk).delete()
        transaction.on_commit(lambda: remove_files(key))


def publish_open_data(*, organisation: Organisation, by: Person) -> OpenDataset:
    """Give the monthly counts to everybody, from now on; raise `Refusal` when it may not be."""
    today = timezone.localdate()
    decision = may_publish(organisation, today)
    if isinstance(decision, Denied):
        raise Refusal(decision.reason)
    with transaction.atomic():
        dataset, _created = OpenDataset.objects.get_or_create(organisation=organisation)
        dataset = OpenDataset.objects.select_for_update().get(pk=dataset.pk)
        if dataset.published_at is not None:
            raise Conflict(_("Vos comptes sont déjà publics."))
        dataset.published_at = timezone.now()
        dataset.published_by = by
        dataset.save(update_fields=["published_at", "published_by"])
        make_due_months(organisation, today)
        record(
            action="feedback.open_data_published",
            actor_id=by.pk,
            subject=dataset,
            organisation_id=organisation.pk,
        )
    return dataset


@transaction.atomic
def withdraw_open_data(*, organisation: Organisation, by: Person) -> None:
    """Take the counts away from everybody; the months made stay as they are, should they return."""
    with scope(organisation=[organisation.pk]):
        changed = OpenDataset.objects.filter(
            organisation=organisation, published_at__isnull=False
        ).update(published_at=None)
    if not changed:
        raise Conflict(_("Vos comptes ne sont pas publics."))
    record(
        action="feedback.open_data_withdrawn",
        actor_id=by.pk,
        organisation_id=organisation.pk,
    )
