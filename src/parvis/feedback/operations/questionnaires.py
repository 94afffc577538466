"""Publishing a questionnaire: from then on its version never changes."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.models import Question, Questionnaire, QuestionnaireVersion
from parvis.feedback.questionnaire_document import read_document
from parvis.foundation.errors import Refusal


@transaction.atomic
def publish(*, questionnaire: Questionnaire, by: Person | None) -> QuestionnaireVersion:
    """Freeze the draft as the next version; raise `Refusal` when it is not a whole document.

    A question keeps its row as long as its key stays: a key may not change its kind.
    """
    questionnaire = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    document = read_document(questionnaire.draft)
    known = {question.key: question for question in questionnaire.questions.all()}
    for number, step in enumerate(document.steps):
        question = known.get(step.key)
        if question is None:
            Question.objects.create(
                organisation_id=questionnaire.organisation_id,
                questionnaire=questionnaire,
                key=step.key,
                kind=step.kind,
                determinant=step.determinant,
            )
        elif question.kind != step.kind:
            raise Refusal(
                _("Une question publiée ne change pas de sorte : créez-en une autre."),
                field=f"steps.{number}.kind",
            )
        elif question.determinant != step.determinant:
            question.determinant = step.determinant
            question.save(update_fields=["determinant"])
    last = questionnaire.versions.aggregate(last=Max("number"))["last"] or 0
    return QuestionnaireVersion.objects.create(
        organisation_id=questionnaire.organisation_id,
        questionnaire=questionnaire,
        number=last + 1,
        document=questionnaire.draft,
        published_by=by,
    )
