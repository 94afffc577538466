"""How a name, a code or what somebody types becomes words that can be compared.

Pure text, no database: the same folding serves the index and the question, so that "ST ETIENNE",
"saint-étienne" and "Saint Étienne" are one. Only unaccented letters and digits survive, which is
also what makes hostile input harmless: no operator of a search language is left in a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from parvis.organisations.enums import EpciType, OrganisationKind

# What a person may type; beyond that a query holds nothing the directory could contain.
MAX_QUERY_CHARACTERS = 200
MAX_QUERY_WORDS = 8
SIREN_DIGITS = 9
SIRET_DIGITS = 14

# Letters that Unicode does not decompose.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
_WORD = re.compile(r"[a-z0-9]+")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ARTICLES = frozenset({"le", "la", "les", "l"})
_LINKS = frozenset({"de", "du", "des", "d", "la", "le", "les", "l"})

# Words by which people look for a kind of body although its name does not hold them.
KIND_WORDS: dict[str, str] = {
    EpciType.COMMUNITY_OF_COMMUNES: "communauté de communes intercommunalité",
    EpciType.COMMUNITY_OF_AGGLOMERATION: "communauté d’agglomération intercommunalité",
    EpciType.URBAN_COMMUNITY: "communauté urbaine intercommunalité",
    EpciType.METROPOLIS: "métropole intercommunalité",
    OrganisationKind.DEPARTEMENT: "conseil départemental département",
    OrganisationKind.REGION: "conseil régional région",
    OrganisationKind.CCAS: "centre communal d’action sociale CCAS",
}
# "mairie de Lyon" means the commune of Lyon, whose name holds no such title.
_TITLES: dict[tuple[str, ...], OrganisationKind] = {
    ("mairie",): OrganisationKind.COMMUNE,
    ("commune",): OrganisationKind.COMMUNE,
    ("ville",): OrganisationKind.COMMUNE,
    ("departement",): OrganisationKind.DEPARTEMENT,
    ("conseil", "departemental"): OrganisationKind.DEPARTEMENT,
    ("region",): OrganisationKind.REGION,
    ("conseil", "regional"): OrganisationKind.REGION,
}


def words_of(text: str) -> list[str]:
    """Fold a text into words of a–z and 0–9, abbreviations of "saint" written out."""
    if text.isascii():  # codes and half of the names: nothing to decompose
        return [_ABBREVIATIONS.get(word, word) for word in _WORD.findall(text.lower())]
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [_ABBREVIATIONS.get(word, word) for word in _WORD.findall(plain)]


def without_article(words: Sequence[str]) -> str:
    """Join words, leaving out an article in front: « Le Havre » is looked for as "havre"."""
    kept = words[1:] if len(words) > 1 and words[0] in _ARTICLES else words
    return " ".join(kept)


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """What somebody looks for, understood.

    `words`: each must begin a word of the body. `names`: folded names that would be exactly what
    is meant. `kind`: the kind whose title was typed, if one was. `is_code`: digits only. An empty
    question finds nothing.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    kind: OrganisationKind | None = None
    is_code: bool = False

    def __bool__(self) -> bool:
        return bool(self.words)


def question_of(text: str) -> SearchQuestion:
    """Understand what was typed: a name or its beginning, a postal or INSEE code, a SIREN."""
    words = words_of(text[:MAX_QUERY_CHARACTERS])[:MAX_QUERY_WORDS]
    digits = "".join(words)
    if digits.isdigit():
        # Codes are often written in groups; a SIRET names its body by its first nine digits.
        code = digits[:SIREN_DIGITS] if len(digits) == SIRET_DIGITS else digits
        return SearchQuestion(words=(code,), names=(code,), is_code=True)
    names = [without_article(words)]
    kind, rest = _without_title(words)
    if kind is not None:
        names.append(without_article(rest))
    # "département du Rhône": small words are compared with the name, but not required of it.
    required = [word for word in rest if word not in _LINKS] or rest
    return SearchQuestion(tuple(dict.fromkeys(required)), tuple(names), kind)


def _without_title(words: list[str]) -> tuple[OrganisationKind | None, list[str]]:
    for title, kind in _TITLES.items():
        rest = words[len(title) :]
        if tuple(words[: len(title)]) == title and len(rest) > 1 and rest[0] in _LINKS:
            while len(rest) > 1 and rest[0] in _LINKS:
                rest = rest[1:]
            return kind, rest
    return None, words
