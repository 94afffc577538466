"""Paper contributions and ballots, keyed twice by two people before they count."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.consultations.enums import SheetState
from parvis.consultations.models.consultations import Phase
from parvis.consultations.models.people import Participant
from parvis.consultations.querysets import OfABodyQuerySet
from parvis.organisations.models import Organisation


class PaperSheet(models.Model):
    """One sheet: what each of two people read on it, and whether it was counted."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="sheets")
    # Stamped on the paper: what finds it again in its box.
    label = models.CharField(_("numéro de la feuille"), max_length=20)
    # What was keyed, in the shape of the form of the phase; empty = not yet.
    first = models.JSONField(default=dict)
    first_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.JSONField(default=dict, blank=True)
    second_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    # Where they differ, what was settled with the paper in hand; empty = they did not, or not yet.
    settled = models.JSONField(default=dict, blank=True)
    settled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # {name of a field: code of `LeftOut`}: answers that were not counted, and why.
    left_out = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=SheetState.choices, default=SheetState.WAITING)
    keyed_at = models.DateTimeField(default=timezone.now)
    # Who its votes are counted as, until the phase closes; null = not counted, or nobody any more.
    participant = models.ForeignKey(
        Participant, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "label"],
                name="consultation_sheet_once",
                violation_error_message=_("Une feuille de ce numéro est déjà saisie."),
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")),
                name="consultation_sheet_keyed_by_two",
                violation_error_message=_("La seconde saisie est faite par une autre personne."),
            ),
        ]

    def __str__(self) -> str:
        return self.label
