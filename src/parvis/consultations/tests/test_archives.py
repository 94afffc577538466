"""The open-data archive: whole, harmless, and tying nobody's texts to their votes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.archives import files
from parvis.consultations.archives.votes import FEWEST_VOTERS, Numbers, renumbered
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind
from parvis.consultations.models import ModerationDecision, OfficialAnswer, Phase
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.phase_settings import Choice, IdeasSettings
from parvis.consultations.tests.factories import ContributionFactory, participant, running_phase
from parvis.consultations.tests.outcomes import (
    archive_files,
    over,
    published,
    whole_consultation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_scope(settings, tmp_path):
    settings.HOME = tmp_path
    with scopes_disabled():
        yield


def rows_of(content: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode()), delimiter=delimiter))


def named(archive: dict[str, bytes], ending: str) -> bytes:
    (name,) = [one for one in archive if one.endswith(ending)]
    return archive[name]


HOSTILE = '=HYPERLINK("http://x";"a");"\n<script>alert(1)</script> ../../etc/passwd'


class TestIdeas:
    def test_ideas_have_the_columns_of_decidim_and_no_author(self, client):
        phase = running_phase(
            settings=IdeasSettings(themes=(Choice("velo", "Vélo"),), sectors=(Choice("n", "Nord"),))
        )
        author = participant(phase.consultation)
        target = ContributionFactory.create(phase=phase, title=HOSTILE, text=HOSTILE, author=author,
            theme="velo", sector="n", latitude=50.5, longitude=3.1, support_count=12)  # fmt: skip
        ContributionFactory.create(
            phase=phase, state=ContributionState.MERGED, merged_into=target, text="@SUM(A1)"
        )
        refused = ContributionFactory.create(
            phase=phase, state=ContributionState.REFUSED, text="Une injure."
        )
        ModerationDecision.objects.create(
            organisation=phase.organisation, contribution=refused, act="refused", reason="abuse",
            words="Monsieur Untel, c’est grossier.", by=PersonFactory.create(),
        )  # fmt: skip
        ContributionFactory.create(
            phase=phase, kind=ContributionKind.COMMENT, parent=target, text="D’accord !"
        )
        ContributionFactory.create(
            phase=phase, kind=ContributionKind.COMMENT, parent=refused, text="Bien dit !"
        )
        archive = archive_files(phase.consultation)
        first, second = rows_of(archive["ideas.csv"])
        assert first["id"] == "1-1"
        assert (first["category/name/fr"], first["scope/name/fr"]) == ("Vélo", "Nord")
        assert (first["latitude"], first["votes"]) == ("50.5", "12")
        assert first["title"].startswith("'=HYPERLINK")
        assert (second["merged_into"], second["body"]) == ("1-1", "'@SUM(A1)")
        assert not any("author" in column for column in first)
        (comment,) = rows_of(archive["comments.csv"])
        assert (comment["commentable/id"], comment["body"]) == ("1-1", "D’accord !")
        everything = b"".join(archive.values()).decode()
        for private in ("Une injure.", "Monsieur Untel", author.identity):
            assert private not in everything
        (decision,) = [r for r in rows_of(archive["decisions.csv"]) if r["act"] == "refused"]
        assert (decision["contribution"], decision["reason"]) == (f"1-{refused.number}", "abuse")

    def test_answers_are_in_it_with_their_reason(self):
        phase = running_phase()
        idea = ContributionFactory.create(phase=phase)
        OfficialAnswer.objects.create(organisation=phase.organisation, contribution=idea,
            verdict="retained", reason="On plante.", by=PersonFactory.create())  # fmt: skip
        archive = archive_files(phase.consultation)
        (row,) = rows_of(archive["ideas.csv"])
        assert (row["state"], row["answer/fr"]) == ("accepted", "On plante.")
        (decision,) = rows_of(archive["decisions.csv"])
        assert (decision["kind"], decision["text"]) == ("answer", "On plante.")


class TestWhole:
    def test_digests_and_description_tell_of_each_file(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        archive = archive_files(published(consultation))
        sums = dict(
            reversed(line.split("  ")) for line in archive["SHA256SUMS"].decode().splitlines()
        )
        assert set(sums) == set(archive) - {"SHA256SUMS"}
        for name, digest in sums.items():
            assert hashlib.sha256(archive[name]).hexdigest() == digest
        package = json.loads(archive["datapackage.json"])
        assert package["licenses"][0]["name"] == "etalab-2.0"
        for resource in package["resources"]:
            content = archive[resource["path"]]
            assert resource["bytes"] == len(content)
            if "schema" in resource:
                head = next(
                    csv.reader(
                        io.StringIO(content.decode()),
                        delimiter=resource["dialect"]["delimiter"],
                    )
                )
                assert head == [field["name"] for field in resource["schema"]["fields"]]
        assert "Licence Ouverte" in archive["LISEZMOI.md"].decode()
        assert "parvis analyse opinions" in archive["README.md"].decode()

    def test_no_two_phases_share_a_voter_number(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        archive = archive_files(published(consultation))
        opinions = {r["voter-id"] for r in rows_of(named(archive, "opinions/VOTES.csv"), ",")}
        notes = {r["voter-id"] for r in rows_of(named(archive, "project/VOTES.csv"), ",")}
        ballots = named(archive, "VOTE.pb").decode().split("\nVOTES\n")[1].splitlines()[1:]
        budget = {line.split(";")[0] for line in ballots}
        assert [len(one) for one in (opinions, notes, budget)] == [FEWEST_VOTERS] * 3
        assert len(opinions | notes | budget) == 3 * FEWEST_VOTERS

    def test_voters_have_other_numbers_in_another_archive(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        consultation = published(consultation)
        name = "3-opinions/VOTES.csv"
        assert archive_files(consultation)[name] != archive_files(consultation)[name]

    def test_below_fifty_voters_only_totals_leave(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS - 1)
        archive = archive_files(published(consultation))
        assert not [name for name in archive if "voter" in archive[name].decode().split("\n")[0]]
        assert not [name for name in archive if name.endswith(".pb")]
        statements = rows_of(named(archive, "COMMENTS.csv"), ",")
        assert {sum(int(r[c]) for c in ("agrees", "disagrees", "passes")) for r in statements} == {
            0,
            FEWEST_VOTERS - 1,
        }
        projects = rows_of(named(archive, "PROJECTS.csv"), ",")
        assert sum(int(row["votes"]) for row in projects) == 2 * (FEWEST_VOTERS - 1)

    def test_while_it_runs_only_totals_leave_and_none_of_a_budget(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        archive = archive_files(consultation)
        assert not [name for name in archive if name.endswith(("VOTES.csv", ".pb"))]
        assert not [name for name in archive if name.endswith("PROJECTS.csv")]
        assert len(rows_of(named(archive, "COMMENTS.csv"), ",")) == 11

    def test_a_result_that_waits_for_its_publication_is_not_in_it(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        archive = archive_files(over(consultation))
        assert not [name for name in archive if name.endswith(("VOTES.csv", ".pb"))]

    def test_totals_wait_with_the_result_once_a_phase_is_closed(self):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        archive = archive_files(over(consultation))
        for row in rows_of(named(archive, "COMMENTS.csv"), ","):
            assert (row["agrees"], row["disagrees"], row["passes"]) == ("", "", "")
        for row in rows_of(named(archive, "ITEMS.csv"), ","):
            assert (row["won"], row["lost"], row["neither"]) == ("", "", "")
        for row in rows_of(named(archive, "CRITERIA.csv"), ","):
            assert {row[f"grade-{grade}"] for grade in range(5)} == {""}

    def test_what_a_project_page_tells_only_to_who_answered_is_not_in_it(self):
        consultation, phases = whole_consultation(FEWEST_VOTERS)
        ContributionFactory.create(
            phase=phases[PhaseKind.PROJECT],
            kind=ContributionKind.ARGUMENT_FOR,
            text="De l’ombre.",
            support_count=7,
        )
        archive = archive_files(consultation)
        for row in rows_of(named(archive, "CRITERIA.csv"), ","):
            assert {row[f"grade-{grade}"] for grade in range(5)} == {""}
        about = [row for row in rows_of(archive["comments.csv"]) if row["body"] == "De l’ombre."]
        assert [row["votes"] for row in about] == [""]
        told = rows_of(archive_files(published(consultation))["comments.csv"])
        assert [row["votes"] for row in told if row["body"] == "De l’ombre."] != [""]

    def test_a_phase_that_another_one_follows_is_in_it_once_counted(self):
        consultation, phases = whole_consultation(FEWEST_VOTERS)
        phase = phases[PhaseKind.OPINIONS]
        Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(minutes=9))
        close_phase(phase=phase)
        assert not [n for n in archive_files(consultation) if n.endswith("VOTES.csv")]
        Phase.objects.filter(pk=phases[PhaseKind.BUDGET].pk).update(
            opens_at=timezone.now() - timedelta(minutes=5)
        )
        assert [n for n in archive_files(consultation) if n.endswith("VOTES.csv")] == [
            "3-opinions/VOTES.csv"
        ]


class TestPages:
    def test_the_page_describes_it_and_it_is_downloaded(self, client):
        consultation, _phases = whole_consultation(FEWEST_VOTERS)
        consultation = published(consultation)
        page = client.get(reverse("consultations:open_data", args=[consultation.code]))
        assert "parvis analyse budget" in page.content.decode()
        assert len(page.content) < 60_000
        address = reverse("consultations:archive", args=[consultation.code])
        response = client.get(address)
        assert response.status_code == 200
        content = b"".join(response.streaming_content)
        assert content.startswith(b"PK")
        part = client.get(address, headers={"range": "bytes=2-9"})
        assert b"".join(part.streaming_content) == content[2:10]

    def test_it_is_made_once_in_ten_minutes(self, client, monkeypatch):
        phase = running_phase()
        made = files.archive_of(phase.consultation)
        assert files.archive_of(phase.consultation).path == made.path
        monkeypatch.setattr(files, "KEPT_SECONDS", -1)
        assert files.archive_of(phase.consultation).path != made.path
        monkeypatch.setattr(files, "LEAVES_AFTER_SECONDS", -5)
        files.sweep()
        assert not list(files.root().glob("*.zip"))

    def test_a_draft_gives_nothing_away(self, client):
        phase = running_phase()
        phase.consultation.state, phase.consultation.opened_at = "draft", None
        phase.consultation.save()
        for name in ("open_data", "archive", "result", "result_file"):
            address = reverse(f"consultations:{name}", args=[phase.consultation.code])
            assert client.get(address).status_code == 404


def test_numbers_are_never_given_twice():
    numbers = Numbers()
    first, second = numbers.draw(100), numbers.draw(100)
    assert len({*first, *second}) == 200
    assert first != sorted(first)


def test_voters_of_a_pabulib_file_are_numbered_anew():
    text = "META\nkey;value\nVOTES\nvoter_id;vote\n1;2,3\n2;\n"
    assert renumbered(text, [9, 4]) == "META\nkey;value\nVOTES\nvoter_id;vote\n9;2,3\n4;\n"
