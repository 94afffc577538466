"""The form of an edition: one page in sections, fixed rows filled with the usual values.

Works without JavaScript: two waves, the six channels, the five options and a few elections are
rows that are always there; a row left empty is no row. Moments are typed in the edition's own
time zone, which is a field of the same form.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.editions.dates import TIME_ZONES
from parvis.editions.enums import OptionCode
from parvis.editions.locks import Section
from parvis.editions.rules import (
    DEFAULT_WEIGHTS,
    EditionRules,
    ElectionRule,
    OptionRule,
    WaveRule,
)
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import DateInput, DateTimeInput, plausible_year
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.models import Organisation
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.models import Grid

# What is proposed to the operator, who words it as they like.
OPTION_DESCRIPTIONS = {
    OptionCode.VISITS: gettext_lazy("Deux visites sur place par vague."),
    OptionCode.PERSONALISED_REPORT: gettext_lazy("Des recommandations propres à l’organisme."),
    OptionCode.FEEDBACK: gettext_lazy("Des bornes et des questionnaires dans les lieux d’accueil."),
    OptionCode.CONSULTATION: gettext_lazy(
        "Une plateforme clés en main pour consulter la population."
    ),
    OptionCode.STAFF_POLL: gettext_lazy("Un sondage ludique et anonyme des agents."),
}

WAVE_ROWS = 2
BLANK_ELECTION_ROWS = 3


class DayField(forms.DateField):
    widget = DateInput
    default_validators = [plausible_year]


class LocalMomentField(forms.DateTimeField):
    """A date and time without a zone: the form it belongs to says which."""

    widget = DateTimeInput
    default_validators = [plausible_year]

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override("UTC"):
            moment = super().to_python(value)
        return moment.replace(tzinfo=None) if moment is not None else None


def moment_in(zone: ZoneInfo, local: datetime) -> datetime:
    """The moment a clock of the zone shows `local`; ValueError when none ever does."""
    moment = local.replace(tzinfo=zone)
    if moment.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(local)
    return moment


class MainForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Adresse de la page"),
        max_length=60,
        help_text=gettext_lazy("Minuscules, chiffres et tirets : « edition-9 »."),
    )
    presentation = forms.CharField(
        label=gettext_lazy("Présentation"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Ce que le public lit en premier : le but et l’esprit."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Fuseau horaire"),
        choices=TIME_ZONES,
        help_text=gettext_lazy("Toutes les échéances de l’édition se lisent à cette heure-là."),
    )
    registration_opens_at = LocalMomentField(label=gettext_lazy("Ouverture des inscriptions"))
    registration_closes_at = LocalMomentField(
        label=gettext_lazy("Clôture des inscriptions"),
        help_text=gettext_lazy("Une inscription est refusée dès la seconde qui suit."),
    )
    grid = forms.ModelChoiceField(
        label=gettext_lazy("Grille de critères"),
        queryset=Grid.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Elle ne change plus une fois l’édition ouverte."),
    )
    minimum_peers = forms.IntegerField(
        label=gettext_lazy("Autres organismes nécessaires pour montrer une moyenne"),
        initial=5,
        max_value=1000,
        help_text=gettext_lazy("Jamais moins de 5."),
    )
    minimum_quartile_peers = forms.IntegerField(
        label=gettext_lazy("Organismes nécessaires pour montrer des quartiles"),
        initial=10,
        max_value=1000,
        help_text=gettext_lazy("Jamais moins de 10."),
    )
    minimum_coverage_percent = forms.IntegerField(
        label=gettext_lazy("Part du poids à évaluer pour un score d’ensemble, en %"),
        initial=60,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = Grid.objects.order_by("code", "-version")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        zone = ZoneInfo(cleaned["time_zone"]) if cleaned.get("time_zone") else None
        for name in ("registration_opens_at", "registration_closes_at"):
            local = cleaned.get(name)
            if zone is None or local is None:
                continue
            try:
                cleaned[name] = moment_in(zone, local)
            except ValueError:
                self.add_error(
                    name, _("Cette heure n’existe pas : l’horloge avance d’une heure ce jour-là.")
                )
        return cleaned


class WaveForm(forms.Form):
    starts_on = DayField(label=gettext_lazy("Premier jour"))
    ends_on = DayField(label=gettext_lazy("Dernier jour"))


class WeightsForm(forms.Form):
    """One field for each channel, in percent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel in Channel:
            self.fields[channel.value] = forms.DecimalField(
                label=channel.label,
                max_digits=5,
                decimal_places=2,
                initial=DEFAULT_WEIGHTS[channel],
                widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": "any"}),
            )


class OptionForm(forms.Form):
    offered = forms.BooleanField(label=gettext_lazy("Proposée"), required=False)
    description = forms.CharField(
        label=gettext_lazy("Ce qu’elle comprend"), max_length=500, required=False
    )
    price = forms.DecimalField(
        label=gettext_lazy("Prix hors taxes, en euros"),
        help_text=gettext_lazy("Vide, l’option est gratuite."),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
    )
    free_quota = forms.IntegerField(
        label=gettext_lazy("Nombre de premiers inscrits qui l’ont gratuitement"),
        min_value=0,
        max_value=100_000,
        required=False,
    )
    quota = forms.IntegerField(
        label=gettext_lazy("Nombre maximal"), min_value=1, max_value=100_000, required=False
    )

    def __init__(self, *args: Any, code: OptionCode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code = code

    def rule(self) -> OptionRule | None:
        data = self.cleaned_data
        if not data["offered"]:
            return None
        return OptionRule(
            code=self.code,
            price_cents=int((data["price"] or Decimal(0)) * 100),
            free_quota=data["free_quota"] or 0,
            quota=data["quota"],
            description=data["description"],
        )


class ElectionForm(forms.Form):
    """A row counts as soon as it has a name; everything else is then asked for."""

    label = forms.CharField(label=gettext_lazy("Élection"), max_length=120, required=False)
    first_round_on = DayField(label=gettext_lazy("Premier tour"), required=False)
    last_round_on = DayField(label=gettext_lazy("Dernier tour"), required=False)
    organisation_kind = forms.ChoiceField(
        label=gettext_lazy("Organismes concernés"),
        choices=[("", gettext_lazy("Tous")), *OrganisationKind.choices],
        required=False,
    )
    organisation = forms.CharField(
        label=gettext_lazy("Un seul organisme"),
        max_length=14,
        required=False,
        help_text=gettext_lazy("Code INSEE ou SIREN, pour une élection partielle."),
    )

    def clean_organisation(self) -> Organisation | None:
        code = "".join(self.cleaned_data["organisation"].split()).upper()
        if not code:
            return None
        bodies = Organisation.objects.current()
        found = list(
            (bodies.filter(siren=code) if len(code) == 9 else bodies.filter(insee_code=code))[:2]
        )
        if len(found) != 1:
            raise forms.ValidationError(
                _("Ce code ne désigne pas un organisme, et un seul, de l’annuaire.")
            )
        return found[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("label"):
            if any(cleaned.get(name) for name in ("first_round_on", "organisation")):
                self.add_error("label", _("Nommez cette élection."))
            return cleaned
        if not cleaned.get("first_round_on") and "first_round_on" not in self.errors:
            self.add_error("first_round_on", _("Donnez la date du premier tour."))
        return cleaned

    def rule(self) -> ElectionRule | None:
        data = self.cleaned_data
        if not data["label"]:
            return None
        return ElectionRule(
            label=data["label"],
            first_round_on=data["first_round_on"],
            last_round_on=data["last_round_on"] or data["first_round_on"],
            organisation_kind="" if data["organisation"] else data["organisation_kind"],
            organisation=data["organisation"],
        )


class EditionForms:
    """All the forms of the page, read and shown as one.

    `locks` are the sections that no longer change: their fields are shown, not read.
    """

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        rules: EditionRules | None = None,
        revision: int = 0,
        locks: dict[Section, str] | None = None,
    ) -> None:
        self.locks = locks or {}
        self.revision = revision
        zone = ZoneInfo(rules.time_zone) if rules else None
        self.main = MainForm(data, initial=_main_initial(rules, zone))
        wave_count = max(WAVE_ROWS, len(rules.waves) if rules else 0)
        self.waves = [
            WaveForm(data, prefix=f"wave{number}", initial=_wave_initial(rules, number))
            for number in range(wave_count)
        ]
        self.weights = WeightsForm(data, prefix="weight", initial=_weights_initial(rules))
        self.options = [
            OptionForm(data, prefix=code.value, code=code, initial=_option_initial(rules, code))
            for code in OptionCode
        ]
        election_count = BLANK_ELECTION_ROWS + (len(rules.elections) if rules else 0)
        self.elections = [
            ElectionForm(data, prefix=f"election{number}", initial=_election_initial(rules, number))
            for number in range(election_count)
        ]
        self._disable_locked()

    @property
    def every(self) -> list[forms.Form]:
        return [self.main, *self.waves, self.weights, *self.options, *self.elections]

    @property
    def wrong(self) -> list[tuple[forms.Form, str]]:
        """The forms to correct, each with the name of its row where several alike follow."""
        waves = enumerate(self.waves, start=1)
        elections = enumerate(self.elections, start=1)
        named: list[tuple[forms.Form, str]] = [
            (self.main, ""),
            *((form, _("Vague %(number)d") % {"number": number}) for number, form in waves),
            (self.weights, ""),
            *((form, str(form.code.label)) for form in self.options),
            *((form, _("Élection %(number)d") % {"number": number}) for number, form in elections),
        ]
        return [(form, name) for form, name in named if form.errors]

    def is_valid(self) -> bool:
        # Every form is read before judging, so that all errors show at once.
        answers = [form.is_valid() for form in self.every]
        return all(answers)

    def rules(self) -> EditionRules:
        """The rules typed; only once `is_valid`."""
        return EditionRules(
            **self.main.cleaned_data,
            waves=tuple(
                WaveRule(form.cleaned_data["starts_on"], form.cleaned_data["ends_on"])
                for form in self.waves
            ),
            weights={channel: self.weights.cleaned_data[channel.value] for channel in Channel},
            options=tuple(option for form in self.options if (option := form.rule())),
            elections=tuple(election for form in self.elections if (election := form.rule())),
        )

    def show(self, refusal: Refusal) -> None:
        """Put a refusal beside its field, or at the top of the page when it has none here."""
        field = refusal.field if refusal.field in self.main.fields else None
        self.main.add_error(field, refusal.message)

    def reason(self, *sections: Section) -> str:
        """Why the first locked one of these sections no longer changes; empty when none is."""
        return next((self.locks[section] for section in sections if section in self.locks), "")

    @property
    def lock_reasons(self) -> dict[str, str]:
        """Reason by section, for the page."""
        return {section.name.lower(): reason for section, reason in self.locks.items()}

    def _disable_locked(self) -> None:
        rows: dict[str, list[forms.Form]] = {
            "waves": list(self.waves),
            "weights": [self.weights],
            "options": list(self.options),
            "elections": list(self.elections),
        }
        for section in self.locks:
            for name in section.value:
                if name in self.main.fields:
                    # Thresholds may still rise, which the operation decides.
                    self.main.fields[name].disabled |= section is not Section.THRESHOLDS
                for form in rows.get(name, []):
                    for field in form.fields.values():
                        field.disabled = True


def _main_initial(rules: EditionRules | None, zone: ZoneInfo | None) -> dict[str, Any]:
    if rules is None:
        return {"time_zone": "Europe/Paris"}
    names = [name for name in MainForm.base_fields if name != "grid"]
    initial = {name: getattr(rules, name) for name in names}
    for name in ("registration_opens_at", "registration_closes_at"):
        initial[name] = initial[name].astimezone(zone).replace(tzinfo=None)
    return {**initial, "grid": rules.grid}


def _wave_initial(rules: EditionRules | None, number: int) -> dict[str, Any]:
    if rules is None or number >= len(rules.waves):
        return {}
    wave = rules.waves[number]
    return {"starts_on": wave.starts_on, "ends_on": wave.ends_on}


def _weights_initial(rules: EditionRules | None) -> dict[str, Any]:
    weights = rules.weights if rules else DEFAULT_WEIGHTS
    # 30.00 as the database gives it back is shown 30.
    return {
        channel.value: f"{weights.get(channel, Decimal(0)).normalize():f}" for channel in Channel
    }


def _option_initial(rules: EditionRules | None, code: OptionCode) -> dict[str, Any]:
    if rules is None:
        # The choice of domain.md §1: the first ten participants have the consultation free.
        return {
            "offered": True,
            "free_quota": 10 if code == OptionCode.CONSULTATION else 0,
            "description": OPTION_DESCRIPTIONS[code],
        }
    rule = next((option for option in rules.options if option.code == code), None)
    if rule is None:
        return {"offered": False}
    return {
        "offered": True,
        "description": rule.description,
        "price": f"{(Decimal(rule.price_cents) / 100).normalize():f}",
        "free_quota": rule.free_quota,
        "quota": rule.quota,
    }


def _election_initial(rules: EditionRules | None, number: int) -> dict[str, Any]:
    if rules is None or number >= len(rules.elections):
        return {}
    election = rules.elections[number]
    body = election.organisation
    return {
        "label": election.label,
        "first_round_on": election.first_round_on,
        "last_round_on": election.last_round_on,
        "organisation_kind": election.organisation_kind,
        "organisation": (body.insee_code or body.siren or "") if body else "",
    }
