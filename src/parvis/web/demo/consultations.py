"""Consultations of the showcase body: one of each kind, two of them over and published.

Participants are admitted, write and vote by the operations of the product. Those that are over are
given the days they would have had, once their votes are cut from whoever gave them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.consultations.entrance import admit
from parvis.consultations.enums import (
    Admission,
    ContributionKind,
    PhaseKind,
    Proof,
    Template,
    Verdict,
    VoteKind,
)
from parvis.consultations.models import (
    Consultation,
    Contribution,
    OfficialAnswer,
    Participant,
    Phase,
)
from parvis.consultations.operations.answering import AnswerContent, answer
from parvis.consultations.operations.closing import close_consultation, close_phase
from parvis.consultations.operations.contributing import Content, write_for_team
from parvis.consultations.operations.milestones import MilestoneContent, save_milestone
from parvis.consultations.operations.preparing import (
    ConsultationContent,
    create_consultation,
    open_consultation,
)
from parvis.consultations.operations.publishing import publish_result
from parvis.consultations.operations.voting import MOST_NOTE, Ballot, Choice, commit, preference
from parvis.consultations.phase_settings import (
    BudgetSettings,
    IdeasSettings,
    MapView,
    settings_as,
    written_settings,
)
from parvis.organisations.models import Organisation
from parvis.web.demo import consultation_texts as texts
from parvis.web.demo.dates import moment

# The centre of a town that does not exist.
_CENTRE: Final = (47.3216, 0.6912)
_THOUSANDTH: Final = 0.001
# Days before today when the consultations that are over began.
_PROJECT_DAYS_AGO: Final = 150
_BUDGET_DAYS_AGO: Final = 420
_DRAWN_BEFORE: Final = timedelta(days=6)

Rng = np.random.Generator


def consult(*, organisation: Organisation, coordinator: Person, today: date, rng: Rng) -> int:
    """Make the consultations; returns how many. Scopes disabled."""
    made = [
        _collect_ideas,
        _debate,
        _compare,
        _judge_a_project,
        _decide_a_budget,
    ]
    for one in made:
        one(organisation, coordinator, today, rng)
    return len(made)


def _collect_ideas(body: Organisation, by: Person, today: date, rng: Rng) -> None:
    consultation = _begun(
        body,
        by,
        Template.IDEAS,
        _("Vos idées pour le centre"),
        _("Que faut-il changer d’abord dans le centre ? Chaque idée reçoit une réponse."),
    )
    phase = consultation.phases.get()
    settings = settings_as(IdeasSettings, phase.kind, phase.settings)
    phase.settings = written_settings(replace(settings, map=MapView(*_CENTRE, zoom=14)))
    phase.save(update_fields=["settings"])
    ideas = []
    for title, text, theme, _liking, place in texts.IDEAS:
        content = Content(title=title, text=text, theme=theme)
        if place is not None:
            north, east = place
            content = replace(
                content,
                latitude=_CENTRE[0] + north * _THOUSANDTH,
                longitude=_CENTRE[1] + east * _THOUSANDTH,
            )
        ideas.append(
            write_for_team(phase=phase, kind=ContributionKind.IDEA, content=content, by=by)
        )
    _open(consultation, by)
    people = _crowd(consultation, 160)
    likings = [liking for _title, _text, _theme, liking, _place in texts.IDEAS]
    _support(phase, people, ideas, likings, rng)


def _debate(body: Organisation, by: Person, today: date, rng: Rng) -> None:
    consultation = _begun(
        body,
        by,
        Template.OPINIONS,
        _("Quelle place pour la voiture dans le centre ?"),
        _("Douze affirmations, et les vôtres : dites si vous êtes d’accord."),
    )
    phase = consultation.phases.get()
    statements = _written(
        phase, ContributionKind.STATEMENT, [one.text for one in texts.STATEMENTS], by
    )
    _open(consultation, by)
    ballots = []
    for rank, person in enumerate(_crowd(consultation, 180)):
        leaning = 0 if rank % 5 < 3 else 1
        shown = rng.permutation(len(statements))[: rng.integers(7, len(statements) + 1)]
        choices = []
        for number in shown:
            agrees, disagrees = texts.STATEMENTS[number].taken[leaning]
            draw = rng.random()
            value = 1 if draw < agrees else -1 if draw < agrees + disagrees else 0
            choices.append(Choice(statements[number].pk, value))
        ballots.append(Ballot(phase, person.pk, VoteKind.OPINION, choices))
    _cast(ballots)


def _compare(body: Organisation, by: Person, today: date, rng: Rng) -> None:
    consultation = _begun(
        body,
        by,
        Template.PAIRS,
        _("Par quoi commencer ?"),
        _("Deux sujets à la fois : dites lequel compte le plus pour vous."),
    )
    phase = consultation.phases.get()
    items = _written(phase, ContributionKind.ITEM, texts.ITEMS, by)
    _open(consultation, by)
    ballots = []
    for person in _crowd(consultation, 90):
        pairs = {}
        for _turn in range(12):
            first, second = rng.choice(len(items), size=2, replace=False)
            gap = texts.ITEM_WEIGHTS[first] - texts.ITEM_WEIGHTS[second]
            wins = rng.random() < 1 / (1 + np.exp(-gap))
            winner, loser = (first, second) if wins else (second, first)
            choice = preference(items[winner].pk, items[loser].pk)
            pairs[choice.subject, choice.other] = choice
        ballots.append(Ballot(phase, person.pk, VoteKind.PREFERENCE, list(pairs.values())))
    _cast(ballots)


def _judge_a_project(body: Organisation, by: Person, today: date, rng: Rng) -> None:
    consultation = _begun(
        body,
        by,
        Template.PROJECT,
        _("Rénover l’ancienne salle des fêtes"),
        _("Le projet est à l’étude : votre avis pèse sur ce qui sera décidé."),
        Proof.CODE,
    )
    phase = consultation.phases.get()
    criteria = list(phase.contributions.filter(kind=ContributionKind.CRITERION).order_by("number"))
    spoken: list[tuple[Contribution, float]] = []
    for kind, lines in (
        (ContributionKind.ARGUMENT_FOR, texts.ARGUMENTS_FOR),
        (ContributionKind.ARGUMENT_AGAINST, texts.ARGUMENTS_AGAINST),
        (ContributionKind.CONDITION, texts.CONDITIONS),
    ):
        written = _written(phase, kind, [text for text, _liking in lines], by)
        spoken += [(one, liking) for one, (_text, liking) in zip(written, lines, strict=True)]
    _open(consultation, by)
    people = _crowd(consultation, 140)
    ballots = []
    for person in people:
        mood = rng.normal(0, 0.6)
        choices = [
            Choice(
                criterion.pk, int(np.clip(round(mean + mood + rng.normal(0, 0.8)), 0, MOST_NOTE))
            )
            for criterion, mean in zip(criteria, texts.PROJECT_NOTES, strict=True)
        ]
        ballots.append(Ballot(phase, person.pk, VoteKind.JUDGEMENT, choices))
    _cast(ballots)
    _support(
        phase, people, [one for one, _liking in spoken], [liking for _one, liking in spoken], rng
    )
    _end(
        consultation,
        by,
        today,
        _PROJECT_DAYS_AGO,
        _(
            "La salle sera rénovée. Les notes sont hautes sur l’utilité et plus partagées sur le "
            "coût : les travaux se feront en deux tranches, la scène et les accès d’abord. Les "
            "conditions les plus soutenues, l’accessibilité et l’information des voisins, sont "
            "inscrites dans le cahier des charges."
        ),
    )


def _decide_a_budget(body: Organisation, by: Person, today: date, rng: Rng) -> None:
    consultation = _begun(
        body,
        by,
        Template.BUDGET,
        _("Budget participatif : 120 000 € pour la ville"),
        _("Huit projets étudiés par les services ; les habitants choisissent."),
        Proof.CODE,
    )
    vote = consultation.phases.get(kind=PhaseKind.BUDGET)
    vote.settings = written_settings(BudgetSettings(envelope_euros=texts.ENVELOPE))
    vote.save(update_fields=["settings"])
    call = consultation.phases.get(kind=PhaseKind.IDEAS)
    behind, refused = [
        [
            write_for_team(
                phase=call,
                kind=ContributionKind.IDEA,
                content=Content(title=title, theme=theme, text=text),
                by=by,
            )
            for title, theme, text, *_rest in lines
        ]
        for lines in (texts.IDEAS_BEHIND, texts.IDEAS_REFUSED)
    ]
    projects = [
        write_for_team(
            phase=vote,
            kind=ContributionKind.PROJECT,
            content=Content(title=title, text=text, cost_euros=cost),
            by=by,
            from_idea=idea,
        )
        for idea, (title, text, cost, _liking) in zip(behind, texts.PROJECTS, strict=True)
    ]
    _open(consultation, by)
    people = _crowd(consultation, 210)
    with _running(call):
        likings = [line[3] for line in (*texts.IDEAS_BEHIND, *texts.IDEAS_REFUSED)]
        _support(call, people, [*behind, *refused], likings, rng)
    with _running(vote):
        ballots = []
        for person in people:
            chosen = [
                Choice(project.pk, 1)
                for project, (_title, _text, _cost, liking) in zip(
                    projects, texts.PROJECTS, strict=True
                )
                if rng.random() < liking
            ]
            ballots.append(Ballot(vote, person.pk, VoteKind.ALLOCATION, chosen, replaces=True))
        _cast([ballot for ballot in ballots if ballot.choices])
    # What remains of the six phases is to come: the vote alone is over.
    consultation.phases.filter(position__gt=vote.position).delete()
    _end(
        consultation,
        by,
        today,
        _BUDGET_DAYS_AGO,
        _(
            "Les projets retenus par le vote sont inscrits au budget de l’année. Chacun aura son "
            "calendrier et ses dépenses publiés ici, jusqu’à son ouverture."
        ),
    )
    for idea, project in zip(behind, projects, strict=True):
        reason = _("Les services l’ont étudiée : elle est devenue le projet n° %(number)d du vote.")
        _answer(idea, Verdict.RETAINED, reason % {"number": project.number}, by)
    for idea, (_title, _theme, _text, _liking, reason) in zip(
        refused, texts.IDEAS_REFUSED, strict=True
    ):
        _answer(idea, Verdict.REFUSED, reason, by)
    vote.refresh_from_db()
    kept = set(vote.result["selected"])
    for project in projects:
        if project.number in kept:
            _answer(project, Verdict.RETAINED, _("Le vote l’a retenu : il sera réalisé."), by)
        else:
            _answer(project, Verdict.REFUSED, _("Le vote ne l’a pas retenu."), by)
    by_number = {project.number: project for project in projects}
    for number, title, due, reached, spent in texts.MILESTONES:
        if number in kept:
            save_milestone(
                consultation=consultation,
                content=MilestoneContent(
                    title=title,
                    due_on=today - timedelta(days=due),
                    contribution=by_number[number],
                    reached_on=None if reached is None else today - timedelta(days=reached),
                    spent_euros=spent,
                ),
                by=by,
            )
    OfficialAnswer.objects.filter(contribution__phase__consultation=consultation).update(
        answered_at=Consultation.objects.get(pk=consultation.pk).published_at
    )


def _answer(contribution: Contribution, verdict: Verdict, reason: str, by: Person) -> None:
    content = AnswerContent(verdict, reason)
    answer(contribution=contribution, content=content, by=by, revision=None)


def _begun(
    body: Organisation,
    by: Person,
    template: Template,
    title: str,
    summary: str,
    proof: Proof = Proof.DEVICE,
) -> Consultation:
    """A consultation whose first phase began some days ago, open to all unless people are proved.

    Whoever visits the demonstration takes part in those under way at once.
    """
    return create_consultation(
        organisation=body,
        template=template,
        content=ConsultationContent(
            title=title,
            summary=summary,
            admission=Admission.OPEN if proof == Proof.DEVICE else Admission.VERIFIED,
            proofs=() if proof == Proof.DEVICE else (proof,),
            embargo_reason=_("Démonstration : aucune élection n’est concernée."),
        ),
        by=by,
        begins=timezone.now() - _DRAWN_BEFORE,
    )


def _open(consultation: Consultation, by: Person) -> None:
    open_consultation(consultation=consultation, by=by)
    consultation.refresh_from_db()


def _written(
    phase: Phase, kind: ContributionKind, lines: Sequence[str], by: Person
) -> list[Contribution]:
    return [
        write_for_team(phase=phase, kind=kind, content=Content(text=text), by=by) for text in lines
    ]


def _crowd(consultation: Consultation, count: int) -> list[Participant]:
    """People who each typed a code of their own, or came with a device."""
    proof = Proof.CODE if consultation.is_verified else Proof.DEVICE
    return [
        admit(consultation=consultation, proof=proof, verified=secrets.token_hex(6))[0]
        for _rank in range(count)
    ]


def _support(
    phase: Phase,
    people: Sequence[Participant],
    subjects: Sequence[Contribution],
    likings: Sequence[float],
    rng: Rng,
) -> None:
    ballots = []
    for person in people:
        chosen = rng.random(len(subjects)) < np.array(likings)
        choices = [
            Choice(subject.pk, 1)
            for subject, is_liked in zip(subjects, chosen, strict=True)
            if is_liked
        ]
        if choices:
            ballots.append(Ballot(phase, person.pk, VoteKind.SUPPORT, choices))
    _cast(ballots)


def _cast(ballots: Sequence[Ballot]) -> None:
    """Commit ballots in the transaction of the demonstration; none may be refused."""
    for outcome in commit(ballots):
        if isinstance(outcome, Exception):
            raise outcome


@contextmanager
def _running(phase: Phase) -> Iterator[None]:
    """A phase whose turn has not come, as if it had."""
    dates = phase.opens_at, phase.closes_at
    now = timezone.now()
    _set_dates(phase, now - timedelta(days=1), now + timedelta(days=1))
    yield
    _set_dates(phase, *dates)


def _set_dates(phase: Phase, opens_at: datetime, closes_at: datetime) -> None:
    Phase.objects.filter(pk=phase.pk).update(opens_at=opens_at, closes_at=closes_at)


def _end(
    consultation: Consultation, by: Person, today: date, days_ago: int, conclusion: str
) -> None:
    """Close everything and publish, then give it the days it would have had."""
    phases = list(consultation.phases.order_by("position"))
    lengths = [phase.closes_at - phase.opens_at for phase in phases]
    past = timezone.now() - timedelta(minutes=1)
    for phase in phases:
        _set_dates(phase, past - timedelta(days=1), past)
        close_phase(phase=phase)
    close_consultation(consultation=consultation)
    consultation.refresh_from_db()
    begins = moment(today - timedelta(days=days_ago), 9)
    opened = begins - timedelta(days=7)
    for phase, length in zip(phases, lengths, strict=True):
        _set_dates(phase, begins, begins + length)
        begins += length
        Phase.objects.filter(pk=phase.pk).update(closed_at=begins)
        phase.contributions.update(published_at=begins - length)
    publish_result(consultation=consultation, conclusion=conclusion, by=by)
    Consultation.objects.filter(pk=consultation.pk).update(
        created_at=opened,
        opened_at=opened,
        closed_at=begins,
        published_at=begins + timedelta(days=20),
    )
