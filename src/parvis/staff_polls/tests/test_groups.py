"""Groups: none is shown alone below the threshold, and merges are proposed that see to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.staff_polls.models import EligibleAgent, PollGroup
from parvis.staff_polls.operations.groups import (
    add_group,
    change_group,
    merge_as_proposed,
    merge_group,
    remove_group,
)
from parvis.staff_polls.operations.preparing import Launched
from parvis.staff_polls.sizes import GroupSize, propose_merges, sizes_of, too_small
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory
from parvis.staff_polls.tests.preparing import (
    add_agents_by_mail,
    opened,
    ready_poll,
    registration_with_option,
)


@pytest.fixture
def poll(db):
    return StaffPollFactory()


def group_of(poll, name, printed):
    return PollGroupFactory(poll=poll, name=name, printed_codes=printed)


def voting(poll):
    return {size.group.name: size.voters for size in sizes_of(poll) if size.is_voting}


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(5, 15))
def test_no_group_stays_too_small_where_there_are_agents_enough(agents, threshold):
    groups = [PollGroup(pk=n, number=n, name=str(n)) for n in range(1, len(agents) + 1)]
    sizes = [
        GroupSize(group, count, voters=count) for group, count in zip(groups, agents, strict=True)
    ]
    merges = propose_merges(sizes, threshold)
    voters = dict(zip(groups, agents, strict=True))
    for merge in merges:
        voters[merge.into] += voters.pop(merge.group)
    if sum(agents) >= threshold:
        assert min(voters.values()) >= threshold
    # A merge is one deep, and a group that may be read alone is not merged into another.
    assert not {merge.group for merge in merges} & {merge.into for merge in merges}
    assert all(agents[merge.group.number - 1] < threshold for merge in merges)


def test_agents_by_mail_and_without_count_alike(poll):
    group = group_of(poll, "Voirie", 4)
    add_agents_by_mail(group, 5)
    (size,) = sizes_of(poll)
    assert (size.mailed, size.agents, size.voters) == (5, 9, 9)
    assert too_small([size], 10) == [size]
    assert too_small([size], 9) == []


def test_what_is_proposed_is_done_once(poll):
    for name, printed in (("A", 3), ("B", 4), ("C", 12), ("D", 20)):
        group_of(poll, name, printed)
    by, revision = PersonFactory(), poll.revision
    assert merge_as_proposed(poll=poll, by=by, revision=revision) == 2
    assert voting(poll) == {"C": 19, "D": 20}
    with pytest.raises(Conflict):
        merge_as_proposed(poll=poll, by=by, revision=revision)


def test_a_group_that_merges_takes_along_those_merged_into_it(poll):
    a, b, c = (group_of(poll, name, 5) for name in "ABC")
    by = PersonFactory()
    merge_group(group=a, into=b, by=by)
    merge_group(group=b, into=c, by=by)
    assert voting(poll) == {"C": 15}
    assert set(PollGroup.objects.filter(merged_into=c)) == {a, b}
    merge_group(group=a, into=None, by=by)
    assert voting(poll) == {"A": 5, "C": 10}


def test_merging_into_one_that_is_merged_joins_where_that_one_votes(poll):
    a, b, c = (group_of(poll, name, 5) for name in "ABC")
    by = PersonFactory()
    merge_group(group=a, into=b, by=by)
    merge_group(group=c, into=a, by=by)
    assert voting(poll) == {"B": 15}
    # And never in a ring.
    with pytest.raises(Refusal):
        merge_group(group=b, into=a, by=by)
    with pytest.raises(Refusal):
        merge_group(group=b, into=b, by=by)
    assert voting(poll) == {"B": 15}


@pytest.mark.parametrize("name", ["", "  \x00 ", "x" * 81, "Voirie \ud800"])
def test_a_name_that_is_none_is_refused(poll, name):
    with pytest.raises(Refusal) as refused:
        add_group(poll=poll, name=name, printed_codes=0, by=PersonFactory())
    assert refused.value.field == "name"


def test_two_groups_have_two_names(poll):
    by = PersonFactory()
    first = add_group(poll=poll, name="Voirie", printed_codes=0, by=by)
    second = add_group(poll=poll, name="Accueil", printed_codes=3, by=by)
    with pytest.raises(Conflict):
        add_group(poll=poll, name=" voirie ", printed_codes=0, by=by)
    poll.refresh_from_db()
    with pytest.raises(Conflict) as refused:
        change_group(group=second, name="VOIRIE", printed_codes=0, by=by, revision=poll.revision)
    assert refused.value.field == "name"
    change_group(group=first, name="Voirie !", printed_codes=9, by=by, revision=poll.revision)
    first.refresh_from_db()
    assert (first.number, first.name, first.printed_codes) == (1, "Voirie !", 9)


def test_an_older_form_of_a_group_is_refused(poll):
    group = group_of(poll, "Voirie", 0)
    with pytest.raises(Conflict):
        change_group(group=group, name="Accueil", printed_codes=0, by=PersonFactory(), revision=9)
    group.refresh_from_db()
    assert group.name == "Voirie"


@pytest.mark.parametrize("count", [-1, 5001])
def test_a_number_of_codes_out_of_bounds_is_refused(poll, count):
    with pytest.raises(Refusal) as refused:
        add_group(poll=poll, name="Voirie", printed_codes=count, by=PersonFactory())
    assert refused.value.field == "printed_codes"


def test_a_group_leaves_with_its_roll_and_frees_those_merged_into_it(poll):
    a, b = group_of(poll, "A", 0), group_of(poll, "B", 0)
    add_agents_by_mail(a, 3)
    add_agents_by_mail(b, 2)
    by = PersonFactory()
    merge_group(group=b, into=a, by=by)
    remove_group(group=a, by=by)
    assert voting(poll) == {"B": 2}
    assert EligibleAgent.objects.filter(poll=poll).count() == 2
    # Numbers are not given again: what a page shows of group 1 is never another.
    assert add_group(poll=poll, name="C", printed_codes=0, by=by).number > b.number


def test_launched_groups_do_not_change(db):
    poll = opened(ready_poll(registration_with_option()))
    first, second = PollGroup.objects.filter(poll=poll)
    by = PersonFactory()
    for act in (
        lambda: add_group(poll=poll, name="C", printed_codes=0, by=by),
        lambda: change_group(group=first, name="C", printed_codes=0, by=by, revision=poll.revision),
        lambda: merge_group(group=first, into=second, by=by),
        lambda: merge_as_proposed(poll=poll, by=by, revision=poll.revision),
        lambda: remove_group(group=first, by=by),
    ):
        with pytest.raises(Launched):
            act()
