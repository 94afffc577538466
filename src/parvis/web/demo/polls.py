"""Staff polls of the showcase body: a closed one with results, the pulse before it, one open.

Ballots are sealed and laid straight into the box: a blind exchange for each would take seconds that
a demonstration has not. What is shown, and when, is then made by the operations of the product:
milestones as the box fills, the close, the measures. Polls that are over are given the dates they
would have had; who was invited to them was erased at their close, and is not made at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from parvis.accounts.models import Person
from parvis.organisations.models import Organisation
from parvis.staff_polls import keys
from parvis.staff_polls.card_library import cards_named
from parvis.staff_polls.codes import new_poll_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.measures import publish_measures
from parvis.staff_polls.models import Ballot, EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations.casting import written
from parvis.staff_polls.operations.launching import make_ready
from parvis.staff_polls.operations.preparing import closing_moment
from parvis.staff_polls.operations.releasing import MILESTONES, close, release_if_due
from parvis.staff_polls.operations.sentences import label_sentences
from parvis.staff_polls.poll_document import Answers, read_answers, read_document
from parvis.staff_polls.results.comparing import real_figures
from parvis.web.demo.dates import moment
from parvis.web.demo.poll_answers import Voters, answer
from parvis.web.demo.poll_texts import themes

CARDS: Final = (
    "fierte",
    "devinette-telephone",
    "attente-telephone",
    "accueil-courtois",
    "devinette-accueil-usagers",
    "reponse-claire",
    "manque-repondre",
    "devinette-attente-usagers",
    "canal-ameliorer",
    "frein-traitement",
    "reclamation-suivie",
    "une-chose",
)


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its agents, those without mail among them, its mood in logits.

    `answered` are the agents who answered each of the three polls.
    """

    name: str
    agents: int
    without_mail: int
    mood: float
    answered: tuple[int, int, int]


SERVICES: Final = (
    Service("Accueil et état civil", 34, 0, 0.7, (22, 28, 17)),
    Service("Services techniques", 28, 12, -0.4, (14, 20, 11)),
    Service("Action sociale", 24, 0, -1.0, (15, 19, 11)),
    Service("Éducation et jeunesse", 20, 0, 0.1, (14, 16, 9)),
    Service("Culture et sports", 14, 0, 0.5, (10, 12, 6)),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A poll: days from today to its launch and to its last day."""

    title: str
    launched: int
    ends: int


_PLANS: Final = (
    _Plan("Notre accueil, vu par nous : premier sondage", -290, -276),
    _Plan("Notre accueil, vu par nous : six mois après", -106, -92),
    _Plan("Notre accueil, vu par nous : un an après", -4, 17),
)
_INTRODUCTION = (
    "Cinq minutes pour dire comment nous accueillons les habitants, et deviner ce qu’ils en disent."
)


@dataclass(frozen=True, slots=True)
class Polled:
    """Counts of what was made."""

    polls: int
    ballots: int


def poll_the_agents(
    *, organisation: Organisation, coordinator: Person, today: date, rng: np.random.Generator
) -> Polled:
    """Make the polls of a body whose measures are published already. Scopes disabled."""
    former = None
    ballots = 0
    for rank, plan in enumerate(_PLANS):
        is_over = plan.ends < 0
        poll = _begin(organisation, plan, today=today, follows=former, is_over=is_over)
        groups = _services(poll)
        if not is_over:
            _invite(groups, rank, rng)
            make_ready(poll=poll)
            poll.refresh_from_db()
        ballots += _fill(poll, groups, rank, rng)
        if is_over:
            _end(poll, coordinator)
        former = poll
    return Polled(len(_PLANS), ballots)


def _begin(
    body: Organisation, plan: _Plan, *, today: date, follows: StaffPoll | None, is_over: bool
) -> StaffPoll:
    launched, ends = (today + timedelta(days=days) for days in (plan.launched, plan.ends))
    poll: StaffPoll = StaffPoll.objects.create(
        organisation=body,
        code=new_poll_code(),
        title=plan.title,
        introduction=_INTRODUCTION,
        document={"cards": cards_named(CARDS)},
        state=PollState.OPEN if is_over else PollState.PREPARING,
        follows=follows,
        launched_at=moment(launched, 9),
        closes_at=closing_moment(ends, body),
    )
    if is_over:
        # Nobody votes in it any more: it needs no key to sign with, which takes time to draw.
        poll.box_public_key = keys.make_box(poll)
        poll.save(update_fields=["box_public_key"])
    return poll


def _services(poll: StaffPoll) -> list[PollGroup]:
    return [
        PollGroup.objects.create(
            organisation_id=poll.organisation_id,
            poll=poll,
            number=number,
            name=service.name,
            printed_codes=service.without_mail,
            eligible=service.agents,
        )
        for number, service in enumerate(SERVICES, start=1)
    ]


def _invite(groups: Sequence[PollGroup], rank: int, rng: np.random.Generator) -> None:
    """The roll: whoever answered, and two more in each service, have collected a token."""
    for group, service in zip(groups, SERVICES, strict=True):
        invited = service.agents - service.without_mail
        collected = rng.permutation(invited) < service.answered[rank] + 2
        EligibleAgent.objects.bulk_create(
            EligibleAgent(
                organisation_id=group.organisation_id,
                poll_id=group.poll_id,
                group=group,
                email=f"agent-{group.number}-{number:02d}@agents.invalid",
                blinded_hash=secrets.token_hex(32) if has_collected else "",
            )
            for number, has_collected in enumerate(collected.tolist(), start=1)
        )


def _fill(poll: StaffPoll, groups: Sequence[PollGroup], rank: int, rng: np.random.Generator) -> int:
    """Lay the ballots in the box, showing at each milestone what it unlocks; return how many."""
    ballots = list(_ballots(poll, groups, rank, rng))
    laid = 0
    for percent in MILESTONES:
        due = -(-percent * sum(service.agents for service in SERVICES) // 100)
        if due > len(ballots):
            break
        Ballot.objects.bulk_create(ballots[laid:due])
        laid = due
        release_if_due(poll=poll)
    Ballot.objects.bulk_create(ballots[laid:])
    return len(ballots)


def _ballots(
    poll: StaffPoll, groups: Sequence[PollGroup], rank: int, rng: np.random.Generator
) -> Iterator[Ballot]:
    document = read_document(poll.document)
    services = np.repeat(np.arange(len(SERVICES)), [one.answered[rank] for one in SERVICES])
    voters = Voters(rng.permutation(services).tolist(), [service.mood for service in SERVICES])
    measured = {
        key: real.figure.estimate
        for key, real in real_figures(poll.organisation_id, document.cards).items()
    }
    answers = answer(document.cards, voters, poll=rank, measured=measured, rng=rng)
    for service, given in zip(voters.services, answers, strict=True):
        yield _sealed(poll, groups[service], read_answers(document, given))


def _sealed(poll: StaffPoll, group: PollGroup, answers: Answers) -> Ballot:
    token = secrets.token_hex(32)
    return Ballot(
        token=token,
        organisation_id=poll.organisation_id,
        poll=poll,
        group=group,
        sealed=keys.seal(poll, written(answers), token=token),
    )


def _end(poll: StaffPoll, coordinator: Person) -> None:
    """Close a poll as on its last day."""
    release = close(poll=poll, by=coordinator)
    label_sentences(poll=poll, label=themes)
    poll.refresh_from_db()
    ended: datetime | None = poll.closes_at
    poll.closed_at = ended
    poll.save(update_fields=["closed_at"])
    # Once more, with the day that a measure says it ends.
    publish_measures(poll=poll, release=release)
