"""Texts spoken by espeak-ng, a program of the machine: it needs no network and keeps nothing.

Its French is intelligible rather than pretty; a body that wants better records its own voice.
Without the program a kiosk falls back to the voice of its browser, if it has one.
"""

from __future__ import annotations

import logging
import shutil
import subprocess

from parvis.feedback.speech.sounds import encode_wav
from parvis.foundation.errors import Refusal

logger = logging.getLogger(__name__)

PROGRAM = "espeak-ng"
# Words a minute: slower than its 175, for a hall with noise.
WORDS_A_MINUTE = 150
LONGEST_SECONDS = 20
# Where its voice is not named by the code of the language.
_VOICES = {"fr": "fr-fr", "en": "en-gb", "zh": "cmn"}


class SpeechUnavailableError(Exception):
    """The program is not installed."""


def can_speak() -> bool:
    return shutil.which(PROGRAM) is not None


def speak(language: str, text: str) -> bytes | None:
    """The MP3 of a text; None when the program knows no voice for it or fails on it."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise SpeechUnavailableError
    command = [found, "-v", _VOICES.get(language, language), "-s", str(WORDS_A_MINUTE), "--stdout"]
    try:
        # The text goes by the standard input: it cannot be taken for an option.
        done = subprocess.run(  # noqa: S603 – a fixed program and our own arguments
            command,
            input=text.encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        if done.returncode or not done.stdout:
            logger.warning("text not spoken", extra={"language": language})
            return None
        return encode_wav(done.stdout)
    except (subprocess.TimeoutExpired, Refusal):
        logger.warning("text not spoken", extra={"language": language})
        return None
