"""Sound files: small MP3 named by their content, in the folder of files that backups carry.

A file is on disk before a row names it; one that no row names is swept a day later with the other
orphans. What somebody uploads is recognised by its bytes: a WAV is encoded, an MP3 is read frame by
frame and keeps its frames only, without a title, a picture or anything else that may hide in it.
"""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Iterator
from pathlib import Path

import lameenc
from django.conf import settings
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.feedback.models import SpokenLabel
from parvis.foundation.errors import Refusal
from parvis.foundation.uploads import UploadedFile, write_durably

MAX_UPLOAD_BYTES = 6 * 1024 * 1024
MAX_SECONDS = 30
BIT_RATE_KBPS = 48
# What the encoder takes as it is.
SAMPLE_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


def sound_path(sound_hash: str) -> Path:
    """Where the MP3 of this hash lies."""
    return Path(settings.EVIDENCE_ROOT) / relative_path(sound_hash)


def relative_path(sound_hash: str) -> str:
    return f"sounds/{sound_hash[:2]}/{sound_hash}.mp3"


def store(mp3: bytes) -> str:
    """Put a sound on disk, once, and return its hash."""
    sound_hash = hashlib.sha256(mp3).hexdigest()
    path = sound_path(sound_hash)
    if not path.is_file():
        try:
            write_durably(path, mp3)
        except FileExistsError:
            # The same sound is being written by another process at this very moment.
            if not path.is_file():
                raise
    return sound_hash


def stored_sounds() -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of every sound that has a row, of every body."""
    with scopes_disabled():
        hashes = SpokenLabel.objects.order_by().values_list("sound_hash", flat=True).distinct()
        yield from ((relative_path(sound_hash), sound_hash) for sound_hash in list(hashes))


def read_upload(file: UploadedFile, *, field: str = "file") -> bytes:
    """The MP3 to keep of a recording; raise `Refusal` when it is none, too big or too long."""
    data = bytearray()
    for chunk in file.chunks():
        data += chunk
        if len(data) > MAX_UPLOAD_BYTES:
            raise Refusal(
                _("Cet enregistrement est trop gros : %(limit)d Mo au plus.")
                % {"limit": MAX_UPLOAD_BYTES // 1024 // 1024},
                field=field,
            )
    content = bytes(data)
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return encode_wav(content, field=field)
    if content[:3] == b"ID3" or _frame_length(content, 0):
        return _frames_of(content, field)
    raise Refusal(_("Déposez un enregistrement WAV ou MP3."), field=field)


def encode_wav(content: bytes, *, field: str = "file") -> bytes:
    """A WAV of 16-bit samples as a small MP3 of one voice."""
    try:
        with wave.open(io.BytesIO(content)) as reader:
            channels, width = reader.getnchannels(), reader.getsampwidth()
            rate = reader.getframerate()
            # A file may claim any length: what it holds is what counts.
            samples = reader.readframes(min(reader.getnframes(), (MAX_SECONDS + 1) * 48_000))
    except (wave.Error, EOFError, ValueError, RuntimeError) as error:
        raise Refusal(_("Ce fichier WAV est abîmé : il ne peut pas être lu."), field=field) from (
            error
        )
    if width != 2 or channels not in (1, 2) or rate not in SAMPLE_RATES:
        raise Refusal(_("Enregistrez en WAV 16 bits, mono ou stéréo, de 8 à 48 kHz."), field=field)
    samples = samples[: len(samples) - len(samples) % (2 * channels)]
    if not samples:
        raise Refusal(_("Cet enregistrement est vide."), field=field)
    if len(samples) / (2 * channels * rate) > MAX_SECONDS:
        raise _too_long(field)
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(BIT_RATE_KBPS)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(channels)
    encoder.set_quality(2)
    encoder.silence()
    return bytes(encoder.encode(samples)) + bytes(encoder.flush())


# --- Reading an MP3 -------------------------------------------------------------------------------

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
# Layer III, in kbit/s, by index; MPEG 1 then MPEG 2 and 2.5.
_BIT_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BIT_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _frame_length(data: bytes, at: int) -> int:
    """Bytes of the MPEG layer III frame that begins there; 0 when none does."""
    header = data[at : at + 4]
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = (header[1] >> 3) & 3, (header[1] >> 1) & 3
    bit_rate_index, rate_index = header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or layer != 1 or bit_rate_index in (0, 15) or rate_index == 3:
        return 0
    rates = _BIT_RATES_1 if version == 3 else _BIT_RATES_2
    per_frame = 144 if version == 3 else 72
    padding = (header[2] >> 1) & 1
    return per_frame * rates[bit_rate_index] * 1000 // _RATES[version][rate_index] + padding


def _frame_seconds(data: bytes, at: int) -> float:
    version = (data[at + 1] >> 3) & 3
    rate = _RATES[version][(data[at + 2] >> 2) & 3]
    return (1152 if version == 3 else 576) / rate


def _frames_of(data: bytes, field: str) -> bytes:
    """The frames of an MP3, one after the other, without the tags before and after them."""
    at = 0
    if data[:3] == b"ID3" and len(data) >= 10:
        size = data[6:10]
        at = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    start, seconds = at, 0.0
    while length := _frame_length(data, at):
        if at + length > len(data):
            break
        seconds += _frame_seconds(data, at)
        at += length
    rest = data[at:]
    trailing = len(rest) <= 128 or rest[:3] == b"TAG" or rest[:8] == b"APETAGEX"
    # Three frames in a row are no accident; what follows them must be a tag, not another file.
    if seconds < 3 * 576 / 48000 or not trailing or at == start:
        raise Refusal(_("Ce fichier MP3 est abîmé : il ne peut pas être lu."), field=field)
    if seconds > MAX_SECONDS:
        raise _too_long(field)
    return data[start:at]


def _too_long(field: str) -> Refusal:
    return Refusal(
        _("Cet enregistrement dépasse %(most)d secondes.") % {"most": MAX_SECONDS}, field=field
    )
