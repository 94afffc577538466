"""Sounds of a published questionnaire: spoken by the machine, or recorded by somebody."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.configuration import configuration_changed
from parvis.feedback.models import Device, Questionnaire, QuestionnaireVersion, SpokenLabel
from parvis.feedback.querysets import DeviceQuerySet
from parvis.feedback.questionnaire_document import read_document
from parvis.feedback.speech.labels import spoken_texts, text_hash
from parvis.feedback.speech.sounds import read_upload, store
from parvis.feedback.speech.synthesis import SpeechUnavailableError, speak
from parvis.foundation.errors import Refusal
from parvis.foundation.uploads import UploadedFile
from parvis.journal.operations import record


def make_missing_sounds(*, version: QuestionnaireVersion) -> int:
    """Speak the texts of a version that have no sound yet; return how many were made.

    Each is stored as soon as it is made: stopped half-way and run again, it goes on. Nothing is
    made where the program of speech is missing.
    """
    texts = spoken_texts(read_document(version.document))
    known = set(
        SpokenLabel.objects.filter(
            organisation=version.organisation_id,
            text_hash__in=[text_hash(language, text) for language, text in texts],
        ).values_list("text_hash", flat=True)
    )
    made = 0
    for language, text in texts:
        if text_hash(language, text) in known:
            continue
        try:
            mp3 = speak(language, text)
        except SpeechUnavailableError:
            break
        if mp3 is None:
            continue
        sound_hash = store(mp3)
        try:
            with transaction.atomic():
                SpokenLabel.objects.create(
                    organisation_id=version.organisation_id,
                    language=language,
                    text=text,
                    text_hash=text_hash(language, text),
                    sound_hash=sound_hash,
                    size_bytes=len(mp3),
                )
        except IntegrityError:
            continue  # recorded or made meanwhile
        made += 1
    if made:
        configuration_changed(_devices_of(version.questionnaire_id))
    return made


def record_sound(
    *,
    questionnaire: Questionnaire,
    language: str,
    text: str,
    file: UploadedFile,
    by: Person,
) -> SpokenLabel:
    """Put somebody's recording in place of the machine's voice, for a text of the last version.

    A text the body uses elsewhere takes the same voice there.
    """
    version = questionnaire.versions.order_by("-number").first()
    spoken = spoken_texts(read_document(version.document)) if version is not None else []
    if (language, text) not in spoken:
        raise Refusal(_("Ce texte ne figure plus dans la version publiée."), field="file")
    mp3 = read_upload(file)
    sound_hash = store(mp3)
    with transaction.atomic():
        label, _created = SpokenLabel.objects.update_or_create(
            organisation_id=questionnaire.organisation_id,
            text_hash=text_hash(language, text),
            defaults={
                "language": language,
                "text": text,
                "sound_hash": sound_hash,
                "size_bytes": len(mp3),
                "recorded_by": by,
                "made_at": timezone.now(),
            },
        )
        configuration_changed(_devices_of_body(questionnaire.organisation_id))
        record(
            action="speech.recorded",
            actor_id=by.pk,
            subject=questionnaire,
            organisation_id=questionnaire.organisation_id,
            language=language,
        )
    return label


def forget_recording(*, questionnaire: Questionnaire, label: SpokenLabel, by: Person) -> bool:
    """Give a text back to the machine's voice; False where the machine cannot speak it."""
    try:
        mp3 = speak(label.language, label.text)
    except SpeechUnavailableError:
        mp3 = None
    sound_hash = store(mp3) if mp3 is not None else ""
    with transaction.atomic():
        if mp3 is None:
            SpokenLabel.objects.filter(pk=label.pk).delete()
        else:
            SpokenLabel.objects.filter(pk=label.pk).update(
                sound_hash=sound_hash,
                size_bytes=len(mp3),
                recorded_by=None,
                made_at=timezone.now(),
            )
        configuration_changed(_devices_of_body(label.organisation_id))
        record(
            action="speech.recording_removed",
            actor_id=by.pk,
            subject=questionnaire,
            organisation_id=label.organisation_id,
            language=label.language,
        )
    return mp3 is not None


def _devices_of(questionnaire_id: int) -> DeviceQuerySet:
    return Device.objects.kiosks().active().filter(touchpoint__questionnaire=questionnaire_id)


def _devices_of_body(organisation_id: int) -> DeviceQuerySet:
    return Device.objects.kiosks().active().filter(organisation=organisation_id)
