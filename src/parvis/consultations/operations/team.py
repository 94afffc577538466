"""Who works on a consultation beside the coordinators: invited by mail, each for a role."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Invitation, Person
from parvis.accounts.operations import INVITATION_LIFETIME, invite
from parvis.consultations.enums import TeamRole
from parvis.consultations.models import Consultation, TeamInvitation, TeamMember
from parvis.consultations.operations.holding import hold_consultation
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record

MOST_WAITING = 50


@transaction.atomic
def invite_member(
    *, consultation: Consultation, email: str, role: TeamRole, by: Person, base_url: str
) -> TeamInvitation:
    """Offer a role by mail. The same offer again sends a new link and ends the former one.

    The link grants all that was offered to the address and not taken yet.
    """
    email = email.strip().lower()
    held = hold_consultation(consultation)
    if TeamMember.objects.filter(consultation=held, person__email=email, role=role).exists():
        raise Conflict(_("Cette personne tient déjà ce rôle ici."), field="email")
    waiting = TeamInvitation.objects.filter(consultation=held)
    if waiting.count() >= MOST_WAITING:
        raise Refusal(_("Trop d’invitations attendent une réponse : annulez-en d’abord."))
    offered, _made = TeamInvitation.objects.update_or_create(
        consultation=held,
        email=email,
        role=role,
        defaults={"organisation_id": held.organisation_id, "invited_at": timezone.now()},
    )
    roles = sorted(str(TeamRole(one.role).label) for one in waiting.filter(email=email))
    invite(
        email=email,
        kind=RoleKind.CONSULTATION_TEAM,
        by=by,
        base_url=base_url,
        offer=_("%(roles)s, pour la consultation « %(title)s » (%(body)s)")
        % {
            "roles": ", ".join(roles),
            "title": " ".join(held.title.split()),
            "body": held.organisation.name,
        },
    )
    _record("consultation.member_invited", held, by.pk, role=str(role))
    return offered


@transaction.atomic
def withdraw_invitation(*, consultation: Consultation, pk: int, by: Person) -> None:
    """Take an offer back; the link already sent no longer grants it."""
    held = hold_consultation(consultation)
    gone, _rows = TeamInvitation.objects.filter(consultation=held, pk=pk).delete()
    if not gone:
        raise Conflict(_("Cette invitation vient d’être acceptée ou annulée."))
    _record("consultation.invitation_withdrawn", held, by.pk)


def join_by_invitation(invitation: Invitation, person: Person) -> None:
    """Grant all that waits for the address; called by `accounts` in its transaction."""
    with scopes_disabled():
        waiting = list(
            TeamInvitation.objects.select_for_update(of=("self",))
            .select_related("consultation")
            .filter(email=invitation.email, invited_at__gt=timezone.now() - INVITATION_LIFETIME)
            .order_by("pk")
        )
        if not waiting:
            raise Refusal(
                _("Cette invitation a été annulée : demandez-en une autre à qui vous l’a envoyée.")
            )
        for one in waiting:
            TeamMember.objects.get_or_create(
                consultation=one.consultation,
                person=person,
                role=one.role,
                defaults={"organisation_id": one.organisation_id},
            )
            _record("consultation.member_joined", one.consultation, person.pk, role=one.role)
        TeamInvitation.objects.filter(pk__in=[one.pk for one in waiting]).delete()


@transaction.atomic
def change_role(*, member: TeamMember, role: TeamRole, by: Person) -> None:
    """Give a member another role; raise `Conflict` when they hold it, or are gone."""
    held = hold_consultation(member.consultation)
    found = TeamMember.objects.select_for_update().filter(pk=member.pk).first()
    if found is None:
        raise Conflict(_("Cette personne vient de quitter l’équipe."))
    if found.role == role:
        return
    if TeamMember.objects.filter(consultation=held, person=found.person_id, role=role).exists():
        raise Conflict(_("Cette personne tient déjà ce rôle ici."))
    former, found.role = found.role, role
    found.save(update_fields=["role"])
    _record(
        "consultation.member_changed",
        held,
        by.pk,
        person=found.person_id,
        former=former,
        role=str(role),
    )


@transaction.atomic
def remove_member(*, member: TeamMember, by: Person) -> None:
    """End a role in a team; what the person did stays. Raise `Conflict` when it was ended."""
    held = hold_consultation(member.consultation)
    gone, _rows = TeamMember.objects.filter(pk=member.pk).delete()
    if not gone:
        raise Conflict(_("Cette personne vient de quitter l’équipe."))
    _record(
        "consultation.member_removed", held, by.pk, person=member.person_id, role=str(member.role)
    )


def leave_with_the_rest(person: Person, by: Person | None) -> None:
    """Departure handler of this room: every role ends, every offer is taken back."""
    with scopes_disabled():
        for member in TeamMember.objects.filter(person=person).select_related("consultation"):
            _record(
                "consultation.member_removed",
                member.consultation,
                by.pk if by else None,
                person=person.pk,
                role=str(member.role),
            )
        TeamMember.objects.filter(person=person).delete()
        TeamInvitation.objects.filter(email=person.email).delete()


def forget_old_invitations(now: datetime, dry_run: bool) -> int:
    """Delete the offers that nobody took while their link was valid; return how many."""
    with scopes_disabled():
        due = TeamInvitation.objects.filter(invited_at__lt=now - INVITATION_LIFETIME)
        return due.count() if dry_run else due.delete()[0]


def _record(action: str, consultation: Consultation, actor_id: int | None, **details: Any) -> None:
    record(
        action=action,
        actor_id=actor_id,
        subject=consultation,
        organisation_id=consultation.organisation_id,
        **details,
    )
