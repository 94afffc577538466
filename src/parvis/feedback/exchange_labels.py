"""The words of questions and answers as a body last published them, for what leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parvis.feedback.enums import RESPONDENTS, QuestionKind
from parvis.feedback.models import Question, QuestionnaireVersion


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in the first language of its last version that asks it.

    `answers` gives the words of each answer's code; a note has none, its number says it.
    """

    key: str
    kind: str
    text: str
    answers: Mapping[int, str] = field(default_factory=dict)


def wordings(organisation_id: int) -> dict[int, Wording]:
    """The words of each question of a body, by its number; two queries."""
    found = {}
    by_key: dict[tuple[int, str], tuple[str, dict[int, str]]] = {}
    versions = QuestionnaireVersion.objects.filter(organisation=organisation_id).order_by("number")
    for questionnaire, document in versions.values_list("questionnaire_id", "document"):
        language = document["languages"][0]
        for step in document["steps"]:
            _text, known = by_key.get((questionnaire, step["key"]), ("", {}))
            answers = dict(known)  # an option taken out since keeps its words
            if step["kind"] == QuestionKind.SMILEY:
                answers |= {n: label[language] for n, label in enumerate(step["labels"])}
            for option in step.get("options", []):
                answers[option["code"]] = option["text"][language]
            by_key[questionnaire, step["key"]] = (step["text"][language], answers)
    for question in Question.objects.filter(organisation=organisation_id):
        text, answers = by_key.get((question.questionnaire_id, question.key), ("", {}))
        found[question.pk] = Wording(question.key, question.kind, text, answers)
    return found


def words_of(wording: Wording, answer: int) -> str:
    """What an `answer` of the counts stands for; empty when its number says it."""
    if answer == RESPONDENTS:
        return "(ont répondu)"
    return wording.answers.get(answer, "")
