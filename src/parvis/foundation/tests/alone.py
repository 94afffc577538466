"""Settings of the foundation without any room above it, for programs that tests start and kill."""

from pathlib import Path

from parvis.config.settings.test import *  # noqa: F403
from parvis.config.settings.test import INSTALLED_APPS, MIDDLEWARE, env

HOME = Path(env.str("PARVIS_HOME"))
EVIDENCE_ROOT = HOME / "evidence"
STATIC_ROOT = HOME / "static"
KEYS_APART = HOME.with_name(f"{HOME.name}-keys")

INSTALLED_APPS = [
    app
    for app in INSTALLED_APPS
    if not app.startswith(("parvis.", "allauth")) or app == "parvis.foundation"
]
MIDDLEWARE = [m for m in MIDDLEWARE if not m.startswith(("parvis.accounts", "allauth"))]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ROOT_URLCONF = "parvis.foundation.urls"
WSGI_APPLICATION = "parvis.foundation.tests.alone_application.application"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOME / "mail"
