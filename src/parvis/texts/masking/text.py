"""Where a text identifies somebody, and the text without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from parvis.texts.masking import patterns as p
from parvis.texts.masking.folding import bare, folded
from parvis.texts.masking.words import BODIES, COMMON_WORDS, FUNCTIONS, NOT_NAMES

MAIL = "[courriel masqué]"
ACCOUNT = "[compte masqué]"
WEB = "[lien masqué]"
PHONE = "[téléphone masqué]"
NAME = "[nom masqué]"
PLATE = "[plaque masquée]"
NUMBER = "[numéro masqué]"
BANK = "[compte bancaire masqué]"
CARD = "[carte masquée]"
SOCIAL_SECURITY = "[numéro de sécurité sociale masqué]"
ADDRESS = "[adresse masquée]"
WORDS = "[passage masqué]"

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]")
# A text of which the capital letters say nothing, since all of it is in capitals.
_LOWER = re.compile(r"[a-zà-öø-ÿ]")
_MAX_NAME_WORDS = 5


@dataclass(frozen=True)
class Span:
    """What is hidden, from `start` to before `end` in the text as written, and what replaces it."""

    start: int
    end: int
    label: str


Found = tuple[int, int, str]


def mask(text: str, *, names: Iterable[str] = ()) -> str:
    """The text without what could identify somebody. `names`: people to mask wherever they are."""
    return _replaced(text, spans(text, names=names))


def mask_words(text: str, words: str, *, label: str = WORDS) -> str:
    """The text without these words, whatever their case or accents, wherever they are."""
    wanted = bare(folded(words).text).split()
    if not wanted:
        return text
    read = folded(text)
    pattern = re.compile(r"\s{1,3}".join(re.escape(word) for word in wanted))
    found = [
        Span(*read.range_of(match.start(), match.end()), label)
        for match in pattern.finditer(bare(read.text))
        if not _inside_label(read.text, match.start(), match.end())
    ]
    return _replaced(text, found)


def spans(text: str, *, names: Iterable[str] = ()) -> list[Span]:
    """What to hide, in the order of the text, without overlap."""
    read = folded(text)
    found = list(_found(read.text))
    known = names if isinstance(names, tuple) else tuple(names)
    if known:
        found.extend(_known_names(read.text, known))
    if not found:
        return []
    kept: list[Found] = []
    # The widest of those that start together; one that starts inside another is part of it.
    for start, end, label in sorted(found, key=lambda one: (one[0], -one[1])):
        if kept and start < kept[-1][1]:
            first = kept[-1]
            kept[-1] = (first[0], max(first[1], end), first[2])
        else:
            kept.append((start, end, label))
    placed: list[Span] = []
    for start, end, label in kept:
        begins, ends = read.range_of(start, end)
        if placed and begins < placed[-1].end:
            # One character that reads as several ("½", "㏇") may belong to two of them.
            placed[-1] = replace(placed[-1], end=max(placed[-1].end, ends))
        else:
            placed.append(Span(begins, ends, label))
    return placed


def _replaced(text: str, found: list[Span]) -> str:
    if not found:
        return text
    parts: list[str] = []
    position = 0
    for span in found:
        parts.append(text[position : span.start])
        parts.append(span.label)
        position = span.end
    parts.append(text[position:])
    return "".join(parts)


def _found(text: str) -> Iterator[Found]:
    yield from _titled(text)
    yield from _mails(text)
    if "/" in text or "www." in text or "WWW." in text or "mailto" in text:
        yield from _web(text)
    digits = len(_DIGIT.findall(text))
    if digits:
        yield from _numbers(text, digits)
    if "éro" in text or "ero" in text:
        yield from ((*match.span(), PHONE) for match in p.SPOKEN_PHONE.finditer(text))


# --- Mails, accounts, web addresses


def _mails(text: str) -> Iterator[Found]:
    if "@" not in text and "(" not in text and "[" not in text and "robase" not in text:
        return
    for sign in p.AT.finditer(text):
        start = sign.start()
        while start > 0 and text[start - 1] in p.LOCAL_CHARACTERS:
            start -= 1
        # An accent typed in an address does not make it another one.
        while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "._-"):
            start -= 1
        attached = sign.group() == "@"
        has_local = start < sign.start()
        domain = p.DOMAIN.match(text, sign.end())
        if has_local and domain is not None:
            yield start, domain.end(), MAIL
        elif attached and (host := p.HOST.match(text, sign.end())) is not None:
            yield start, host.end(), MAIL if has_local else ACCOUNT
        elif sign.group().lstrip() == "@" and (host := p.HOST.match(text, sign.end())) is not None:
            yield sign.start() + len(sign.group()) - 1, host.end(), ACCOUNT


def _web(text: str) -> Iterator[Found]:
    for match in p.URL.finditer(text):
        url = match.group().rstrip(".,;:!?)")
        if p.PERSONAL_URL.search(url):
            yield match.start(), match.start() + len(url), WEB
    if ".com/" in text:
        yield from ((*match.span(), WEB) for match in p.SOCIAL.finditer(text))


# --- Numbers


_STREET_SIGNS = (
    *("ue", "RUE", "AVE", "v.", "v ", "oul", "d ", "d.", "ll", "hemin", "h.", "mpasse", "uai"),
    *(
        "entier",
        "aubourg",
        "lotis",
        "Lotis",
        "lace",
        "l.",
        "oute",
        "te ",
        "quare",
        "ours",
        "assage",
    ),
    *("sidence", "oie", "illa", "it", "splanade", "ameau", "ont", "romenade", "los"),
)


def _numbers(text: str, digits: int) -> Iterator[Found]:
    """`digits`: how many the text has; most texts have too few for most patterns."""
    if digits >= 8:
        yield from _long_numbers(text)
    if digits >= 3:
        yield from _plates(text)
    if _has_one(text, _STREET_SIGNS):
        yield from ((*match.span(), ADDRESS) for match in p.ADDRESS.finditer(text))


def _long_numbers(text: str) -> Iterator[Found]:
    for match in p.IBAN.finditer(text):
        if sum(character.isdigit() for character in match.group()) >= 10:
            yield *match.span(), BANK
    yield from ((*match.span(), SOCIAL_SECURITY) for match in p.SOCIAL_SECURITY.finditer(text))
    yield from ((*match.span(), CARD) for match in p.CARD.finditer(text))
    yield from ((*match.span(), PHONE) for match in p.PHONE.finditer(text))
    yield from ((*match.span(1), PHONE) for match in p.TOLD_PHONE.finditer(text))
    for match in p.LONG_NUMBER.finditer(text):
        if not p.PUBLIC_NUMBER.search(text, max(0, match.start() - 16), match.start()):
            yield *match.span(), NUMBER


def _plates(text: str) -> Iterator[Found]:
    for match in p.PLATE.finditer(text):
        start = match.start() - (2 if text[match.start() - 1].isalpha() else 3)
        if text[start : start + 2] not in p.NOT_PLATES:
            yield start, match.end(), PLATE
    for match in p.OLD_PLATE.finditer(text):
        if not p.NOT_PLATES.intersection(re.split(r"[\d \-]+", match.group())):
            yield *match.span(), PLATE
    if _has_one(text, ("laque", "LAQUE", "mmatric", "MMATRIC")):
        yield from ((*match.span(1), PLATE) for match in p.TOLD_PLATE.finditer(text))


# --- Names


# Without one of these there is nothing to look for: a search in C instead of a pattern.
_OFFICE_SIGNS = (
    *("gent", "onseill", "uichet", "ôtesse", "ollègue", "nfirmi", "ecrétaire", "irect", "tagiaire"),
    *("esponsable", "olici", "ardien", "écept", "ssistant", "echnic", "ducat", "nimat", "lue "),
    *("lu ", "djoint"),
)
_ANNOUNCED_SIGNS = ("appel", "omm", "ign", "rénom", "Nom", "nom", "suis ")


def _has_one(text: str, signs: tuple[str, ...]) -> bool:
    return any(sign in text for sign in signs)


def _titled(text: str) -> Iterator[Found]:
    shouted = not _LOWER.search(text)
    yield from _after_titles(text, shouted)
    if shouted:
        return
    if _has_one(text, _OFFICE_SIGNS):
        for match in p.OFFICE.finditer(text):
            found = _name_after(text, match.end(), shouted=False, of_an_office=True)
            if found is not None:
                yield *found, NAME
    if _has_one(text, _ANNOUNCED_SIGNS):
        for match in p.ANNOUNCED.finditer(text):
            found = _name_after(text, match.end(), shouted=False)
            if found is not None:
                yield *found, NAME


def _after_titles(text: str, shouted: bool) -> Iterator[Found]:
    for match in p.TITLE.finditer(text):
        if _goes_on(text, match.start()):
            continue
        title = match.group().strip()
        found = _name_after(text, match.end(), shouted=shouted or title in ("MADAME", "MONSIEUR"))
        if found is None and title.islower() and match.group().endswith(" "):
            found = _lower_name(text, match.end())
        if found is not None:
            yield *found, NAME
            other = p.AND.match(text, found[1])
            if other and (second := _name_after(text, other.end(), shouted=shouted)) is not None:
                yield *second, NAME


def _goes_on(text: str, start: int) -> bool:
    """Whether what begins there is the end of a word, or of an abbreviation such as A.M.E."""
    before = text[start - 1 : start]
    return before.isalpha() or before == "-" or (before == "." and text[start - 2].isupper())


def _name_after(
    text: str, position: int, *, shouted: bool, of_an_office: bool = False
) -> tuple[int, int] | None:
    """The name that begins there: capitalised words and the particles between them."""
    start: int | None = None
    office = False
    end = position
    for _word in range(_MAX_NAME_WORDS):
        particle = p.PARTICLE.match(text, position)
        at = particle.end() if particle else position
        word = p.NAME_WORD.match(text, at)
        if word is None:
            break
        read = bare(word.group())
        if office and particle and start is None:
            # "le Président de la République", "le Maire de Lille": what the office is of.
            break
        if start is None and particle and particle.group().strip() in ("le", "la", "l'", "les"):
            # "Monsieur le Maire": the office is kept, a name may follow it.
            if read in FUNCTIONS or read in BODIES:
                office = True
                position = word.end() + text.startswith(" ", word.end())
                continue
        elif start is None and read in FUNCTIONS:
            office = True
            position = word.end() + text.startswith(" ", word.end())
            continue
        if (read in NOT_NAMES and not _is_initial(word)) or (of_an_office and _is_body(word)):
            break
        if start is None:
            start = position if particle else word.start()
        end = word.end()
        if shouted:
            break
        position = end + text.startswith(" ", end)
        if position == end:
            break
    return None if start is None else (start, end)


def _is_initial(word: re.Match[str]) -> bool:
    return word.group().endswith(".")


def _is_body(word: re.Match[str]) -> bool:
    """Whether it names a body or a service: a known one, or an acronym."""
    written = word.group()
    return bare(written) in BODIES or (written.isupper() and len(written) <= 6)


def _lower_name(text: str, position: int) -> tuple[int, int] | None:
    """The name after a title in a text typed without capital letters: one word."""
    word = p.LOWER_WORD.match(text, position)
    if word is None or text.startswith("'", word.end()):
        return None
    read = bare(word.group())
    if read in NOT_NAMES or read in FUNCTIONS or read in BODIES or _reads_as_verb(read):
        return None
    return word.span()


def _reads_as_verb(read: str) -> bool:
    """Past participles and adverbs follow a title in speech more often than such names do."""
    return read.endswith(("ait", "aient", "ment", "ante", "euse"))


@lru_cache(maxsize=256)
def _index(names: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    """Sequences of words to find, by their first: each whole name, and each of its parts."""
    sequences: set[tuple[str, ...]] = set()
    for name in names:
        parts = [tuple(_WORD.findall(part)) for part in bare(folded(name).text).split()]
        parts = [part for part in parts if part]
        sequences.update(
            part for part in parts if len("".join(part)) >= 3 and part[0] not in NOT_NAMES
        )
        if len(parts) > 1:
            sequences.add(tuple(word for part in parts for word in part))
        elif parts:
            sequences.add(parts[0])
    index: dict[str, list[tuple[str, ...]]] = {}
    for sequence in sorted(sequences, key=len, reverse=True):
        index.setdefault(sequence[0], []).append(sequence)
    return index


def _known_names(text: str, names: tuple[str, ...]) -> Iterator[Found]:
    index = _index(names)
    words = list(_WORD.finditer(bare(text)))
    for rank, word in enumerate(words):
        for sequence in index.get(word.group(), ()):
            following = words[rank : rank + len(sequence)]
            if len(following) < len(sequence) or any(
                one.group() != wanted for one, wanted in zip(following, sequence, strict=True)
            ):
                continue
            start, end = word.start(), following[-1].end()
            if len(sequence) == 1 and sequence[0] in COMMON_WORDS and not _UPPER.match(text, start):
                continue
            if _inside_label(text, start, end):
                continue
            yield start, end, NAME
            break


def _inside_label(text: str, start: int, end: int) -> bool:
    """Whether these words are part of what a mask put there."""
    opening = text.rfind("[", max(0, start - 40), start + 1)
    if opening < 0:
        return False
    closing = text.find("]", opening, opening + 42)
    return closing >= end and text[opening : closing + 1] in _LABELS


_LABELS = frozenset(
    (MAIL, ACCOUNT, WEB, PHONE, NAME, PLATE, NUMBER, BANK, CARD, SOCIAL_SECURITY, ADDRESS, WORDS)
)
