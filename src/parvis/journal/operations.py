"""The one way into the journal."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from parvis.journal.models import Entry


def record(
    *,
    action: str,
    actor_id: int | None,
    subject: Any | None = None,
    organisation_id: int | None = None,
    **details: Any,
) -> Entry:
    """Write one act, in the transaction of the caller, so that act and entry live or die together.

    `subject` is a saved model instance; `details` must be JSON-serialisable and hold no name,
    address or free text of a person.
    """
    return Entry.objects.create(
        at=timezone.now(),
        actor_id=actor_id,
        action=action,
        subject_kind=subject._meta.model_name if subject is not None else "",
        subject_id=subject.pk if subject is not None and isinstance(subject.pk, int) else None,
        organisation_id=organisation_id,
        details=details,
    )
