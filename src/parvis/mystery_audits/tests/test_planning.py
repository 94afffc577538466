"""The scenario library, the contacts of a wave, and who gets them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.enums import OptionCode, WaveState
from parvis.editions.models import DeclaredChannel
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.working_time import is_working_day
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact, Scenario, Transition
from parvis.mystery_audits.operations.assignments import (
    assign,
    assign_evenly,
    plan_assignment,
    plan_even_assignment,
    unassign,
)
from parvis.mystery_audits.operations.panel import join_panel, leave_panel
from parvis.mystery_audits.operations.planning import (
    DEFAULT_PER_CHANNEL,
    REPLY_WORKING_DAYS,
    generate_contacts,
    plan_contacts,
)
from parvis.mystery_audits.operations.scenarios import default_scenarios_text, load_scenarios
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    MysteryCitizenFactory,
    RunningWaveFactory,
    ScenarioFactory,
)
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory, SiteFactory
from parvis.questionnaires.enums import Channel

pytestmark = pytest.mark.django_db


# --- Scenarios ---------------------------------------------------------------------------------


def test_the_shipped_library_loads_once_and_serves_every_kind_on_every_channel():
    call_command("load_scenarios")
    count = Scenario.objects.count()
    again = load_scenarios(by=None)
    assert (again.created, again.corrected, again.unchanged) == (0, 0, count)
    for kind in OrganisationKind.values:
        for channel in Channel.values:
            scenarios = Scenario.objects.filter(channel=channel)
            assert any(not s.kinds or kind in s.kinds.split(",") for s in scenarios), (
                kind,
                channel,
            )


def test_a_corrected_text_is_corrected_and_a_scenario_gone_is_retired():
    load_scenarios(by=None)
    kept = Scenario.objects.order_by("code").first()
    Scenario.objects.filter(pk=kept.pk).update(title_fr="Ancien titre")
    gone = ScenarioFactory(code="gone")
    assert load_scenarios(by=None).corrected == 1
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert kept.title_fr != "Ancien titre"
    assert gone.retired_at is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios: [", "YAML"),
        ("scenarios: []", "aucun scénario"),
        ("scenarios: [{channel: phone}]", "n° 1"),
        ("scenarios: [{code: a, channel: fax, kinds: all}]", "canal inconnu"),
        ("scenarios: [{code: a, channel: phone, kinds: [castle]}]", "nature d’organisme"),
        ("scenarios: [{code: a, channel: phone}]", "kinds"),
        ("scenarios: [{code: a, channel: phone, kinds: all}]", "title"),
    ],
)
def test_a_file_that_cannot_serve_is_refused_whole(text, said):
    with pytest.raises(Refusal, match=said):
        load_scenarios(text=text, by=None)
    assert not Scenario.objects.exists()


# --- Contacts of a wave ------------------------------------------------------------------------


@pytest.fixture
def wave():
    load_scenarios(text=default_scenarios_text(), by=None)
    return RunningWaveFactory(edition=EditionFactory(open=True, options=True), number=1)


def participant(wave, **fields):
    return RegistrationFactory(edition=wave.edition, confirmed=True, channels=True, **fields)


def test_so_many_per_declared_channel_and_only_for_confirmed_bodies(wave):
    participant(wave)
    RegistrationFactory(edition=wave.edition, confirmed=False, channels=True)
    RegistrationFactory(edition=wave.edition, confirmed=True, channels=True, withdrawn=True)
    plan = plan_contacts(wave=wave, per_channel=DEFAULT_PER_CHANNEL)
    assert plan.to_create == {"phone": 8, "email": 6, "website": 1, "post": 3}
    assert plan.without_channel == {"social": 1, "visit": 1}
    assert (plan.organisations, plan.awaiting_mandate) == (1, 1)
    assert not Contact.objects.exists()


def test_a_mandatory_channel_declared_missing_is_not_tested(wave):
    registration = participant(wave)
    DeclaredChannel.objects.filter(registration=registration, channel=Channel.POST).update(
        exists=False
    )
    generate_contacts(wave=wave, per_channel=DEFAULT_PER_CHANNEL, by=None)
    assert not Contact.objects.filter(channel=Channel.POST).exists()


def test_visits_need_the_option_and_an_open_place(wave):
    registration = participant(wave)
    per_channel = {"visit": 2}
    assert not plan_contacts(wave=wave, per_channel=per_channel).to_create
    option = wave.edition.options.get(code=OptionCode.VISITS)
    registration.ticked_options.create(option=option, price_cents=0)
    assert not plan_contacts(wave=wave, per_channel=per_channel).to_create
    sites = SiteFactory.create_batch(2, organisation=registration.organisation)
    for site in sites:
        registration.declared_sites.create(site=site)
    generate_contacts(wave=wave, per_channel=per_channel, by=None)
    visited = Contact.objects.values_list("site", flat=True)
    assert sorted(visited) == sorted(site.pk for site in sites)


def test_running_again_adds_only_what_is_missing(wave):
    participant(wave)
    generate_contacts(wave=wave, per_channel={"phone": 3}, by=None)
    former = set(Contact.objects.values_list("pk", "scenario", "planned_on"))
    done = generate_contacts(wave=wave, per_channel={"phone": 3}, by=None)
    assert not done.to_create
    assert done.existing == {"phone": 3}
    participant(wave)
    assert generate_contacts(wave=wave, per_channel={"phone": 3}, by=None).to_create["phone"] == 3
    assert former <= set(Contact.objects.values_list("pk", "scenario", "planned_on"))


def test_dates_are_working_days_of_the_wave_that_leave_time_for_the_reply(wave):
    participant(wave, organisation=OrganisationFactory(departement_code="67"))
    generate_contacts(wave=wave, per_channel=DEFAULT_PER_CHANNEL, by=None)
    days = [
        wave.starts_on + timedelta(days=i) for i in range((wave.ends_on - wave.starts_on).days + 1)
    ]
    working = [day for day in days if is_working_day(day, departement_code="67")]
    for contact in Contact.objects.all():
        left = REPLY_WORKING_DAYS.get(Channel(contact.channel), 0)
        assert contact.planned_on in working[: len(working) - left]
    phone_days = Contact.objects.filter(channel="phone").values_list("planned_on", flat=True)
    assert len(set(phone_days)) == 8


def test_scenarios_rotate_and_the_second_wave_asks_something_else(wave):
    registration = participant(wave)
    second = RunningWaveFactory(edition=wave.edition, number=2)
    for each in (wave, second):
        generate_contacts(wave=each, per_channel={"phone": 3}, by=None)
    drawn = Contact.objects.filter(organisation=registration.organisation)
    assert drawn.values("scenario").distinct().count() == 6


def test_a_count_out_of_bounds_or_a_closed_wave_is_refused(wave):
    for per_channel, field in (
        ({"phone": -1}, "phone"),
        ({"fax": 1}, "fax"),
        ({"post": 51}, "post"),
    ):
        with pytest.raises(Refusal) as refused:
            plan_contacts(wave=wave, per_channel=per_channel)
        assert refused.value.field == field
    wave.state, wave.closed_at = WaveState.CLOSED, wave.edition.opened_at
    wave.save()
    with pytest.raises(Conflict):
        generate_contacts(wave=wave, per_channel={"phone": 1}, by=None)


def test_planning_costs_the_same_queries_whatever_the_number_of_bodies(
    wave, django_assert_max_num_queries
):
    for _each in range(8):
        participant(wave)
    with django_assert_max_num_queries(10):
        plan_contacts(wave=wave, per_channel=DEFAULT_PER_CHANNEL)


# --- Assignment --------------------------------------------------------------------------------


def test_shares_are_even_and_the_other_wave_gets_another_person(wave):
    participant(wave)
    second = RunningWaveFactory(edition=wave.edition, number=2)
    citizens = MysteryCitizenFactory.create_batch(4)
    for each in (wave, second):
        generate_contacts(wave=each, per_channel={"phone": 2, "email": 2}, by=None)
        plan = assign_evenly(wave=each, by=None)
        assert (plan.total, plan.smallest_share, plan.largest_share) == (4, 1, 1)
        assert plan.repeated == 0
    for channel in ("phone", "email"):
        pairs = Contact.objects.filter(channel=channel).values_list("mystery_citizen", flat=True)
        assert len(set(pairs)) == len(citizens)
    assert Transition.objects.filter(to_state=ContactState.ASSIGNED).count() == 8


def test_visits_go_to_people_of_the_departement():
    wave = RunningWaveFactory()
    MysteryCitizenFactory(departement_code="59")
    near = MysteryCitizenFactory(departement_code="69")
    ContactFactory(wave=wave, planned=True, channel=Channel.VISIT)
    assert list(plan_even_assignment(wave=wave).shares) == [near]
    near.departement_code = "38"
    near.save()
    assert plan_even_assignment(wave=wave).impossible == 1


def test_nobody_tests_a_body_they_act_for():
    citizen = MysteryCitizenFactory()
    contact = ContactFactory(planned=True)
    MandateFactory(person=citizen.person, organisation=contact.organisation)
    assert plan_even_assignment(wave=contact.wave).impossible == 1
    with pytest.raises(Refusal):
        assign(contacts=Contact.objects.all(), mystery_citizen=citizen, by=None)


def test_assigning_by_hand_counts_what_it_cannot_give():
    citizen = MysteryCitizenFactory()
    wave = RunningWaveFactory()
    ContactFactory.create_batch(2, wave=wave, planned=True)
    ContactFactory(wave=wave, in_progress=True)
    plan = plan_assignment(contacts=Contact.objects.all(), mystery_citizen=citizen)
    assert (plan.total, plan.impossible) == (2, 1)
    assign(contacts=Contact.objects.all(), mystery_citizen=citizen, by=PersonFactory())
    theirs = Contact.objects.filter(mystery_citizen=citizen)
    assert Counter(theirs.values_list("state", flat=True)) == {ContactState.ASSIGNED: 2}
    assert unassign(contacts=theirs, by=None) == 2
    assert set(
        Contact.objects.filter(planned_on__isnull=False, state="planned").values_list(
            "mystery_citizen", flat=True
        )
    ) == {None}


def test_a_departure_gives_back_what_was_not_begun():
    citizen = MysteryCitizenFactory()
    contacts = {
        "assigned": ContactFactory(mystery_citizen=citizen),
        "in_progress": ContactFactory(mystery_citizen=citizen, in_progress=True),
        "submitted": ContactFactory(mystery_citizen=citizen, submitted=True),
    }
    leave_panel(citizen=citizen, by=None)
    leave_panel(citizen=citizen, by=None)
    states = {name: Contact.objects.get(pk=contact.pk).state for name, contact in contacts.items()}
    assert states == {
        "assigned": ContactState.PLANNED,
        "in_progress": ContactState.CANCELLED,
        "submitted": ContactState.SUBMITTED,
    }
    with pytest.raises(Conflict, match="quitté"):
        assign(contacts=Contact.objects.all(), mystery_citizen=citizen, by=None)


def test_who_comes_back_keeps_the_code_name():
    person = PersonFactory()
    citizen = join_panel(person=person, by=None)
    assert join_panel(person=person, by=None) == citizen
    leave_panel(citizen=citizen, by=None)
    assert join_panel(person=person, by=None).code_name == citizen.code_name
