"""The embedded settings without the demonstration, and a page that does nothing."""

from parvis.config.settings.dev import *  # noqa: F403

DEMO = False
ROOT_URLCONF = "bench.server_urls"
