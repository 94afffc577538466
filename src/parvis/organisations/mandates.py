"""Who may act for a body: asked by a person, decided by the operator, ended by either.

Nobody sees a body's results, and no contact is made, on the strength of a request alone. Each
decision is taken under a lock on its row, so that two operators, or a double click, decide once.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.mail import queue_mail
from parvis.journal.operations import record
from parvis.organisations.enums import MANDATE_TRANSITIONS, MandateState
from parvis.organisations.models import Mandate, Organisation


@transaction.atomic
def request_mandate(*, person: Person, organisation: Organisation, function: str) -> Mandate:
    """Ask to act for a body; ask again after a refusal or an end.

    Asking twice changes nothing and returns the pending or confirmed mandate. Raises `Refusal`
    when the function is missing or the body no longer exists.
    """
    function = " ".join(function.split())
    if not function:
        raise Refusal(_("Indiquez votre fonction dans l’organisme."), field="function")
    if len(function) > 120:
        raise Refusal(_("La fonction dépasse 120 caractères."), field="function")
    if not organisation.is_current:
        raise Refusal(
            _("%(name)s n’existe plus : choisissez l’organisme qui lui a succédé.")
            % {"name": organisation.name},
            field="organisation",
        )
    # Whoever asks wears no hat for the body yet: no scope covers the row to write.
    with scopes_disabled():
        try:
            with transaction.atomic():
                mandate, created = Mandate.objects.select_for_update().get_or_create(
                    person=person, organisation=organisation, defaults={"function": function}
                )
        except IntegrityError:  # asked at the same moment from another window
            mandate, created = Mandate.objects.get(person=person, organisation=organisation), False
        if not created:
            if mandate.state in (MandateState.REQUESTED, MandateState.CONFIRMED):
                return mandate
            mandate.state = MandateState.REQUESTED
            mandate.function = function
            mandate.requested_at = timezone.now()
            mandate.decided_at = mandate.decided_by = None
            mandate.reason = ""
            mandate.save()
    record(
        action="mandate.requested",
        actor_id=person.pk,
        subject=mandate,
        organisation_id=organisation.pk,
    )
    return mandate


@transaction.atomic
def confirm_mandate(*, mandate: Mandate, by: Person, base_url: str = "") -> Mandate:
    """Entitle the person: contacts may be made, and results will open to them.

    Raises `Conflict` when the request is no longer waiting, `Refusal` when `by` is who asked.
    """
    _refuse_own(mandate, by)
    return _decide(
        mandate,
        MandateState.CONFIRMED,
        by=by,
        mail="organisations/mail/mandate_confirmed",
        base_url=base_url,
    )


@transaction.atomic
def refuse_mandate(*, mandate: Mandate, by: Person | None, reason: str) -> Mandate:
    """Refuse the request; the person reads the reason. Same errors as `confirm_mandate`."""
    _refuse_own(mandate, by)
    return _decide(
        mandate,
        MandateState.REFUSED,
        by=by,
        mail="organisations/mail/mandate_refused",
        reason=_checked_reason(reason),
    )


@transaction.atomic
def end_mandate(*, mandate: Mandate, by: Person | None, reason: str) -> Mandate:
    """End a confirmed mandate: the person no longer enters the body's workspace.

    Raises `Conflict` when it is not confirmed, `Refusal` without a reason.
    """
    return _decide(
        mandate,
        MandateState.ENDED,
        by=by,
        mail="organisations/mail/mandate_ended",
        reason=_checked_reason(reason),
    )


def end_mandates_of(person: Person, by: Person | None) -> None:
    """End whatever the person may do, or asked to do, for any body: they leave."""
    reason = _("Départ de la personne.")
    # Whoever leaves is left by every body at once, whatever the hat of the person who acts.
    with scopes_disabled():
        for mandate in Mandate.objects.of(person).confirmed().order_by("pk"):
            _decide(mandate, MandateState.ENDED, by=by, reason=reason)
        for mandate in Mandate.objects.of(person).requested().order_by("pk"):
            _decide(mandate, MandateState.REFUSED, by=by, reason=reason)


def _refuse_own(mandate: Mandate, by: Person | None) -> None:
    if by is not None and by.pk == mandate.person_id:
        raise Refusal(_("Vous ne pouvez pas décider de votre propre demande."))


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Indiquez le motif : la personne le lira."), field="reason")
    if len(reason) > 500:
        raise Refusal(_("Le motif dépasse 500 caractères."), field="reason")
    return reason


def _decide(
    mandate: Mandate,
    state: MandateState,
    *,
    by: Person | None,
    reason: str = "",
    mail: str = "",
    base_url: str = "",
) -> Mandate:
    locked = (
        Mandate.objects.select_for_update(of=("self",))
        .select_related("person", "organisation")
        .get(pk=mandate.pk)
    )
    before = MandateState(locked.state)
    if state not in MANDATE_TRANSITIONS[before]:
        raise Conflict(
            _("Cette demande a changé d’état entre-temps : %(state)s. Rien n’a été modifié.")
            % {"state": str(before.label).lower()}
        )
    locked.state = state
    locked.decided_at = timezone.now()
    locked.decided_by = by
    locked.reason = reason
    locked.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    entry = record(
        action=f"mandate.{state.value}",
        actor_id=by.pk if by else None,
        subject=locked,
        organisation_id=locked.organisation_id,
    )
    if mail:
        _tell(locked, mail, key=f"mandate:{locked.pk}:{entry.pk}", base_url=base_url)
    return locked


def _tell(mandate: Mandate, template: str, *, key: str, base_url: str) -> None:
    context: dict[str, Any] = {
        "organisation": mandate.organisation.name,
        "reason": mandate.reason,
        "url": base_url,
    }
    queue_mail(
        to=mandate.person.email,
        template=template,
        context=context,
        language=mandate.person.language,
        key=key,
        organisation_id=mandate.organisation_id,
    )
