"""Comments and ideas in a browser: every page examined, light for the public, without script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.enums import CommitmentState, IdeaState
from parvis.feedback.idea_links import token_of
from parvis.feedback.models import Comment, Idea, Theme, Touchpoint
from parvis.feedback.operations import agent_names, ideas, moderation, replies
from parvis.feedback.operations.themes import search_themes
from parvis.feedback.tests.comment_factories import CommentFactory, the_idea
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.feedback.tests.test_themes import comments_about, store
from parvis.organisations.tests.factories import coordinator_of
from tests.e2e.conftest import DESK, PHONE, Reception, Visit
from tests.e2e.test_weight import PUBLIC_BYTES, WORKSPACE_BYTES, weight

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
]

NARROW = {"viewport": {"width": 320, "height": 720}}
TABLET = {"viewport": {"width": 768, "height": 1000}}
WIDE = {"viewport": {"width": 1440, "height": 900}}
# Where to photograph the pages as they are examined; nowhere by default.
SHOTS = os.environ.get("PARVIS_TEST_SHOTS", "")


class Town:
    """A body with comments of every state, themes, answers, ideas."""

    def __init__(self) -> None:
        self.place: Touchpoint = TouchpointFactory(name="Accueil de la mairie des Lilas")
        body = self.place.organisation
        _client, self.person = coordinator_of(body)
        store(self.place, comments_about(60))
        self.waiting = CommentFactory(
            touchpoint=self.place,
            level=0,
            raw_text="M. Duprat m’a reçu avec 45 minutes de retard. Rappelez-moi au "
            "06 12 34 56 78, ou écrivez à jean.dupont@exemple.fr.\n"
            "La dame rousse du fond, elle, était adorable.",
        )
        self.public = CommentFactory(
            touchpoint=self.place,
            published=True,
            raw_text="Une heure debout avec un enfant, sans une chaise.",
            level=1,
        )
        CommentFactory(
            touchpoint=self.place,
            published=True,
            raw_text="<b>Très</b> bien 😀 مرحبا بكم شكرا",
            language="ar",
        )
        self.idea: Idea = the_idea(
            touchpoint=self.place, raw_text="Installer un banc à l’ombre devant la mairie"
        )
        self.twin: Idea = the_idea(
            touchpoint=self.place, raw_text="Mettre des bancs devant la mairie"
        )
        by = self.person
        with scopes_disabled():
            search_themes(organisation_id=body.pk)
            self.theme = Theme.objects.current().first()
            for _turn in range(3):
                ideas.support(idea=self.idea, form=uuid4())
            self.commitment = replies.save_commitment(
                organisation=body,
                commitment=None,
                said="L’attente est trop longue, surtout avec des enfants",
                done="Deux guichets de plus le samedi depuis mai, et douze chaises dans la salle.",
                state=CommitmentState.DONE,
                theme=self.theme,
                published=True,
                embargo_reason="",
                revision=None,
                by=by,
            )
            replies.link_comment(comment=self.public, commitment=self.commitment, by=by)
            replies.reply(
                comment=self.public,
                text="Vous avez raison. Douze chaises sont arrivées.",
                revision=None,
                embargo_reason="",
                by=by,
            )
            self.template = replies.save_template(
                organisation=body,
                template=None,
                name="Merci",
                text="Merci d’avoir pris le temps de nous le dire. L’équipe de {lieu} l’a lu.",
                revision=None,
                by=by,
            )
            agent_names.add_agent_names(organisation=body, names=["Fatoumata Sissako"], by=by)
            ideas.answer(
                idea=self.idea,
                state=IdeaState.PLANNED,
                text="Deux bancs seront posés à l’automne.",
                revision=1,
                embargo_reason="",
                by=by,
            )
            comment = Comment.objects.get(pk=self.waiting.pk)
            moderation.hide_words(
                comment=comment,
                words="dame rousse",
                seen=moderation.version_of(comment),
                by=by,
            )

    def workspace(self) -> dict[str, str]:
        def at(name: str, *args: Any) -> str:
            return reverse(f"feedback:{name}", args=args)

        return {
            "comments": at("comments"),
            "comment": at("comment", self.waiting.pk),
            "comment-public": at("comment", self.public.pk),
            "reply": at("comment_reply", self.public.pk),
            "ideas": at("ideas"),
            "idea": at("idea", self.idea.pk),
            "themes": at("themes"),
            "theme": at("theme_rename", self.theme.pk if self.theme else 0),
            "commitments": at("commitments"),
            "commitment": at("commitment", self.commitment.pk),
            "templates": at("reply_templates"),
            "template": at("reply_template", self.template.pk),
            "names": at("agent_names"),
        }

    def public_pages(self) -> dict[str, str]:
        body = self.place.organisation_id
        return {
            "you-said": reverse("feedback:you_said", args=[body]),
            "public-ideas": reverse("feedback:public_ideas", args=[body]),
            "support": reverse("feedback:support_idea", args=[self.idea.pk]),
            "followed": reverse(
                "feedback:idea_followed", args=[token_of(self.idea.comment.answer_id)]
            ),
            "similar": reverse("feedback:similar_ideas", args=[self.place.code])
            + "?text=un+banc+devant+la+mairie",
        }


def photograph(visit: Visit, name: str) -> None:
    if not SHOTS or visit.page.viewport_size is None:
        return
    width = visit.page.viewport_size["width"]
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        visit.page.screenshot(
            path=str(Path(SHOTS) / f"{name}-{width}-{scheme}.png"), full_page=True
        )


def test_every_page_of_moderation_is_examined(reception: Reception) -> None:
    town = Town()
    for device in (NARROW, TABLET, WIDE):
        visit = reception.visit(device, town.person)
        for name, path in town.workspace().items():
            visit.open(path)
            visit.examine()
            photograph(visit, name)


def test_every_public_page_is_examined(reception: Reception) -> None:
    town = Town()
    for device in (NARROW, TABLET, WIDE):
        visit = reception.visit(device)
        for name, path in town.public_pages().items():
            visit.open(path)
            visit.examine()
            photograph(visit, name)
        visit.open(reverse("feedback:idea_followed", args=["x"]), status=404)
        assert visit.faults("light") == []


def test_pages_without_anything_teach(reception: Reception) -> None:
    place = TouchpointFactory()
    _client, person = coordinator_of(place.organisation)
    visit = reception.visit(NARROW, person)
    for name in ("comments", "ideas", "themes", "commitments", "reply_templates", "agent_names"):
        visit.open(reverse(f"feedback:{name}"))
        visit.examine()
        photograph(visit, f"empty-{name}")
    visit = reception.visit(NARROW)
    for name in ("you_said", "public_ideas"):
        visit.open(reverse(f"feedback:{name}", args=[place.organisation_id]))
        visit.examine()
        photograph(visit, f"empty-{name}")


def test_public_pages_are_light_and_leave_no_cookie(reception: Reception) -> None:
    town = Town()
    for path in town.public_pages().values():
        visit = reception.visit(PHONE)
        carried = weight(visit, path)
        assert carried <= PUBLIC_BYTES, (path, carried)
        assert visit.context.cookies() == []
    visit = reception.visit(DESK, town.person)
    assert weight(visit, reverse("feedback:comments")) <= WORKSPACE_BYTES


def test_a_moderator_works_without_script(reception: Reception) -> None:
    town = Town()
    with scopes_disabled():
        Comment.objects.exclude(pk=town.waiting.pk).filter(state="pending").update(
            state="internal", moderated_at=timezone.now()
        )
    visit = reception.visit(person=town.person, scripts=False)
    visit.open(reverse("feedback:comments"))
    visit.follow("Relire les plus anciens d’abord")
    assert "1 résultat" in visit.text
    visit.page.get_by_role("checkbox").first.check()
    visit.press("Publier…")
    assert "1 texte deviendra" in visit.text
    visit.press("Confirmer")
    visit.open(reverse("feedback:comment", args=[town.waiting.pk]))
    visit.press("Annuler cette décision")
    visit.page.get_by_label("Mots à masquer").fill("adorable")
    visit.press("Masquer")
    assert "était [passage masqué]" in visit.text
    with scopes_disabled():
        assert Comment.objects.get(pk=town.waiting.pk).state == "pending"


def test_a_citizen_supports_an_idea_without_script(reception: Reception) -> None:
    town = Town()
    visit = reception.visit(PHONE, scripts=False)
    visit.open(reverse("feedback:you_said", args=[town.place.organisation_id]))
    visit.follow("Lire et soutenir")
    visit.follow("Soutenir")
    visit.page.wait_for_timeout(1_700)
    visit.press("Je soutiens cette idée")
    assert "votre soutien est compté" in visit.text
    assert "4 soutiens" in visit.text
    assert visit.context.cookies() == []


def test_near_ideas_appear_while_one_types(reception: Reception) -> None:
    town = Town()
    visit = reception.visit(PHONE)
    visit.open(reverse("feedback:similar_ideas", args=[town.place.code]))
    field = visit.page.get_by_label("Votre idée, en quelques mots")
    field.press_sequentially("poser un banc devant la mairie")
    near = visit.page.locator("#proches")
    near.get_by_text("Installer un banc à l’ombre devant la mairie").wait_for()
    visit.examine()
    field.fill("planter des pommiers dans les cours d’école")
    near.get_by_text("Installer un banc").wait_for(state="detached")
    assert visit.context.cookies() == []
    # Without script: the same, on sending.
    plain = reception.visit(PHONE, scripts=False)
    plain.open(reverse("feedback:similar_ideas", args=[town.place.code]))
    plain.page.get_by_label("Votre idée, en quelques mots").fill("un banc devant la mairie")
    plain.press("Chercher")
    assert "Installer un banc à l’ombre" in plain.text
