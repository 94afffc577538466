"""Building the demonstration, once: everything, or nothing, in one transaction after the directory.

What is simulated never stands beside what is real: a database that holds a real edition is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.editions.enums import OptionCode
from parvis.editions.models import Edition
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.mystery_audits.operations.scenarios import load_scenarios
from parvis.organisations.models import Organisation
from parvis.organisations.operations import create_simulated_bodies, load_directory
from parvis.organisations.strata import stratum_of
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.grids import document_of, import_default_grid
from parvis.results.operations import launch_run, publish
from parvis.web.demo import people as demo_people
from parvis.web.demo.consultations import consult
from parvis.web.demo.current import (
    RETURNING,
    begin_first_wave,
    create_current_edition,
    register_bodies,
)
from parvis.web.demo.dates import ZONE
from parvis.web.demo.feedback import Listener, listen_for_a_year
from parvis.web.demo.fieldwork import Crew, conduct_wave
from parvis.web.demo.participants import FEWEST, MOST, participants
from parvis.web.demo.people import create_panel, create_people, create_personas
from parvis.web.demo.polls import Polled, poll_the_agents
from parvis.web.demo.published import (
    coordinators_of,
    create_published_edition,
    declare,
    register_all,
)
from parvis.web.demo.sessions import hold_sessions
from parvis.web.demo.truth import CHANNELS, Truth, draw_truth

TRUTH_FILE = "demo-truth.json"
DEFAULT_ORGANISATIONS = 321
DEFAULT_SEED = 2020
# Bodies that only register for the current edition, their mandates waiting.
NEWCOMERS = 3
# Edition 2 had 740 mystery citizens for 200 towns; a third of that, an even number at least 12.
_CITIZENS_PER_BODY = 0.37
_FEWEST_CITIZENS = 12

# The independent sources of chance: one more never changes what the others give.
(
    _BODIES,
    _DECLARATIONS,
    _TRUTH,
    _REGISTRATIONS,
    _FIRST_WAVE,
    _SECOND_WAVE,
    _CURRENT,
    _FEEDBACK,
    _POLLS,
    _SESSIONS,
    _CONSULTATIONS,
) = range(11)
# What a body that has it takes again in the next edition.
_LASTING = {OptionCode.FEEDBACK, OptionCode.CONSULTATION, OptionCode.STAFF_POLL}

Step = Callable[[str], AbstractContextManager[object]]


def is_built() -> bool:
    return Edition.objects.filter(is_simulated=True).exists()


def refuse_real_database() -> None:
    """Raise Conflict when the database holds an edition that is not a demonstration's."""
    if Edition.objects.filter(is_simulated=False).exists():
        raise Conflict(
            _(
                "Cette base contient une édition réelle : la démonstration ne s’y mêle pas. "
                "Donnez-lui une base à elle, par exemple PARVIS_HOME=var/demo."
            )
        )


def build(
    *, organisations: int, seed: int, step: Step, today: date | None = None
) -> dict[str, int] | None:
    """Build the demonstration and return its counts; None when it stands already.

    `step` wraps each part, given its French title. Raises Refusal for a number of organisations out
    of bounds, Conflict for a database that holds a real edition; nothing is then changed.
    """
    refuse_real_database()
    if is_built():
        return None
    if not FEWEST <= organisations <= MOST:
        raise Refusal(
            _("La démonstration compte de %(fewest)d à %(most)d organismes.")
            % {"fewest": FEWEST, "most": MOST},
            field="organisations",
        )
    if seed < 0:
        raise Refusal(_("La graine est un nombre entier positif ou nul."), field="seed")
    if not Organisation.objects.real().exists():
        with step(_("annuaire national")):
            load_directory(by=None)
    # Every tenant's rows are made here, before anybody wears a hat.
    with scopes_disabled(), transaction.atomic():
        return _Demonstration(
            organisations, seed, step, today or timezone.now().astimezone(ZONE).date()
        ).build()


class _Demonstration:
    def __init__(self, organisations: int, seed: int, step: Step, today: date) -> None:
        self.count = organisations
        self.seed = seed
        self.step = step
        self.today = today

    def _rng(self, source: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, source])

    def build(self) -> dict[str, int]:
        with self.step(_("grille, scénarios et personnages")):
            self.grid_row = import_default_grid(None)
            self.grid = document_of(self.grid_row)
            load_scenarios(by=None)
            self.people = create_personas()
            self.operator = self.people[demo_people.OPERATOR.code]
        with self.step(_("organismes fictifs et inscriptions")):
            self._register()
        contacts = self._conduct_waves()
        with self.step(_("calculs et publications")):
            self._publish()
        with self.step(_("édition en cours")):
            current = self._begin_current_edition()
        with self.step(_("une année d’avis")):
            listened = listen_for_a_year(
                self._listeners(), today=self.today, rng=self._rng(_FEEDBACK)
            )
        with self.step(_("sondages des agents")):
            polled = self._poll()
            sessions = hold_sessions(
                organisation=self.bodies[0],
                coordinator=self.coordinators[0],
                today=self.today,
                rng=self._rng(_SESSIONS),
            )
        with self.step(_("consultations du public")):
            consultations = consult(
                organisation=self.bodies[0],
                coordinator=self.coordinators[0],
                today=self.today,
                rng=self._rng(_CONSULTATIONS),
            )
        counts = {
            "organisations": len(self.bodies),
            "panel": len(self.panel),
            "contacts": contacts,
            "current_contacts": current,
            "touchpoints": listened.touchpoints,
            "feedback_answers": listened.answers,
            "feedback_comments": listened.comments,
            "polls": polled.polls,
            "poll_ballots": polled.ballots,
            "live_sessions": sessions,
            "consultations": consultations,
        }
        # One entry stands for the acts that were written in bulk.
        record(
            action="demo.built",
            actor_id=None,
            subject=self.edition,
            seed=self.seed,
            today=self.today.isoformat(),
            **counts,
        )
        self._keep_truth()
        return counts

    def _register(self) -> None:
        drawn = participants(self._rng(_BODIES), count=self.count + NEWCOMERS)
        # Who may be played acts for towns, which everybody understands: they come first.
        drawn.sort(key=lambda body: not _is_town(body))
        bodies = create_simulated_bodies(drawn)
        self.bodies, self.newcomers = bodies[: self.count], bodies[self.count :]
        played = [
            self.people[demo_people.COORDINATOR.code],
            self.people[demo_people.SECOND_COORDINATOR.code],
        ]
        self.coordinators = coordinators_of(self.bodies, played)
        self.panel = create_panel(
            max(_FEWEST_CITIZENS, 2 * round(self.count * _CITIZENS_PER_BODY / 2))
        )
        self.edition = create_published_edition(
            grid=self.grid_row, today=self.today, operator=self.operator
        )
        self.declared = declare(self._rng(_DECLARATIONS), self.bodies)
        # The body of the first coordinator that can be played shows everything there is.
        self.declared[0] = replace(self.declared[0], options=self.declared[0].options | _LASTING)
        register_all(
            edition=self.edition,
            bodies=self.bodies,
            declared=self.declared,
            coordinators=self.coordinators,
            operator=self.operator,
            rng=self._rng(_REGISTRATIONS),
        )

    def _conduct_waves(self) -> int:
        with self.step(_("vérité simulée")):
            self.truth = draw_truth(
                self._rng(_TRUTH), [stratum_of(body) for body in self.bodies], self.grid
            )
        crew = Crew(self.panel, self._reviewers(), self.operator)
        position = {body.pk: index for index, body in enumerate(self.bodies)}
        contacts = 0
        for number, source in ((1, _FIRST_WAVE), (2, _SECOND_WAVE)):
            with self.step(_("prises de contact de la vague %d") % number):
                contacts += conduct_wave(
                    wave=self.edition.waves.get(number=number),
                    truth=self.truth,
                    position=position,
                    grid=self.grid,
                    crew=crew,
                    rng=self._rng(source),
                )
        return contacts

    def _reviewers(self) -> Sequence[Person]:
        others = create_people(
            (f"relecture-{number}", f"Relecture simulée n° {number}") for number in (1, 2, 3)
        )
        return [self.people[demo_people.REVIEWER.code], *others]

    def _publish(self) -> None:
        for wave in (*self.edition.waves.order_by("number"), None):
            run = launch_run(edition=self.edition, wave=wave, by=self.operator)
            # Nobody is told by mail: the coordinators are fictitious.
            publish(run=run, by=self.operator)

    def _begin_current_edition(self) -> int:
        edition = create_current_edition(
            grid=self.grid_row, today=self.today, operator=self.operator
        )
        candidate = self.people[demo_people.PENDING_COORDINATOR.code]
        others = create_people(
            (f"candidature-{number}", f"Candidature simulée n° {number}")
            for number in range(2, NEWCOMERS + 1)
        )
        # The second body can be registered by whoever plays its coordinator.
        returning = [0, *range(2, 2 + RETURNING)]
        register_bodies(
            edition,
            acting=[
                *((self.bodies[index], self.coordinators[index]) for index in returning),
                *zip(self.newcomers, [candidate, *others], strict=True),
            ],
            kept={
                body.pk: facts.options & _LASTING
                for body, facts in zip(self.bodies, self.declared, strict=True)
            },
        )
        return begin_first_wave(
            edition=edition,
            grid=self.grid,
            people=self.people,
            others=self.panel[:6],
            rng=self._rng(_CURRENT),
        )

    def _poll(self) -> Polled:
        return poll_the_agents(
            organisation=self.bodies[0],
            coordinator=self.coordinators[0],
            today=self.today,
            rng=self._rng(_POLLS),
        )

    def _listeners(self) -> list[Listener]:
        """The bodies that took the option, that of the first coordinator first."""
        visits = CHANNELS.index(Channel.VISIT)
        return [
            Listener(body, person, float(self.truth.score_percent[index, -1, visits]))
            for index, (body, person, facts) in enumerate(
                zip(self.bodies, self.coordinators, self.declared, strict=True)
            )
            if OptionCode.FEEDBACK in facts.options
        ]

    def _keep_truth(self) -> None:
        content = json.dumps(
            truth_document(self.seed, self.bodies, self.truth),
            ensure_ascii=False,
            indent=1,
        )
        path = Path(settings.HOME) / TRUTH_FILE

        def write() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content + "\n", encoding="utf-8")

        transaction.on_commit(write)


def truth_document(seed: int, bodies: Sequence[Organisation], truth: Truth) -> dict[str, Any]:
    """The truth by body and channel, one score a wave, for whoever wants to check intervals."""
    return {
        "seed": seed,
        "unit": "score_percent by wave, whether or not the body has the channel",
        "organisations": {
            body.name: {
                channel.value: [round(float(x), 3) for x in truth.score_percent[index, :, column]]
                for column, channel in enumerate(CHANNELS)
            }
            for index, body in enumerate(bodies)
        },
    }


def _is_town(body: Organisation) -> bool:
    return body.kind == "commune" and 10_000 <= (body.population or 0) < 50_000
