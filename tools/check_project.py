"""The checks that need Django: migrations, translations, production settings, tests found."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "parvis.config.settings.prod",
    "PARVIS_SECRET_KEY": secrets.token_urlsafe(64),
    "PARVIS_ALLOWED_HOSTS": "barometre.exemple.invalid",
    "PARVIS_MAIL_URL": "smtp+tls://nom:secret@courriel.exemple.invalid:587",
}
TEST = {"DJANGO_SETTINGS_MODULE": "parvis.config.settings.test"}

CHECKS: list[tuple[str, list[str], dict[str, str]]] = [
    ("migrations", ["-m", "parvis.config.cli", "makemigrations", "--check", "--dry-run"], TEST),
    ("translations", ["tools/translations.py", "check"], {}),
    (
        "production settings",
        ["-m", "parvis.config.cli", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    # An import that fails in one file of tests would otherwise be told after all the others ran.
    ("tests", ["-m", "pytest", "-qqq", "--collect-only"], {}),
]


def main() -> int:
    failed = []
    for name, command, settings in CHECKS:
        print(f"check: {name}", flush=True)
        environment = {**os.environ, **settings}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            print(done.stdout)
            failed.append(name)
    if failed:
        print("failed:", ", ".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
