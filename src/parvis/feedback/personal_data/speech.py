"""Sounds of the kiosks: public texts, and who recorded one in their own voice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

not_personal(
    "feedback.SpokenLabel",
    "language",
    "text",
    "text_hash",
    "sound_hash",
    because="a text of a published questionnaire, and the name of its sound file",
)
declare(
    "feedback.SpokenLabel",
    "recorded_by",
    purpose=_("savoir qui a déposé l’enregistrement d’une voix"),
    controller=Controller.ORGANISATION,
    retention=_("jusqu’à ce qu’un autre enregistrement ou la voix de synthèse le remplace"),
)
