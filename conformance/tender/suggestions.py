"""Clauses that a requirement may mean, by the words that both use: for a person to review.

Words are compared without case and accents, alone and in pairs, as most Vietnamese words are of two
syllables. What few clauses say weighs more (TF-IDF, the cosine of the angle between two texts). The
same texts always give the same scores, and nothing is asked of a network or a model.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, log, sqrt
from typing import Final

from conformance.clauses import Clause
from scenarios.rollout.names import plain

MOST: Final = 3
LEAST_SCORE: Final = 0.15
"""Of less likeness than this nothing is suggested."""

_Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A clause, and how like the requirement it is: from 0 to 1, in hundredths."""

    clause: str
    score: float


class Suggesting:
    """Suggests of these clauses; those that bind nobody are left out."""

    def __init__(self, clauses: Mapping[str, Clause]) -> None:
        """Weigh the words of the clauses."""
        texts = {c.id: _terms(c.requirement.vi) for c in clauses.values() if c.level != "INFO"}
        in_clauses = Counter(term for terms in texts.values() for term in set(terms))
        self._weights = {t: log((1 + len(texts)) / (1 + n)) + 1 for t, n in in_clauses.items()}
        self._rarest = log(1 + len(texts)) + 1
        self._vectors = {name: self._vector(terms) for name, terms in texts.items()}

    def of(self, text: str) -> tuple[Suggestion, ...]:
        """The likeliest clauses, the likeliest first, at most three; of equals the earlier one."""
        asked = self._vector(_terms(text))
        scored = (
            Suggestion(name, round(_cosine(asked, vector), 2))
            for name, vector in self._vectors.items()
        )
        likely = [each for each in scored if each.score >= LEAST_SCORE]
        return tuple(sorted(likely, key=lambda each: -each.score)[:MOST])

    def _vector(self, terms: Sequence[str]) -> _Vector:
        found = {
            term: (1 + log(count)) * self._weights.get(term, self._rarest)
            for term, count in Counter(terms).items()
        }
        length = sqrt(fsum(weight * weight for weight in found.values()))
        return {term: weight / length for term, weight in found.items()}


def _terms(text: str) -> list[str]:
    return list(_terms_of(plain(text).split()))


def _terms_of(words: Sequence[str]) -> Iterator[str]:
    """Words and pairs of them; numbers alone say nothing of what is meant."""
    for term in (*words, *map(" ".join, pairwise(words))):
        if any(letter.isalpha() for letter in term):
            yield term


def _cosine(one: _Vector, other: _Vector) -> float:
    return fsum(one[term] * other[term] for term in sorted(one.keys() & other.keys()))
