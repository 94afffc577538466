"""What a body makes of what it hears: alerts, ideas and their answers, replies, what was done.

For the showcase body, by the operations of the product, except for dates: what is done in a second
here took a year. Supports of ideas, which come from nobody in particular, are written in bulk.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from parvis.accounts.models import Person
from parvis.feedback.boards.closed_periods import close_periods
from parvis.feedback.bulk import draw_identifiers
from parvis.feedback.enums import CommentState, CommitmentState, IdeaState, QuestionKind
from parvis.feedback.models import (
    Alert,
    Comment,
    Commitment,
    Idea,
    IdeaSupport,
    Reply,
    Touchpoint,
)
from parvis.feedback.operations.alerts import acknowledge, close
from parvis.feedback.operations.drop_watch import watch_for_drop
from parvis.feedback.operations.ideas import answer
from parvis.feedback.operations.kiosk_watch import watch_for_misuse, watch_for_silence
from parvis.feedback.operations.replies import reply, save_commitment, save_template
from parvis.organisations.models import Organisation

# The state of an idea that is worked on, and what is answered; the most supported come first.
_ANSWERS: Final[Sequence[tuple[IdeaState, str]]] = (
    (IdeaState.DONE, "C’est fait depuis ce printemps. Merci à celles et ceux qui l’ont proposé."),
    (IdeaState.PLANNED, "C’est prévu pour l’année qui vient ; la date sera affichée à l’accueil."),
    (IdeaState.UNDER_STUDY, "Nous regardons ce que cela demande, avec les agents concernés."),
    (IdeaState.DONE, "Vous nous l’aviez demandé : vous le trouverez désormais à l’entrée."),
    (
        IdeaState.DECLINED,
        "Nous ne pourrons pas le faire cette année : les locaux ne s’y prêtent pas. "
        "Nous en reparlerons au moment des travaux.",
    ),
    (IdeaState.UNDER_STUDY, ""),
)
_REPLIES: Final = (
    "Merci de nous l’avoir dit. Nous avons revu l’organisation du guichet le lundi matin, qui est "
    "le moment le plus chargé.",
    "Nous en sommes désolés. La signalétique de l’étage a été refaite depuis votre passage.",
    "Merci pour ce mot : il a été lu à toute l’équipe.",
)
_COMMITMENTS: Final[Sequence[tuple[str, str, CommitmentState]]] = (
    (
        "On attend trop le lundi matin.",
        "Un deuxième guichet ouvre le lundi de 9 h à 12 h, et l’attente est affichée à l’entrée.",
        CommitmentState.DONE,
    ),
    (
        "On ne sait jamais quelles pièces apporter.",
        "La liste des pièces est à l’entrée, sur le site, et jointe à la confirmation des "
        "rendez-vous.",
        CommitmentState.DONE,
    ),
    (
        "L’ascenseur est souvent en panne.",
        "Il est remplacé au printemps. D’ici là, un bureau reçoit au rez-de-chaussée sur demande.",
        CommitmentState.UNDER_WAY,
    ),
)
_TEMPLATE: Final = (
    "Remerciement",
    "Merci d’avoir pris le temps de nous écrire à propos de {lieu}. Votre remarque a été transmise "
    "au service.",
)
_MEAN_SUPPORTS = 9.0


def live(
    *,
    organisation: Organisation,
    coordinator: Person,
    today: date,
    now: datetime,
    dropping: Collection[str],
    drop_days: int,
    burst_days: Sequence[date],
    rng: np.random.Generator,
) -> None:
    """Watch the touchpoints, answer citizens. Needs the scopes disabled and the answers written."""
    _watch(organisation, coordinator, today, now, dropping, drop_days, burst_days)
    _answer_ideas(organisation, coordinator, now, rng)
    _reply(organisation, coordinator)
    for rank, (said, done, state) in enumerate(_COMMITMENTS):
        commitment = save_commitment(
            organisation=organisation,
            commitment=None,
            said=said,
            done=done,
            state=state,
            theme=None,
            published=True,
            embargo_reason="",
            revision=None,
            by=coordinator,
        )
        moment = now - timedelta(days=40 + 60 * rank)
        Commitment.objects.filter(pk=commitment.pk).update(created_at=moment, published_at=moment)


def _watch(
    organisation: Organisation,
    coordinator: Person,
    today: date,
    now: datetime,
    dropping: Collection[str],
    drop_days: int,
    burst_days: Sequence[date],
) -> None:
    """Alerts as the daily watch would have opened them: what was ordinary, then what was not."""
    begin = today - timedelta(days=drop_days)
    places = Touchpoint.objects.filter(organisation=organisation).select_related("organisation")
    for touchpoint in places.order_by("pk"):
        if touchpoint.could_follow_an_agent:
            close_periods(touchpoint=touchpoint, today=today)
        elif touchpoint.name in dropping:
            # The worker learns what is ordinary at the others the first time it watches them.
            watch_for_drop(touchpoint=touchpoint, today=begin)
            drop = watch_for_drop(touchpoint=touchpoint, today=today)
            if drop is not None:
                seen_on = date.fromisoformat(drop.details["day"]) + timedelta(days=1)
                Alert.objects.filter(pk=drop.pk).update(
                    opened_at=datetime.combine(seen_on, time(6), now.tzinfo)
                )
        for day in burst_days:
            misuse = watch_for_misuse(touchpoint=touchpoint, today=day + timedelta(days=1))
            if misuse is not None:
                taken = acknowledge(alert=misuse, by=coordinator)
                close(alert=taken, reason="Une classe en visite : rien à changer.", by=coordinator)
                opened = datetime.combine(day, now.timetz()) + timedelta(days=1)
                Alert.objects.filter(pk=misuse.pk).update(
                    opened_at=opened,
                    acknowledged_at=opened + timedelta(hours=2),
                    closed_at=opened + timedelta(days=1),
                )
        watch_for_silence(touchpoint=touchpoint, now=now)


def _answer_ideas(
    organisation: Organisation, coordinator: Person, now: datetime, rng: np.random.Generator
) -> None:
    ideas = list(
        Idea.objects.filter(
            organisation=organisation, comment__state=CommentState.PUBLISHED
        ).order_by("created_at", "pk")
    )
    # A few are widely supported, most hardly.
    numbers = rng.geometric(1 / _MEAN_SUPPORTS, len(ideas)) - 1
    forms = draw_identifiers(int(numbers.sum()), rng)
    owners = np.repeat(np.arange(len(ideas)), numbers)
    shares = rng.random(owners.size)
    IdeaSupport.objects.bulk_create(
        [
            IdeaSupport(
                organisation=organisation,
                idea=ideas[owner],
                form=UUID(bytes=forms[row].tobytes()),
                given_at=ideas[owner].created_at
                + (now - ideas[owner].created_at) * float(shares[row]),
            )
            for row, owner in enumerate(owners.tolist())
        ],
        batch_size=1_000,
    )
    best = np.argsort(-numbers, kind="stable")[: 2 * len(_ANSWERS)]
    for rank, place in enumerate(best.tolist()):
        state, text = _ANSWERS[rank % len(_ANSWERS)]
        idea = answer(
            idea=ideas[place],
            state=state,
            text=text,
            revision=ideas[place].revision,
            embargo_reason="",
            by=coordinator,
        )
        Idea.objects.filter(pk=idea.pk).update(
            answered_at=min(idea.created_at + timedelta(days=21), now)
        )


def _reply(organisation: Organisation, coordinator: Person) -> None:
    name, text = _TEMPLATE
    save_template(
        organisation=organisation,
        template=None,
        name=name,
        text=text,
        revision=None,
        by=coordinator,
    )
    published = Comment.objects.filter(
        organisation=organisation, state=CommentState.PUBLISHED, kind=QuestionKind.COMMENT
    )
    for levels, texts in (((0, 1), _REPLIES[:2]), ((3,), _REPLIES[2:])):
        recent = published.filter(level__in=levels).order_by("-received_at", "pk")[:6]
        for rank, comment in enumerate(recent):
            given = reply(
                comment=comment,
                text=texts[rank % len(texts)],
                revision=None,
                embargo_reason="",
                by=coordinator,
            )
            Reply.objects.filter(pk=given.pk).update(
                replied_at=(comment.moderated_at or comment.received_at) + timedelta(hours=1)
            )
