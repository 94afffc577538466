"""The kiosk's page and its service worker: files that a tablet keeps, the same for every body.

Neither needs a session, a cookie nor the database: what a kiosk shows comes from its configuration,
asked with its own secret once it is paired.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_headers

import parvis
from parvis.feedback.questionnaire_document import LANGUAGES
from parvis.foundation.access import public

_STATIC = Path(__file__).resolve().parents[1] / "static"
_KIOSK = _STATIC / "feedback" / "kiosk"
_WORKER = _KIOSK / "service-worker.js"
# The one module of another room that those of the kiosk import.
_SHARED = "foundation/js/make.js"
_SHARED_FILE = Path(parvis.__file__).parent / "foundation" / "static" / _SHARED
_ENTRY = "feedback/kiosk/app.js"
# What the page names: by the address that changes with its content, where there is one.
_NAMED = (
    _ENTRY,
    "feedback/kiosk/kiosk.css",
    "feedback/kiosk/manifest.webmanifest",
    "feedback/kiosk/upkeep.css",
    "foundation/css/faces.css",
    "feedback/words.json",
    "foundation/css/base.css",
    "foundation/css/tokens.css",
    "foundation/favicon.svg",
    "foundation/fonts/atkinson-hyperlegible-next-latin-400-normal.woff2",
    # Letters of Polish, Romanian and Turkish: a browser asks for them when it first shows one.
    "foundation/fonts/atkinson-hyperlegible-next-latin-ext-400-normal.woff2",
)
_INDENTATION = re.compile(r"\n\s+")


def _tag(request: HttpRequest) -> str:
    return f'"{shell_version()}-{get_language()}"'


@public
@require_safe
@cache_control(no_cache=True)
@vary_on_headers("Accept-Language")
@gzip_page  # the same for everybody: compressing it tells nothing of anyone
@condition(etag_func=_tag)
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_page(shell_version()))


@public
@require_safe
@cache_control(no_cache=True)
@gzip_page
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, which any change of a file it keeps makes another one."""
    shell = {
        "version": shell_version(),
        "page": reverse("feedback:kiosk_app"),
        "files": shell_files(),
    }
    return HttpResponse(
        f"const SHELL = {json.dumps(shell)};\n{_WORKER.read_text(encoding='utf-8')}",
        content_type="text/javascript; charset=utf-8",
    )


def shell_files() -> list[str]:
    """Addresses of all that the page needs besides itself.

    A module imports its neighbours by their plain names, which no storage rewrites.
    """
    modules = sorted(
        f"{settings.STATIC_URL}feedback/kiosk/{path.name}"
        for path in _KIOSK.glob("*.js")
        if path.name not in {"app.js", _WORKER.name}
    )
    return [*(static(name) for name in _NAMED), *modules, f"{settings.STATIC_URL}{_SHARED}"]


def shell_version() -> str:
    """Eight characters that change with any file of the kiosk."""
    # While somebody writes these files they change under a running server.
    return _digest() if settings.DEBUG else _digest_once()


def _digest() -> str:
    digest = hashlib.sha256(parvis.__version__.encode())
    for language, _name in settings.LANGUAGES:
        with override(language):
            digest.update(_page("").encode())
    words = _STATIC / "feedback" / "words.json"
    for path in [*sorted(_KIOSK.iterdir()), words, _SHARED_FILE]:
        digest.update(path.read_bytes())
    # Those of the other rooms and libraries change their address with their content.
    digest.update("\n".join(shell_files()).encode())
    return digest.hexdigest()[:8]


_digest_once = cache(_digest)


def _page(shell: str) -> str:
    page = render_to_string(
        "feedback/citizen/kiosk.html",
        {
            "version": parvis.__version__[:20],
            "shell": shell,
            "languages": LANGUAGES,
        },
    )
    # A tenth of the page is indentation, and pages are not compressed on their way.
    return _INDENTATION.sub("\n", page)
