"""What each tenant of the world owns in on-the-spot feedback, marked like the rest of it.

Public by nature, hence without a canary: the name and the service of a touchpoint, the texts of a
published questionnaire, comments, ideas, replies and commitments once published, open data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from parvis.accounts.models import Person
from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, Registration, RegistrationOption
from parvis.feedback.enums import AlertKind, CommentState, CommitmentState
from parvis.feedback.exchange_enums import ApiScope, DeliveryState, ExportState, WebhookEvent
from parvis.feedback.exports.files import final_path
from parvis.feedback.idea_links import token_of
from parvis.feedback.ingestion import submit
from parvis.feedback.models import (
    AgentName,
    Alert,
    ApiKey,
    Comment,
    Commitment,
    Device,
    ExportJob,
    Idea,
    PairingCode,
    Questionnaire,
    ReplyTemplate,
    SpokenLabel,
    Theme,
    Touchpoint,
    WallLink,
    WebhookDelivery,
    WebhookEndpoint,
)
from parvis.feedback.operations import alerts, ideas, moderation, replies
from parvis.feedback.operations.devices import ask_pairing_code, revoke_kiosk
from parvis.feedback.operations.exchanges import add_endpoint, create_api_key, revoke_api_key
from parvis.feedback.operations.exports import publish_open_data
from parvis.feedback.operations.walls import create_wall_link
from parvis.feedback.protocol import read_answer, read_sending
from parvis.feedback.questionnaire_document import read_document
from parvis.feedback.speech.labels import spoken_texts, text_hash
from parvis.feedback.speech.sounds import store
from parvis.feedback.tests.comment_factories import CommentFactory, the_idea
from parvis.feedback.tests.exchange_data import add_counts
from parvis.feedback.tests.factories import (
    KioskFactory,
    QuestionnaireFactory,
    TouchpointFactory,
    secret_of,
    the_version,
)
from parvis.feedback.tests.sending import PlayedKiosk
from parvis.organisations.models import Organisation, Site

Canary = Callable[[str], str]

# Ends of the canaries below: what the coordinators of the body read, and nobody else at all.
PRIVATE_WORDS = (
    *("questionnaire", "brouillon", "borne", "borne-revoquee"),
    *("avis-a-relire", "avis-interne", "avis-ecarte", "avis-de-borne", "idee-a-relire"),
    *("modele", "texte-du-modele", "vous-avez-dit", "nous-ferons", "theme", "agente"),
    *("note-d-alerte", "motif-d-alerte", "ecran", "ecran-revoque"),
    *("question-inconnue", "cle-all", "recevoir", "arretee", "panne-du-programme"),
    "ligne-exportee",
)


@dataclass
class FeedbackRows:
    """Everything a body that listens may own, in each state that a page tells apart."""

    questionnaire: Questionnaire
    # Never published.
    draft: Questionnaire
    touchpoint: Touchpoint
    closed_touchpoint: Touchpoint
    kiosk: Device
    revoked_kiosk: Device
    pairing: PairingCode
    pairing_code: str
    sound: SpokenLabel
    # By state; `replied` is published and has a reply, `sent` came through a kiosk.
    comments: dict[str, Comment]
    # `public`, `other` (public too), `merged` into it, `pending`.
    ideas: dict[str, Idea]
    template: ReplyTemplate
    # `published` and `kept`, which nobody outside sees.
    commitments: dict[str, Commitment]
    theme: Theme
    agent_name: AgentName
    alert: Alert
    closed_alert: Alert
    wall: WallLink
    wall_secret: str
    revoked_wall_secret: str
    export: ExportJob
    stalled_export: ExportJob
    # By what they open: `all`, `devices` alone, `revoked`.
    api_keys: dict[str, ApiKey]
    key_secrets: dict[str, str]
    webhook: WebhookEndpoint
    disabled_webhook: WebhookEndpoint
    delivery: WebhookDelivery

    @property
    def kiosk_secret(self) -> str:
        return secret_of(self.kiosk)

    @property
    def revoked_secret(self) -> str:
        return secret_of(self.revoked_kiosk)

    @property
    def idea_token(self) -> str:
        """End of the private link of the idea that everybody reads."""
        return token_of(self.ideas["public"].comment.answer_id)


def build_feedback(
    mark: str, body: Organisation, coordinator: Person, site: Site, registration: Registration
) -> FeedbackRows:
    """Make the rows of one tenant; open data is published by tenant A only."""

    def canary(what: str) -> str:
        return f"CANARI-{mark}-{what}"

    option = Option.objects.get(edition=registration.edition, code=OptionCode.FEEDBACK)
    RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)
    questionnaire = QuestionnaireFactory(organisation=body, name=canary("questionnaire"))
    draft = QuestionnaireFactory(organisation=body, name=canary("brouillon"), published=False)
    touchpoint = TouchpointFactory(
        organisation=body,
        site=site,
        name=f"Accueil de la ville {mark}",
        service=f"État civil {mark}",
        code=f"ACCUE{mark}22",
        questionnaire=questionnaire,
    )
    closed = TouchpointFactory(
        organisation=body,
        name=f"Ancien accueil {mark}",
        service=f"Ancien service {mark}",
        code=f"ANCEN{mark}22",
        questionnaire=questionnaire,
        closed_at=timezone.now(),
    )
    kiosk = KioskFactory(
        touchpoint=touchpoint,
        name=canary("borne"),
        created_at=timezone.now() - timedelta(days=90),
    )
    revoked = KioskFactory(touchpoint=touchpoint, name=canary("borne-revoquee"))
    revoke_kiosk(device=revoked, by=coordinator)
    pairing, code = ask_pairing_code(
        touchpoint=touchpoint, device_name=canary("borne-a-venir"), by=coordinator
    )
    # The tests may last longer than a code lives.
    PairingCode.objects.filter(pk=pairing.pk).update(expires_at=timezone.now() + timedelta(days=1))
    theme = Theme.objects.create(organisation=body, label=canary("theme"), comment_count=3)
    comments = _comments(canary, mark, touchpoint, coordinator)
    comments["sent"] = _send_answers(canary, kiosk)
    Comment.objects.filter(pk=comments["pending"].pk).update(theme=theme)
    own_ideas = _ideas(canary, mark, touchpoint, coordinator)
    # After the comments: each word of the name is masked in those that come.
    agent_name = AgentName.objects.create(
        organisation=body, name=canary("agente"), added_by=coordinator
    )
    alert, closed_alert = _alerts(canary, touchpoint, closed, kiosk, coordinator)
    wall, wall_secret = create_wall_link(
        organisation_id=body.pk, name=canary("ecran"), site=None, by=coordinator
    )
    revoked_wall, revoked_wall_secret = create_wall_link(
        organisation_id=body.pk, name=canary("ecran-revoque"), site=site, by=coordinator
    )
    WallLink.objects.filter(pk=revoked_wall.pk).update(revoked_at=timezone.now())
    export, stalled = _exports(canary, body, coordinator)
    keys, key_secrets = _keys(canary, body, coordinator)
    webhook, disabled, delivery = _webhooks(canary, mark, body, coordinator)
    _counts(body, touchpoint, coordinator, published=mark == "A")
    made = FeedbackRows(
        questionnaire=questionnaire,
        draft=draft,
        touchpoint=touchpoint,
        closed_touchpoint=closed,
        kiosk=kiosk,
        revoked_kiosk=revoked,
        pairing=pairing,
        pairing_code=code,
        sound=_sound(questionnaire, mark),
        comments=comments,
        ideas=own_ideas,
        template=ReplyTemplate.objects.create(
            organisation=body, name=canary("modele"), text=canary("texte-du-modele")
        ),
        commitments=_commitments(canary, mark, body, theme, coordinator),
        theme=theme,
        agent_name=agent_name,
        alert=alert,
        closed_alert=closed_alert,
        wall=wall,
        wall_secret=wall_secret,
        revoked_wall_secret=revoked_wall_secret,
        export=export,
        stalled_export=stalled,
        api_keys=keys,
        key_secrets=key_secrets,
        webhook=webhook,
        disabled_webhook=disabled,
        delivery=delivery,
    )
    # Nothing of this is to be done again by a worker: no voice, no message to an address.
    DBTaskResult.objects.all().delete()
    return made


def _comments(
    canary: Canary, mark: str, touchpoint: Touchpoint, coordinator: Person
) -> dict[str, Comment]:
    def comment(text: str, state: CommentState | None = None) -> Comment:
        made = CommentFactory(touchpoint=touchpoint, raw_text=text)
        if state is not None:
            seen = moderation.version_of(made)
            moderation.decide(comment=made, state=state, seen=seen, by=coordinator)
            made.refresh_from_db()
        return made

    made = {
        "pending": comment(canary("avis-a-relire")),
        "published": comment(f"Très bon accueil {mark}.", CommentState.PUBLISHED),
        "replied": comment(f"Un peu d’attente {mark}.", CommentState.PUBLISHED),
        "internal": comment(canary("avis-interne"), CommentState.KEPT_INTERNAL),
        "rejected": comment(canary("avis-ecarte"), CommentState.REJECTED),
    }
    replies.reply(
        comment=made["replied"],
        text=f"Un guichet de plus ouvre {mark}.",
        revision=None,
        embargo_reason="",
        by=coordinator,
    )
    return made


def _ideas(
    canary: Canary, mark: str, touchpoint: Touchpoint, coordinator: Person
) -> dict[str, Idea]:
    made = {
        "public": the_idea(touchpoint=touchpoint, raw_text=f"Ouvrir le samedi matin {mark}."),
        "other": the_idea(touchpoint=touchpoint, raw_text=f"Ouvrir aussi le samedi {mark}."),
        "merged": the_idea(touchpoint=touchpoint, raw_text=f"Un samedi sur deux {mark}."),
        "pending": the_idea(
            touchpoint=touchpoint, raw_text=canary("idee-a-relire"), published=False
        ),
    }
    # Who moderated is told to nobody outside; the factory drew somebody.
    Comment.objects.filter(pk__in=[idea.comment_id for idea in made.values()]).filter(
        moderated_by__isnull=False
    ).update(moderated_by=coordinator)
    for _support in range(2):
        ideas.support(idea=made["public"], form=uuid4())
    ideas.merge(idea=made["merged"], into=made["other"], by=coordinator)
    for idea in made.values():
        idea.refresh_from_db()
    return made


def _commitments(
    canary: Canary, mark: str, body: Organisation, theme: Theme, coordinator: Person
) -> dict[str, Commitment]:
    def commitment(said: str, done: str, *, published: bool) -> Commitment:
        return replies.save_commitment(
            organisation=body,
            commitment=None,
            said=said,
            done=done,
            state=CommitmentState.UNDER_WAY,
            theme=None if published else theme,
            published=published,
            embargo_reason="",
            revision=None,
            by=coordinator,
        )

    return {
        "published": commitment(f"Trop d’attente {mark}", "Un guichet de plus", published=True),
        "kept": commitment(canary("vous-avez-dit"), canary("nous-ferons"), published=False),
    }


def _send_answers(canary: Canary, kiosk: Device) -> Comment:
    """Eight answers of a kiosk and a comment, through ingestion: events, counts, health."""
    played = PlayedKiosk(kiosk)
    sent = [played.answer(rank % 4, age_ms=600_000 * (rank + 1)) for rank in range(8)]
    sent.append(
        played.answer(1, question="comment", level=0, text=canary("avis-de-borne"), age_ms=300_000)
    )
    # Kept apart: no such question. Its text is nobody's but the body's.
    sent.append(played.answer(1, question=canary("question-inconnue"), text=canary("a-part")))
    batch = played.batch(*sent)
    outcome = submit(
        kiosk,
        read_sending(batch["sent"]),
        [read_answer(one, index) for index, one in enumerate(batch["answers"])],
    )
    assert [receipt.status for receipt in outcome.receipts] == ["stored"] * 9 + ["kept_apart"]
    return Comment.objects.get(answer_id=sent[-2]["id"])


def _alerts(
    canary: Canary, touchpoint: Touchpoint, closed: Touchpoint, kiosk: Device, coordinator: Person
) -> tuple[Alert, Alert]:
    details = {"since": "2026-06-01", "excluded": 40, "raw": 50, "reasons": {"2": 40}}
    alert = alerts.open_alert(
        touchpoint=touchpoint, kind=AlertKind.MISUSE, details=details, device=kiosk
    )
    assert alert is not None
    alerts.comment(alert=alert, text=canary("note-d-alerte"), by=coordinator)
    other = alerts.open_alert(touchpoint=closed, kind=AlertKind.MISUSE, details=details)
    assert other is not None
    return alert, alerts.close(alert=other, reason=canary("motif-d-alerte"), by=coordinator)


def _exports(
    canary: Canary, body: Organisation, coordinator: Person
) -> tuple[ExportJob, ExportJob]:
    """A file ready to be taken, and an export that stands still."""
    now = timezone.now()
    common = {
        "organisation": body,
        "requested_by": coordinator,
        "format": "csv",
        "received_before": now,
    }
    done = ExportJob.objects.create(
        **common, state=ExportState.DONE, finished_at=now, size_bytes=30, rows_written=1
    )
    final_path(done).write_text(f"texte\n{canary('ligne-exportee')}\n", encoding="utf-8")
    stalled = ExportJob.objects.create(
        **common, state=ExportState.RUNNING, progressed_at=now - timedelta(hours=1)
    )
    return done, stalled


def _keys(
    canary: Canary, body: Organisation, coordinator: Person
) -> tuple[dict[str, ApiKey], dict[str, str]]:
    keys, secrets = {}, {}
    for name, scopes in (
        ("all", ApiScope.values),
        ("devices", [ApiScope.DEVICES]),
        ("answers", [ApiScope.ANSWERS]),
        ("revoked", ApiScope.values),
    ):
        keys[name], secrets[name] = create_api_key(
            organisation=body, by=coordinator, name=canary(f"cle-{name}"), scopes=scopes
        )
    revoke_api_key(key=keys["revoked"], by=coordinator)
    return keys, secrets


def _webhooks(
    canary: Canary, mark: str, body: Organisation, coordinator: Person
) -> tuple[WebhookEndpoint, WebhookEndpoint, WebhookDelivery]:
    def endpoint(path: str) -> WebhookEndpoint:
        return add_endpoint(
            organisation=body,
            by=coordinator,
            url=f"https://programme.exemple.fr/{canary(path)}",
            events=[WebhookEvent.COUNTS_DAILY],
        )[0]

    told, stopped = endpoint("recevoir"), endpoint("arretee")
    WebhookEndpoint.objects.filter(pk=stopped.pk).update(disabled_at=timezone.now())
    delivery = WebhookDelivery.objects.create(
        organisation=body,
        endpoint=told,
        event=WebhookEvent.COUNTS_DAILY,
        message_id=f"msg-{mark}",
        body="{}",
        state=DeliveryState.GIVEN_UP,
        attempts=8,
        last_error=canary("panne-du-programme"),
        settled_at=timezone.now(),
    )
    return told, stopped, delivery


def _counts(
    body: Organisation, touchpoint: Touchpoint, coordinator: Person, *, published: bool
) -> None:
    """A month that is over, with enough answers to be shown, and its open data."""
    this_month = timezone.localdate().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    two_months_ago = (last_month - timedelta(days=1)).replace(day=1)
    day: date
    for day in (two_months_ago, last_month):
        add_counts(touchpoint, {0: 20, 1: 30, 2: 40, 3: 50}, day=day)
    if published:
        publish_open_data(organisation=body, by=coordinator)


def _sound(questionnaire: Questionnaire, mark: str) -> SpokenLabel:
    """What stands for the sound of a published text."""
    language, text = spoken_texts(read_document(the_version(questionnaire).document))[0]
    content = f"ID3 un son de {mark}".encode()
    return SpokenLabel.objects.create(
        organisation_id=questionnaire.organisation_id,
        language=language,
        text=text,
        text_hash=text_hash(language, text),
        sound_hash=store(content),
        size_bytes=len(content),
    )
