"""Questionnaires: a draft that anybody of the body may change, versions that nobody can.

Lock order: the devices that show a questionnaire, by number, then itself.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.configuration import configuration_changed, hold
from parvis.feedback.default_document import default_document
from parvis.feedback.models import Device, Question, Questionnaire, QuestionnaireVersion
from parvis.feedback.questionnaire_document import Document, read_document
from parvis.feedback.speech.tasks import speak_version
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.organisations.models import Organisation

MAX_NAME_CHARACTERS = 80


@transaction.atomic
def create_questionnaire(
    *, organisation: Organisation, name: str, by: Person, copied_from: Questionnaire | None = None
) -> Questionnaire:
    """A questionnaire with the draft proposed to everybody, or with that of another."""
    questionnaire = Questionnaire(
        organisation=organisation,
        name=_name(name),
        draft=copied_from.draft if copied_from is not None else default_document(),
    )
    _save(questionnaire)
    _record("questionnaire.created", questionnaire, by)
    return questionnaire


@transaction.atomic
def save_draft(
    *,
    questionnaire: Questionnaire,
    name: str,
    draft: dict[str, Any],
    by: Person,
    revision: int | str,
) -> Questionnaire:
    """Keep what is being written, whole or not; raise `Conflict` when it changed since `revision`.

    What is published does not change: kiosks and phones show the last version.
    """
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    _refuse_stale(locked, revision)
    name = _name(name)
    if (locked.name, locked.draft) == (name, draft):
        return locked
    locked.name, locked.draft = name, draft
    locked.revision += 1
    _save(locked)
    _record("questionnaire.draft_saved", locked, by)
    return locked


@transaction.atomic
def publish(
    *, questionnaire: Questionnaire, by: Person | None, revision: int | str | None = None
) -> QuestionnaireVersion:
    """Freeze the draft as the next version; raise `Refusal` when it is not a whole document.

    With a `revision`, only the draft that the person saw is published. A question keeps its row
    as long as its key stays: a key may not change its kind. Kiosks take the version at their next
    contact, and its texts are spoken in the background.
    """
    devices = Device.objects.kiosks().active().filter(touchpoint__questionnaire=questionnaire.pk)
    hold(devices)
    locked = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    if revision is not None:
        _refuse_stale(locked, revision)
    document = read_document(locked.draft)
    last = locked.versions.order_by("-number").first()
    if revision is not None and last is not None and last.document == locked.draft:
        raise Conflict(_("Cette version est déjà publiée : rien n’a changé depuis."))
    _keep_questions(locked, document)
    version = QuestionnaireVersion.objects.create(
        organisation_id=locked.organisation_id,
        questionnaire=locked,
        number=(locked.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        document=locked.draft,
        published_by=by,
    )
    configuration_changed(devices)
    record(
        action="questionnaire.published",
        actor_id=by.pk if by else None,
        subject=locked,
        organisation_id=locked.organisation_id,
        version=version.number,
    )
    # The queue is a table: the task is committed with the version, or not at all.
    speak_version.enqueue(version.pk)
    return version


def _keep_questions(questionnaire: Questionnaire, document: Document) -> None:
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
                _("Une question publiée ne change pas de sorte : créez-en une autre."),
                field=f"steps.{number}.kind",
            )
        elif question.determinant != step.determinant:
            question.determinant = step.determinant
            question.save(update_fields=["determinant"])


def _refuse_stale(questionnaire: Questionnaire, revision: int | str) -> None:
    if str(revision) != str(questionnaire.revision):
        raise Conflict(
            _(
                "Quelqu’un a enregistré ce questionnaire depuis que vous avez ouvert cette page. "
                "Rien de ce que vous avez écrit n’est perdu."
            )
        )


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Refusal(_("Donnez un nom au questionnaire."), field="name")
    if len(cleaned) > MAX_NAME_CHARACTERS:
        raise Refusal(
            _("Ce nom dépasse %(most)d caractères.") % {"most": MAX_NAME_CHARACTERS}, field="name"
        )
    return cleaned


def _save(questionnaire: Questionnaire) -> None:
    try:
        with transaction.atomic():
            questionnaire.save()
    except IntegrityError as error:
        raise Conflict(_("Vous avez déjà un questionnaire de ce nom."), field="name") from error


def _record(action: str, questionnaire: Questionnaire, by: Person) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=questionnaire,
        organisation_id=questionnaire.organisation_id,
    )
