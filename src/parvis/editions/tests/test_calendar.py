"""Creating, correcting and opening an edition; the transitions of its waves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions import locks
from parvis.editions.enums import OptionCode, WaveState
from parvis.editions.locks import Section
from parvis.editions.models import Edition
from parvis.editions.operations import (
    close_wave,
    create_edition,
    open_edition,
    open_wave,
    register,
    rules_of,
    update_edition,
)
from parvis.editions.rules import (
    DEFAULT_WEIGHTS,
    EditionRules,
    ElectionRule,
    OptionRule,
    WaveRule,
)
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory, WaveFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import StaleForm
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import Channel
from parvis.questionnaires.tests.factories import GridFactory

pytestmark = pytest.mark.django_db


def sound_rules(**changes: object) -> EditionRules:
    now = timezone.now().replace(microsecond=0)
    today = now.date()
    rules = EditionRules(
        title="Baromètre 2027",
        slug="barometre-2027",
        registration_opens_at=now - timedelta(days=2),
        registration_closes_at=now + timedelta(days=30),
        grid=GridFactory(),
        waves=(
            WaveRule(today, today + timedelta(days=50)),
            WaveRule(today + timedelta(days=120), today + timedelta(days=170)),
        ),
        options=(
            OptionRule(OptionCode.VISITS),
            OptionRule(OptionCode.CONSULTATION, price_cents=300_000, free_quota=10, quota=50),
        ),
        elections=(ElectionRule("Municipales", today, today + timedelta(days=7), "commune"),),
    )
    return replace(rules, **changes)


@pytest.fixture
def operator():
    return PersonFactory(operator=True)


@pytest.fixture
def edition(operator) -> Edition:
    return create_edition(rules=sound_rules(), by=operator)


class TestCreation:
    def test_everything_decided_is_stored_and_read_back(self, edition: Edition) -> None:
        stored = rules_of(Edition.objects.get(pk=edition.pk))
        assert stored == sound_rules(
            registration_opens_at=stored.registration_opens_at,
            registration_closes_at=stored.registration_closes_at,
        )
        assert not edition.is_open
        assert edition.grid.first_used_at is None
        assert Entry.objects.filter(action="edition.created", subject_id=edition.pk).exists()

    def test_rules_that_contradict_leave_nothing(self, operator) -> None:
        with pytest.raises(Refusal):
            create_edition(
                rules=sound_rules(weights={**DEFAULT_WEIGHTS, Channel.POST: Decimal(14)}),
                by=operator,
            )
        assert not Edition.objects.exists()

    def test_an_address_already_taken_is_said_and_leaves_nothing(
        self, edition: Edition, operator
    ) -> None:
        with pytest.raises(Refusal, match="déjà celle d’une autre") as refusal:
            create_edition(rules=sound_rules(title="Autre"), by=operator)
        assert refusal.value.field == "slug"
        assert Edition.objects.count() == 1


class TestOpening:
    def test_it_freezes_the_grid_and_opening_twice_changes_nothing(
        self, edition: Edition, operator
    ) -> None:
        opened = open_edition(edition=edition, by=operator)
        assert opened.is_open
        assert opened.grid.first_used_at is not None
        again = open_edition(edition=edition, by=operator)
        assert again.opened_at == opened.opened_at
        assert again.revision == opened.revision
        assert Entry.objects.filter(action="edition.opened").count() == 1


class TestCorrection:
    def test_a_draft_changes_freely(self, edition: Edition, operator) -> None:
        today = timezone.now().date()
        rules = replace(
            rules_of(edition),
            title="Baromètre 2028",
            slug="barometre-2028",
            waves=(WaveRule(today, today + timedelta(days=10)),),
            weights={**DEFAULT_WEIGHTS, Channel.PHONE: Decimal(25), Channel.SOCIAL: Decimal(5)},
            options=(OptionRule(OptionCode.STAFF_POLL, price_cents=100),),
            elections=(),
        )
        update_edition(edition=edition, rules=rules, revision=edition.revision, by=operator)
        stored = Edition.objects.get(pk=edition.pk)
        assert rules_of(stored) == rules
        assert stored.revision == 2

    def test_saving_without_a_change_is_no_revision(self, edition: Edition, operator) -> None:
        update_edition(edition=edition, rules=rules_of(edition), revision=1, by=operator)
        assert Edition.objects.get(pk=edition.pk).revision == 1
        assert not Entry.objects.filter(action="edition.updated").exists()

    def test_a_stale_form_is_refused_with_both_versions(self, edition: Edition, operator) -> None:
        rules = rules_of(edition)
        update_edition(
            edition=edition, rules=replace(rules, title="La leur"), revision=1, by=operator
        )
        with pytest.raises(StaleForm) as stale:
            update_edition(
                edition=edition, rules=replace(rules, title="La mienne"), revision=1, by=operator
            )
        assert [(d.theirs, d.yours) for d in stale.value.differences] == [("La leur", "La mienne")]
        assert stale.value.current_revision == 2
        assert Edition.objects.get(pk=edition.pk).title == "La leur"

    def test_the_address_of_an_open_page_is_settled(self, edition: Edition, operator) -> None:
        opened = open_edition(edition=edition, by=operator)
        with pytest.raises(Conflict) as conflict:
            update_edition(
                edition=opened,
                rules=replace(rules_of(opened), slug="ailleurs"),
                revision=opened.revision,
                by=operator,
            )
        assert conflict.value.field == "slug"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"time_zone": "Indian/Reunion"}, "time_zone"),
            (
                {
                    "weights": {
                        **DEFAULT_WEIGHTS,
                        Channel.PHONE: Decimal(29),
                        Channel.EMAIL: Decimal(31),
                    }
                },
                "weights",
            ),
            ({"minimum_coverage_percent": 50}, "minimum_coverage_percent"),
        ],
    )
    def test_a_registration_settles_the_rules_it_was_made_on(
        self, edition: Edition, operator, change: dict, field: str
    ) -> None:
        opened = open_edition(edition=edition, by=operator)
        RegistrationFactory(edition=opened)
        with pytest.raises(Conflict) as conflict:
            update_edition(
                edition=opened,
                rules=replace(rules_of(opened), **change),
                revision=opened.revision,
                by=operator,
            )
        assert conflict.value.field == field

    def test_thresholds_may_rise_after_a_registration_but_never_fall(
        self, edition: Edition, operator
    ) -> None:
        RegistrationFactory(edition=edition)
        rules = rules_of(edition)
        raised = update_edition(
            edition=edition, rules=replace(rules, minimum_peers=8), revision=1, by=operator
        )
        with pytest.raises(Conflict):
            update_edition(
                edition=raised, rules=replace(rules, minimum_peers=7), revision=2, by=operator
            )
        assert Edition.objects.get(pk=edition.pk).minimum_peers == 8

    def test_a_room_above_can_lock_a_section(
        self, edition: Edition, operator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(locks, "_edition_locks", [])
        locks.register_edition_lock(lambda edition: {Section.ELECTIONS: "Publiée."})
        with pytest.raises(Conflict, match="Publiée"):
            update_edition(
                edition=edition,
                rules=replace(rules_of(edition), elections=()),
                revision=1,
                by=operator,
            )

    def test_an_option_somebody_ticked_stays_and_keeps_its_places(
        self, edition: Edition, operator
    ) -> None:
        opened = open_edition(edition=edition, by=operator)
        for _turn in range(2):
            register(
                edition=opened,
                organisation=OrganisationFactory(),
                person=PersonFactory(),
                function="directrice",
                staff_informed=True,
                communicability_acknowledged=True,
                options=[OptionCode.CONSULTATION],
            )
        rules = rules_of(opened)
        for options in (
            (OptionRule(OptionCode.VISITS),),
            (OptionRule(OptionCode.CONSULTATION, quota=1),),
        ):
            with pytest.raises(Conflict) as conflict:
                update_edition(
                    edition=opened,
                    rules=replace(rules, options=options),
                    revision=opened.revision,
                    by=operator,
                )
            assert conflict.value.field == "options"
        assert rules_of(Edition.objects.get(pk=edition.pk)) == rules

    @pytest.mark.parametrize(
        ("state", "shift_start", "shift_end", "allowed"),
        [
            (WaveState.PLANNED, 1, 1, True),
            (WaveState.OPEN, 0, 5, True),
            (WaveState.OPEN, 1, 0, False),
            (WaveState.CLOSED, 0, 5, False),
        ],
    )
    def test_dates_of_a_wave_settle_as_it_goes(
        self, operator, state: WaveState, shift_start: int, shift_end: int, allowed: bool
    ) -> None:
        edition = EditionFactory(weights=True)
        WaveFactory(
            edition=edition,
            number=1,
            opened=state == WaveState.OPEN,
            closed=state == WaveState.CLOSED,
        )
        rules = rules_of(edition)
        wave = rules.waves[0]
        moved = WaveRule(
            wave.starts_on + timedelta(days=shift_start), wave.ends_on + timedelta(days=shift_end)
        )
        rules = replace(rules, waves=(moved,))
        if allowed:
            update_edition(edition=edition, rules=rules, revision=1, by=operator)
            assert rules_of(Edition.objects.get(pk=edition.pk)).waves == (moved,)
        else:
            with pytest.raises(Conflict):
                update_edition(edition=edition, rules=rules, revision=1, by=operator)


class TestWaves:
    def test_a_wave_opens_then_closes_and_nothing_else(self, operator) -> None:
        wave = EditionFactory(complete=True).waves.get(number=1)
        wave = open_wave(wave=wave, by=operator)
        assert wave.state == WaveState.OPEN
        with pytest.raises(Conflict):
            open_wave(wave=wave, by=operator)
        wave = close_wave(wave=wave, by=operator)
        assert wave.state == WaveState.CLOSED
        assert wave.closed_at is not None
        for transition in (open_wave, close_wave):
            with pytest.raises(Conflict):
                transition(wave=wave, by=operator)
        assert list(Entry.objects.filter(subject_kind="wave").values_list("action", flat=True)) == [
            "wave.open",
            "wave.closed",
        ]

    def test_a_planned_wave_cannot_close(self, operator) -> None:
        with pytest.raises(Conflict):
            close_wave(wave=EditionFactory(complete=True).waves.get(number=1), by=operator)

    def test_a_wave_does_not_open_before_its_first_day(self, operator) -> None:
        with pytest.raises(Conflict, match="ne s’ouvre pas avant"):
            open_wave(wave=EditionFactory(complete=True).waves.get(number=2), by=operator)

    def test_a_wave_of_a_draft_does_not_open(self, operator) -> None:
        with pytest.raises(Conflict, match="Ouvrez d’abord"):
            open_wave(wave=EditionFactory(waves=True).waves.get(number=1), by=operator)
