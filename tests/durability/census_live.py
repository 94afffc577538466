"""What the box of the only live session holds, opened, as JSON: the answer of each token."""

from __future__ import annotations

import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    from parvis.live_sessions.models import LiveSession
    from parvis.live_sessions.tests.factories import box_of

    with scopes_disabled():
        json.dump(box_of(LiveSession.objects.get()), sys.stdout)
