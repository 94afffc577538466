"""Settings of the installation that the durability tests start, kill and start again.

The embedded settings, on the database that `PARVIS_DATABASE_URL` names, without the demonstration
and with a real mail server, the test's own. Sessions are written into the database beforehand.
"""

from parvis.config.settings.dev import *  # noqa: F403
from parvis.config.settings.dev import env

DEMO = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.int("PARVIS_TEST_MAIL_PORT")
EMAIL_TIMEOUT = 5
