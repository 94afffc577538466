"""A list of agents: what is right is kept, what is not comes back line by line, nobody twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.errors import Refusal
from parvis.foundation.personal_data import purges
from parvis.journal.models import Entry
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations import rolls
from parvis.staff_polls.operations.groups import MAX_GROUPS
from parvis.staff_polls.operations.preparing import Launched, purge_forgotten_drafts
from parvis.staff_polls.operations.rolls import add_agents, remove_agents
from parvis.staff_polls.roll_lines import decode, read_lines
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory
from parvis.staff_polls.tests.preparing import (
    add_agents_by_mail,
    opened,
    ready_poll,
    registration_with_option,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    return StaffPollFactory()


def add(poll, text, default=None):
    return add_agents(poll=poll, text=text, default=default, by=PersonFactory())


def on_roll(poll):
    return {
        (agent.group.name, agent.email)
        for agent in EligibleAgent.objects.filter(poll=poll).select_related("group")
    }


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "service", "email"),
    [
        ("a@b.fr", "", "a@b.fr"),
        ("Voirie;A@B.FR", "Voirie", "a@b.fr"),
        ("a@b.fr\tVoirie", "Voirie", "a@b.fr"),
        ("Voirie, a@b.fr", "Voirie", "a@b.fr"),
        ('"Culture ; sport";"a@b.fr"', "Culture ; sport", "a@b.fr"),
        ("Voirie ; Anne Durand <a@b.fr>", "Voirie", "a@b.fr"),
        ("mailto:a@b.fr;", "", "a@b.fr"),
        ("\ufeffVoirie;a@b.fr", "Voirie", "a@b.fr"),
        ("a\x00@b.fr", "", "a@b.fr"),
        ("Voirie;agnès@b.fr", "Voirie", ""),
        ("personne", "", ""),
        ("a@b.fr;c@d.fr", "", ""),
        ("a@", "", ""),
        ("x" * 500 + "@b.fr", "", ""),
        ('"pas fermé;a@b.fr', "", ""),
    ],
)
def test_a_line_as_people_paste_it(line, service, email):
    (read,) = read_lines(line)
    assert (read.service if read.email else "", read.email) == (service if email else "", email)
    assert bool(read.problem) == (not email)
    assert read.text


def test_headings_and_blank_lines_are_no_agents_and_numbers_are_those_of_the_file():
    lines = list(read_lines("Service;Courriel\r\n\r\nVoirie;a@b.fr\r;;\nVoirie;c@d.fr\n"))
    assert [(line.number, line.email) for line in lines] == [(3, "a@b.fr"), (5, "c@d.fr")]


def test_a_heading_further_down_is_a_line_like_others():
    (first, second) = read_lines("a@b.fr\nService;Courriel")
    assert first.email
    assert second.problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_of_any_spreadsheet(encoding):
    assert decode("État civil;a@b.fr".encode(encoding)) == "État civil;a@b.fr"


def test_bytes_of_any_kind_are_read_as_something():
    assert isinstance(decode(bytes(range(256)) * 4), str)


# --- Adding ---------------------------------------------------------------------------------------


def test_services_are_made_as_lines_name_them(poll):
    report = add(poll, "État civil;a@b.fr\nVoirie;c@d.fr\nétat  civil ;e@f.fr")
    assert (report.added, report.new_groups, report.refused) == (3, ["État civil", "Voirie"], [])
    assert on_roll(poll) == {
        ("État civil", "a@b.fr"),
        ("Voirie", "c@d.fr"),
        ("État civil", "e@f.fr"),
    }


def test_each_refused_line_has_its_reason_and_comes_back_as_it_was(poll):
    wrong = "Voirie;pas une adresse\nVoirie;faux@\nc@d.fr\nEcole;A@b.fr"
    report = add(poll, f"Voirie;a@b.fr\n{wrong}")
    assert on_roll(poll) == {("Voirie", "a@b.fr")}
    assert [line.number for line in report.refused] == [2, 3, 4, 5]
    assert report.to_correct == wrong
    assert "« faux@ »" in report.refused[1].reason
    assert "Le service manque" in report.refused[2].reason
    assert "ligne 1" in report.refused[3].reason
    # The service of a refused line is not made.
    assert [group.name for group in PollGroup.objects.filter(poll=poll)] == ["Voirie"]


def test_the_same_address_twice_is_taken_once_whatever_its_case(poll):
    report = add(poll, "Voirie;a@b.fr\nVoirie;A@B.fr")
    assert (report.added, len(report.repeated), report.refused) == (1, 1, [])
    assert "ligne 1" in report.repeated[0].reason


def test_the_same_list_again_adds_nobody(poll):
    add(poll, "Voirie;a@b.fr\nVoirie;c@d.fr")
    poll.refresh_from_db()
    revision = poll.revision
    report = add(poll, "Voirie;a@b.fr\nVoirie;C@d.fr")
    assert (report.added, report.already, report.refused) == (0, 2, [])
    poll.refresh_from_db()
    assert poll.revision == revision


def test_an_agent_of_another_service_stays_where_they_are(poll):
    add(poll, "Voirie;a@b.fr")
    report = add(poll, "Accueil;a@b.fr")
    assert "« Voirie »" in report.refused[0].reason
    assert on_roll(poll) == {("Voirie", "a@b.fr")}


def test_lines_that_name_no_service_go_where_the_page_says(poll):
    group = PollGroupFactory(poll=poll, name="Accueil")
    assert add(poll, "a@b.fr\nVoirie;c@d.fr", default=group).added == 2
    assert on_roll(poll) == {("Accueil", "a@b.fr"), ("Voirie", "c@d.fr")}


def test_an_empty_list_is_refused(poll):
    for text in ("", " \n;;\n", "Service;Courriel"):
        with pytest.raises(Refusal) as refused:
            add(poll, text)
        assert refused.value.field == "lines"


def test_too_many_lines_are_refused_at_once(poll, monkeypatch):
    monkeypatch.setattr(rolls, "MAX_LINES", 3)
    with pytest.raises(Refusal):
        add(poll, "\n".join(f"Voirie;{n}@b.fr" for n in range(4)))
    assert not on_roll(poll)


def test_a_full_roll_refuses_the_lines_beyond(poll, monkeypatch):
    monkeypatch.setattr(rolls, "MAX_AGENTS", 2)
    report = add(poll, "\n".join(f"Voirie;{n}@b.fr" for n in range(3)))
    assert (report.added, len(report.refused)) == (2, 1)


def test_more_services_than_a_poll_has_are_refused_line_by_line(poll):
    report = add(poll, "\n".join(f"Service {n};{n}@b.fr" for n in range(MAX_GROUPS + 2)))
    assert (report.added, len(report.refused)) == (MAX_GROUPS, 2)


def test_a_long_list_costs_a_query_for_some_hundreds_of_lines(poll):
    """Ten thousand lines in seconds: the number of queries does not follow that of the lines."""
    text = "\n".join(f"Service {n % 20};agent.numero{n}@exemple.fr" for n in range(3000))
    with CaptureQueriesContext(connection) as queries:
        assert add(poll, text).added == 3000
    assert len(queries) < 120


def test_the_journal_holds_numbers_and_no_address(poll):
    add(poll, "Voirie;a@b.fr\nfaux")
    entry = Entry.objects.get(action="staff_poll.agents_added")
    assert entry.details == {"added": 1, "refused": 1}


# --- Removing and freezing ------------------------------------------------------------------------


def test_agents_are_removed_from_their_group_only(poll):
    group, other = PollGroupFactory(poll=poll), PollGroupFactory(poll=poll)
    add_agents_by_mail(group, 2)
    add_agents_by_mail(other, 1)
    numbers = list(EligibleAgent.objects.filter(poll=poll).values_list("pk", flat=True))
    assert remove_agents(group=group, agents=numbers, by=PersonFactory()) == 2
    assert EligibleAgent.objects.get(poll=poll).group == other


def test_a_launched_roll_does_not_change():
    poll = opened(ready_poll(registration_with_option()))
    assert poll.state == PollState.OPEN
    before = on_roll(poll)
    with pytest.raises(Launched):
        add(poll, "Voirie;a@b.fr")
    group = PollGroup.objects.filter(poll=poll).first()
    with pytest.raises(Launched):
        remove_agents(group=group, agents=[], by=PersonFactory())
    assert on_roll(poll) == before


# --- Forgetting -----------------------------------------------------------------------------------


def test_a_draft_that_nobody_changes_for_a_year_is_thrown_away_with_its_roll(poll):
    add(poll, "Voirie;a@b.fr")
    launched = opened(ready_poll(registration_with_option()))
    add_agents_by_mail(PollGroup.objects.get(poll=launched, number=2), 1)
    now = timezone.now()
    for days, dry_run, gone in ((364, False, 0), (366, True, 1), (366, False, 1)):
        assert purge_forgotten_drafts(now + timedelta(days=days), dry_run) == gone
    assert StaffPoll.objects.get() == launched
    assert EligibleAgent.objects.count() == 13
    assert Entry.objects.filter(action="staff_poll.draft_deleted", actor_id=None).exists()
    assert purge_forgotten_drafts in purges()
