"""The scenario library: from the data file that ships with the software to rows.

A scenario already drawn for a contact keeps its number; a corrected text is corrected for all, and
a scenario gone from the file is retired, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Refusal
from parvis.journal.operations import record
from parvis.mystery_audits.models import Scenario
from parvis.organisations.enums import OrganisationKind
from parvis.questionnaires.enums import Channel

_TEXTS = ("title", "persona", "request", "good_answer")


@dataclass(frozen=True, slots=True)
class LoadedScenarios:
    """What a load changed, in numbers of scenarios."""

    created: int
    corrected: int
    retired: int
    unchanged: int


def default_scenarios_text() -> str:
    """The YAML of the library that ships with the software."""
    library = resources.files("parvis.mystery_audits") / "data" / "scenarios.yaml"
    return library.read_text(encoding="utf-8")


@transaction.atomic
def load_scenarios(*, text: str | None = None, by: Person | None) -> LoadedScenarios:
    """Bring the library to what `text` (by default the shipped file) says; idempotent by code.

    Raises Refusal naming the scenario and the field for a file that cannot be used; nothing is then
    changed.
    """
    wanted = _read(default_scenarios_text() if text is None else text)
    stored = {scenario.code: scenario for scenario in Scenario.objects.select_for_update()}
    created, corrected, unchanged = 0, 0, 0
    for code, fields in wanted.items():
        scenario = stored.get(code)
        if scenario is None:
            Scenario.objects.create(code=code, **fields)
            created += 1
        elif any(getattr(scenario, name) != value for name, value in fields.items()):
            Scenario.objects.filter(pk=scenario.pk).update(**fields)
            corrected += 1
        else:
            unchanged += 1
    retired = (
        Scenario.objects.filter(retired_at__isnull=True)
        .exclude(code__in=wanted)
        .update(retired_at=timezone.now())
    )
    if created or corrected or retired:
        record(
            action="scenarios.loaded",
            actor_id=by.pk if by else None,
            created=created,
            corrected=corrected,
            retired=retired,
        )
    return LoadedScenarios(created, corrected, retired, unchanged)


def _read(text: str) -> dict[str, dict[str, Any]]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refusal(_("Le fichier n’est pas du YAML lisible : %s") % error) from error
    entries = content.get("scenarios") if isinstance(content, dict) else content
    if not isinstance(entries, list) or not entries:
        raise Refusal(_("Le fichier ne contient aucun scénario."))
    scenarios: dict[str, dict[str, Any]] = {}
    for position, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
            raise Refusal(_("Scénario n° %d : il manque « code ».") % position)
        code = entry["code"]
        if code in scenarios:
            raise Refusal(_("Scénario %s : ce code est donné plusieurs fois.") % code)
        scenarios[code] = _fields_of(code, entry)
    return scenarios


def _fields_of(code: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    channel = entry.get("channel")
    if channel not in Channel.values:
        raise Refusal(
            _("Scénario %(code)s : canal inconnu « %(value)s ».") % {"code": code, "value": channel}
        )
    kinds = entry.get("kinds")
    if kinds == "all":
        kinds = []
    elif not isinstance(kinds, list) or not kinds:
        raise Refusal(
            _("Scénario %s : « kinds » est une liste de natures d’organismes, ou « all ».") % code
        )
    if unknown := [kind for kind in kinds if kind not in OrganisationKind.values]:
        raise Refusal(
            _("Scénario %(code)s : nature d’organisme inconnue « %(value)s ».")
            % {"code": code, "value": unknown[0]}
        )
    # A scenario of the file is in use, even one that had been retired.
    fields: dict[str, Any] = {
        "channel": channel,
        "kinds": ",".join(kinds),
        "retired_at": None,
    }
    for name in _TEXTS:
        languages = entry.get(name)
        for language in ("fr", "en"):
            value = languages.get(language) if isinstance(languages, dict) else None
            if not isinstance(value, str) or not value.strip():
                raise Refusal(
                    _("Scénario %(code)s : il manque « %(name)s » en « %(language)s ».")
                    % {"code": code, "name": name, "language": language}
                )
            fields[f"{name}_{language}"] = value.strip()
    return fields
