"""Nothing of what fewer than five people voted leaves: on no page, not on paper, in no archive."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from parvis.consultations.disclosure import FEWEST_PEOPLE, are_few, people_of, tellable
from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.models import ClosedVote, Consultation, Contribution
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote
from parvis.consultations.phase_settings import ProjectSettings
from parvis.consultations.results import budgets, ideas, projects
from parvis.consultations.results.showing import results_of
from parvis.consultations.tests.budgets import budget, give
from parvis.consultations.tests.factories import (
    ContributionFactory,
    closed,
    participant,
    publish,
    running_phase,
    written,
)
from parvis.consultations.tests.outcomes import (
    archive_files,
    crowd,
    over,
    published,
    several_phases,
    whole_consultation,
)
from parvis.consultations.tests.visitors import address
from parvis.organisations.tests.factories import coordinator_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]

FEW = "Moins de cinq personnes ont répondu"
# Words of each kind that only come with its figures.
TOLD = ("% d’accord", "Bradley", "sa pertinence à", "Payé par", "Sur 100 votants", "<figure")
TOTALS = {
    "COMMENTS.csv": ("agrees", "disagrees", "passes"),
    "ITEMS.csv": ("won", "lost", "neither"),
    "CRITERIA.csv": tuple(f"grade-{grade}" for grade in range(5)),
}


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME = tmp_path


def plain(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def page(client: Client, name: str, *place: object) -> str:
    response = client.get(reverse(f"consultations:{name}", args=place))
    assert response.status_code == 200
    return plain(response.content.decode())


def rows_of(archive: dict[str, bytes], ending: str, delimiter: str = ",") -> list[dict[str, str]]:
    (name,) = [one for one in archive if one.endswith(ending)]
    return list(csv.DictReader(io.StringIO(archive[name].decode()), delimiter=delimiter))


@pytest.mark.parametrize("people", [1, FEWEST_PEOPLE - 1, FEWEST_PEOPLE])
def test_pages_paper_and_team_are_told_of_few_people_that_they_are_few(client, people):
    consultation, phases = whole_consultation(people)
    done = published(consultation)
    is_few = people < FEWEST_PEOPLE
    code = done.code
    team, _by = coordinator_of(done.organisation)
    pdf = client.get(reverse("consultations:result_file", args=[code])).content
    seen = {
        "result": page(client, "result", code),
        "team": page(team, "conclusion", done.pk),
        "paper": plain(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)),
        **{
            kind: page(client, "phase", code, phases[kind].position)
            for kind in (PhaseKind.OPINIONS, PhaseKind.PAIRS, PhaseKind.PROJECT)
        },
    }
    for where, text in seen.items():
        assert (FEW in text) == is_few, where
        if is_few:
            assert not [words for words in TOLD if words in text], where
    assert seen["result"].count(FEW) == (3 if is_few else 0)
    assert ("Payé par" in seen["result"]) == ("sa pertinence à" in seen["paper"]) == (not is_few)
    # Who takes part is told, in words when few.
    assert ("moins de cinq" in seen["result"]) == is_few
    assert ("Moins de cinq personnes participent." in seen["paper"]) == is_few


@pytest.mark.parametrize("people", [1, FEWEST_PEOPLE - 1, FEWEST_PEOPLE])
def test_the_archive_gives_no_total_of_few_people(client, people):
    consultation, _phases = whole_consultation(people)
    done = published(consultation)
    archive = archive_files(done)
    is_few = people < FEWEST_PEOPLE
    for name, columns in TOTALS.items():
        given = [row[column] for row in rows_of(archive, name) for column in columns]
        assert given
        assert all((total == "") == is_few for total in given), name
    chosen = rows_of(archive, "PROJECTS.csv")
    assert all((row["votes"] == row["score"] == "") == is_few for row in chosen)
    assert {row["selected"] for row in chosen} == {"0", "1"}
    assert [name for name in archive if name.endswith(("VOTES.csv", ".pb"))] == (
        [] if is_few else ["4-pairs/VOTES.csv"]
    )
    told = plain(archive["LISEZMOI.md"].decode())
    assert told.count("moins de cinq votants, dont rien n’est publié") == (4 if is_few else 0)
    data = page(client, "open_data", done.code)
    assert data.count("Moins de cinq votants") == (4 if is_few else 0)
    assert ("parvis analyse" in data) != is_few


def spoken(value: int) -> Consultation:
    """A consultation, over, in which one person voted on everything, this way or the other."""
    consultation, phases = several_phases(
        {PhaseKind.OPINIONS: None, PhaseKind.PAIRS: None, PhaseKind.PROJECT: ProjectSettings()}
    )
    (who,) = crowd(consultation, 1)
    statements = written(phases[PhaseKind.OPINIONS], ContributionKind.STATEMENT, *"ABCDEFGH")
    items = [one.pk for one in written(phases[PhaseKind.PAIRS], ContributionKind.ITEM, *"XYZ")]
    criteria = written(phases[PhaseKind.PROJECT], ContributionKind.CRITERION, "Utilité", "Coût")
    first, second = written(phases[PhaseKind.PROJECT], ContributionKind.ARGUMENT_FOR, "Un", "Deux")
    opinions = [Choice(one.pk, value) for one in statements]
    preferred = preference(*(items[:2] if value > 0 else items[1::-1]))
    notes = [Choice(one.pk, 2 + value) for one in criteria]
    liked = [Choice((first if value > 0 else second).pk, 1)]
    for kind, given, choices in (
        (PhaseKind.OPINIONS, VoteKind.OPINION, opinions),
        (PhaseKind.PAIRS, VoteKind.PREFERENCE, [preferred]),
        (PhaseKind.PROJECT, VoteKind.JUDGEMENT, notes),
        (PhaseKind.PROJECT, VoteKind.SUPPORT, liked),
    ):
        vote(Ballot(phases[kind], who.pk, given, choices))
    return published(consultation)


def test_what_leaves_is_the_same_whatever_the_only_voter_said():
    ways = [spoken(1), spoken(-1)]
    one, other = ([plain(shown.html) for shown in results_of(way)] for way in ways)
    assert one == other
    assert len(one) == 3
    files = [archive_files(way) for way in ways]
    names = [name for name in files[0] if name.endswith(tuple(TOTALS))]
    assert len(names) == 3
    for name in [*names, "comments.csv"]:
        assert files[0][name] == files[1][name]


@pytest.mark.parametrize("voters", [1, 4])
def test_a_budget_of_few_says_what_is_chosen_and_no_count(client, voters):
    phase, (bench, tree, lamp) = budget([80, 30, 10], envelope_euros=100)
    give(phase, *[{bench: 1, lamp: 1}] * voters)
    phase = closed(phase)
    publish(phase)
    said = budgets.shown(phase)
    assert [(row.number, row.place is not None) for row in said["rows"]] == [
        (bench.number, True),
        (lamp.number, True),
        (tree.number, False),
    ]
    assert {(row.support, row.why) for row in said["rows"]} == {(None, "")}
    assert not {"voters", "share", "increments", "comparison", "chart"} & said.keys()
    text = page(client, "result", phase.consultation.code)
    assert "2 projets retenus pour 90 €, sur une enveloppe de 100 €." in text
    assert "Moins de cinq personnes ont voté" in text
    assert "Soutiens" not in text.partition("Qui participe")[0]
    assert text.count("Retenu</span>") == 2
    assert text.count("Non retenu</span>") == 1


def test_a_budget_of_few_that_chooses_nothing_says_so():
    phase, (dear, _fair) = budget([101, 60], envelope_euros=100)
    give(phase, {dear: 1})
    assert budgets.shown(closed(phase))["finding"] == (
        "Moins de cinq personnes ont voté, et aucun projet n’est retenu."
    )


@pytest.mark.parametrize("supporters", [4, 5])
def test_supports_of_arguments_are_not_told_of_few_supporters(client, supporters):
    phase = running_phase(PhaseKind.PROJECT)
    (criterion,) = written(phase, ContributionKind.CRITERION, "Utilité")
    (argument,) = written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre.")
    for rank in range(9):
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.JUDGEMENT, [Choice(criterion.pk, 3)]))
        if rank < supporters:
            vote(Ballot(phase, who.pk, VoteKind.SUPPORT, [Choice(argument.pk, 1)]))
    client.post(address(phase, "project_note"), {"note-1": "3"})
    is_told = supporters >= FEWEST_PEOPLE
    running = plain(client.get(address(phase)).content.decode())
    assert (f"{supporters} soutiens" in running) == ("tri=soutiens" in running) == is_told
    done = closed(phase)
    assert f"{supporters} soutiens" not in plain(client.get(address(phase)).text)
    assert bool(projects.shown(done)["arguments"]) == is_told
    over(phase.consultation)
    publish(phase)
    assert bool(projects.shown(done)["arguments"]) == is_told
    assert (f"{supporters} soutiens" in plain(client.get(address(phase)).text)) == is_told
    (row,) = rows_of(archive_files(phase.consultation), "comments.csv", ";")
    assert row["votes"] == (str(supporters) if is_told else "")
    assert ("Moins de cinq personnes ont soutenu un argument" in page(
        client, "result", phase.consultation.code)) != is_told  # fmt: skip


@pytest.mark.parametrize("supporters", [1, 5])
def test_an_idea_tells_its_supports_and_few_supporters_are_told_as_few(client, supporters):
    phase = running_phase()
    idea = ContributionFactory.create(phase=phase, title="Un banc")
    for _rank in range(supporters):
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))
    is_few = supporters < FEWEST_PEOPLE
    done = closed(phase)
    shown = ideas.shown(done)
    assert shown["ideas"][0]["supports"] == supporters
    publish(phase)
    text = page(client, "result", phase.consultation.code)
    assert ("Moins de cinq personnes ont soutenu une idée." in text) == is_few
    assert ("Moins de cinq personnes ont participé." in text) == is_few
    (row,) = rows_of(archive_files(phase.consultation), "ideas.csv", ";")
    assert row["votes"] == str(supporters)


def test_who_voted_only_on_what_was_taken_off_does_not_make_five():
    """Four people are counted, one other voted on a statement refused: the files tell of nobody."""
    phase = running_phase(PhaseKind.OPINIONS)
    kept, refused = written(phase, ContributionKind.STATEMENT, "Oui.", "Non.")
    for rank in range(FEWEST_PEOPLE):
        who = participant(phase.consultation)
        subject = refused if rank == 0 else kept
        vote(Ballot(phase, who.pk, VoteKind.OPINION, [Choice(subject.pk, 1)]))
    Contribution.objects.filter(pk=refused.pk).update(state="refused")
    phase = closed(phase)
    publish(phase)
    assert people_of(phase.result) == FEWEST_PEOPLE - 1
    assert ClosedVote.objects.filter(phase=phase).count() == FEWEST_PEOPLE
    assert {
        row["agrees"] for row in rows_of(archive_files(phase.consultation), "COMMENTS.csv")
    } == {""}


def test_a_phase_without_any_vote_says_nobody_and_tells_zeros():
    consultation, _phases = whole_consultation(0)
    done = published(consultation)
    archive = archive_files(done)
    for name, columns in TOTALS.items():
        assert {row[column] for row in rows_of(archive, name) for column in columns} == {"0"}
    assert FEW not in "".join(str(one.html) for one in results_of(done))


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ([], set()),
        ([12, 13], {0, 1}),
        ([20, 4], set()),
        ([20, 6, 4], {0}),
        ([20, 3, 2], {0}),
        ([20, 6, 5, 4], {0, 1}),
        ([5, 5], {0, 1}),
        ([4, 4], set()),
    ],
)
def test_what_is_told_of_groups_tells_nothing_of_a_small_one_by_difference(sizes, told):
    assert tellable(sizes) == told
    untold = sum(size for group, size in enumerate(sizes) if group not in told)
    assert not told or not are_few(untold)


@pytest.mark.parametrize("supporters", [4, 5])
def test_the_team_that_answers_reads_no_support_of_few(supporters):
    phase = running_phase(PhaseKind.PROJECT)
    low, high = written(phase, ContributionKind.ARGUMENT_FOR, "De l’ombre.", "Du frais.")
    for _rank in range(supporters):
        who = participant(phase.consultation)
        vote(Ballot(phase, who.pk, VoteKind.SUPPORT, [Choice(high.pk, 1)]))
    team, _by = coordinator_of(phase.organisation)
    listed = team.get(reverse("consultations:answers", args=[phase.consultation_id]))
    rows = {row.pk: row for row in listed.context["listing"].page.object_list}
    is_told = supporters >= FEWEST_PEOPLE
    assert list(rows) == ([high.pk, low.pk] if is_told else [low.pk, high.pk])
    assert (f">{supporters}</td>" in listed.content.decode()) == is_told
    one = page(team, "answer", phase.consultation_id, high.pk)
    assert (f"{supporters} soutiens" in one) == is_told
