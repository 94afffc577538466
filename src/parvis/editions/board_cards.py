"""The cards this room puts on the board: publication, registrations, calendar, elections."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts.hats import Hat
from parvis.editions.board import BoardCard, BoardLine, NextStep
from parvis.editions.embargo import embargo_period
from parvis.editions.enums import RegistrationState, RegistrationWindow, WaveState
from parvis.editions.models import Edition, Registration, Wave
from parvis.editions.wording import days_in_words, whom_in_words
from parvis.foundation.days import day_in_words
from parvis.organisations.enums import OrganisationKind, Stratum
from parvis.organisations.strata import stratum_for

_WAVE_PILLS = {WaveState.PLANNED: "", WaveState.OPEN: "info", WaveState.CLOSED: "good"}


def publication_card(edition: Edition, hat: Hat) -> BoardCard | None:
    """A draft asks to be opened; an open edition says nothing more of it."""
    if edition.is_open:
        return None
    return BoardCard(
        title=_("Brouillon"),
        order=10,
        say=_("Vous seul voyez cette édition. Relisez ses règles, puis ouvrez-la."),
        links=[
            (_("Modifier les règles"), reverse("editions:edit", args=[edition.slug])),
            (_("Voir la page publique"), reverse("editions:public_detail", args=[edition.slug])),
        ],
        next_step=NextStep(
            order=10,
            sentence=_("L’édition est un brouillon : personne ne peut s’inscrire."),
            label=_("Ouvrir l’édition"),
            url=reverse("editions:open", args=[edition.slug]),
        ),
    )


def registrations_card(edition: Edition, hat: Hat) -> BoardCard:
    """Who takes part, who waits to be confirmed, in which stratum."""
    registrations = Registration.objects.visible_to(hat).filter(edition=edition)
    withdrawn = registrations.filter(state=RegistrationState.WITHDRAWN).count()
    taking_part = list(
        registrations.taking_part()
        .with_confirmation()
        .values_list(
            "is_confirmed",
            "organisation__kind",
            "organisation__epci_type",
            "organisation__population",
        )
    )
    unconfirmed = sum(not is_confirmed for is_confirmed, *_body in taking_part)
    page = reverse("editions:registrations", args=[edition.slug])
    window = edition.registration_window(timezone.now())
    lines = [
        BoardLine(_("Inscrits"), str(len(taking_part)), f"{page}?etat=submitted"),
        BoardLine(
            _("En attente de confirmation"),
            str(unconfirmed),
            f"{page}?confirme=non&etat=submitted",
            "wait" if unconfirmed else "",
        ),
        BoardLine(_("Retirés"), str(withdrawn), f"{page}?etat=withdrawn"),
    ]
    counts = Counter(
        stratum_for(OrganisationKind(kind), epci_type, population)
        for _is_confirmed, kind, epci_type, population in taking_part
    )
    lines += [
        BoardLine(str(stratum.label), str(counts[stratum]))
        for stratum in Stratum
        if stratum in counts
    ]
    step = None
    if unconfirmed:
        step = NextStep(
            order=20,
            sentence=ngettext(
                "%(count)d organisme inscrit attend que vous confirmiez qui agit pour lui.",
                "%(count)d organismes inscrits attendent que vous confirmiez qui agit pour eux.",
                unconfirmed,
            )
            % {"count": unconfirmed},
            label=_("Confirmer qui peut agir"),
            url=reverse("organisations:mandates"),
        )
    return BoardCard(
        title=_("Inscriptions"),
        order=20,
        say={
            RegistrationWindow.BEFORE: _("Elles ouvrent le %(moment)s.")
            % {"moment": edition.opening_in_words},
            RegistrationWindow.DURING: _("Elles sont ouvertes jusqu’au %(moment)s.")
            % {"moment": edition.deadline_in_words},
            RegistrationWindow.AFTER: _("Elles sont closes depuis le %(moment)s.")
            % {"moment": edition.deadline_in_words},
        }[window],
        lines=lines,
        links=[(_("Voir les inscriptions"), page)],
        next_step=step,
    )


def calendar_card(edition: Edition, hat: Hat) -> BoardCard:
    """The waves: their dates, their state, and what is late."""
    today = edition.day_of(timezone.now())
    waves = list(edition.waves.all())
    lines = []
    step = None
    late = ""
    for wave in waves:
        state = WaveState(wave.state)
        days = days_in_words(wave.starts_on, wave.ends_on)
        lines.append(
            BoardLine(
                _("Vague %(number)d, %(days)s") % {"number": wave.number, "days": days},
                str(state.label),
                pill=_WAVE_PILLS[state],
            )
        )
        if state == WaveState.OPEN and today > wave.ends_on:
            late = _(
                "La vague %(number)d devait s’achever le %(day)s : elle est encore ouverte."
            ) % {
                "number": wave.number,
                "day": day_in_words(wave.ends_on),
            }
        if step is None and _may_open(edition, wave, today):
            step = NextStep(
                order=30,
                sentence=_("La vague %(number)d peut commencer.") % {"number": wave.number},
                label=_("Ouvrir la vague %(number)d") % {"number": wave.number},
                url=reverse("editions:open_wave", args=[edition.slug, wave.number]),
            )
    return BoardCard(
        title=_("Calendrier"),
        order=30,
        say=late or _calendar_sentence(waves, today),
        lines=lines,
        links=[(_("Modifier les règles"), reverse("editions:edit", args=[edition.slug]))],
        next_step=step,
    )


def _may_open(edition: Edition, wave: Wave, today: date) -> bool:
    return edition.is_open and wave.state == WaveState.PLANNED and wave.starts_on <= today


def _calendar_sentence(waves: list[Wave], today: date) -> str:
    if any(wave.state == WaveState.OPEN for wave in waves):
        return _("Les prises de contact sont en cours.")
    following = next((wave for wave in waves if wave.state == WaveState.PLANNED), None)
    if following is None:
        return _("Toutes les vagues sont closes.")
    sentence = (
        _("La vague %(number)d commence le %(day)s.")
        if today < following.starts_on
        else _("La vague %(number)d peut s’ouvrir depuis le %(day)s.")
    )
    return sentence % {
        "number": following.number,
        "day": day_in_words(following.starts_on),
    }


def elections_card(edition: Edition, hat: Hat) -> BoardCard | None:
    """The embargoes, past and to come."""
    today = edition.day_of(timezone.now())
    lines = []
    running = False
    for election in edition.elections.select_related("organisation"):
        begins, ends = embargo_period(election)
        inside = begins <= today <= ends
        running = running or inside
        lines.append(
            BoardLine(
                f"{election.label} ({whom_in_words(election)}), {days_in_words(begins, ends)}",
                _("en cours") if inside else _("à venir") if today < begins else _("passé"),
                pill="wait" if inside else "",
            )
        )
    if not lines:
        return None
    return BoardCard(
        title=_("Période préélectorale"),
        order=80,
        say=_("Les résultats des organismes concernés restent hors des pages publiques.")
        if running
        else _("Aucun embargo n’est en cours."),
        lines=lines,
    )
