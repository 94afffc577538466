"""Acts on a poll at the same instant, on a server's database: what was seen is what is launched."""

from __future__ import annotations

import pytest

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.errors import Conflict
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.journal.models import Entry
from parvis.staff_polls.models import EligibleAgent, PollGroup, PrintedCode, StaffPoll
from parvis.staff_polls.operations.launching import launch
from parvis.staff_polls.operations.preparing import Launched, save_cards
from parvis.staff_polls.operations.printing import register_codes
from parvis.staff_polls.operations.rolls import add_agents
from parvis.staff_polls.printed_sheets import codes_of
from parvis.staff_polls.tests.preparing import opened, ready_poll, registration_with_option

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _server() -> None:
    needs_a_server()


@pytest.fixture
def poll() -> StaffPoll:
    return ready_poll(registration_with_option())


@pytest.fixture
def by() -> Person:
    return PersonFactory()


def launched(poll: StaffPoll, by: Person) -> StaffPoll:
    return launch(poll=poll, by=by, revision=1, base_url="https://exemple.fr/")


def one_more(poll: StaffPoll, by: Person) -> object:
    return add_agents(poll=poll, text="Voirie;un.de.plus@exemple.fr", default=None, by=by)


def test_an_agent_added_while_the_poll_is_launched_is_refused(poll: StaffPoll, by: Person) -> None:
    raised = at_once(lambda: launched(poll, by), lambda: one_more(poll, by))
    assert isinstance(raised, Launched)
    assert EligibleAgent.objects.filter(poll=poll).count() == 12


def test_a_poll_that_changed_a_moment_ago_is_not_launched(poll: StaffPoll, by: Person) -> None:
    raised = at_once(lambda: one_more(poll, by), lambda: launched(poll, by))
    assert isinstance(raised, Conflict)
    poll.refresh_from_db()
    assert (poll.state, poll.revision) == ("draft", 2)


def test_a_double_click_launches_once(poll: StaffPoll, by: Person) -> None:
    raised = at_once(lambda: launched(poll, by), lambda: launched(poll, by))
    assert isinstance(raised, Conflict)
    assert Entry.objects.filter(action="staff_poll.launched").count() == 1


def test_of_two_savings_of_the_cards_one_is_told(poll: StaffPoll, by: Person) -> None:
    def save(text: str) -> None:
        card = {"key": "a", "kind": "agree", "text": text}
        save_cards(poll=poll, draft={"cards": [card]}, by=by, revision=1)

    assert isinstance(at_once(lambda: save("un"), lambda: save("deux")), Conflict)
    poll.refresh_from_db()
    assert poll.document["cards"][0]["text"] == "un"


def test_two_lists_at_once_make_each_service_and_each_agent_once(
    poll: StaffPoll, by: Person
) -> None:
    def add() -> None:
        add_agents(poll=poll, text="Piscine;a@b.fr\nPiscine;c@d.fr", default=None, by=by)

    assert at_once(add, add) is None
    assert PollGroup.objects.filter(poll=poll, name="Piscine").count() == 1
    assert EligibleAgent.objects.filter(poll=poll).count() == 14


@pytest.mark.parametrize("is_same_sheet", [True, False])
def test_two_sheets_at_once_never_draw_too_many(
    poll: StaffPoll, by: Person, is_same_sheet: bool
) -> None:
    group = PollGroup.objects.get(poll=opened(poll), number=2)
    sheets = [codes_of(bytes([rank]) * 32, poll, group, 8) for rank in range(2)]
    second = sheets[0 if is_same_sheet else 1]
    raised = at_once(
        lambda: register_codes(group=group, codes=sheets[0], by=by),
        lambda: register_codes(group=group, codes=second, by=by),
    )
    assert (raised is None) == is_same_sheet
    assert PrintedCode.objects.filter(group=group).count() == 8
