"""What this room holds on people: the panel's identities, free texts, evidence.

The people behind code names are the operator's to protect. Evidence and decisions are never
deleted; what they may hold of a person is bounded at entry (help texts, metadata removed) and they
leave with the edition's archive.
"""

from __future__ import annotations

from parvis.foundation.personal_data import Controller, declare, not_personal

_WITH_THE_ARCHIVE = "as long as the archive of the edition: decisions must remain explainable"

declare(
    "mystery_audits.MysteryCitizen",
    "person",
    purpose="link between a code name and the person who tests, seen by the operator only",
    controller=Controller.OPERATOR,
    retention="until the person is erased: accounts then puts a pseudonym in place of the identity",
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
    purpose="neutral remarks of the mystery citizen, without names",
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
declare(
    "mystery_audits.Contact",
    "reviewer",
    purpose="who made the second reading, so that nobody reviews their own test",
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
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
    purpose="who took a step, shown as a role or a code name",
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
declare(
    "mystery_audits.Transition",
    "reason",
    purpose="why a contact was returned or cancelled, and the tester's answer",
    controller=Controller.OPERATOR,
    retention=_WITH_THE_ARCHIVE,
)
declare(
    "mystery_audits.Evidence",
    "original_name",
    purpose="name the tester's device gave the file, shown beside it",
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
