"""Settings of the embedded way of running: `make demo` and a developer's machine."""

from parvis.config.settings.base import *  # noqa: F403
from parvis.config.settings.base import HOME, LOGGING, STATIC_ROOT, env
from parvis.foundation.keys import persistent_secret_key

HOME.mkdir(parents=True, exist_ok=True)
STATIC_ROOT.mkdir(exist_ok=True)

DEBUG = env.bool("PARVIS_DEBUG", default=False)
SECRET_KEY = persistent_secret_key(HOME / "secret-key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DEMO = env.bool("PARVIS_DEMO", default=True)

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOME / "mail"

# Style sheets and scripts are served from the package itself: nothing to collect first.
WHITENOISE_USE_FINDERS = True

# A terminal shows what needs somebody, not each request.
LOGGING["root"]["level"] = env.str("PARVIS_LOG_LEVEL", default="WARNING")
