"""What a body answers, the agents' names it has masked, and who wrote what."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "feedback.AgentName",
    "name",
    purpose=_("masquer dans les commentaires le nom de qui travaille pour l’organisme"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à ce que l’organisme le retire de sa liste"),
)
declare(
    "feedback.AgentName",
    "added_by",
    purpose=_("savoir qui a ajouté un nom à masquer"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à ce que l’organisme le retire de sa liste"),
)
declare(
    "feedback.Reply",
    "replied_by",
    purpose=_("savoir qui a répondu à un commentaire"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la réponse"),
)
declare(
    "feedback.Idea",
    "answered_by",
    purpose=_("savoir qui a répondu à une idée"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que l’idée"),
)
declare(
    "feedback.Commitment",
    "changed_by",
    purpose=_("savoir qui a écrit un engagement"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que l’engagement"),
)
not_personal("feedback.ReplyTemplate", "name", "text", because="a body's words, for anybody")
not_personal("feedback.Reply", "text", "embargo_reason", because="a body's public words")
not_personal("feedback.Idea", "answer", "embargo_reason", because="a body's public words")
not_personal(
    "feedback.Commitment", "said", "done", "embargo_reason", because="a body's public words"
)
not_personal(
    "feedback.Theme", "label", "words", because="stems said by several, and a name given by a body"
)
