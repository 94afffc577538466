"""What pages say of the groups of opinion, live and in the result: words, shares, the map.

A group is a letter and the statements that set it apart; axes are never named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from parvis.consultations.disclosure import are_few
from parvis.consultations.enums import ContributionKind
from parvis.consultations.models import Contribution, Phase
from parvis.consultations.routing import Drawn
from parvis.documents.charts import Chart, GroupMapWords, GroupMark, group_map

LETTERS = "ABCDE"
# Fewer people who voted enough are no groups yet (`opinion_figures.FEWEST_ENTERED`).
_LISTS = ("agreed", "liked", "disliked")


def told(
    phase: Phase,
    document: Mapping[str, Any],
    *,
    place: tuple[float, float] | None = None,
    own_group: int | None = None,
) -> dict[str, Any]:
    """The document with the texts of its statements, the names of its groups, and its map.

    `{"is_few": True}` of few people. `place` and `own_group` are of whoever looks, where they are
    known. A statement taken off since the document was made is left out, or has no words left in a
    result.
    """
    if are_few(document["people"]):
        return {"is_few": True}
    language = (get_language() or "fr").split("-")[0]
    numbers = {row["number"] for name in _LISTS for row in document[name]}
    numbers |= {row["number"] for group in document["told"] for row in group["statements"]}
    texts = texts_of(phase, ContributionKind.STATEMENT, language, numbers=numbers)
    gone = text_gone(phase)
    groups = [
        {
            "name": LETTERS[group["group"]],
            "size": group["size"],
            "is_own": group["group"] == own_group,
            "statements": _with_texts(group["statements"], texts, gone),
        }
        for group in document["told"]
    ]
    return {
        **document,
        **{name: _with_texts(document[name], texts, gone) for name in _LISTS},
        "told": groups,
        "own_group": None if own_group is None else LETTERS[own_group],
        "missing": document["people"] - document["entered"],
        "chart": _chart(phase, document, place, own_group) if document["points"] else None,
    }


def texts_of(
    phase: Phase, kind: str, language: str, *, numbers: set[int] | None = None
) -> dict[int, str]:
    """The published texts of a phase by number, in a language where one was written in it."""
    found = Contribution.objects.published().filter(phase=phase, kind=kind)
    if numbers is not None:
        found = found.filter(number__in=numbers)
    return {
        number: translations.get(language, {}).get("text") or text
        for number, text, translations in found.values_list("number", "text", "translations")
    }


def text_gone(phase: Phase) -> str:
    """What stands for a text taken off since the close, which its result still counts.

    Empty while the phase runs: the next figures are made without it.
    """
    return _("Texte retiré depuis la clôture") if phase.closed_at is not None else ""


def text_in(contribution: Contribution | Drawn, language: str) -> str:
    """The text of a contribution in a language, or as it was written."""
    translated: str = contribution.translations.get(language, {}).get("text", "")
    return translated or contribution.text


def _with_texts(
    rows: list[dict[str, Any]], texts: Mapping[int, str], gone: str
) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "text": texts.get(row["number"], gone),
            "percent": _percent(row["share"]),
            "low_percent": _percent(row["low"]),
            "high_percent": _percent(row["high"]),
            "others_percent": _percent(row.get("others")),
        }
        for row in rows
        if gone or row["number"] in texts
    ]


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _chart(
    phase: Phase,
    document: Mapping[str, Any],
    place: tuple[float, float] | None,
    own_group: int | None,
) -> Chart:
    number = document["groups"]
    title = ngettext(
        "%(people)s personnes, un seul groupe",
        "%(people)s personnes, %(number)s groupes d’opinion",
        number,
    ) % {"people": document["entered"], "number": number}
    return group_map(
        identifier=f"map-{phase.pk}",
        title=title,
        description=_(
            "Deux personnes proches sur la carte ont répondu de façon proche. Les directions n’ont "
            "pas de nom : ce sont celles où les réponses diffèrent le plus."
        ),
        marks=[GroupMark(x, y, people, group) for x, y, people, group in document["points"]],
        names=list(LETTERS[:number]),
        sizes=document["sizes"],
        own=place,
        own_group=own_group,
        words=GroupMapWords(
            group_header=_("Groupe"),
            people_header=_("Personnes"),
            own_header=_("Vous"),
            mark_sign=_("plus le signe est grand, plus il réunit de personnes"),
            group_sign=_("groupe {name}"),
            own_sign=_("vous"),
            own_name=_("Vous"),
            own_group=_("vous êtes dans ce groupe"),
        ),
    )
