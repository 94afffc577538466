"""Who opens which result, and the only entrances to them.

A sheet belongs to one body: its confirmed coordinators, once it is published, and the operator.
Anything else is absent: Http404, for another body's as for none. Runs hold everybody's scores and
are the operator's only; public figures come from publications of the whole edition, and wait for
the end of an embargo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.editions.embargo import embargo_on, embargoes_on
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Election, Wave
from parvis.foundation.errors import Refusal
from parvis.foundation.permissions import Allowed, Decision, Denied
from parvis.organisations.enums import OrganisationKind, Stratum
from parvis.results.models import ContactScore, Publication, Run, ScoreSheet
from parvis.results.operations import current_publication, refuse_publication


def access_sheet(hat: Hat, publication_pk: int) -> ScoreSheet:
    """The sheet of the hat's body in a current publication, with what its pages read, or 404."""
    if hat.kind != RoleKind.COORDINATOR:
        raise Http404
    return get_object_or_404(
        ScoreSheet.objects.visible_to(hat).for_its_pages(), run__publication=publication_pk
    )


def access_contact_score(sheet: ScoreSheet, contact_pk: int) -> ContactScore:
    """A contact of the sheet's body that its run scored, or 404."""
    return get_object_or_404(
        ContactScore.objects.select_related(
            "contact__scenario", "contact__site", "contact__wave", "contact__organisation"
        ),
        run=sheet.run_id,
        contact=contact_pk,
        contact__organisation=sheet.organisation_id,
    )


def access_run(hat: Hat, slug: str, number: int) -> Run:
    """A run of an edition, without its documents, or 404."""
    return get_object_or_404(
        Run.objects.visible_to(hat)
        .light()
        .select_related("edition__grid", "wave", "created_by", "publication"),
        edition__slug=slug,
        number=number,
    )


def access_full_sheet(hat: Hat, run: Run, organisation_pk: int) -> ScoreSheet:
    """The sheet of any participant in a run, for the operator; 404 otherwise."""
    if hat.kind != RoleKind.OPERATOR:
        raise Http404
    return get_object_or_404(
        ScoreSheet.objects.visible_to(hat).for_its_pages(),
        run=run.pk,
        organisation=organisation_pk,
    )


def can_launch(edition: Edition, wave: Wave | None) -> Decision:
    """Whether a run may be launched for a wave, or for the whole edition (`wave` None)."""
    if wave is not None:
        if wave.state != WaveState.CLOSED:
            return Denied(_("Clôturez d’abord la vague : ses prises de contact changent encore."))
        return Allowed()
    waves = list(edition.waves.all())
    if not waves or any(item.state != WaveState.CLOSED for item in waves):
        return Denied(_("Le score de l’édition attend que toutes les vagues soient closes."))
    return Allowed()


def can_publish(run: Run) -> Decision:
    """Whether a run may be opened to its participants."""
    try:
        refuse_publication(run)
    except Refusal as refusal:
        return Denied(refusal.message)
    return Allowed()


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What of an edition may stand on a public page on a given day.

    `publication` is None while there is nothing to show, and `reasons` say why. `withheld` are the
    strata that an embargo keeps off the page; all participants together are withheld with any.
    """

    publication: Publication | None
    reasons: tuple[str, ...]
    withheld: frozenset[Stratum]

    @property
    def shows_everybody(self) -> bool:
        return self.publication is not None and not self.withheld


def public_figures(edition: Edition, day: date) -> PublicFigures:
    """Apply the two rules of public figures: after the last wave, and outside any embargo.

    The mean of all participants waits as long as one kind of them is under embargo; bodies that no
    election concerns keep their figures (domain.md §7).
    """
    publication = current_publication(edition, None)
    if publication is None:
        return PublicFigures(
            None,
            (
                _(
                    "Les chiffres nationaux viennent après la dernière vague : les résultats de "
                    "l’édition ne sont pas encore publiés."
                ),
            ),
            frozenset(),
        )
    # Asked once for every stratum below.
    prefetch_related_objects([edition], "elections")
    withheld = frozenset(
        stratum for stratum in Stratum if embargo_on(edition, kind_of(stratum), day) is not None
    )
    reasons = tuple(
        _("Période préélectorale (%(election)s, jusqu’au %(day)s) : les résultats sont réservés.")
        % {"election": election.label, "day": f"{election.last_round_on:%d/%m/%Y}"}
        for election in embargoes_on(edition, day)
        if _concerns_a_kind(election)
    )
    return PublicFigures(publication, reasons, withheld)


def _concerns_a_kind(election: Election) -> bool:
    """An election of one body does not concern its kind at large."""
    return election.organisation_id is None


def kind_of(stratum: Stratum) -> str:
    """The kind of the bodies of a stratum."""
    if stratum.value.startswith("commune_"):
        return OrganisationKind.COMMUNE.value
    if stratum.value.startswith("epci_"):
        return OrganisationKind.EPCI.value
    return OrganisationKind(stratum.value).value
