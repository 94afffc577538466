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
from django.utils.translation import ngettext

from parvis.foundation.personal_data import Controller, Declaration, declarations


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
    meta = apps.get_model(model)._meta
    together: dict[tuple[str, str, str], list[str]] = {}
    for declared in found:
        key = (
            str(declared.purpose),
            _controller(declared.controller),
            _retention(declared.retention),
        )
        name = str(getattr(meta.get_field(declared.field), "verbose_name", declared.field))
        together.setdefault(key, []).append(name)
    for (purpose, controller, retention), names in together.items():
        yield Line(", ".join(names), purpose, controller, retention)


def _model_name(model: str) -> str:
    name = str(apps.get_model(model)._meta.verbose_name)
    return name[:1].upper() + name[1:]


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
