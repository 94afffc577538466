"""What waits for each hat, as the cards of its home page.

Each card is one sentence on where things stand, and at most one place to go. Its figures are
counted through `visible_to`, so that a card never counts what its hat may not see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.consultations.models import Consultation
from parvis.consultations.moderation_queue import waiting_count
from parvis.consultations.permissions.members import may_moderate
from parvis.editions.enums import RegistrationState
from parvis.editions.models import Edition, Registration
from parvis.feedback.models import Alert, Comment, Touchpoint
from parvis.feedback.permissions.coordinator import may_set_up
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.results.models import ScoreSheet

SHOWN_EDITIONS = 6


@dataclass(frozen=True, slots=True)
class Card:
    """`count` is shown large where it is not None; `pill` is a kind and its words.

    `is_simulated` where what it counts or names is, even in part, made up.
    """

    title: str
    text: str
    url: str = ""
    action: str = ""
    count: int | None = None
    pill: tuple[str, str | Promise] | None = None
    is_simulated: bool = False


def cards(hat: Hat) -> list[Card]:
    """The cards of the home page of this hat, what waits for the person first."""
    return _CARDS[hat.kind](hat)


def registration_pill(edition: Edition, now: datetime) -> tuple[str, str]:
    """Where the registrations of an edition stand: kind of pill, and words."""
    if now < edition.registration_opens_at:
        return "wait", _("Inscriptions à venir")
    if now <= edition.registration_closes_at:
        return "good", _("Inscriptions ouvertes")
    return "info", _("Inscriptions closes")


def _operator(hat: Hat) -> list[Card]:
    waiting = Mandate.objects.filter(state=MandateState.REQUESTED).aggregate(
        all=Count("pk"), simulated=Count("pk", filter=Q(organisation__is_simulated=True))
    )
    requests = waiting["all"]
    found = [
        Card(
            title=_("Droits d’agir à confirmer"),
            text=ngettext(
                "personne attend de pouvoir agir pour son organisme.",
                "personnes attendent de pouvoir agir pour leur organisme.",
                requests,
            )
            if requests
            else _("Aucune demande n’attend."),
            url=_address("organisations:mandates") if requests else "",
            action=_("Traiter les demandes"),
            count=requests,
            is_simulated=waiting["simulated"] > 0,
        ),
        _review_card(hat),
    ]
    taking_part = Count("registrations", filter=Q(registrations__state=RegistrationState.SUBMITTED))
    now = timezone.now()
    editions = Edition.objects.visible_to(hat).annotate(taking_part=taking_part)[:SHOWN_EDITIONS]
    found += [
        Card(
            title=edition.title,
            text=ngettext(
                "%(count)s organisme inscrit.",
                "%(count)s organismes inscrits.",
                edition.taking_part,
            )
            % {"count": edition.taking_part},
            url=_address("editions:board", edition.slug),
            action=_("Ouvrir le tableau de bord"),
            pill=registration_pill(edition, now)
            if edition.opened_at
            else ("wait", _("Brouillon, vu de vous seul")),
            is_simulated=edition.is_simulated,
        )
        for edition in editions
    ]
    return found


def _reviewer(hat: Hat) -> list[Card]:
    return [_review_card(hat)]


def _review_card(hat: Hat) -> Card:
    waiting = (
        Contact.objects.visible_to(hat)
        .filter(state__in=[ContactState.SUBMITTED, ContactState.IN_REVIEW])
        .aggregate(
            all=Count("pk"), simulated=Count("pk", filter=Q(wave__edition__is_simulated=True))
        )
    )
    queue = waiting["all"]
    return Card(
        title=_("Prises de contact à relire"),
        text=ngettext(
            "prise de contact attend une relecture.",
            "prises de contact attendent une relecture.",
            queue,
        )
        if queue
        else _("Tout est relu."),
        url=_address("mystery_audits:review_queue") if queue else "",
        action=_("Relire"),
        count=queue,
        is_simulated=waiting["simulated"] > 0,
    )


def _coordinator(hat: Hat) -> list[Card]:
    found = []
    if not hat.is_effective:
        found.append(
            Card(
                title=_("Votre droit d’agir attend sa confirmation"),
                text=_(
                    "L’opérateur vérifie que vous pouvez agir pour cet organisme. Vous pouvez déjà "
                    "l’inscrire ; aucun résultat ne s’ouvre avant cette confirmation."
                ),
                pill=("wait", _("En attente")),
            )
        )
    elif ScoreSheet.objects.visible_to(hat).exists():
        found.append(
            Card(
                title=_("Vos résultats"),
                text=_("Des résultats publiés vous attendent."),
                url=_address("results:mine"),
                action=_("Lire les résultats"),
                pill=("good", _("Publiés")),
            )
        )
    listening = _feedback_card(hat)
    if listening is not None:
        found.insert(0 if listening.count else len(found), listening)
    now = timezone.now()
    mine = list(
        Registration.objects.visible_to(hat)
        .select_related("edition")
        .order_by("-submitted_at")[:SHOWN_EDITIONS]
    )
    found += [
        Card(
            title=registration.edition.title,
            text=_("Options, canaux et lieux d’accueil déclarés : à relire avant la clôture.")
            if now <= registration.edition.registration_closes_at
            else _("Ce que vous avez déclaré pour cette édition."),
            url=_address("editions:registration", registration.pk),
            action=_("Voir l’inscription"),
            pill=(
                "good" if registration.state == RegistrationState.SUBMITTED else "info",
                RegistrationState(registration.state).label,
            ),
            is_simulated=registration.edition.is_simulated,
        )
        for registration in mine
    ]
    open_editions = (
        Edition.objects.visible_to(hat)
        .filter(registration_opens_at__lte=now, registration_closes_at__gte=now)
        .exclude(Exists(Registration.objects.visible_to(hat).filter(edition=OuterRef("pk"))))
    )
    found += [
        Card(
            title=edition.title,
            text=_("Les inscriptions sont ouvertes. Cinq minutes suffisent, c’est gratuit."),
            url=_address("editions:register", edition.slug),
            action=_("Inscrire l’organisme"),
            pill=registration_pill(edition, now),
            is_simulated=edition.is_simulated,
        )
        for edition in open_editions[:SHOWN_EDITIONS]
    ]
    return found


def _feedback_card(hat: Hat) -> Card | None:
    """What waits in on-the-spot feedback; None for a body that neither has it nor may set it up."""
    if not hat.is_effective:
        return None
    touchpoints = Touchpoint.objects.visible_to(hat).open().count()
    alerts = Alert.objects.visible_to(hat).not_closed().count()
    to_read = Comment.objects.visible_to(hat).to_read().count()
    title, home = _("Écoute à chaud"), _address("feedback:home")
    if alerts:
        return Card(
            title=title,
            text=ngettext("alerte à traiter.", "alertes à traiter.", alerts),
            url=_address("feedback:alerts"),
            action=_("Voir les alertes"),
            count=alerts,
            is_simulated=hat.is_simulated,
        )
    if to_read:
        return Card(
            title=title,
            text=ngettext("texte de citoyen à relire.", "textes de citoyens à relire.", to_read),
            url=_address("feedback:comments") + "?etat=pending&tri=recu",
            action=_("Relire les textes"),
            count=to_read,
            is_simulated=hat.is_simulated,
        )
    if touchpoints:
        return Card(
            title=title,
            text=ngettext(
                "%(count)d point d’écoute ouvert, rien n’attend.",
                "%(count)d points d’écoute ouverts, rien n’attend.",
                touchpoints,
            )
            % {"count": touchpoints},
            url=home,
            action=_("Ouvrir l’écoute à chaud"),
            is_simulated=hat.is_simulated,
        )
    if may_set_up(hat):
        return Card(
            title=title,
            text=_("Un questionnaire, un point d’écoute, une affiche : trois étapes suffisent."),
            url=home,
            action=_("Commencer"),
            is_simulated=hat.is_simulated,
        )
    return None


def _mystery_citizen(hat: Hat) -> list[Card]:
    counts = Contact.objects.visible_to(hat).aggregate(
        returned=Count("pk", filter=Q(state=ContactState.RETURNED)),
        to_do=Count("pk", filter=Q(state__in=[ContactState.ASSIGNED, ContactState.IN_PROGRESS])),
        sent=Count("pk", filter=Q(state__in=[ContactState.SUBMITTED, ContactState.IN_REVIEW])),
        simulated=Count("pk", filter=Q(wave__edition__is_simulated=True)),
    )
    is_simulated = counts["simulated"] > 0
    url = _address("mystery_audits:my_contacts")
    found = []
    if counts["returned"]:
        found.append(
            Card(
                title=_("À compléter"),
                text=_(
                    "Un relecteur vous demande une précision : son motif "
                    "est sur la page de la prise de contact."
                ),
                url=url,
                action=_("Voir ce qui est demandé"),
                count=counts["returned"],
                is_simulated=is_simulated,
            )
        )
    found.append(
        Card(
            title=_("À faire"),
            text=ngettext(
                "prise de contact vous est confiée.",
                "prises de contact vous sont confiées.",
                counts["to_do"],
            )
            if counts["to_do"]
            else _("Rien ne vous est confié pour l’instant."),
            url=url if counts["to_do"] else "",
            action=_("Voir mes prises de contact"),
            count=counts["to_do"],
            is_simulated=is_simulated,
        )
    )
    if counts["sent"]:
        found.append(
            Card(
                title=_("En relecture"),
                text=_("Transmises : il n’y a plus rien à faire, sauf retour du relecteur."),
                count=counts["sent"],
                is_simulated=is_simulated,
            )
        )
    return found


def _consultation_team(hat: Hat) -> list[Card]:
    """Each consultation of the person, those that wait for something first."""
    found = [
        Card(
            title=consultation.title,
            text=ngettext(
                "contribution attend un modérateur.",
                "contributions attendent un modérateur.",
                waiting,
            )
            if waiting
            else _("Rien n’attend un modérateur."),
            url=_address("consultations:team_home"),
            action=_("Voir mes consultations"),
            count=waiting,
            is_simulated=hat.is_simulated,
        )
        for consultation in Consultation.objects.visible_to(hat).order_by("-created_at")
        for waiting in [waiting_count(hat, consultation) if may_moderate(hat, consultation) else 0]
    ]
    return sorted(found, key=lambda card: -(card.count or 0))


_CARDS: dict[RoleKind, Callable[[Hat], list[Card]]] = {
    RoleKind.OPERATOR: _operator,
    RoleKind.REVIEWER: _reviewer,
    RoleKind.COORDINATOR: _coordinator,
    RoleKind.MYSTERY_CITIZEN: _mystery_citizen,
    RoleKind.CONSULTATION_TEAM: _consultation_team,
}


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
