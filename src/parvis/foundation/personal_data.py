"""The register of personal data: what is held on people, why, for whom, and until when.

Each room declares its own fields in its `personal_data.py`, imported when Django starts. A field
that could hold a person's words or identity and that nobody declared fails the build: see
`undeclared_fields`, read by `parvis check --deploy` and by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise

# (now, dry_run) -> rows concerned. Run every day and after each restore: idempotent.
Purge = Callable[[datetime, bool], int]
# (subject number) -> None. Run once by the operation, then again after each restore: idempotent.
Erase = Callable[[int], None]


class Controller(StrEnum):
    """Who answers to the person for the data."""

    OPERATOR = "operator"  # who runs the barometer
    ORGANISATION = "organisation"  # the participant, the operator being its processor


@dataclass(frozen=True)
class Declaration:
    """One field that holds personal data."""

    model: str  # "accounts.Person"
    field: str
    purpose: str | Promise
    controller: Controller
    # A length counted by `purge`, or the event, in words, that ends the retention.
    retention: timedelta | str | Promise
    purge: Purge | None


_personal: dict[tuple[str, str], Declaration] = {}
_not_personal: dict[tuple[str, str], str] = {}
_erasures: dict[str, Erase] = {}


def declare(
    model: str,
    *fields: str,
    purpose: str | Promise,
    controller: Controller,
    retention: timedelta | str | Promise,
    purge: Purge | None = None,
) -> None:
    """Declare fields of a model ("app_label.Model") as personal data.

    A `retention` given as a length needs the `purge` that enforces it. Raises `ValueError` when it
    is missing or when a field was declared before.
    """
    if isinstance(retention, timedelta) and purge is None:
        raise ValueError(f"{model}: a retention of {retention} needs its purge")
    for field in fields:
        _refuse_second_declaration(model, field)
        _personal[_key(model, field)] = Declaration(
            model, field, purpose, controller, retention, purge
        )


def not_personal(model: str, *fields: str, because: str) -> None:
    """Declare that fields able to hold personal data hold none, and why."""
    for field in fields:
        _refuse_second_declaration(model, field)
        _not_personal[_key(model, field)] = because


def erases(kind: str, erase: Erase) -> None:
    """Tell how a subject of this kind ("accounts.Person") is erased again after a restore."""
    _erasures[kind] = erase


def declarations() -> list[Declaration]:
    """Everything declared personal, by model and field: the register as it is published."""
    return sorted(_personal.values(), key=lambda d: (d.model.lower(), d.field))


def purges() -> list[Purge]:
    """Each declared purge once, in the order of the register."""
    return list(dict.fromkeys(d.purge for d in declarations() if d.purge is not None))


def erasers() -> dict[str, Erase]:
    """How each kind of subject is erased."""
    return dict(_erasures)


def may_be_personal(field: models.Field[object, object]) -> bool:
    """Whether a field could hold a person's words or identity, judged by its type and name.

    Free text, structured documents, files, addresses, links to a person, numbers of a person. A
    text restricted to choices cannot; a date or a count goes with its row.
    """
    if isinstance(field, models.ForeignKey):
        return field.related_model is apps.get_model(settings.AUTH_USER_MODEL)
    if isinstance(field, models.UUIDField):
        return False
    if isinstance(field, (models.CharField, models.TextField)):
        return not field.choices
    if isinstance(field, models.IntegerField):
        return field.name.endswith(("actor_id", "person_id"))
    return isinstance(
        field,
        (models.JSONField, models.FileField, models.BinaryField, models.GenericIPAddressField),
    )


def undeclared_fields() -> list[str]:
    """ "app.Model.field" of each field able to hold personal data that no room declared."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in _models()
        for field in model._meta.local_concrete_fields
        if may_be_personal(field) and not _is_declared(model, field.name)
    ]


def stale_declarations() -> list[str]:
    """ "app.Model.field" of each declaration that names no existing field."""
    stale = []
    for label, field in [*_personal, *_not_personal]:
        try:
            apps.get_model(label)._meta.get_field(field)
        except (LookupError, FieldDoesNotExist):
            stale.append(f"{label}.{field}")
    return stale


@checks.register("personal_data", deploy=True)
def check_register(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    """Fail `parvis check --deploy` on a field that the register does not know."""
    undeclared = [
        checks.Error(
            f"{name} could hold personal data and is not declared",
            hint="Declare it in the personal_data.py of its room.",
            id="parvis.E001",
        )
        for name in undeclared_fields()
    ]
    stale = [
        checks.Error(f"{name} is declared in the register but does not exist", id="parvis.E002")
        for name in stale_declarations()
    ]
    return [*undeclared, *stale]


def _models() -> Iterable[type[models.Model]]:
    return (
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    )


def _is_declared(model: type[models.Model], field: str) -> bool:
    key = _key(model._meta.label, field)
    return key in _personal or key in _not_personal


def _key(model: str, field: str) -> tuple[str, str]:
    return (model.lower(), field)


def _refuse_second_declaration(model: str, field: str) -> None:
    key = _key(model, field)
    if key in _personal or key in _not_personal:
        raise ValueError(f"{model}.{field} is declared twice")
