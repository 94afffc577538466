"""The texts of a consultation in another language, each beside the text it translates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from parvis.consultations.models import Consultation

_FIELDS = ("title", "summary", "description", "plain_summary")
_PHASE_FIELDS = ("title", "presentation")


class TranslationForm(forms.Form):
    """One field a text that was written; an empty one is shown in the consultation's language."""

    def __init__(
        self, *args: Any, consultation: Consultation, language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in _FIELDS:
            self._add(name, consultation, name, consultation.translations.get(language, {}), "")
        for phase in consultation.phases.all():
            where = _("Étape %(number)d – ") % {"number": phase.position}
            told = phase.translations.get(language, {})
            for name in _PHASE_FIELDS:
                self._add(f"{phase.position}-{name}", phase, name, told, where)

    def _add(self, key: str, row: Any, name: str, told: dict[str, str], where: str) -> None:
        source = getattr(row, name)
        if not source:
            return
        field = row._meta.get_field(name)
        is_long = field.get_internal_type() == "TextField"
        label = str(field.verbose_name)
        self.fields[key] = forms.CharField(
            label=f"{where}{label}" if where else label.capitalize(),
            max_length=field.max_length,
            required=False,
            initial=told.get(name, ""),
            help_text=source if not is_long else source[:300],
            widget=forms.Textarea(attrs={"rows": 6}) if is_long else forms.TextInput(),
        )
