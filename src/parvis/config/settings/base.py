"""Settings common to every way of running Parvis.

Everything that differs between installations comes from environment variables named `PARVIS_…`;
they are documented in `docs/operations.md`, and a test checks that none is missing there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()

PACKAGE = Path(__file__).resolve().parents[2]

# --- Where things are kept ---------------------------------------------------------------------
HOME = Path(env.str("PARVIS_HOME", default="var")).resolve()
EVIDENCE_ROOT = HOME / "evidence"
STATIC_ROOT = HOME / "static"
STATIC_URL = "/static/"
# Keys that no copy of the data may carry: `parvis.foundation.keys_apart`. Beside HOME and not in
# it, so that whoever copies that folder whole does not take them along.
KEYS_APART = Path(
    env.str("PARVIS_KEYS_APART", default=str(HOME.with_name(f"{HOME.name}-keys")))
).resolve()
if KEYS_APART.is_relative_to(EVIDENCE_ROOT.resolve()):
    raise ImproperlyConfigured(
        f"PARVIS_KEYS_APART : « {KEYS_APART} » est dans le dossier des pièces, que "
        "« parvis backup » emporte et d’où les fichiers inconnus sont retirés chaque jour. "
        "Donnez un autre dossier."
    )

# --- Rooms, from the ground up -----------------------------------------------------------------
INSTALLED_APPS = [
    # Before the libraries, so that our templates take the place of theirs.
    "parvis.foundation",
    "parvis.documents",
    "parvis.journal",
    "parvis.accounts",
    "parvis.organisations",
    "parvis.questionnaires",
    "parvis.editions",
    "parvis.measures",
    "parvis.mystery_audits",
    "parvis.feedback",
    "parvis.consultations",
    "parvis.staff_polls",
    "parvis.live_sessions",
    "parvis.results",
    "parvis.web",
    "django.contrib.auth",
    # The passkey pages of allauth read it.
    "django.contrib.humanize",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before all that reads who asks.
    "parvis.foundation.untraced.UntracedMiddleware",
    "parvis.foundation.logs.RequestLogMiddleware",
    "parvis.foundation.machines.MachineMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "parvis.accounts.middleware.HatMiddleware",
    # Last, so that its pages are made inside the hat's tenancy.
    "parvis.foundation.refusals.RefusalMiddleware",
]

# What kiosks send all day long, and a whole room at once: `parvis.foundation.machines`.
MACHINE_ROUTES = [
    "feedback:batches",
    "staff_polls:take_token",
    "staff_polls:state",
    "live_sessions:state",
    "live_sessions:screen_state",
    "live_sessions:enter",
    "live_sessions:vote",
    "consultations:vote",
]
# What agents answer anonymously: `parvis.foundation.untraced`.
UNTRACED_PATHS = ["/sondage/", "/seance/"]

ROOT_URLCONF = "parvis.config.urls"
WSGI_APPLICATION = "parvis.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parvis.foundation.context_processors.page",
                "parvis.accounts.context_processors.hat",
            ],
            "builtins": ["django.templatetags.i18n", "parvis.foundation.templatetags.parvis"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database ----------------------------------------------------------------------------------
# An acknowledged form is a durable form: never weaker than FULL on SQLite and, on PostgreSQL,
# synchronous_commit=on, whatever the server's own default.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
POSTGRESQL_OPTIONS = {"options": "-c synchronous_commit=on -c timezone=UTC"}


def database(url: str) -> dict[str, object]:
    """The Django settings of a database given by its URL, with our durability options."""
    settings = dict(environ.Env.db_url_config(url))
    # Opening an embedded database and setting it up takes longer than most questions to it.
    settings["CONN_MAX_AGE"] = 60
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["OPTIONS"] = SQLITE_OPTIONS
    else:
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **POSTGRESQL_OPTIONS}
        settings["CONN_HEALTH_CHECKS"] = True
    return settings


DATABASES = {
    "default": database(env.str("PARVIS_DATABASE_URL", default=f"sqlite:///{HOME / 'parvis.db'}"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and sign-in ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "web:home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_ENGINE = "parvis.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600

ACCOUNT_ADAPTER = "parvis.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "parvis.accounts.forms.PasswordForm",
    "signup": "parvis.accounts.forms.RegistrationForm",
    "add_email": "parvis.accounts.forms.AddressForm",
    "reset_password": "parvis.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "parvis.accounts.forms.NewPasswordAfterLinkForm",
    "set_password": "parvis.accounts.forms.FirstPasswordForm",
    "change_password": "parvis.accounts.forms.OtherPasswordForm",
}
# Sessions end with the working day, for everybody.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Budgets per account first. Per address only a ceiling that a whole town hall behind one router
# never reaches: a tighter one once locked schools and hospitals out of a peer's product.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "10/5m/key,300/m/ip",
    "signup": "120/m/ip",
    "request_login_code": "5/10m/key,300/m/ip",
    "reset_password": "5/10m/key,120/m/ip",
    "reset_password_from_key": "120/m/ip",
}
MFA_ADAPTER = "parvis.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "parvis.accounts.forms.NewKeyForm",
    "edit_webauthn": "parvis.accounts.forms.RenameKeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "parvis.web.views.errors.csrf_failure"

# One-click sign-in for demonstrations. Only `settings/dev.py` may turn it on.
DEMO = False

# --- Where people find it ----------------------------------------------------------------------
# The address of this installation, as links in mails and on posters give it; empty = pages take
# that of the request they answer, and background work gives no link.
PUBLIC_ADDRESS = env.str("PARVIS_PUBLIC_ADDRESS", default="").strip().rstrip("/")

# --- Mail --------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("PARVIS_MAIL_FROM", default="Parvis <ne-pas-repondre@parvis.invalid>")
# Receives a blind copy of every message, to reconcile those whose fate is unknown; empty = none.
MAIL_COPY = env.str("PARVIS_MAIL_COPY", default="")
# How the keys begin of messages that are copied to nobody: an invitation to a poll gives a ballot,
# and the addresses that a reminder went to are those of who had not collected theirs. A message
# about a consultation gives an access to it, and says that somebody takes part.
UNCOPIED_MAILS = ["staff poll ", "consultation "]
# How the keys begin of messages whose row leaves the outbox once they are surely sent: in their
# order, the addresses of links to a consultation are those of its participants in theirs.
FORGOTTEN_MAILS = ["consultation entrance "]
# The operator's address, written on public pages and in mails.
OPERATOR_NAME = env.str("PARVIS_OPERATOR_NAME", default="L’opérateur du baromètre")
OPERATOR_EMAIL = env.str("PARVIS_OPERATOR_EMAIL", default="barometre@parvis.invalid")
# What the law asks of the legal notice (LCEN, article 6-III); empty = said to be missing there.
OPERATOR_ADDRESS = env.str("PARVIS_OPERATOR_ADDRESS", default="")
PUBLICATION_DIRECTOR = env.str("PARVIS_PUBLICATION_DIRECTOR", default="")
HOSTING_PROVIDER = env.str("PARVIS_HOSTING_PROVIDER", default="")

# --- Background work ---------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- Identity provider ---------------------------------------------------------------------------
# An OpenID Connect provider that verifies, once, who takes part in a consultation; empty = none.
OIDC_ISSUER = env.str("PARVIS_OIDC_ISSUER", default="").strip()
OIDC_CLIENT_ID = env.str("PARVIS_OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("PARVIS_OIDC_CLIENT_SECRET", default="")
# How its button names it.
OIDC_NAME = env.str("PARVIS_OIDC_NAME", default="")

# --- Digests -------------------------------------------------------------------------------------
# The day on which those who asked for it are told what became of a consultation: 1 = Monday.
DIGEST_WEEKDAY = env.int("PARVIS_DIGEST_WEEKDAY", default=4)

# --- Language, time, formats -------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais"))]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "parvis.config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- Crowds ------------------------------------------------------------------------------------
# Whether what many send at once is committed together, by threads of the web process.
COMMITTER_THREADS = True
# How old what phones are told of a room may be: each process reads the database that often.
LIVE_SNAPSHOT_SECONDS = 0.4

# --- Uploads -----------------------------------------------------------------------------------
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024
EVIDENCE_MAX_PIXELS = 40_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Maps --------------------------------------------------------------------------------------
# Where maps take their tiles: "https://…/{z}/{x}/{y}.png"; empty = no tile, points on a plain
# background. The host learns which places are looked at: choose one that the body answers for.
TILES_URL = env.str("PARVIS_TILES_URL", default="").strip()
# Whom the tiles are owed to, as their licence asks; shown on the map.
TILES_ATTRIBUTION = env.str("PARVIS_TILES_ATTRIBUTION", default="").strip()
if TILES_URL and not (
    TILES_URL.startswith("https://") and all(part in TILES_URL for part in ("{z}", "{x}", "{y}"))
):
    raise ImproperlyConfigured(
        f"PARVIS_TILES_URL : « {TILES_URL} » doit commencer par https:// et contenir {{z}}, {{x}} "
        "et {y}, par exemple https://tuiles.exemple.fr/{z}/{x}/{y}.png."
    )

# --- Security ----------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Logs --------------------------------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "parvis.foundation.logs.JsonFormatter"}},
    "filters": {"untraced": {"()": "parvis.foundation.untraced.OnlyWhatBroke"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["untraced"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("PARVIS_LOG_LEVEL", default="INFO")},
    # Given empty so that the server takes this configuration whole, not merged with its own.
    "loggers": {},
}
