"""A participatory budget in the format of Pabulib: META, PROJECTS, VOTES, cells cut by `;`."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence

from django.utils.text import slugify
from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind
from parvis.consultations.imports.reading import (
    MOST_TEXTS,
    MOST_VOTES,
    Reading,
    Text,
    decoded,
    refuse_too_many,
    unmarked,
    whole,
)
from parvis.consultations.models import CONTRIBUTION_TITLE_LENGTH, MOST_POINTS
from parvis.foundation.errors import Refusal

META, PROJECTS, VOTES = "META", "PROJECTS", "VOTES"
_KINDS = {
    "approval": "approval",
    "choose-1": "approval",
    "cumulative": "points",
    "scoring": "points",
}
_AMOUNT = re.compile(r"\d{1,12}([.,]\d{1,6})?", re.ASCII)
_MOST_EUROS = 2_000_000_000

Row = tuple[int, dict[str, str]]


def read_pabulib(content: bytes, sha256: str) -> Reading:
    """The projects and ballots of a `.pb` file; raise `Refusal` when it cannot be read."""
    sections = _sections(decoded(content))
    meta = {
        row.get("key", "").casefold(): row.get("value", "").strip() for _n, row in sections[META]
    }
    ballot = _KINDS.get(meta.get("vote_type", "").casefold())
    if ballot is None:
        raise Refusal(
            _("Forme de vote « %(form)s » : %(known)s sont lues, pas les classements.")
            % {"form": meta.get("vote_type", "")[:30] or "–", "known": ", ".join(_KINDS)},
            field="file",
        )
    # Rounded down, so that what it buys fits; costs are rounded up.
    envelope = math.floor(_number(meta.get("budget", "")))
    if not envelope:
        raise Refusal(_("META ne donne pas d’enveloppe (« budget ») lisible."), field="file")
    named = "-".join(meta.get(name, "") for name in ("unit", "instance", "subunit"))
    reading = Reading(origin=f"Pabulib {slugify(named)[:40] or sha256[:10]}")
    reading.settings = {"envelope_euros": envelope, "ballot": ballot}
    if ballot == "points" and (points := whole(meta.get("max_sum_points", ""))):
        reading.settings["points"] = min(points, MOST_POINTS)
    known = _read_projects(reading, sections[PROJECTS])
    _read_ballots(reading, sections[VOTES], known, is_points=ballot == "points")
    return reading


def _sections(text: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    columns: list[str] = []
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        for raw in csv.reader([line], delimiter=";"):
            cells = [cell.strip() for cell in raw]
            if not any(cells):
                continue
            title = cells[0].upper()
            if title in (META, PROJECTS, VOTES) and not any(cells[1:]):
                current, columns = title, []
                found[title] = []
            elif not current:
                raise Refusal(
                    _("Ligne %(line)d : un fichier .pb commence par une section META.")
                    % {"line": number},
                    field="file",
                )
            elif not columns:
                columns = [name.casefold() for name in cells]
                if current == META and columns[0] != "key":
                    columns = ["key", "value"]
                    found[current].append((number, dict(zip(columns, cells, strict=False))))
            else:
                found[current].append((number, dict(zip(columns, cells, strict=False))))
    for name in (META, PROJECTS, VOTES):
        if name not in found:
            raise Refusal(_("Il manque la section %(name)s.") % {"name": name}, field="file")
    return found


def _read_projects(reading: Reading, rows: Sequence[Row]) -> dict[str, int]:
    known: dict[str, int] = {}
    for line, row in rows:
        number = row.get("project_id", "")[:30]
        cost = math.ceil(_number(row.get("cost", "")))
        if not number or number in known:
            reading.say(line, _("Projet sans identifiant, ou répété : ligne laissée."))
            continue
        if not cost:
            reading.say(line, _("Coût nul ou illisible : un projet coûte au moins 1 €. Laissé."))
            continue
        known[number] = len(reading.ballots.subjects)
        reading.ballots.subjects.append(number)
        name = unmarked(row.get("name", "")).strip() or _("Projet %(id)s") % {"id": number}
        theme = row.get("category", "").split(",")[0].strip()[:80]
        code = slugify(theme)[:40]
        if code:
            reading.themes.setdefault(code, theme)
        reading.texts.append(
            Text(
                line=line,
                number=number,
                kind=ContributionKind.PROJECT,
                title=name[:CONTRIBUTION_TITLE_LENGTH],
                text=name if len(name) > CONTRIBUTION_TITLE_LENGTH else "",
                theme=code,
                cost_euros=cost,
                figures={"votes": whole(row.get("votes", "")) or 0},
            )
        )
        refuse_too_many(len(reading.texts), MOST_TEXTS, _("projets"))
    return known


def _read_ballots(
    reading: Reading, rows: Sequence[Row], known: dict[str, int], *, is_points: bool
) -> None:
    ballots = reading.ballots
    seen: set[str] = set()
    for line, row in rows:
        voter = row.get("voter_id", "")[:40] or f"ligne {line}"
        chosen = _listed(row.get("vote", ""))
        given = _listed(row.get("points", "")) if is_points else ["1"] * len(chosen)
        if voter in seen or len(given) != len(chosen):
            reading.say(line, _("Bulletin répété, ou points en nombre différent : laissé."))
            continue
        seen.add(voter)
        place = len(ballots.voters)
        ballots.voters.append(voter)
        for number, points in zip(chosen, given, strict=True):
            value, subject = whole(points), known.get(number)
            if subject is None or value is None or not 0 <= value <= MOST_POINTS:
                reading.say(line, _("Choix illisible ou d’un projet absent : laissé."))
            elif value:
                ballots.voter.append(place)
                ballots.subject.append(subject)
                ballots.value.append(value)
        refuse_too_many(len(ballots), MOST_VOTES, _("votes"))


def _listed(cell: str) -> list[str]:
    if cell.casefold() in ("", "none"):
        return []
    return [one.strip() for one in cell.split(",") if one.strip()]


def _number(cell: str) -> float:
    """An amount; 0 when it is none or beyond what is plausible."""
    if not _AMOUNT.fullmatch(cell.strip()):
        return 0
    amount = float(cell.strip().replace(",", "."))
    return amount if amount <= _MOST_EUROS else 0
