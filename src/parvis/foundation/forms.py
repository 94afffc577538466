"""Form pieces of every room: native date and time fields.

Browsers show their own picker in the person's language, and always send ISO dates; Django must
then write the value in ISO too, whatever the language of the page. The way a form looks is in
`templates/django/forms/` and `templates/foundation/forms/`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal

FIRST_YEAR, LAST_YEAR = 2000, 2100


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal beside the field it names, or at the top of the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def plausible_year(moment: date) -> None:
    """Refuse a slip of the finger; near the ends of the calendar time zones fail."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError(_("Cette année n’est pas plausible."))


class DateInput(forms.DateInput):
    """`<input type="date">`."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """`<input type="datetime-local">`, to the minute, in the time zone in force."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    """`<input type="time">`, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


def native_dates(field: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """A model's form field, with the native picker where it is a date or a time.

    For `class Meta: formfield_callback = native_dates` of a ModelForm.
    """
    widgets: list[tuple[type[models.Field[Any, Any]], type[forms.Widget]]] = [
        (models.DateTimeField, DateTimeInput),  # before DateField, its parent
        (models.DateField, DateInput),
        (models.TimeField, TimeInput),
    ]
    for kind, widget in widgets:
        if isinstance(field, kind):
            options.setdefault("widget", widget)
            break
    return field.formfield(**options)
