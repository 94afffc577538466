"""The kinds of people who enter a workspace."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleKind(models.TextChoices):
    OPERATOR = "operator", _("Opérateur")
    REVIEWER = "reviewer", _("Relecteur")
    COORDINATOR = "coordinator", _("Coordinateur d’un organisme")
    MYSTERY_CITIZEN = "mystery_citizen", _("Citoyen-mystère")
    CONSULTATION_TEAM = "consultation_team", _("Équipe d’une consultation")


# Roles that see what nobody else may, and therefore need a second factor.
SECOND_FACTOR_REQUIRED = frozenset({RoleKind.OPERATOR, RoleKind.REVIEWER})
