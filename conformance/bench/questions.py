"""Questions to the operator of a bench, and the ways to put them.

An operator is whoever stands at the device: a person at a terminal or at a page, or a program that
takes the person's place. Who it is by name is never asked and never kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from scenarios.scenario import Text

Kind = Literal["done", "yes-no", "choice", "line"]
By = Literal["operator", "automation"]
"""By what role an answer was given."""


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer: the word that is kept of it, and how people read it."""

    word: str
    text: Text


DONE = (Option("done", Text("Đã làm xong", "Done")),)
YES_NO = (Option("yes", Text("Có", "Yes")), Option("no", Text("Không", "No")))
CANNOT = Text("Không làm được, không biết", "It cannot be done, or is not known")
"""What may be said to every question; the same as no answer."""

MOST_LINE = 200
"""Characters of an answer in words of one's own."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `id` says what it is about and may be asked again in another case. A `line` is
    answered by one of its options, or in words of one's own."""

    id: str
    text: Text
    kind: Kind
    options: tuple[Option, ...]

    def written(self) -> dict[str, Any]:
        """As JSON says it, in a record and to a program."""
        return {
            "id": self.id,
            "kind": self.kind,
            "text": {"vi": self.text.vi, "en": self.text.en},
            "options": {
                each.word: {"vi": each.text.vi, "en": each.text.en} for each in self.options
            },
        }

    def accepts(self, word: object) -> bool:
        """Whether this is one of its answers."""
        if self.kind == "line" and isinstance(word, str) and len(word) <= MOST_LINE:
            return bool(word.strip()) and word.isprintable()
        return any(each.word == word for each in self.options)


def done(name: str, text: Text) -> Question:
    """Something to be done, and confirmed at the moment when it is."""
    return Question(name, text, "done", DONE)


def yes_no(name: str, text: Text) -> Question:
    """A question to be answered yes or no."""
    return Question(name, text, "yes-no", YES_NO)


def choice(name: str, text: Text, options: Mapping[str, Text]) -> Question:
    """A question to be answered by one of these, by its word."""
    return Question(name, text, "choice", tuple(Option(w, t) for w, t in options.items()))


def line(name: str, text: Text, options: Mapping[str, Text]) -> Question:
    """Something to be answered in words of one's own, or by one of these."""
    return Question(name, text, "line", tuple(Option(w, t) for w, t in options.items()))


class NoAnswer(Exception):
    """A question was not answered: nothing can be said of what is tested then."""


class Operator(Protocol):
    """One way to put questions, one after the other."""

    @property
    def by(self) -> By:
        """Who answers."""

    async def put(self, question: Question, wait_s: float) -> str | None:
        """The word of the answer; None where none came in time, or it was that nobody can."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put: by what role it is answered, when it was put, for how long at most,
    and the answer; None for none."""

    question: Question
    by: By
    asked_ms: int
    wait_ms: int
    answer: str | None

    def detail(self) -> dict[str, Any]:
        """What a record keeps of it, at the instant of the answer."""
        question = self.question.written()
        return {
            "name": question.pop("id"),
            **question,
            "by": self.by,
            "asked_ms": self.asked_ms,
            "wait_ms": self.wait_ms,
            "answer": self.answer,
        }
