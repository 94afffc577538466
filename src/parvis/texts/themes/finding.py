"""From texts to themes: TF-IDF of stems, non-negative matrix factorisation, labels that stay.

A theme is recognised from one search to the next by the cosine of its stems' weights, matched one
to one (Hungarian assignment). The factorisation starts from a singular value decomposition, not
from chance: the same texts give the same themes.

Lee, D. D. and Seung, H. S. (1999), Learning the parts of objects by non-negative matrix
factorization, Nature 401. Boutsidis, C. and Gallopoulos, E. (2008), SVD based initialization
(NNDSVD), Pattern Recognition 41.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parvis.texts.themes.words import stem, telling_words

# Below so many comments a group of words is an anecdote.
TEXTS_AT_LEAST = 30
MOST_THEMES = 12
# A word said by fewer comments than that makes no theme; nor does one that most of them say.
SAID_BY_AT_LEAST = 3
SAID_BY_AT_MOST = 0.5
VOCABULARY = 2_000
WORDS_KEPT = 20
LABEL_WORDS = 3
# A component is yesterday's theme from this cosine on.
SAME_THEME_FROM = 0.5
# Yesterday's words weigh so much in today's: one odd day does not change what a theme is.
MEMORY = 0.5
# A text belongs to its first theme when that one takes at least this part of its weight.
MEMBER_FROM = 0.34
SEED = 20_260_101


@dataclass(frozen=True)
class Known:
    """A theme found before: its number and the weights of its stems."""

    key: int
    words: Mapping[str, float]


@dataclass(frozen=True)
class FoundTheme:
    """A theme: `key` of the known one it continues or None, weights of its stems, words to show."""

    key: int | None
    words: dict[str, float]
    label: str


@dataclass(frozen=True)
class Found:
    """`member[i]` = place in `themes` of what text i speaks of, None when of none of them."""

    themes: list[FoundTheme]
    member: list[int | None]
    without_words: int


def themes_wanted(count: int) -> int:
    """How many themes for so many texts: 3 for 30, 6 for 120, 12 from 500 on."""
    return max(3, min(MOST_THEMES, round(math.sqrt(count / 3.4))))


def find_themes(texts: Sequence[str], known: Sequence[Known] = ()) -> Found:
    """Group the texts by what they speak of.

    Parameters
    ----------
    texts : French texts, masked.
    known : themes of the search before, which keep their number while their words last.

    Returns
    -------
    Themes, the widest first, and the theme of each text. No theme below `TEXTS_AT_LEAST` texts
    with words in common.
    """
    documents = [telling_words(text) for text in texts]
    stems = [[stem(word) for _written, word in words] for words in documents]
    without = sum(1 for words in stems if not words)
    nothing = Found([], [None] * len(texts), without)
    if len(texts) - without < TEXTS_AT_LEAST:
        return nothing
    vocabulary, weights = _tf_idf(stems)
    if weights is None or len(vocabulary) < 3:
        return nothing
    belonging, components = _factors(weights, min(themes_wanted(len(texts)), len(vocabulary) - 1))
    forms = _surface_forms(documents)
    return _assembled(vocabulary, belonging, components, forms, known, without)


def _tf_idf(stems: Sequence[Sequence[str]]) -> tuple[list[str], Any]:
    """Stems kept; the matrix texts × stems, 1 + log(count) times inverse frequency, unit rows."""
    import numpy as np
    from scipy.sparse import csr_matrix

    said_by = Counter(one for words in stems for one in set(words))
    most = SAID_BY_AT_MOST * len(stems)
    kept = sorted(
        (one for one, count in said_by.items() if SAID_BY_AT_LEAST <= count <= most),
        key=lambda one: (-said_by[one], one),
    )[:VOCABULARY]
    if not kept:
        return [], None
    place = {one: number for number, one in enumerate(kept)}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, words in enumerate(stems):
        counted = Counter(one for one in words if one in place)
        line = {
            place[one]: (1 + math.log(count)) * (1 + math.log(len(stems) / said_by[one]))
            for one, count in counted.items()
        }
        norm = math.sqrt(sum(value * value for value in line.values()))
        for column in sorted(line):
            rows.append(row)
            columns.append(column)
            values.append(line[column] / norm)
    matrix = csr_matrix(
        (np.array(values), (np.array(rows, dtype=int), np.array(columns, dtype=int))),
        shape=(len(stems), len(kept)),
    )
    return kept, matrix


def _factors(weights: Any, count: int) -> tuple[Any, Any]:
    """Texts × themes and themes × stems, both non-negative."""
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(n_components=count, init="nndsvda", random_state=SEED, max_iter=400, tol=1e-4)
    with warnings.catch_warnings():
        # A factorisation stopped before its optimum still groups words.
        warnings.simplefilter("ignore", ConvergenceWarning)
        belonging = model.fit_transform(weights)
    return belonging, model.components_


def _surface_forms(documents: Sequence[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """For each stem, how it is written most often (at a tie the shortest, then A to Z)."""
    counted: dict[str, Counter[str]] = {}
    for words in documents:
        for written, word in words:
            counted.setdefault(stem(word), Counter())[written] += 1
    return {
        one: min(forms, key=lambda form: (-forms[form], len(form), form))
        for one, forms in counted.items()
    }


def _assembled(
    vocabulary: Sequence[str],
    belonging: Any,
    components: Any,
    forms: Mapping[str, str],
    known: Sequence[Known],
    without: int,
) -> Found:
    vectors = [_top_words(vocabulary, component) for component in components]
    keys = matched(vectors, known)
    norms = [float(math.sqrt(sum(float(v) ** 2 for v in component))) for component in components]
    member: list[int | None] = []
    for line in belonging:
        # Weighted by the length of the component: two factors share a scale that means nothing.
        parts = [float(value) * norm for value, norm in zip(line, norms, strict=True)]
        total = sum(parts)
        first = max(range(len(parts)), key=lambda number: parts[number])
        member.append(first if total > 0 and parts[first] >= MEMBER_FROM * total else None)
    sizes = Counter(number for number in member if number is not None)
    order = sorted(
        (number for number in range(len(vectors)) if sizes[number] and vectors[number]),
        key=lambda number: (-sizes[number], number),
    )
    place = {number: rank for rank, number in enumerate(order)}
    before = {one.key: one.words for one in known}
    themes = []
    for number in order:
        key = keys[number]
        words = vectors[number]
        label = ", ".join(forms.get(one, one) for one in list(words)[:LABEL_WORDS])
        if key is not None:
            words = _remembered(before[key], words)
        themes.append(FoundTheme(key, words, label))
    return Found(
        themes,
        [place.get(number) if number is not None else None for number in member],
        without,
    )


def _top_words(vocabulary: Sequence[str], component: Any) -> dict[str, float]:
    """The heaviest stems of a component, heaviest first, as a unit vector."""
    heaviest = sorted(
        ((float(value), word) for value, word in zip(component, vocabulary, strict=True)),
        key=lambda pair: (-pair[0], pair[1]),
    )[:WORDS_KEPT]
    return _unit({word: value for value, word in heaviest if value > 0})


def _unit(words: Mapping[str, float]) -> dict[str, float]:
    norm = math.sqrt(sum(value * value for value in words.values()))
    return {word: round(value / norm, 4) for word, value in words.items()} if norm else {}


def _remembered(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    mixed = {
        word: MEMORY * before.get(word, 0.0) + (1 - MEMORY) * now.get(word, 0.0)
        for word in {**before, **now}
    }
    heaviest = sorted(mixed.items(), key=lambda pair: (-pair[1], pair[0]))[:WORDS_KEPT]
    return _unit(dict(heaviest))


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Cosine of two vectors of stems; 0 when one is empty."""
    product = sum(value * other.get(word, 0.0) for word, value in one.items())
    norms = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return product / norms if norms else 0.0


def matched(vectors: Sequence[Mapping[str, float]], known: Sequence[Known]) -> list[int | None]:
    """For each new theme, the known one it continues: one to one, the best in all together."""
    if not vectors or not known:
        return [None] * len(vectors)
    from scipy.optimize import linear_sum_assignment

    likeness = [[cosine(vector, one.words) for one in known] for vector in vectors]
    # What is below the threshold counts for nothing: it must not push a true match aside.
    worth = [[value if value >= SAME_THEME_FROM else 0.0 for value in line] for line in likeness]
    rows, columns = linear_sum_assignment(worth, maximize=True)
    keys: list[int | None] = [None] * len(vectors)
    for row, column in zip(rows, columns, strict=True):
        if worth[row][column] > 0:
            keys[int(row)] = known[int(column)].key
    return keys


_SPACES = re.compile(r"\s+")


def tidy_label(label: str) -> str:
    """A label as a person writes one, on one line."""
    return _SPACES.sub(" ", label.replace("\x00", "")).strip()
