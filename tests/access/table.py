"""Who may open each route of the product, and who may act there: one line a route.

Numbers in addresses and forms are those of tenant A. Who is not named is refused, with nothing
changed: a visitor by the way to the sign-in page, somebody signed in by a 403, and by a 404 when
their hat opens the page for objects of their own. `test_table.py` tries every cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.accounts.tests.factories import PASSWORD
from parvis.editions.tests.pages import edition_form, form_of
from parvis.organisations.tests.factories import siren_number
from parvis.questionnaires.enums import Channel
from tests.access.agents_table import AGENTS_TABLE
from tests.access.consultations_table import CONSULTATIONS_TABLE
from tests.access.feedback_table import FEEDBACK_TABLE
from tests.access.live_table import LIVE_TABLE
from tests.access.poll_results_table import POLL_RESULTS_TABLE
from tests.access.polls_table import POLLS_TABLE
from tests.access.route import (
    CITIZEN_OF_A,
    CITIZENS,
    CLAIMANTS,
    COORDINATOR_OF_A,
    COORDINATORS,
    EVERYBODY,
    OPERATOR,
    SIGNED_IN,
    STAFF,
    Body,
    Route,
    fixed,
)
from tests.access.world import CRITERION, World


def contact(state: str) -> Callable[[World], dict[str, Any]]:
    """The number of A's contact in that state."""
    return lambda world: {"pk": world.a.contacts[state].pk}


def slug(world: World) -> dict[str, Any]:
    return {"slug": world.edition.slug}


def site(world: World) -> dict[str, Any]:
    return {"number": world.a.site.pk}


def registration(world: World) -> dict[str, Any]:
    return {"pk": world.a.registration.pk}


def requested_mandate(world: World) -> dict[str, Any]:
    return {"number": world.a.mandate(world.a.pending).pk}


def confirmed_mandate(world: World) -> dict[str, Any]:
    return {"number": world.a.mandate(world.a.coordinator).pk}


def running_wave(world: World) -> dict[str, Any]:
    return {"pk": world.waves[1].pk}


def panel_member(world: World) -> dict[str, Any]:
    return {"pk": world.a.citizen.pk}


def publication(world: World) -> dict[str, Any]:
    return {"pk": world.published.pk}


def new_run(world: World) -> dict[str, Any]:
    return {"slug": world.edition.slug, "number": world.unpublished.number}


def the_grid(world: World) -> dict[str, Any]:
    return {"pk": world.edition.grid_id}


def ticked(state: str) -> Body:
    """A list of contacts of the wave, as ticked by the operator."""
    return lambda world, role: {"contact": [world.a.contacts[state].pk]}


def declarations(world: World, role: str) -> dict[str, Any]:
    """What a coordinator of A declares anew."""
    world.a.registration.refresh_from_db()
    return {
        "revision": world.a.registration.revision,
        "options": ["visits"],
        "known_sites": [world.a.site.pk],
        "channel_phone": "01 99 00 12 34",
    }


def joining(world: World, role: str) -> dict[str, Any]:
    return {
        "function": "directeur",
        "staff_informed": "on",
        "communicability_acknowledged": "on",
        "channel_phone": "01 99 00 12 34",
    }


TABLE: Mapping[str, Route] = {
    # --- Public pages ---------------------------------------------------------------------------
    "web:home": Route(EVERYBODY),
    "web:about": Route(EVERYBODY),
    "web:accessibility": Route(EVERYBODY),
    "web:legal": Route(EVERYBODY),
    "web:personal_data": Route(EVERYBODY),
    "web:robots": Route(EVERYBODY),
    "web:favicon": Route(EVERYBODY),
    "web:set_language": Route(post=EVERYBODY, body=fixed(language="en")),
    # Absent but in demonstrations.
    "web:demo_sign_in": Route(),
    "foundation:health": Route(EVERYBODY),
    "questionnaires:grid": Route(EVERYBODY, kwargs=the_grid),
    "questionnaires:grid_json": Route(EVERYBODY, kwargs=the_grid),
    "editions:public_list": Route(EVERYBODY),
    "editions:public_detail": Route(EVERYBODY, kwargs=slug),
    "editions:method": Route(EVERYBODY, kwargs=slug),
    "results:national": Route(EVERYBODY, kwargs=slug),
    # --- One's own account ----------------------------------------------------------------------
    "accounts:hats": Route(
        SIGNED_IN,
        SIGNED_IN,
        body=lambda world, role: {"hat": f"mandate:{world.a.mandate(world.a.coordinator).pk}"},
        writes=False,
    ),
    "accounts:request_sign_in_link": Route(
        EVERYBODY,
        EVERYBODY,
        body=lambda world, role: {"email": world.people["newcomer"].email},
    ),
    "accounts:sign_in_link": Route(
        EVERYBODY, EVERYBODY, kwargs=lambda world: {"token": world.sign_in_token}
    ),
    "accounts:invitation": Route(
        EVERYBODY, EVERYBODY, kwargs=lambda world: {"token": world.invitation_token}
    ),
    "accounts:profile": Route(
        SIGNED_IN, SIGNED_IN, body=fixed(display_name="Un autre nom", language="en")
    ),
    "accounts:export": Route(SIGNED_IN),
    "accounts:erase": Route(SIGNED_IN, SIGNED_IN),
    "accounts:second_factor": Route(SIGNED_IN),
    # --- The operator's team --------------------------------------------------------------------
    "accounts:team": Route(OPERATOR),
    "accounts:invite_staff": Route(
        OPERATOR, OPERATOR, body=fixed(email="autre@exemple.invalid", kind="reviewer")
    ),
    "accounts:revoke_invitation": Route(
        post=OPERATOR, kwargs=lambda world: {"pk": world.invitation.pk}
    ),
    "accounts:end_role": Route(
        OPERATOR, OPERATOR, kwargs=lambda world: {"pk": world.reviewer_role.pk}
    ),
    "accounts:reset_second_factor": Route(
        OPERATOR,
        OPERATOR,
        kwargs=lambda world: {"pk": world.people["reviewer"].pk},
        body=fixed(reason="reconnue au téléphone"),
    ),
    # --- Sign-in, by django-allauth -------------------------------------------------------------
    "account_login": Route(
        EVERYBODY,
        EVERYBODY,
        body=lambda world, role: {"login": world.people["newcomer"].email, "password": PASSWORD},
        theirs=True,
    ),
    "account_logout": Route(EVERYBODY, EVERYBODY, writes=False, theirs=True),
    "account_inactive": Route(EVERYBODY, theirs=True),
    "account_signup": Route(
        EVERYBODY,
        EVERYBODY,
        body=fixed(
            display_name="Quelqu’un",
            email="quelquun@exemple.invalid",
            password1="une phrase de passe inédite",
        ),
        theirs=True,
    ),
    "account_reauthenticate": Route(
        SIGNED_IN, SIGNED_IN, body=fixed(password=PASSWORD), writes=False, theirs=True
    ),
    "account_email": Route(
        SIGNED_IN,
        SIGNED_IN,
        body=fixed(email="nouvelle-adresse@exemple.invalid", action_add="1"),
        theirs=True,
    ),
    "account_email_verification_sent": Route(EVERYBODY, theirs=True),
    "account_change_password": Route(
        SIGNED_IN,
        SIGNED_IN,
        body=fixed(
            oldpassword=PASSWORD,
            password1="une phrase de passe inédite",
            password2="une phrase de passe inédite",
        ),
        theirs=True,
    ),
    "account_set_password": Route(SIGNED_IN, theirs=True),
    "account_reset_password": Route(
        EVERYBODY,
        EVERYBODY,
        body=lambda world, role: {"email": world.people["newcomer"].email},
        theirs=True,
    ),
    "account_reset_password_done": Route(EVERYBODY, theirs=True),
    "account_reset_password_from_key": Route(
        EVERYBODY, kwargs=lambda world: {"uidb36": "1", "key": "aucune-cle"}, theirs=True
    ),
    "account_reset_password_from_key_done": Route(EVERYBODY, theirs=True),
    "account_confirm_email": Route(
        EVERYBODY, kwargs=lambda world: {"key": "aucune-cle"}, theirs=True
    ),
    "account_confirm_login_code": Route(EVERYBODY, theirs=True),
    "mfa_index": Route(SIGNED_IN, theirs=True),
    "mfa_authenticate": Route(EVERYBODY, theirs=True),
    "mfa_reauthenticate": Route(SIGNED_IN, theirs=True),
    "mfa_activate_totp": Route(SIGNED_IN, theirs=True),
    # Only for who has a second factor; the codes and the keys of the table's people do not exist.
    "mfa_deactivate_totp": Route(STAFF, theirs=True),
    "mfa_view_recovery_codes": Route(theirs=True),
    "mfa_generate_recovery_codes": Route(SIGNED_IN, theirs=True),
    "mfa_download_recovery_codes": Route(theirs=True),
    "mfa_list_webauthn": Route(SIGNED_IN, theirs=True),
    "mfa_add_webauthn": Route(SIGNED_IN, theirs=True),
    "mfa_reauthenticate_webauthn": Route(SIGNED_IN, theirs=True),
    "mfa_remove_webauthn": Route(kwargs=lambda world: {"pk": 1}, theirs=True),
    "mfa_edit_webauthn": Route(kwargs=lambda world: {"pk": 1}, theirs=True),
    "mfa_login_webauthn": Route(EVERYBODY, theirs=True),
    # --- Directory, mandates, places ------------------------------------------------------------
    "organisations:search": Route(EVERYBODY, query=lambda world: {"q": "Ville-Témoin"}),
    "organisations:suggestions": Route(EVERYBODY, query=lambda world: {"q": "Ville-Témoin"}),
    "organisations:detail": Route(
        EVERYBODY, kwargs=lambda world: {"number": world.a.organisation.pk}
    ),
    "organisations:register_body": Route(
        SIGNED_IN,
        SIGNED_IN,
        body=fixed(siren=siren_number(7_654_321), kind="ccas", name="CCAS Neuf"),
    ),
    "organisations:ask_to_act": Route(
        SIGNED_IN,
        SIGNED_IN,
        kwargs=lambda world: {"number": world.a.organisation.pk},
        body=fixed(function="adjoint"),
    ),
    "organisations:mandates": Route(OPERATOR),
    "organisations:decided_mandates": Route(OPERATOR),
    "organisations:confirm_mandate": Route(OPERATOR, OPERATOR, kwargs=requested_mandate),
    "organisations:refuse_mandate": Route(
        OPERATOR, OPERATOR, kwargs=requested_mandate, body=fixed(reason="inconnue de la mairie")
    ),
    "organisations:end_mandate": Route(
        OPERATOR, OPERATOR, kwargs=confirmed_mandate, body=fixed(reason="a changé de poste")
    ),
    "organisations:sites": Route(COORDINATORS),
    "organisations:add_site": Route(
        COORDINATORS, COORDINATORS, body=fixed(name="Annexe neuve", address="2, rue Neuve")
    ),
    "organisations:change_site": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=site,
        body=lambda world, role: {
            "name": "Autre nom",
            "address": "3, rue Neuve",
            "revision": world.a.site.revision,
        },
    ),
    "organisations:close_site": Route(COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=site),
    "organisations:reopen_site": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=lambda world: {"number": world.a.closed_site.pk},
    ),
    # --- Editions and registrations -------------------------------------------------------------
    "editions:board_list": Route(OPERATOR),
    "editions:create": Route(OPERATOR, OPERATOR, body=lambda world, role: edition_form()),
    "editions:board": Route(OPERATOR, kwargs=slug),
    "editions:edit": Route(
        OPERATOR,
        OPERATOR,
        kwargs=lambda world: {"slug": world.draft.slug},
        body=lambda world, role: form_of(world.draft, title="Autre titre"),
    ),
    "editions:open": Route(OPERATOR, OPERATOR, kwargs=lambda world: {"slug": world.draft.slug}),
    "editions:open_wave": Route(
        OPERATOR, OPERATOR, kwargs=lambda world: {"slug": world.other_edition.slug, "number": 1}
    ),
    "editions:registrations": Route(OPERATOR, kwargs=slug),
    "editions:register": Route(
        SIGNED_IN,
        SIGNED_IN,
        kwargs=slug,
        query=lambda world: {"organisation": world.free_body.pk},
        body=joining,
    ),
    "editions:my_registrations": Route(CLAIMANTS),
    "editions:registration": Route(COORDINATOR_OF_A | OPERATOR, kwargs=registration),
    "editions:amend": Route(
        COORDINATOR_OF_A | OPERATOR,
        COORDINATOR_OF_A | OPERATOR,
        kwargs=registration,
        body=declarations,
    ),
    "editions:withdraw": Route(
        COORDINATOR_OF_A | OPERATOR,
        COORDINATOR_OF_A | OPERATOR,
        kwargs=lambda world: {"pk": world.a.other_registration.pk},
        body=fixed(reason="changement de calendrier"),
    ),
    # --- Fieldwork ------------------------------------------------------------------------------
    "mystery_audits:my_contacts": Route(CITIZENS),
    "mystery_audits:contact_form": Route(
        CITIZEN_OF_A,
        CITIZEN_OF_A,
        kwargs=contact("in_progress"),
        body=fixed(**{CRITERION: "yes", f"was:{CRITERION}": "0:"}),
    ),
    "mystery_audits:save_field": Route(
        post=CITIZEN_OF_A,
        kwargs=contact("in_progress"),
        body=fixed(field=CRITERION, value="yes", base="0"),
    ),
    "mystery_audits:send_evidence": Route(
        post=CITIZEN_OF_A,
        kwargs=contact("in_progress"),
        body=lambda world, role: {
            "file": SimpleUploadedFile("appel.txt", b"14 h 06, trois sonneries"),
            "file_id": str(uuid4()),
            "file_kind": "call_log",
        },
    ),
    "mystery_audits:evidence": Route(
        CITIZEN_OF_A | STAFF, kwargs=lambda world: {"pk": world.a.evidence.pk}
    ),
    "mystery_audits:review_queue": Route(STAFF),
    "mystery_audits:review": Route(STAFF, kwargs=contact("submitted")),
    "mystery_audits:take": Route(post=STAFF, kwargs=contact("submitted")),
    "mystery_audits:validate": Route(post=STAFF, kwargs=contact("in_review")),
    "mystery_audits:decide_with_reason": Route(
        post=STAFF,
        kwargs=contact("in_review"),
        body=fixed(decision="return", reason="L’heure de l’appel manque."),
    ),
    "mystery_audits:wave": Route(OPERATOR, kwargs=running_wave),
    "mystery_audits:generate": Route(
        OPERATOR,
        OPERATOR,
        kwargs=running_wave,
        body=lambda world, role: {
            "action": "generate",
            **{channel.value: 12 if channel == Channel.PHONE else 0 for channel in Channel},
        },
    ),
    "mystery_audits:assign": Route(
        OPERATOR,
        OPERATOR,
        kwargs=running_wave,
        query=lambda world: {"contact": [world.a.contacts["planned"].pk]},
        body=lambda world, role: {
            **ticked("planned")(world, role),
            "mystery_citizen": world.b.citizen.pk,
            "action": "assign",
        },
    ),
    "mystery_audits:unassign": Route(post=OPERATOR, kwargs=running_wave, body=ticked("assigned")),
    "mystery_audits:assign_evenly": Route(OPERATOR, OPERATOR, kwargs=running_wave),
    "mystery_audits:cancel_rest": Route(
        OPERATOR, OPERATOR, kwargs=running_wave, body=fixed(reason="la vague se termine")
    ),
    # Refused while contacts are unfinished: closing is shown in the room's own tests.
    "mystery_audits:close_wave": Route(OPERATOR, OPERATOR, kwargs=running_wave, writes=False),
    "mystery_audits:panel": Route(OPERATOR),
    "mystery_audits:invite_to_panel": Route(
        OPERATOR, OPERATOR, body=fixed(email="volontaire@exemple.invalid")
    ),
    "mystery_audits:panel_member": Route(
        OPERATOR, OPERATOR, kwargs=panel_member, body=fixed(departement_code="69")
    ),
    "mystery_audits:panel_departure": Route(OPERATOR, OPERATOR, kwargs=panel_member),
    # --- Results --------------------------------------------------------------------------------
    "results:mine": Route(COORDINATORS),
    # A publication is everybody's; each reads the sheet of the body acted for.
    "results:sheet": Route(COORDINATORS, kwargs=publication),
    "results:journey": Route(COORDINATORS, kwargs=publication),
    "results:criteria": Route(COORDINATORS, kwargs=publication),
    "results:method": Route(COORDINATORS, kwargs=publication),
    "results:report": Route(COORDINATORS, kwargs=publication),
    "results:export": Route(COORDINATORS, kwargs=publication),
    "results:contact": Route(
        COORDINATOR_OF_A,
        kwargs=lambda world: {
            "pk": world.published.pk,
            "contact_pk": world.a.published_contact.pk,
        },
    ),
    "results:runs": Route(OPERATOR, kwargs=slug),
    # Nothing changed since the second run: launching again gives the same.
    "results:launch": Route(post=OPERATOR, kwargs=slug, body=fixed(vague="1"), writes=False),
    "results:run": Route(OPERATOR, kwargs=new_run),
    "results:sheets": Route(OPERATOR, kwargs=new_run),
    "results:full_sheet": Route(
        OPERATOR,
        kwargs=lambda world: {**new_run(world), "organisation": world.a.organisation.pk},
    ),
    "results:publish": Route(OPERATOR, OPERATOR, kwargs=new_run),
    # --- On-the-spot feedback, its kiosks and its API --------------------------------------------
    **FEEDBACK_TABLE,
    # --- Staff polls ----------------------------------------------------------------------------
    **POLLS_TABLE,
    **AGENTS_TABLE,
    # --- Results of staff polls -----------------------------------------------------------------
    **POLL_RESULTS_TABLE,
    # --- Live sessions --------------------------------------------------------------------------
    **LIVE_TABLE,
    # --- Public consultations ------------------------------------------------------------------
    **CONSULTATIONS_TABLE,
}
