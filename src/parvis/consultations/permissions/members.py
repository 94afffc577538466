"""What each member of the team of a consultation may do; coordinators may everything."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.consultations.enums import ContributionState, TeamRole
from parvis.consultations.models import Consultation, Contribution, PaperSheet, TeamMember
from parvis.foundation.permissions import Allowed, Decision, Denied


def roles_of(hat: Hat, consultation: Consultation) -> frozenset[str]:
    """The roles of who wears the hat in that consultation; every role for its coordinators."""
    if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
        if hat.organisation_id == consultation.organisation_id:
            return frozenset(TeamRole.values)
        return frozenset()
    if hat.kind != RoleKind.CONSULTATION_TEAM:
        return frozenset()
    return frozenset(
        TeamMember.objects.filter(consultation=consultation, person=hat.person_id).values_list(
            "role", flat=True
        )
    )


def may_moderate(hat: Hat, consultation: Consultation) -> Decision:
    """Read, publish, refuse, decide appeals, merge and split."""
    return _may(hat, consultation, TeamRole.MODERATOR)


def may_key_paper(hat: Hat, consultation: Consultation) -> Decision:
    """Key paper contributions and ballots, and print blank sheets."""
    return _may(hat, consultation, TeamRole.PAPER)


def may_answer(hat: Hat, consultation: Consultation) -> Decision:
    """Write official answers and milestones."""
    return _may(hat, consultation, TeamRole.ANSWERS)


def may_run_team(hat: Hat, consultation: Consultation) -> Decision:
    """Invite people to the team, change what they do, take them off it."""
    if hat.kind == RoleKind.COORDINATOR and roles_of(hat, consultation):
        return Allowed()
    return Denied(_("Seul un coordinateur de l’organisme compose l’équipe."))


def _may(hat: Hat, consultation: Consultation, role: TeamRole) -> Decision:
    if role in roles_of(hat, consultation):
        return Allowed()
    return Denied(
        _(
            "Votre rôle dans cette consultation ne comprend pas : %(role)s. Un coordinateur peut "
            "vous le confier."
        )
        % {"role": role.label.lower()}
    )


def access_moderated(hat: Hat, pk: int, contribution: int) -> Contribution:
    """A contribution a moderator may read: any that its author handed in; or 404."""
    found: Contribution | None = (
        Contribution.objects.visible_to(hat)
        .exclude(state=ContributionState.DRAFT)
        .select_related("phase__consultation__organisation", "author", "parent", "merged_into")
        .filter(phase__consultation=pk, pk=contribution)
        .first()
    )
    if found is None:
        raise Http404
    return found


def access_sheet(hat: Hat, pk: int, sheet: int) -> PaperSheet:
    """A sheet of a consultation, or 404."""
    found: PaperSheet | None = (
        PaperSheet.objects.visible_to(hat)
        .select_related("phase__consultation__organisation")
        .filter(phase__consultation=pk, pk=sheet)
        .first()
    )
    if found is None:
        raise Http404
    return found


def access_member(consultation: Consultation, pk: int) -> TeamMember:
    """A member of the team of a consultation already opened to the hat, or 404."""
    found: TeamMember | None = (
        TeamMember.objects.filter(consultation=consultation, pk=pk).select_related("person").first()
    )
    if found is None:
        raise Http404
    return found
