"""What this room holds on people: the panel's identities, free texts, evidence.

The people behind code names are the operator's to protect. Evidence and decisions are never
deleted; what they may hold of a person is bounded at entry (help texts, metadata removed) and they
leave with the edition's archive.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

_WITH_THE_ARCHIVE = _(
    "aussi longtemps que l’archive de l’édition : les décisions doivent rester explicables"
)

declare(
    "mystery_audits.MysteryCitizen",
    "person",
    purpose=_("relier un nom de code à la personne qui teste ; seul l’opérateur voit ce lien"),
    controller=Controller.OPERATOR,
    retention=_("jusqu’à l’effacement de la personne : un pseudonyme remplace alors son identité"),
)
not_personal(
    "mystery_audits.MysteryCitizen",
    "code_name",
    "departement_code",
    because="a pseudonym, and an area of at least tens of thousands of inhabitants",
)
not_personal(
    "mystery_audits.Scenario",
    "code",
    "kinds",
    "title_fr",
    "title_en",
    "persona_fr",
    "persona_en",
    "request_fr",
    "request_en",
    "good_answer_fr",
    "good_answer_en",
    because="invented characters and requests, reviewed to name nobody",
)
declare(
    "mystery_audits.Contact",
    "comment",
    purpose=_("remarques neutres du citoyen-mystère, sans nom"),
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
declare(
    "mystery_audits.Contact",
    "reviewer",
    purpose=_("qui a fait la seconde lecture, pour que personne ne relise son propre test"),
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
not_personal(
    "mystery_audits.ClockReading",
    "event",
    because="the name of a date of the contact",
)
not_personal(
    "mystery_audits.Answer",
    "criterion",
    "value",
    because="codes of the grid and the answers it offers, about a service",
)
declare(
    "mystery_audits.Transition",
    "actor",
    purpose=_("qui a franchi une étape, montré comme un rôle ou un nom de code"),
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
declare(
    "mystery_audits.Transition",
    "reason",
    purpose=_(
        "pourquoi une prise de contact a été renvoyée ou annulée, et ce qu’en répond le testeur"
    ),
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
declare(
    "mystery_audits.Evidence",
    "original_name",
    purpose=_("nom que l’appareil du testeur a donné au fichier, affiché à côté de lui"),
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
not_personal(
    "mystery_audits.Evidence",
    "media_type",
    "sha256",
    "received_sha256",
    "path",
    because="types, hashes and generated names; the files themselves follow `original_name`",
)
