"""The repository polices itself: nothing unused, undocumented, untranslated or open by mistake."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.mofile import write_mo
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django_scopes import ScopeError, scope

from parvis.organisations.models import Organisation
from tools import translations

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "parvis"
DOCS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
)
TEMPLATES = sorted(
    path for path in PACKAGE.glob("*/templates/**/*") if path.suffix in {".html", ".txt"}
)


def template_name(path: Path) -> str:
    return path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix()


def sources() -> Iterator[str]:
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".py", ".html", ".txt"} and "/tests/" not in path.as_posix():
            yield path.read_text(encoding="utf-8")


def test_every_template_is_used():
    overridden = {
        path.relative_to(root).as_posix()
        for root in (
            Path(allauth.__file__).parent / "templates",
            Path(django.__file__).parent / "forms" / "templates",
        )
        for path in root.rglob("*")
    }
    text = "\n".join(sources())
    unused = []
    for path in TEMPLATES:
        name = template_name(path)
        # Mail templates are named without their extension, error pages by the handlers.
        if name not in overridden and name not in text and name.removesuffix(".txt") not in text:
            unused.append(name)
    assert unused == []


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_templates_hold_no_inline_script_or_style(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, script


def test_every_command_is_documented():
    commands = {
        path.stem
        for path in PACKAGE.glob("*/management/commands/*.py")
        if not path.stem.startswith("_")
    }
    assert commands, "the commands have moved"
    assert {name for name in commands if f"parvis {name}" not in DOCS} == set()


def test_every_setting_of_the_environment_is_documented():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts
    )
    names = set(re.findall(r"\bPARVIS_[A-Z_]+[A-Z]\b", text)) - {"PARVIS_TEST_DATABASE_URL"}
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in names if name not in operations} == set()


def test_links_that_leave_are_made_in_one_place():
    """A page that asked its request instead would give the name it happened to be read at."""
    makers = {
        path.name
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and "build_absolute_uri" in path.read_text(encoding="utf-8")
    }
    assert makers == set(), "parvis.foundation.addresses.absolute makes them"


def test_every_room_says_what_it_is_for():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - {"config", "locale"}
    assert {room for room in rooms if not (PACKAGE / room / "README.md").exists()} == set()


def test_the_english_catalogue_is_complete():
    assert translations.check() == []


def test_the_french_catalogue_holds_texts_of_the_sign_in_library_only():
    """A text that the library renames would be French of another kind again, without a word."""
    library = translations.read(
        Path(allauth.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    )
    ours = [message for message in translations.read(translations.FRENCH) if message.id]
    assert len(ours) > 50
    assert [message.id for message in ours if message.id not in library] == []
    texts = " ".join(
        text
        for message in ours
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    )
    assert re.findall(r"\w'\w|\S [:;?!]|e-mail", re.sub(r"<[^>]*>", "", texts)) == []


def test_french_texts_use_typographic_apostrophes():
    catalogue = translations.read(translations.CATALOGUE)
    identifiers = [m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id]
    assert [text for text in identifiers if re.search(r"[a-zà-ÿ]'[a-zà-ÿ]", text, re.I)] == []


def test_french_texts_keep_their_punctuation_on_the_line():
    """A colon or a question mark never begins a line: the space before it does not break."""
    catalogue = translations.read(translations.CATALOGUE)
    identifiers = [
        text for m in catalogue if m.id for text in ([m.id] if isinstance(m.id, str) else m.id)
    ]
    breaking = re.compile(r" (?:[;:?!»]|%%)(?:\W|$)|« ")
    assert [text for text in identifiers if breaking.search(text)] == []


def test_english_texts_are_punctuated_in_english():
    """No space before a colon or a question mark, no French quotation marks."""
    catalogue = translations.read(translations.CATALOGUE)
    texts = [
        text
        for m in catalogue
        if m.id
        for text in ([m.string] if isinstance(m.string, str) else m.string)
    ]
    assert len(texts) > 1_000
    french = re.compile(r"[ \u00a0\u202f][:;?!](?!\w)|[\u00a0\u202f]%%|[«»]")
    assert [text for text in texts if french.search(text)] == []


def test_french_counts_zero_in_the_singular():
    file = io.BytesIO()
    write_mo(file, translations.complete_french())
    file.seek(0)
    french = gettext.GNUTranslations(file)
    counted = [m.id for m in translations.read(translations.CATALOGUE) if m.pluralizable]
    assert len(counted) > 20
    assert [french.ngettext(*both, 0) for both in counted] == [one for one, _many in counted]
    assert [french.ngettext(*both, 2) for both in counted] == [many for _one, many in counted]


# --- Who gets in ---------------------------------------------------------------------------------

# Everything a visitor may open. A new public page is added here on purpose, or the build fails.
PUBLIC_PAGES = {
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "accounts:invitation",
    "accounts:request_sign_in_link",
    "accounts:sign_in_link",
    "api:answers",
    "api:counts",
    "api:devices",
    "api:documentation",
    "api:openapi",
    "api:touchpoints",
    "editions:method",
    "editions:public_detail",
    "editions:public_list",
    "feedback:give",
    "feedback:kiosk_app",
    "feedback:kiosk_worker",
    "feedback:batches",
    "feedback:configuration",
    "feedback:pair",
    "feedback:sound",
    "feedback:wall_screen",
    "feedback:idea_followed",
    "feedback:public_ideas",
    "feedback:similar_ideas",
    "feedback:support_idea",
    "feedback:you_said",
    "feedback:public_csv",
    "feedback:public_data",
    "feedback:public_package",
    "feedback:public_schema",
    "foundation:health",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "organisations:detail",
    "organisations:search",
    "organisations:suggestions",
    "questionnaires:grid",
    "questionnaires:grid_json",
    "results:national",
    "web:about",
    "web:accessibility",
    "web:demo_sign_in",
    "web:favicon",
    "web:home",
    "web:legal",
    "web:personal_data",
    "web:robots",
    "web:set_language",
    # Agents, by invitation or by a printed code.
    "staff_polls:anonymity",
    "consultations:answer_move",
    "consultations:appeal",
    "consultations:archive",
    "consultations:charter",
    "consultations:enter",
    "consultations:idea",
    "consultations:idea_check",
    "consultations:idea_comment",
    "consultations:idea_detach",
    "consultations:idea_discard",
    "consultations:idea_edit",
    "consultations:idea_file",
    "consultations:idea_follow",
    "consultations:idea_map",
    "consultations:idea_near",
    "consultations:idea_points",
    "consultations:idea_preview",
    "consultations:idea_support",
    "consultations:idea_write",
    "consultations:open_data",
    "consultations:opinions_map",
    "consultations:opinions_own",
    "consultations:opinions_propose",
    "consultations:opinions_vote",
    "consultations:pairs_own",
    "consultations:pairs_prefer",
    "consultations:pairs_propose",
    "consultations:pairs_ranking",
    "consultations:vote",
    "consultations:ask_digest",
    "consultations:confirm",
    "consultations:enter_by_mail",
    "consultations:enter_from_roll",
    "consultations:enter_with_code",
    "consultations:erase_own",
    "consultations:from_provider",
    "consultations:leave",
    "consultations:link_sent",
    "consultations:mail_link",
    "consultations:own",
    "consultations:own_data",
    "consultations:own_votes",
    "consultations:present_oneself",
    "consultations:stop_digest",
    "consultations:take_back_vote",
    "consultations:to_provider",
    "consultations:unsubscribe",
    "consultations:withdraw_own",
    "consultations:moves",
    "consultations:phase",
    "consultations:public",
    "consultations:public_list",
    "consultations:report",
    "consultations:budget_ballot",
    "consultations:budget_project",
    "consultations:argument_edit",
    "consultations:argument_support",
    "consultations:argument_write",
    "consultations:phase_document",
    "consultations:project_note",
    "consultations:result",
    "consultations:result_file",
    "staff_polls:cast",
    "staff_polls:landing",
    "staff_polls:reveal",
    "staff_polls:state",
    "staff_polls:take_token",
    # Whoever is in a room, by the code of its screen.
    "live_sessions:door",
    "live_sessions:enter",
    "live_sessions:phone",
    "live_sessions:screen",
    "live_sessions:screen_state",
    "live_sessions:state",
    "live_sessions:vote",
}


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, inner)
        else:
            yield f"{namespace}{entry.name}", entry


def test_public_pages_are_those_listed():
    public = {
        name
        for name, pattern in routes(get_resolver())
        if not getattr(pattern.callback, "login_required", True)
    }
    assert public == PUBLIC_PAGES


# --- Tenants -------------------------------------------------------------------------------------

# Tables that lead to an organisation and are public, or belong to no tenant.
OPEN_TABLES = {
    "organisations.organisation",
    "organisations.postalcode",
    "organisations.membership",
    "organisations.formername",
    "editions.election",
}


def leads_to_an_organisation(model: type[models.Model], seen: frozenset[str] = frozenset()) -> bool:
    """Whether each row belongs to an organisation, directly or through its parents."""
    label = model._meta.label_lower
    if model is Organisation or label in seen:
        return model is Organisation
    return any(
        leads_to_an_organisation(field.related_model, seen | {label})
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and not field.null
    )


TENANT_TABLES = [
    model
    for model in apps.get_models()
    if model._meta.app_config.name.startswith("parvis.")
    and leads_to_an_organisation(model)
    and model._meta.label_lower not in OPEN_TABLES
]


@pytest.mark.parametrize("model", TENANT_TABLES, ids=lambda model: model._meta.label)
def test_a_tenant_table_read_outside_any_scope_raises(model):
    with scope(), pytest.raises(ScopeError):
        model._default_manager.count()
