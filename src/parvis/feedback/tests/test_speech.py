"""Spoken labels: made once for each text, served for ever, replaced by a voice of one's own."""

from __future__ import annotations

import hashlib
import io
import math
import shutil
import struct
import wave
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.configuration import configuration_of
from parvis.feedback.models import SpokenLabel
from parvis.feedback.operations import speech as operations
from parvis.feedback.operations.speech import make_missing_sounds, record_sound
from parvis.feedback.questionnaire_document import read_document
from parvis.feedback.speech import synthesis
from parvis.feedback.speech.labels import spoken_texts, text_hash
from parvis.feedback.speech.sounds import (
    MAX_SECONDS,
    MAX_UPLOAD_BYTES,
    encode_wav,
    read_upload,
    sound_path,
    stored_sounds,
)
from parvis.feedback.tests.factories import (
    KioskFactory,
    QuestionnaireFactory,
    TouchpointFactory,
    the_version,
)
from parvis.foundation.errors import Refusal

pytestmark = pytest.mark.django_db

needs_the_program = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path


def wav(seconds=0.5, rate=22050, channels=1, width=2):
    """A tone of 440 Hz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        for number in range(int(seconds * rate)):
            level = int(8000 * math.sin(2 * math.pi * 440 * number / rate))
            sample = struct.pack("<h", level) if width == 2 else bytes([level >> 8 & 0xFF])
            writer.writeframes(sample * channels)
    return file.getvalue()


def upload(content, name="voix.wav"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def spoken(monkeypatch):
    """What is asked to be spoken, by a machine that says the same tone for everything."""
    asked: list[tuple[str, str]] = []
    sounds = {seconds: encode_wav(wav(seconds)) for seconds in (0.2, 0.3)}

    def speak(language, text):
        asked.append((language, text))
        return sounds[0.2 if language == "fr" else 0.3]

    monkeypatch.setattr(operations, "speak", speak)
    return asked


def texts_of(version):
    return spoken_texts(read_document(version.document))


# --- Making ---------------------------------------------------------------------------------------


def test_all_that_a_kiosk_says_is_spoken_each_text_once(spoken):
    version = the_version(QuestionnaireFactory())
    texts = texts_of(version)
    assert ("fr", "Très mal") in texts
    assert ("en", "Waiting time") in texts
    assert ("fr", "Êtes-vous encore là\u00a0? Touchez l’écran pour continuer.") in texts
    assert make_missing_sounds(version=version) == len(texts) == len(spoken)
    assert make_missing_sounds(version=version) == 0
    assert len(spoken) == len(texts)


def test_stopped_half_way_it_goes_on_where_it_was(monkeypatch, spoken):
    version = the_version(QuestionnaireFactory())
    speak = operations.speak
    monkeypatch.setattr(
        operations, "speak", lambda *text: speak(*text) if len(spoken) < 5 else 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        make_missing_sounds(version=version)
    assert SpokenLabel.objects.count() == 5
    monkeypatch.setattr(operations, "speak", speak)
    make_missing_sounds(version=version)
    assert SpokenLabel.objects.count() == len(texts_of(version))
    assert len(spoken) == len(texts_of(version))


def test_without_the_program_nothing_is_made_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr(synthesis.shutil, "which", lambda name: None)
    version = the_version(QuestionnaireFactory())
    assert make_missing_sounds(version=version) == 0
    assert not SpokenLabel.objects.exists()
    client = coordinator_of(version.organisation)
    text = client.get(page(version.questionnaire)).content.decode()
    assert "espeak-ng" in text
    assert "n’est pas installé" in text


@needs_the_program
@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Très bien"), ("en", "--help"), ("ar", "وجه"), ("uk", "Дякуємо"), ("zh", "谢谢")],
)
def test_the_program_speaks_small_files(language, text):
    mp3 = synthesis.speak(language, text)
    assert mp3 is not None
    assert 1_000 < len(mp3) < 40_000
    # What is made is what an upload would accept: frames, and nothing else.
    assert read_upload(upload(mp3, "voix.mp3")) == mp3


@needs_the_program
def test_a_language_without_a_voice_is_left_out():
    assert synthesis.speak("tlhx", "qapla") is None


# --- Serving --------------------------------------------------------------------------------------


def test_a_kiosk_finds_each_sound_by_the_hash_of_its_text(spoken):
    kiosk = KioskFactory()
    version = the_version(kiosk.touchpoint.questionnaire)
    before = kiosk.configuration
    make_missing_sounds(version=version)
    kiosk.refresh_from_db()
    assert kiosk.configuration > before
    sounds = configuration_of(kiosk)["sounds"]
    assert set(sounds) == {text_hash(*text) for text in texts_of(version)}
    key = hashlib.sha256("fr\nTrès mal".encode()).hexdigest()
    response = Client().get(sounds[key])
    assert response.status_code == 200
    assert response["Content-Type"] == "audio/mpeg"
    assert "immutable" in response["Cache-Control"]
    content = response.content
    assert hashlib.sha256(content).hexdigest() in sounds[key]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=0-99999999", 206, slice(None)),
        ("bytes=9999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=9-1", 416, slice(0, 0)),
        ("bytes=-", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=0-1,3-4", 200, slice(None)),
    ],
)
def test_a_part_of_a_sound_may_be_asked_for(spoken, asked, status, part):
    make_missing_sounds(version=the_version(QuestionnaireFactory()))
    address = reverse("feedback:sound", args=[SpokenLabel.objects.first().sound_hash])
    whole = Client().get(address).content
    response = Client().get(address, headers={"Range": asked})
    assert (response.status_code, response.content) == (status, whole[part])


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fsecret-key", "A" * 64])
def test_no_other_file_is_served(name):
    assert Client().get(f"/ecoute/sons/{name}.mp3").status_code == 404


def test_a_sound_without_a_row_is_not_served(spoken):
    version = the_version(QuestionnaireFactory())
    make_missing_sounds(version=version)
    label = SpokenLabel.objects.first()
    address = reverse("feedback:sound", args=[label.sound_hash])
    assert Client().get(address).status_code == 200
    SpokenLabel.objects.all().delete()
    assert Client().get(address).status_code == 404


def test_the_folder_s_guardian_knows_which_sounds_have_a_row(spoken, settings):
    version = the_version(QuestionnaireFactory())
    make_missing_sounds(version=version)
    stored = dict(stored_sounds())
    # Two voices: every French text has one sound, every English text the other.
    assert len(stored) == 2
    for path, sha256 in stored.items():
        content = (Path(settings.EVIDENCE_ROOT) / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256


# --- Recording ------------------------------------------------------------------------------------


def coordinator_of(organisation):
    registration = RegistrationFactory(confirmed=True, organisation=organisation)
    return sign_in(Client(), registration.submitted_by)


def page(questionnaire):
    return reverse("feedback:speech", args=[questionnaire.pk])


def test_a_recording_replaces_the_machine_s_voice_and_leaves(spoken):
    kiosk = KioskFactory()
    questionnaire = kiosk.touchpoint.questionnaire
    make_missing_sounds(version=the_version(questionnaire))
    client = coordinator_of(kiosk.organisation)
    asked = text_hash("fr", "Très bien")
    before = SpokenLabel.objects.get(text_hash=asked).sound_hash
    response = client.post(
        page(questionnaire), {"action": "record", "text_hash": asked, "file": upload(wav(0.8))}
    )
    assert response.status_code == 302
    label = SpokenLabel.objects.get(text_hash=asked)
    assert label.recorded_by is not None
    assert label.sound_hash != before
    assert sound_path(label.sound_hash).is_file()
    kiosk.refresh_from_db()
    assert kiosk.configuration == 3
    assert "Votre enregistrement" in client.get(page(questionnaire)).content.decode()
    client.post(page(questionnaire), {"action": "forget", "text_hash": asked})
    label.refresh_from_db()
    assert (label.recorded_by, label.sound_hash) == (None, before)


def test_publishing_again_keeps_the_recording(spoken):
    questionnaire = QuestionnaireFactory()
    record_sound(
        questionnaire=questionnaire,
        language="fr",
        text="Très bien",
        file=upload(wav()),
        by=PersonFactory(),
    )
    make_missing_sounds(version=the_version(questionnaire))
    assert ("fr", "Très bien") not in spoken
    assert SpokenLabel.objects.exclude(recorded_by=None).count() == 1


def test_only_a_text_of_the_published_version_takes_a_recording():
    questionnaire = QuestionnaireFactory()
    with pytest.raises(Refusal):
        record_sound(
            questionnaire=questionnaire,
            language="fr",
            text="Autre chose",
            file=upload(wav()),
            by=PersonFactory(),
        )
    client = coordinator_of(questionnaire.organisation)
    sent = {"action": "record", "text_hash": "0" * 64, "file": upload(wav())}
    assert client.post(page(questionnaire), sent).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"MZ\x90\x00" * 100, "WAV ou MP3"),
        (b"<svg onload=alert(1)>", "WAV ou MP3"),
        (b"RIFF\x00\x00\x00\x00WAVEjunk", "abîmé"),
        (b"\xff\xfb\x90\x00" + b"\x00" * 50, "abîmé"),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"x" * 100, "abîmé"),
        (wav(width=1), "16 bits"),
        (wav(0.1, rate=7000), "16 bits"),
        (wav(0), "vide"),
    ],
)
def test_what_is_no_recording_is_refused_beside_its_text(content, said):
    questionnaire = QuestionnaireFactory()
    client = coordinator_of(questionnaire.organisation)
    asked = text_hash("fr", "Très bien")
    response = client.post(
        page(questionnaire), {"action": "record", "text_hash": asked, "file": upload(content)}
    )
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not SpokenLabel.objects.exists()


def test_no_file_at_all_is_said_too():
    questionnaire = QuestionnaireFactory()
    client = coordinator_of(questionnaire.organisation)
    asked = text_hash("fr", "Très bien")
    response = client.post(page(questionnaire), {"action": "record", "text_hash": asked})
    assert response.status_code == 422


def test_too_long_and_too_big_are_refused():
    with pytest.raises(Refusal, match=str(MAX_SECONDS)):
        encode_wav(wav(MAX_SECONDS + 1, rate=8000))
    long_mp3 = encode_wav(wav(20, rate=8000)) * 2
    with pytest.raises(Refusal, match=str(MAX_SECONDS)):
        read_upload(upload(long_mp3, "voix.mp3"))
    with pytest.raises(Refusal, match="6"):
        read_upload(upload(b"\xff\xfb" + b"x" * MAX_UPLOAD_BYTES))


def test_an_mp3_keeps_its_frames_alone():
    frames = encode_wav(wav())
    title = b"TIT2\x00\x00\x00\x0a\x00\x00\x03secret-nom"
    before = b"ID3\x04\x00\x00" + bytes([0, 0, 0, len(title)]) + title
    after = b"TAG" + b"secret-nom".ljust(125, b"\x00")
    assert read_upload(upload(before + frames + after, "voix.mp3")) == frames
    # A web page hidden behind the frames is no tag.
    with pytest.raises(Refusal):
        read_upload(upload(frames + b"<html>" * 100, "voix.mp3"))


def test_a_stereo_recording_is_taken():
    assert encode_wav(wav(rate=48000, channels=2))


def test_touchpoints_of_another_body_keep_the_machine_s_voice(spoken):
    ours, theirs = TouchpointFactory(), TouchpointFactory()
    for touchpoint in (ours, theirs):
        make_missing_sounds(version=the_version(touchpoint.questionnaire))
    record_sound(
        questionnaire=ours.questionnaire,
        language="fr",
        text="Très bien",
        file=upload(wav()),
        by=PersonFactory(),
    )
    recorded = SpokenLabel.objects.exclude(recorded_by=None)
    assert [label.organisation for label in recorded] == [ours.organisation]
