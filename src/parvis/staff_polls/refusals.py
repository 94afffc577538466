"""What an agent's page is answered when a token or a ballot is not taken: a code and a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal


class PollRefusal(Refusal):
    """Refused, and nothing was changed. `code` is for programs, `message` for people."""

    code = "unreadable"


class Unknown(PollRefusal):
    """No poll, no invitation, no printed code or no signature that this server knows."""

    status = 403
    code = "unknown"


class Collected(PollRefusal):
    """The agent has already collected a token, on another device or before clearing this one."""

    status = 409
    code = "collected"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Un bulletin a déjà été pris avec cette invitation, sur un autre appareil ou dans "
                "un autre navigateur. Reprenez sur celui-là : personne, pas même nous, ne peut "
                "savoir ce qu’il est devenu, ni en donner un second."
            )
        )


class Closed(PollRefusal):
    """The poll is not open: `410` when it was, `409` when it will be."""

    code = "closed"

    def __init__(self, *, was_open: bool) -> None:
        super().__init__(
            _("Ce sondage est clos : il ne reçoit plus de réponses.")
            if was_open
            else _("Ce sondage n’est pas encore ouvert. Revenez un peu plus tard.")
        )
        self.status = 410 if was_open else 409


def unknown_invitation() -> Unknown:
    return Unknown(
        _(
            "Cette invitation n’est pas connue. Ouvrez le lien entier du message reçu, ou demandez "
            "une nouvelle invitation à la personne qui organise le sondage."
        )
    )


def unknown_code() -> Unknown:
    return Unknown(
        _("Ce code n’est pas connu. Vérifiez chaque signe : douze, sans I, L, O, U, ni 0, ni 1."),
        field="code",
    )


def unknown_token() -> Unknown:
    return Unknown(
        _("Ce bulletin n’est pas de ce sondage, ou il a été changé en route : il n’est pas compté.")
    )
