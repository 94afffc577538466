"""Settings of the test suite: in memory by default, PostgreSQL where an URL is given."""

import os
import tempfile
from pathlib import Path

from parvis.config.settings.base import *  # noqa: F403
from parvis.config.settings.base import database, env

# Several test processes share the machine: threads of numpy that wait for each other would spin.
# Read when numpy is first imported, which no setting does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

SECRET_KEY = "only for tests, never in service"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DEBUG = False

DATABASES = {"default": database(env.str("PARVIS_TEST_DATABASE_URL", default="sqlite:///:memory:"))}
DATABASES["default"]["CONN_MAX_AGE"] = 0

# Most tests run in a transaction that another thread would not see; those of races and kills use
# the threads, as in service.
COMMITTER_THREADS = False
# A test reads what it has just written.
LIVE_SNAPSHOT_SECONDS = 0.0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Each test process writes its files in a folder of its own, removed with the machine's temporary
# files; tests that write evidence use pytest's tmp_path instead.
HOME = Path(tempfile.mkdtemp(prefix="parvis-test-"))
EVIDENCE_ROOT = HOME / "evidence"
STATIC_ROOT = HOME / "static"
KEYS_APART = Path(tempfile.mkdtemp(prefix="parvis-test-keys-"))
STATIC_ROOT.mkdir()
WHITENOISE_AUTOREFRESH = True
