"""In service Parvis refuses to start on unsafe settings, and says which."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import parvis

SOURCES = str(Path(parvis.__file__).parents[1])

SAFE = {
    "DJANGO_SETTINGS_MODULE": "parvis.config.settings.prod",
    "PARVIS_SECRET_KEY": "Zk3v-9sQ_" * 8,
    "PARVIS_ALLOWED_HOSTS": "barometre.exemple.fr",
    "PARVIS_MAIL_URL": "smtp+tls://parvis:secret@mail.exemple.fr:587",
    "PARVIS_PUBLIC_ADDRESS": "https://barometre.exemple.fr",
    "PARVIS_MAIL_FROM": "Baromètre <ne-pas-repondre@exemple.fr>",
}


def check(home: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """`parvis check --deploy` with safe settings but for the changes; an empty one is unset."""
    ours = ("PARVIS_", "DJANGO_")  # other tests of this process set some
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    given = {name: value for name, value in (SAFE | changes).items() if value}
    return subprocess.run(
        [sys.executable, "-m", "parvis.config.cli", "check", "--deploy", "--fail-level=WARNING"],
        env={**inherited, "PYTHONPATH": SOURCES, "PARVIS_HOME": home, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_safe_settings_leave_nothing_to_say(tmp_path):
    done = check(str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARVIS_SECRET_KEY", ""),
        ("PARVIS_SECRET_KEY", "trop-courte"),
        ("PARVIS_ALLOWED_HOSTS", ""),
        ("PARVIS_ALLOWED_HOSTS", "*"),
        ("PARVIS_MAIL_URL", ""),
        ("PARVIS_MAIL_URL", "consolemail://"),
        ("PARVIS_PUBLIC_ADDRESS", "http://barometre.exemple.fr"),
        ("PARVIS_PUBLIC_ADDRESS", "https://ailleurs.exemple.fr"),
        ("PARVIS_PUBLIC_ADDRESS", "https://barometre.exemple.fr/parvis"),
        ("PARVIS_PUBLIC_ADDRESS", "barometre.exemple.fr"),
        ("PARVIS_DEMO", "1"),
        ("PARVIS_DEBUG", "1"),
    ],
)
def test_an_unsafe_one_is_named_in_a_sentence(tmp_path, name, value):
    done = check(str(tmp_path), **{name: value})
    assert done.returncode == 1
    assert "Parvis ne démarre pas" in done.stderr
    assert f"- {name} : " in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_apart_never_lie_among_the_evidence(tmp_path):
    done = check(str(tmp_path), PARVIS_KEYS_APART=str(tmp_path / "evidence" / "keys"))
    assert done.returncode == 1
    assert "PARVIS_KEYS_APART" in done.stderr
    assert "Traceback" not in done.stderr
