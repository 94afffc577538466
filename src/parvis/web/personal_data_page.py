"""The register of personal data as a visitor reads it: grouped by what the data are about.

The page is drawn from the declarations themselves: what it says is what the software does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.foundation.personal_data import Controller, Declaration, declarations

# Libraries name their tables and fields in English only, or in words of programmers.
LIBRARY_TABLES = {
    "account.EmailAddress": gettext_lazy("adresse prouvée d’une personne"),
    "django_tasks_database.DBTaskResult": gettext_lazy("travail du logiciel qui a échoué"),
    "mfa.Authenticator": gettext_lazy("second facteur"),
    "sessions.Session": gettext_lazy("session ouverte"),
}
LIBRARY_FIELDS = {
    ("django_tasks_database.DBTaskResult", "return_value"): gettext_lazy("résultat"),
    ("django_tasks_database.DBTaskResult", "traceback"): gettext_lazy("message d’erreur"),
    ("mfa.Authenticator", "data"): gettext_lazy("clé ou codes"),
    ("mfa.Authenticator", "user"): gettext_lazy("personne"),
    ("account.EmailAddress", "user"): gettext_lazy("personne"),
    ("sessions.Session", "session_data"): gettext_lazy("personne connectée et rôle choisi"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Fields of one model kept for the same purpose, and until the same time."""

    fields: str
    purpose: str
    controller: str
    retention: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A model, under the name people give it, and what is held there."""

    name: str
    lines: list[Line]


def register_by_subject() -> list[Subject]:
    """Every declared field, grouped by model then by purpose and retention."""
    return [
        Subject(_model_name(model), list(_lines(model, found)))
        for model, found in groupby(declarations(), key=lambda declared: declared.model)
    ]


def _lines(model: str, found: Iterable[Declaration]) -> Iterable[Line]:
    together: dict[tuple[str, str, str], list[str]] = {}
    for declared in found:
        key = (
            str(declared.purpose),
            _controller(declared.controller),
            _retention(declared.retention),
        )
        together.setdefault(key, []).append(_field_name(model, declared.field))
    for (purpose, controller, retention), names in together.items():
        yield Line(", ".join(names), purpose, controller, retention)


def _model_name(model: str) -> str:
    name = str(LIBRARY_TABLES.get(model) or apps.get_model(model)._meta.verbose_name)
    return name[:1].upper() + name[1:]


def _field_name(model: str, field: str) -> str:
    own = LIBRARY_FIELDS.get((model, field))
    if own is not None:
        return str(own)
    return str(getattr(apps.get_model(model)._meta.get_field(field), "verbose_name", field))


def _controller(controller: Controller) -> str:
    if controller is Controller.OPERATOR:
        return _("l’opérateur du baromètre")
    return _("l’organisme participant")


def _retention(retention: timedelta | str | Promise) -> str:
    if not isinstance(retention, timedelta):
        return str(retention)
    if retention.days % 365 == 0 and retention.days:
        years = retention.days // 365
        return ngettext("%(count)s an", "%(count)s ans", years) % {"count": years}
    days = retention.days
    return ngettext("%(count)s jour", "%(count)s jours", days) % {"count": days}
