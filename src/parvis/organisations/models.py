"""The directory of public bodies, their places of reception, and who may act for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.organisations.enums import EpciType, MandateState, OrganisationKind
from parvis.organisations.querysets import MandateQuerySet, OrganisationQuerySet, SiteQuerySet
from parvis.organisations.search_words import KIND_WORDS, without_article, words_of


class Organisation(models.Model):  # type: ignore[django-manager-missing]  # of scoped tables
    """A public body: a participant or a possible one. Directory data, public by nature."""

    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    name = models.CharField(_("nom"), max_length=200)
    # Folded name without its article ("le havre" → "havre"): ranks the results of a search.
    search_name = models.CharField(max_length=260, editable=False)
    # Every folded word and code that finds the body, one space between two: what searches match.
    # Written by `index_for_search`; the database's own index follows it (migration 0002).
    search_text = models.TextField(editable=False)
    # INSEE code of a commune, département or région; empty for other kinds.
    insee_code = models.CharField(max_length=5, blank=True)
    # null = unknown (départements and régions of the source have none).
    siren = models.CharField(max_length=9, null=True, blank=True)
    epci_type = models.CharField(max_length=5, choices=EpciType.choices, blank=True)
    # Municipal population in inhabitants; null = unknown or meaningless for the kind.
    population = models.PositiveIntegerField(null=True, blank=True)
    # Two or three characters: decides the time zone and the public holidays; empty = national.
    departement_code = models.CharField(max_length=3, blank=True)
    region_code = models.CharField(max_length=3, blank=True)
    # Year of the official geography that last listed the body; null = not from that source.
    vintage = models.PositiveSmallIntegerField(null=True, blank=True)
    # Year of the first official geography without the body. null = current or, when there is a
    # successor, ended in a year the source does not tell: `current()` knows both.
    ended_year = models.PositiveSmallIntegerField(null=True, blank=True)
    # The body it was merged into; null = none, or current. PROTECT: history is kept.
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    # A fictitious body of a demonstration: never mixed with real ones.
    is_simulated = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Organisation]] = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "insee_code"],
                condition=~Q(insee_code="") & Q(is_simulated=False),
                name="organisation_insee_once",
                violation_error_message=_("Ce code INSEE est déjà dans l’annuaire."),
            ),
            models.UniqueConstraint(
                fields=["siren", "kind"],
                condition=Q(siren__isnull=False) & Q(is_simulated=False),
                name="organisation_siren_once",
                violation_error_message=_("Ce numéro SIREN est déjà dans l’annuaire."),
            ),
        ]
        indexes = [
            models.Index(fields=["insee_code"], name="organisation_insee"),
            models.Index(fields=["siren"], name="organisation_siren"),
            models.Index(fields=["is_simulated", "kind"], name="organisation_simulated"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        return self.ended_year is None and self.successor_id is None

    def index_for_search(
        self, *, also_called: Iterable[str] = (), codes: Iterable[str] = ()
    ) -> None:
        """Fill the two search columns; `codes` are postal or former codes. Does not save."""
        self.search_name = without_article(words_of(self.name))
        generic = [str(KIND_WORDS.get(self.epci_type or self.kind, ""))]
        texts = [self.name, *also_called, *generic, self.insee_code, self.siren or "", *codes]
        self.search_text = " ".join(
            dict.fromkeys(word for text in texts for word in words_of(text))
        )


class PostalCode(models.Model):
    """A postal code served by a commune; several communes share one."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="postal_codes"
    )
    code = models.CharField(max_length=5, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="postal_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """A commune's membership of an EPCI in a year of the official geography."""

    epci = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="members")
    commune = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    # First official geography loaded that lists it; membership may be older.
    since_year = models.PositiveSmallIntegerField()
    # Year of the first official geography that no longer lists it; null = still a member.
    until_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["epci", "commune"],
                condition=Q(until_year__isnull=True),
                name="membership_once_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.commune_id} ∈ {self.epci_id}"


class FormerName(models.Model):
    """A name the body bore, or that of its seat before a merger: searches still find it."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="former_names"
    )
    name = models.CharField(max_length=200)
    # Year of the first official geography with the next name; null = the source does not tell.
    until_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="former_name_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.until_year})" if self.until_year else self.name


class Site(models.Model):  # type: ignore[django-manager-missing]  # of scoped tables
    """A physical place that receives the public."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(_("nom du lieu"), max_length=120)
    address = models.CharField(_("adresse"), max_length=250)
    opening_hours = models.CharField(_("horaires d’ouverture"), max_length=300, blank=True)
    # null = open; otherwise since when it no longer receives the public.
    closed_at = models.DateTimeField(null=True, blank=True)
    # Incremented at each change: a form filled from an older one is shown both versions.
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedManager(  # type: ignore[django-manager-missing]
        organisation="organisation", _manager_class=models.Manager.from_queryset(SiteQuerySet)
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="site_name_once",
                violation_error_message=_("Vous avez déjà déclaré un lieu de ce nom."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Mandate(models.Model):
    """Who may act for a body. Nobody sees a body's results before the operator has confirmed it."""

    person = models.ForeignKey(
        Person, verbose_name=_("personne"), on_delete=models.PROTECT, related_name="mandates"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates"
    )
    state = models.CharField(
        max_length=10, choices=MandateState.choices, default=MandateState.REQUESTED
    )
    # The person's function in the body, as they state it ("directrice de l’accueil").
    function = models.CharField(_("fonction"), max_length=120)
    requested_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a décidé"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Reason of a refusal or of an end, shown to the person; empty otherwise.
    reason = models.CharField(_("motif"), max_length=500, blank=True)

    objects = ScopedManager(  # type: ignore[django-manager-missing]
        organisation="organisation", _manager_class=models.Manager.from_queryset(MandateQuerySet)
    )

    class Meta:
        verbose_name = _("habilitation à agir pour un organisme")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                name="mandate_once",
                violation_error_message=_("Vous avez déjà une demande pour cet organisme."),
            ),
            models.CheckConstraint(
                condition=Q(state=MandateState.REQUESTED) | Q(decided_at__isnull=False),
                name="mandate_decision_dated",
                violation_error_message=_("Une décision porte sa date."),
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("requested_at")),
                name="mandate_decided_after_request",
                violation_error_message=_("La décision précède la demande."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} pour {self.organisation}"
