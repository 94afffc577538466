"""The export of proposals of Decidim: semicolons, columns by language, JSON cells, HTML bodies.

Also reads `ideas.csv` of our own archive, which has the same columns. Supports and comments of the
other platform are kept as figures, never as votes: nobody here gave them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import nh3
from django.utils.text import slugify
from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind, Verdict
from parvis.consultations.imports.reading import (
    MOST_TEXTS,
    Reading,
    Text,
    decoded,
    refuse_too_many,
    table,
    unmarked,
    whole,
)
from parvis.consultations.models import CONTRIBUTION_TEXT_LENGTH, CONTRIBUTION_TITLE_LENGTH

_VERDICTS = {
    "accepted": Verdict.RETAINED,
    "evaluating": Verdict.STUDIED,
    "rejected": Verdict.REFUSED,
}
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:[a-zA-Z]+|#\d+);")
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|li|h[1-6]|div|tr|blockquote)>", re.IGNORECASE)
_ITEM = re.compile(r"<li[^>]*>", re.IGNORECASE)
_MANY_LINES = re.compile(r"\n{3,}")
_PLACE_LENGTH, _CODE_LENGTH = 120, 40


def read_decidim(content: bytes, language: str = "fr") -> Reading:
    """The proposals of an export, in that language where there are several.

    Raise `Refusal` when the file cannot be read at all.
    """
    reading = Reading(origin="Decidim")
    seen: dict[str, int] = {}
    for line, row in table(decoded(content), ("id",), "Decidim"):
        number = row["id"].strip()
        if not number:
            reading.say(line, _("Pas d’identifiant : ligne laissée."))
            continue
        if number in seen:
            reading.say(
                line,
                _("L’identifiant %(id)s est déjà à la ligne %(line)d : ligne laissée.")
                % {"id": number[:40], "line": seen[number]},
            )
            continue
        seen[number] = line
        proposal = _proposal(line, number, row, reading, language)
        if proposal is not None:
            reading.texts.append(proposal)
        refuse_too_many(len(reading.texts), MOST_TEXTS, _("propositions"))
    if not seen:
        reading.say(1, _("Aucune proposition dans ce fichier."))
    return reading


def _proposal(
    line: int, number: str, row: Mapping[str, str], reading: Reading, language: str
) -> Text | None:
    if row.get("state") == "withdrawn":
        reading.say(line, _("Retirée par son auteur : laissée."))
        return None
    title = plain(_localized(row, "title", language)).replace("\n", " ").strip()
    body = plain(_localized(row, "body", language))
    if not title and not body:
        reading.say(line, _("Ni titre ni texte : ligne laissée."))
        return None
    if len(title) > CONTRIBUTION_TITLE_LENGTH:
        body = f"{title}\n\n{body}"
        title = title[: CONTRIBUTION_TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
        reading.say(line, _("Titre trop long : gardé entier au début du texte."))
    if len(body) > CONTRIBUTION_TEXT_LENGTH:
        reading.say(
            line,
            _("Texte de %(count)d caractères, coupé à 5 000.") % {"count": len(body)},
        )
        body = body[: CONTRIBUTION_TEXT_LENGTH - 1] + "…"
    _name_origin(reading, row)
    latitude, longitude = _degrees(row)
    verdict = _VERDICTS.get(row.get("state", "").strip(), "")
    reason = plain(_localized(row, "answer", language)) if verdict else ""
    if verdict and not reason:
        reason = _("Réponse reprise de Decidim, où elle n’était pas motivée.")
    return Text(
        line=line,
        number=number[:30],
        kind=ContributionKind.IDEA,
        title=title or body.split("\n", 1)[0][:CONTRIBUTION_TITLE_LENGTH],
        text=body,
        theme=_code(reading.themes, _localized(row, "category/name", language)),
        sector=_code(reading.sectors, _localized(row, "scope/name", language)),
        place=unmarked(row.get("address", "")).strip()[:_PLACE_LENGTH],
        latitude=latitude,
        longitude=longitude,
        published_at=_moment(row.get("published_at") or row.get("created_at") or ""),
        verdict=verdict,
        reason=reason[:CONTRIBUTION_TEXT_LENGTH],
        figures={
            "votes": _first_whole(row, "votes", "supports", "endorsements/total_count"),
            "comments": _first_whole(row, "comments"),
        },
    )


def plain(text: str) -> str:
    """A body of HTML as plain text: its paragraphs are lines, its images and scripts are gone."""
    text = unmarked(text).replace("\r\n", "\n").replace("\r", "\n")
    if _MARKUP.search(text):
        text = nh3.clean(
            text, tags={"p", "br", "li", "div", "h1", "h2", "h3", "h4", "blockquote", "tr"}
        )
        text = _ITEM.sub("- ", _BREAKS.sub("\n", text))
        text = html.unescape(nh3.clean(text, tags=set()))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _localized(row: Mapping[str, str], name: str, language: str) -> str:
    """A cell by language: `title/fr`, a JSON object in `title`, or the first one filled in."""
    direct = row.get(f"{name}/{language}", "") or row.get(name, "")
    if direct.strip().startswith("{"):
        try:
            told = json.loads(direct)
        except ValueError:
            return direct
        if isinstance(told, dict):
            texts = [one for one in told.values() if isinstance(one, str) and one.strip()]
            chosen = told.get(language)
            return chosen if isinstance(chosen, str) and chosen.strip() else next(iter(texts), "")
    if direct.strip():
        return direct
    others = (row[column] for column in row if column.startswith(f"{name}/"))
    return next((one for one in others if one.strip()), "")


def _code(codes: dict[str, str], label: str) -> str:
    """The code of a theme or sector by its label, new or known; empty without a label."""
    label = " ".join(unmarked(label).split())[:80]
    if not label:
        return ""
    for code, known in codes.items():
        if known == label:
            return code
    stem = slugify(label)[:_CODE_LENGTH] or "theme"
    code, rank = stem, 2
    while code in codes:
        code, rank = f"{stem[: _CODE_LENGTH - 3]}-{rank}", rank + 1
    codes[code] = label
    return code


def _name_origin(reading: Reading, row: Mapping[str, str]) -> None:
    """The platform, by the first address of a proposal: two of them number alike."""
    if reading.origin == "Decidim":
        host = urlsplit(row.get("url", "").strip()[:300]).hostname or ""
        if host and re.fullmatch(r"[a-z0-9.-]{1,40}", host):
            component = re.sub(r"\W", "", row.get("component/id", ""))[:8]
            reading.origin = f"Decidim, {host}" + (f", {component}" if component else "")


def _degrees(row: Mapping[str, str]) -> tuple[float | None, float | None]:
    try:
        latitude = float(row.get("latitude", "").replace(",", "."))
        longitude = float(row.get("longitude", "").replace(",", "."))
    except ValueError:
        return None, None
    if -90 <= latitude <= 90 and -180 <= longitude <= 180:
        return latitude, longitude
    return None, None


def _first_whole(row: Mapping[str, str], *names: str) -> int:
    for name in names:
        found = whole(row.get(name, ""))
        if found is not None:
            return found
    return 0


def _moment(text: str) -> datetime | None:
    """An instant as Decidim (`2019-01-24 22:29:15 +0100`, or UTC) or ISO 8601 write it."""
    text = text.strip().replace(" UTC", "+00:00").replace(" +", "+")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 <= moment.year <= 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
