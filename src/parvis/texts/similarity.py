"""Texts that say nearly the same: the cosine of their words and that of their groups of letters.

Both are weighted by how rare they are (TF-IDF) and both are counted over the stems of the words
that say something. Words tell two subjects apart; groups of three letters forgive a slip of the
finger, a plural, a word of the same family. Their mean is the likeness, 0 nothing in common, 1 the
same words.

Salton, G. and Buckley, C. (1988), Term-weighting approaches in automatic text retrieval,
Information Processing & Management 24.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parvis.texts.themes.words import stem, telling_words

if TYPE_CHECKING:
    from scipy.sparse import csc_array

# A text is read as far as that: what it asks for is said by then.
CHARACTERS_READ = 500
GRAM = 3
# Part of the words in the likeness; the rest is that of the groups of letters.
WORDS_PART = 0.5
# From this likeness on two texts are shown as near: what precision and recall that gives on
# labelled pairs is in docs/consultations.md.
NEAR_FROM = 0.3

Words = NDArray[np.int32]
# (number or None where it is unknown, how many times).
Terms = Sequence[tuple[int | None, int]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A text by its key, and how alike it is: from 0 to 1."""

    key: int
    likeness: float


def stems_of(text: str) -> list[str]:
    """The stems of the words that say something, in order."""
    return [stem(word) for _written, word in telling_words(text[:CHARACTERS_READ])]


def grams_of(stemmed: str) -> list[str]:
    """The groups of letters of a stem, its ends marked."""
    marked = f" {stemmed} "
    return [marked[place : place + GRAM] for place in range(len(marked) - GRAM + 1)]


class Vocabulary:
    """The stems of the texts of an index and their groups of three letters; it only grows."""

    def __init__(self) -> None:
        self._stems: dict[str, int] = {}
        self._grams: dict[str, int] = {}
        # Of each stem, in their order: the groups of letters it holds.
        self._grams_of: list[list[int]] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._stems)

    def learn(self, text: str) -> Words:
        """The stems of a text, in order, by their numbers; new ones are numbered."""
        return np.array([self._number(one) for one in stems_of(text)], dtype=np.int32)

    def known(self, stems: Mapping[str, int]) -> Terms:
        """(number, how many times) of stems; None for one that no text holds."""
        return [(self._stems.get(one), count) for one, count in stems.items()]

    def known_grams(self, stems: Mapping[str, int]) -> Terms:
        """(number, how many times) of the groups of letters of stems, in the same way."""
        grams: Counter[str] = Counter()
        for one, count in stems.items():
            for gram in grams_of(one):
                grams[gram] += count
        return [(self._grams.get(gram), count) for gram, count in grams.items()]

    def _number(self, stemmed: str) -> int:
        known = self._stems.get(stemmed)
        if known is not None:
            return known
        with self._lock:
            if stemmed not in self._stems:
                self._grams_of.append(
                    [self._grams.setdefault(one, len(self._grams)) for one in grams_of(stemmed)]
                )
                self._stems[stemmed] = len(self._grams_of) - 1
            return self._stems[stemmed]

    def letters(self, stems: int) -> Any:
        """How many times each of the first stems holds each group of letters: stems × groups."""
        from scipy.sparse import csr_array

        held = self._grams_of[:stems]
        ends = np.cumsum([0, *(len(one) for one in held)])
        columns = np.fromiter((gram for one in held for gram in one), dtype=np.int32)
        counts = np.ones(len(columns), dtype=np.float32)
        width = int(columns.max()) + 1 if len(columns) else 0
        matrix = csr_array((counts, columns, ends), shape=(stems, width))
        matrix.sum_duplicates()
        return matrix


class _Weighted:
    """One way of counting: texts × terms, weighted by rarity, each text of length 1."""

    def __init__(self, counts: Any) -> None:
        texts = counts.shape[0]
        said_by = np.bincount(counts.indices, minlength=counts.shape[1])
        # What nothing says is as rare as can be.
        self.unknown = 1 + math.log(max(1, texts))
        self.rarity = (self.unknown - np.log(np.maximum(said_by, 1))).astype(np.float32)
        weights = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        rows = np.repeat(np.arange(texts), np.diff(counts.indptr))
        norms = np.sqrt(np.bincount(rows, weights=weights**2, minlength=texts))
        counts.data = (weights / np.maximum(norms, 1e-12)[rows]).astype(np.float32)
        self._by_term: csc_array = counts.tocsc()

    def scores(self, terms: Terms) -> NDArray[np.float32]:
        """The cosine of each text with one made of these terms."""
        matrix = self._by_term
        found = np.zeros(matrix.shape[0], dtype=np.float32)
        weights = [(term, (1 + math.log(count)) * self._rare(term)) for term, count in terms]
        norm = math.sqrt(sum(weight * weight for _term, weight in weights))
        for term, weight in weights:
            if term is not None and term < matrix.shape[1]:
                texts = slice(matrix.indptr[term], matrix.indptr[term + 1])
                found[matrix.indices[texts]] += matrix.data[texts] * np.float32(weight / norm)
        return found

    def _rare(self, term: int | None) -> float:
        if term is None or term >= len(self.rarity):
            return self.unknown
        return float(self.rarity[term])


class TextIndex:
    """Texts that others are compared with; never changed, hence safe among threads.

    `texts` are (key, text); `updated` makes another one of which only what changed is read.
    """

    def __init__(
        self, texts: Iterable[tuple[int, str]] = (), *, vocabulary: Vocabulary | None = None
    ) -> None:
        self.vocabulary = vocabulary or Vocabulary()
        self._read({key: self.vocabulary.learn(text) for key, text in texts})

    def updated(self, changed: Iterable[tuple[int, str]], gone: Collection[int] = ()) -> TextIndex:
        """This index with texts added or replaced, and others taken out."""
        made = TextIndex.__new__(TextIndex)
        made.vocabulary = self.vocabulary
        words = {key: one for key, one in self._words.items() if key not in gone}
        words.update((key, self.vocabulary.learn(text)) for key, text in changed)
        made._read(words)
        return made

    def __len__(self) -> int:
        return len(self._keys)

    def nearest(self, text: str, *, at_most: int, at_least: float) -> list[Likeness]:
        """The texts most like this one, the most first, none below `at_least`."""
        scores = self.scores(text)
        if not len(scores):
            return []
        best = np.argsort(-scores, kind="stable")[:at_most]
        return [
            Likeness(int(self._keys[place]), round(float(scores[place]), 3))
            for place in best
            if scores[place] >= at_least
        ]

    def scores(self, text: str) -> NDArray[np.float32]:
        """The likeness of each text with this one, in the order of their keys."""
        stems = Counter(stems_of(text))
        if not stems or not len(self._keys):
            return np.zeros(len(self._keys), dtype=np.float32)
        by_word = self._by_word.scores(self.vocabulary.known(stems))
        by_letters = self._by_letters.scores(self.vocabulary.known_grams(stems))
        mixed: NDArray[np.float32] = WORDS_PART * by_word + (1 - WORDS_PART) * by_letters
        return mixed

    def _read(self, words: dict[int, Words]) -> None:
        from scipy.sparse import csr_array

        self._words = words
        self._keys = np.fromiter(words, dtype=np.int64, count=len(words))
        ends = np.cumsum([0, *(len(one) for one in words.values())])
        said = np.concatenate([*words.values(), np.empty(0, dtype=np.int32)])
        width = int(said.max()) + 1 if len(said) else 0
        counts = csr_array(
            (np.ones(len(said), dtype=np.float32), said, ends), shape=(len(words), width)
        )
        counts.sum_duplicates()
        letters = (counts @ self.vocabulary.letters(width)).tocsr()
        self._by_word = _Weighted(counts)
        self._by_letters = _Weighted(letters)
