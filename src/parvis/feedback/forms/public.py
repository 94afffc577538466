"""Forms that anybody may send, without account or cookie: a signed number that serves once.

Robots are kept out by a field that people do not see and by a minimum time, never by an address: a
whole school, a hospital, share one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal

TOKEN, TRAP = "formulaire", "site_web"
SECONDS_AT_LEAST = 1.5
VALID_SECONDS = 24 * 3600
_SALT = "parvis.feedback.forms.public"


@dataclass(frozen=True)
class SentForm:
    """The number drawn with the form, the same if it is sent twice."""

    number: UUID


def new_token(subject: str) -> str:
    """What a form about `subject` carries in its field `formulaire`."""
    return signing.dumps([subject, uuid4().hex, time.time()], salt=_SALT)


def read_form(request: HttpRequest, subject: str) -> SentForm:
    """The form sent, or Refusal with what to do; nothing was changed."""
    if request.POST.get(TRAP):
        raise Refusal(
            _(
                "Un champ caché a été rempli, comme le font les robots : rien n’a été enregistré. "
                "Rechargez la page et recommencez sans remplissage automatique."
            )
        )
    try:
        about, number, drawn_at = signing.loads(
            request.POST.get(TOKEN, ""), salt=_SALT, max_age=VALID_SECONDS
        )
        made = UUID(hex=number)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        about, made, drawn_at = "", None, 0.0
    if about != subject or made is None:
        raise Refusal(
            _("Cette page est restée ouverte trop longtemps : rechargez-la, puis recommencez.")
        )
    if time.time() - float(drawn_at) < SECONDS_AT_LEAST:
        raise Refusal(
            _("C’était très rapide : attendez une seconde, puis recommencez. Rien n’est perdu.")
        )
    return SentForm(made)
