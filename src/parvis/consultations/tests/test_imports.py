"""Imports of Decidim, Polis and Pabulib: looked at, written once, refused clearly."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import ContributionState, PhaseKind, Proof
from parvis.consultations.import_enums import ImportFormat, ImportState
from parvis.consultations.imports.decidim import plain, read_decidim
from parvis.consultations.imports.pabulib import read_pabulib
from parvis.consultations.imports.polis import read_polis
from parvis.consultations.models import (
    ClosedVote,
    Contribution,
    ImportJob,
    OfficialAnswer,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.operations.importing import check_import, file_of, run_import
from parvis.consultations.personal_data.answers import drop_old_imports
from parvis.consultations.phase_settings import BudgetSettings, IdeasSettings, read_settings
from parvis.consultations.tests.factories import (
    ContributionFactory,
    PhaseFactory,
    participant,
    running_phase,
)
from parvis.consultations.tests.outcomes import archive_files, over
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.worker import run_pending
from parvis.organisations.tests.factories import coordinator_of

pytestmark = pytest.mark.django_db

SHARED = Path(__file__).resolve().parents[5] / "shared/data"
LILLE = SHARED / "decidim-lille/proposals.csv"
POLIS = SHARED / "polis/15-per-hour-seattle"
needs_lille = pytest.mark.skipif(not LILLE.exists(), reason="the Lille export is not there")
needs_polis = pytest.mark.skipif(not POLIS.exists(), reason="the Polis exports are not there")

DECIDIM = """id;category/id;category/name/en;category/name/fr;title;body;votes;comments;created_at;state;answer/fr
12;3;"";Vélo;Une piste;"<p>Une <b>piste</b> &amp; des arceaux.</p><ul><li>ici</li><li>là</li></ul><img src=x onerror=alert(1)>";7;2;2019-01-24 22:29:15 +0100;accepted;<p>Oui.</p>
12;3;"";Vélo;Une autre;texte;1;0;2019-01-24 22:29:15 +0100;;
13;;"";"";{"fr":"Un banc","en":"A bench"};;0;0;pas une date;;
14;;"";"";;;0;0;;;
15;;"";"";Partie;texte;0;0;;withdrawn;
"""  # noqa: E501
COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1542406176584,x,1,6,1,0,1,"Oui, partout"
1542406176585,x,0,6,1,0,0,Non
1542406176586,x,2,6,1,0,-1,Une injure
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
3,x,0,10,1
1,x,0,10,-1
2,x,1,10,0
2,x,1,11,-1
2,x,9,11,1
2,x,1,12,5
"""
PABULIB = """META
key;value
description;Essai
unit;Lille
instance;2024
budget;1000,50
vote_type;approval
PROJECTS
project_id;cost;name;category;votes
a;400;Un parc;nature;2
b;0;Gratuit;;1
c;700.2;"Un banc; vert";;1
VOTES
voter_id;vote
1;a,c
2;a
2;c
3;b
4;
"""


@pytest.fixture(autouse=True)
def _no_scope(settings, tmp_path):
    settings.HOME = tmp_path
    with scopes_disabled():
        yield


def zipped(**files: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"export/{name}.csv", text)
    return output.getvalue()


def altered(content: bytes, old: bytes, new: bytes) -> bytes:
    """A ZIP with some bytes changed wherever they are; there are some."""
    assert old in content
    return content.replace(old, new)


def deflated(name: str = "comments.csv", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", compression) as archive:
        archive.writestr(name, COMMENTS * 20)
    return output.getvalue()


# The first bytes of an entry and of its place in the directory, with the version that reads it.
_ENTRY, _PLACE = b"PK\x03\x04\x14\x00", b"PK\x01\x02\x14\x03\x14\x00"
DAMAGED = {
    "its data do not inflate": altered(
        deflated(), deflated()[42:62], bytes(byte ^ 0xFF for byte in deflated()[42:62])
    ),
    "cut in its directory": deflated()[:-20],
    "cut in its data": deflated()[:80],
    "encrypted": altered(
        altered(deflated(), _ENTRY + b"\x00", _ENTRY + b"\x01"), _PLACE + b"\x00", _PLACE + b"\x01"
    ),
    "of a version to come": altered(deflated(), _PLACE, b"PK\x01\x02\x14\x03\xff\x00"),
    "compressed otherwise": deflated(compression=zipfile.ZIP_BZIP2),
    "with a name that is none": altered(deflated("é.comments.csv"), "é".encode(), b"\xff\xff"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_zip_that_does_not_read_is_refused_in_a_sentence(content: bytes):
    with pytest.raises(Refusal, match="ZIP est abîmé ou chiffré"):
        read_polis(content, "0" * 64)


def brought(phase: Phase, format: str, content: bytes | str) -> ImportJob:
    """An import from its check to its end."""
    data = content.encode() if isinstance(content, str) else content
    job = check_import(
        phase=phase, format=format, file=SimpleUploadedFile("x", data), by=PersonFactory.create()
    )
    ImportJob.objects.filter(pk=job.pk).update(state=ImportState.QUEUED)
    run_import(job.pk)
    job.refresh_from_db()
    return job


def test_no_file_adds_voices_or_projects_to_a_vote_under_way():
    budget = running_phase(PhaseKind.BUDGET, BudgetSettings(envelope_euros=5_000))
    opinions = running_phase(PhaseKind.OPINIONS)
    for phase, format, content, kind, vote_kind in (
        (budget, ImportFormat.PABULIB, PABULIB.encode(), "project", "allocation"),
        (opinions, ImportFormat.POLIS, zipped(comments=COMMENTS, votes=VOTES), "statement",
            "opinion"),
    ):  # fmt: skip
        cost = 100 if kind == "project" else None
        subject = ContributionFactory.create(phase=phase, kind=kind, cost_euros=cost)
        Vote.objects.create(
            organisation=phase.organisation, phase=phase, kind=vote_kind, subject=subject,
            participant=participant(phase.consultation), value=1,
        )  # fmt: skip
        with pytest.raises(Conflict, match="déjà voté"):
            brought(phase, format, content)
        assert Vote.objects.filter(phase=phase).count() == 1
        assert Contribution.objects.filter(phase=phase).count() == 1
    budget.refresh_from_db()
    assert budget.settings["envelope_euros"] == 5_000


class TestDecidim:
    def test_proposals_become_ideas_once(self):
        phase = running_phase(settings=IdeasSettings())
        job = brought(phase, ImportFormat.DECIDIM, DECIDIM)
        assert (job.state, job.failure) == (ImportState.DONE, "")
        bench, lane = Contribution.objects.order_by("title")
        assert (bench.title, bench.state) == ("Un banc", ContributionState.PUBLISHED)
        assert lane.text == "Une piste & des arceaux.\n- ici\n- là"
        assert lane.answers == {"imported": {"votes": 7, "comments": 2}}
        assert lane.published_at.isoformat() == "2019-01-24T21:29:15+00:00"
        assert lane.source == "Decidim, n° 12"
        phase.refresh_from_db()
        assert lane.theme == "velo"
        read = read_settings(phase.kind, phase.settings)
        assert [one.label for one in read.themes] == ["Vélo"]
        given = OfficialAnswer.objects.get()
        assert (given.verdict, given.reason) == ("retained", "Oui.")
        assert not Vote.objects.exists()
        again = brought(phase, ImportFormat.DECIDIM, DECIDIM)
        assert (again.state, again.report["known"]) == (ImportState.DONE, 2)
        assert Contribution.objects.count() == 2

    def test_each_line_left_out_says_why(self):
        reading = read_decidim(DECIDIM.encode())
        assert [line for line, _said in reading.lines] == [3, 5, 6]

    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("a < b & c", "a < b & c"),
            ("<p>Un</p><p>Deux<br>Trois</p>", "Un\nDeux\nTrois"),
            ("&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"),
            ("<script>x()</script>Bonjour", "Bonjour"),
            ("'=1+1", "=1+1"),
        ],
    )
    def test_bodies_become_plain_text(self, html, text):
        assert plain(html) == text

    def test_our_own_archive_is_read_back(self):
        phase = running_phase(settings=IdeasSettings())
        brought(phase, ImportFormat.DECIDIM, DECIDIM)
        other = running_phase(settings=IdeasSettings())
        brought(other, ImportFormat.DECIDIM, archive_files(phase.consultation)["ideas.csv"])
        fields = ("title", "text", "theme")
        kept = [list(Contribution.objects.filter(phase=one).order_by("title").values_list(*fields))
                for one in (phase, other)]  # fmt: skip
        assert kept[0] == kept[1]

    @needs_lille
    def test_the_whole_export_of_lille(self, client):
        phase = running_phase(settings=IdeasSettings())
        job = brought(phase, ImportFormat.DECIDIM, LILLE.read_bytes())
        ideas = Contribution.objects.filter(phase=phase)
        assert ideas.count() == job.report["contributions"] == 196
        assert job.report["lines"] == []
        assert not ideas.filter(text__regex=r"<[a-z/]").exists()
        assert sum(one.answers["imported"]["votes"] for one in ideas) == 498
        phase.refresh_from_db()
        read = read_settings(phase.kind, phase.settings)
        assert "Transition écologique" in [one.label for one in read.themes]
        assert ideas.exclude(theme="").count() == 162
        page = client.get(
            reverse("consultations:phase", args=[phase.consultation.code, phase.position])
        )
        assert page.status_code == 200
        assert (
            b"Linky"
            in client.get(
                reverse("consultations:phase", args=[phase.consultation.code, phase.position]),
                {"q": "linky"},
            ).content
        )


class TestPolis:
    def test_statements_and_votes_come_into_a_running_phase_once(self):
        phase = running_phase(PhaseKind.OPINIONS)
        content = zipped(comments=COMMENTS, votes=VOTES)
        job = brought(phase, ImportFormat.POLIS, content)
        assert job.state == ImportState.DONE, job.failure
        rows = Contribution.objects.order_by("number").values_list("number", "text", "state")
        assert list(rows) == [
            (1, "Non", "published"),
            (2, "Oui, partout", "published"),
            (3, "Une injure", "refused"),
        ]
        votes = Vote.objects.order_by("participant", "subject__number")
        assert list(votes.values_list("subject__number", "value")) == [(1, 1), (2, 0), (2, -1)]
        assert set(Participant.objects.values_list("proof", flat=True)) == {Proof.IMPORTED}
        assert [line for line, _said in job.report["lines"]] == [6, 7]
        brought(phase, ImportFormat.POLIS, content)
        assert (Vote.objects.count(), Participant.objects.count()) == (3, 2)

    def test_votes_come_into_a_closed_phase_under_drawn_numbers(self):
        phase = running_phase(PhaseKind.OPINIONS)
        over(phase.consultation)
        phase.refresh_from_db()
        job = brought(phase, ImportFormat.POLIS, zipped(comments=COMMENTS, votes=VOTES))
        assert job.state == ImportState.DONE, job.failure
        assert ClosedVote.objects.count() == 3
        assert not Vote.objects.exists()
        phase.refresh_from_db()
        assert phase.participants == 2
        assert phase.result
        with pytest.raises(Refusal, match="comptés"):
            brought(phase, ImportFormat.POLIS, zipped(comments=COMMENTS, votes=VOTES))

    def test_votes_wait_for_the_phase_to_begin(self):
        phase = running_phase(PhaseKind.OPINIONS)
        Phase.objects.filter(pk=phase.pk).update(opens_at=timezone.now() + timedelta(days=1))
        phase.refresh_from_db()
        job = brought(phase, ImportFormat.POLIS, zipped(comments=COMMENTS, votes=VOTES))
        assert (job.report["votes"], job.report["votes_left"]) == (0, 4)
        assert Contribution.objects.count() == 3
        assert not Vote.objects.exists()

    @needs_polis
    def test_a_real_conversation(self, tmp_path):
        phase = running_phase(PhaseKind.OPINIONS)
        by = PersonFactory.create()
        call_command(
            "import_consultation", phase.consultation.code, "1", "polis", str(POLIS),
            "--by", by.email,
        )  # fmt: skip
        assert Contribution.objects.filter(phase=phase).count() == 54
        assert Vote.objects.filter(phase=phase).values("participant").distinct().count() == 339
        job = ImportJob.objects.get()
        assert job.report["origin"] == "Polis 2demo"


class TestPabulib:
    def test_projects_and_ballots_come_into_a_budget(self):
        phase = running_phase(PhaseKind.BUDGET, BudgetSettings())
        job = brought(phase, ImportFormat.PABULIB, PABULIB)
        assert job.state == ImportState.DONE, job.failure
        rows = Contribution.objects.order_by("number").values_list("title", "cost_euros")
        assert list(rows) == [("Un parc", 400), ("Un banc; vert", 701)]
        assert Vote.objects.count() == 3
        phase.refresh_from_db()
        assert phase.settings["envelope_euros"] == 1000
        assert [line for line, _said in job.report["lines"]] == [11, 17, 18]

    @pytest.mark.parametrize(
        "content",
        [
            PABULIB.replace("approval", "ordinal"),
            PABULIB.replace("1000,50", "beaucoup"),
            PABULIB.split("VOTES")[0],
            "n’importe quoi",
        ],
    )
    def test_what_cannot_be_read_is_refused_in_a_sentence(self, content):
        with pytest.raises(Refusal):
            read_pabulib(content.encode(), "0" * 64)


@pytest.mark.parametrize(
    ("format", "content"),
    [
        (ImportFormat.DECIDIM, b""),
        (ImportFormat.DECIDIM, "id;title\n1;é".encode("latin-1")),
        (ImportFormat.DECIDIM, b"titre;texte\n1;2"),
        (ImportFormat.DECIDIM, b"PK\x03\x04\xff\xfe"),
        (ImportFormat.POLIS, b"PK\x03\x04 not a zip"),
        (ImportFormat.POLIS, zipped(votes=VOTES)),
        (ImportFormat.POLIS, b"a,b\n1,2"),
        (ImportFormat.POLIS, zipped(comments=COMMENTS, votes="a\n1")),
        (ImportFormat.PABULIB, b"META\n"),
    ],
)
def test_a_file_of_another_kind_is_refused_on_the_page(format, content):
    phase = running_phase(
        {"decidim": PhaseKind.IDEAS, "polis": PhaseKind.OPINIONS}.get(format, PhaseKind.BUDGET)
    )
    client, _by = coordinator_of(phase.organisation)
    address = reverse("consultations:imports", args=[phase.consultation_id])
    page = client.post(
        address,
        {"format": format, "phase": phase.pk, "file": SimpleUploadedFile("../../x.csv", content)},
    )
    assert page.status_code == 422
    assert not ImportJob.objects.exists()


class TestPages:
    def test_a_consultation_that_receives_no_file_says_so(self):
        phase = running_phase(PhaseKind.PROJECT)
        client, _by = coordinator_of(phase.organisation)
        page = client.get(reverse("consultations:imports", args=[phase.consultation_id]))
        assert "ne reçoit un import" in page.content.decode()
        assert "Regarder ce fichier" not in page.content.decode()

    def test_what_no_phase_takes_is_not_offered(self):
        phase = running_phase(PhaseKind.OPINIONS)
        client, _by = coordinator_of(phase.organisation)
        form = client.get(reverse("consultations:imports", args=[phase.consultation_id])).context[
            "form"
        ]
        assert [value for value, _label in form.fields["format"].choices] == ["polis"]
        assert form["format"].value() == "polis"
        PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.BUDGET)
        form.of_consultation(phase.consultation)
        assert [value for value, _label in form.fields["format"].choices] == ["polis", "pabulib"]

    def test_a_file_is_looked_at_then_imported_by_a_task(self, django_capture_on_commit_callbacks):
        phase = running_phase(settings=IdeasSettings())
        client, _by = coordinator_of(phase.organisation)
        address = reverse("consultations:imports", args=[phase.consultation_id])
        sent = {"format": "decidim", "phase": phase.pk,
                "file": SimpleUploadedFile("export.csv", DECIDIM.encode())}  # fmt: skip
        look = client.post(address, sent, follow=True)
        job = ImportJob.objects.get()
        assert "Ligne 3" in look.content.decode()
        assert not Contribution.objects.exists()
        start = reverse("consultations:import_start", args=[phase.consultation_id, job.pk])
        client.post(start)
        client.post(start)
        run_pending()
        job.refresh_from_db()
        assert job.state == ImportState.DONE
        assert Contribution.objects.count() == 2
        assert not file_of(job).exists()
        page = client.get(reverse("consultations:import", args=[phase.consultation_id, job.pk]))
        assert "Fini" in page.content.decode()

    def test_an_import_is_forgotten_with_its_file(self):
        phase = running_phase(settings=IdeasSettings())
        by = PersonFactory.create()
        job = check_import(phase=phase, format="decidim", by=by,
                           file=SimpleUploadedFile("x", DECIDIM.encode()))  # fmt: skip
        assert drop_old_imports(timezone.now(), dry_run=False) == 0
        ImportJob.objects.update(asked_at=timezone.now() - timedelta(days=40))
        assert drop_old_imports(timezone.now(), dry_run=True) == 1
        assert file_of(job).exists()
        assert drop_old_imports(timezone.now(), dry_run=False) == 1
        assert not file_of(job).exists()

    def test_the_wrong_phase_is_refused(self):
        phase = running_phase(PhaseKind.OPINIONS)
        with pytest.raises(Refusal, match="Idées"):
            check_import(phase=phase, format="decidim", by=PersonFactory.create(),
                         file=SimpleUploadedFile("x", DECIDIM.encode()))  # fmt: skip


def test_the_command_says_what_is_wrong(tmp_path):
    with pytest.raises(CommandError):
        call_command("import_consultation", "AAAA", "1", "polis", str(tmp_path), "--by", "a@b.fr")


def test_an_archive_that_holds_no_comments_is_refused():
    with pytest.raises(Refusal, match=r"comments\.csv"):
        read_polis(zipped(votes=VOTES), "0" * 64)
