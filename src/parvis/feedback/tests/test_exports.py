"""Exports of answers: whole, masked, harmless, and taken up where they were after any kill."""

import csv
import io
import os
import zipfile
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from pyarrow import parquet

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import NO_LEVEL, DeviceKind, Exclusion, TimeQuality
from parvis.feedback.exchange_enums import ExportFormat, ExportState
from parvis.feedback.exports import rows, run, writers
from parvis.feedback.exports.counts import stream_counts
from parvis.feedback.exports.files import EXPORT_KEPT, drop_old_exports, final_path, root
from parvis.feedback.exports.rows import HEADERS
from parvis.feedback.models import Answer, Comment, ExportJob
from parvis.feedback.operations.exports import ask_for_export, remove_export, resume_export
from parvis.feedback.tests.exchange_data import START, add_answers, add_comment, add_counts
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation import worker
from parvis.foundation.errors import Conflict, Refusal

pytestmark = pytest.mark.django_db

FORMATS = list(ExportFormat)


@pytest.fixture
def point():
    return TouchpointFactory(name="Accueil", service="=2+3")


@pytest.fixture
def by():
    return PersonFactory()


@pytest.fixture
def small_pages(monkeypatch):
    """Pages of 7 answers, a commit each 14, 3 blocks known: every border is met with few rows."""
    read = run.page_after
    monkeypatch.setattr(run, "page_after", lambda *a, **k: read(*a, **{**k, "size": 7}))
    monkeypatch.setattr(run, "COMMIT_ROWS", 14)
    monkeypatch.setattr(rows, "_MOST_KNOWN", 3)


def ask(point, by, format=ExportFormat.CSV, **options):
    with scope(organisation=[point.organisation_id]):
        return ask_for_export(organisation=point.organisation, by=by, format=format, **options)


def again(job):
    with scopes_disabled():
        return ExportJob.objects.get(pk=job.pk)


def rows_of(job):
    """The rows of a finished file as text, whatever its format."""
    job = again(job)
    assert job.state == ExportState.DONE, job.failure
    data = final_path(job).read_bytes()
    assert job.size_bytes == len(data)
    if job.format == ExportFormat.PARQUET:
        table = parquet.read_table(io.BytesIO(data)).to_pylist()
        return [{k: "" if v is None else str(v) for k, v in row.items()} for row in table]
    if job.format == ExportFormat.XLSX:
        lines = []
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            ns = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
            sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
            for row in sheet.iter(f"{ns}row"):
                lines.append(["".join(cell.itertext()) for cell in row])
    else:
        text = data.decode("utf-8-sig")
        delimiter = ";" if job.format == ExportFormat.CSV else ","
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert tuple(lines[0]) == HEADERS
    return [dict(zip(HEADERS, line, strict=True)) for line in lines[1:]]


@pytest.mark.parametrize("format", FORMATS)
def test_every_answer_of_the_body_and_no_other(point, by, format):
    answers = add_answers(point, 20)
    add_answers(point, 1, value=2, exclusion=Exclusion.BURST)
    add_answers(TouchpointFactory(), 5)
    job = ask(point, by, format)
    worker.run_pending()
    rows = rows_of(job)
    assert len(rows) == 21
    assert {str(answer.id) for answer in answers} < {row["identifiant"] for row in rows}
    first = next(row for row in rows if row["identifiant"] == str(answers[0].id))
    assert (first["point_code"], first["libelle"], first["valeur"]) == (point.code, "Très mal", "0")
    assert sum(row["exclusion"] == "Rafale d’appuis" for row in rows) == 1
    if format != ExportFormat.PARQUET:
        assert first["recue_le"] == "2026-01-05T09:00:00+01:00"


@pytest.mark.parametrize("format", FORMATS)
def test_every_cell_is_what_the_answer_says(point, by, format, small_pages):
    """Against rows made one by one from the models: cells that rows share are not mixed up."""
    far = TouchpointFactory(
        organisation=point.organisation,
        questionnaire=point.questionnaire,
        name=' <îles> & "mers"',
        service="Nord\nSud",
        time_zone="Pacific/Marquesas",
    )
    for n, place in enumerate([point, far, point, far]):
        later = START + timedelta(hours=5 * n, microseconds=250_000 * n)
        add_answers(place, 6, start=later, step=timedelta(minutes=20), language="en" if n else "fr")
        add_answers(place, 4, key="reasons", start=later, level=n, value=0b100 + n)
        add_answers(
            place,
            2,
            start=later,
            occurred_at=None,
            sequence=0,
            time_quality=TimeQuality.UNKNOWN,
            exclusion=Exclusion.UNDATED,
        )
    # The hour that summer time skips, and a quotation mark, a line end or a sign alone in a text.
    add_answers(point, 3, start=datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))
    for text in ('"', "a\nb", "x ", "<&>", "1"):
        add_comment(point, text)
    job = ask(point, by, format)
    worker.run_pending()
    with scopes_disabled():
        answers = list(
            Answer.objects.select_related(
                "touchpoint", "device", "version__questionnaire", "question"
            ).order_by("received_at", "id")
        )
        texts = dict(Comment.objects.values_list("answer_id", "text"))
    expected = [
        dict(zip(HEADERS, cells_of(answer, texts, format), strict=True)) for answer in answers
    ]
    assert rows_of(job) == expected
    assert len(expected) == 56


def cells_of(answer, texts, format):
    """The cells of an answer as text, each made for itself."""
    zone = ZoneInfo(answer.touchpoint.time_zone)
    is_csv = format in (ExportFormat.CSV, ExportFormat.CSV_INTERNATIONAL)
    marked = {"=2+3": "'=2+3"} if is_csv else {}

    def moment(value):
        if value is None:
            return ""
        if format == ExportFormat.PARQUET:
            return str(value.replace(microsecond=0))
        return value.astimezone(zone).isoformat(timespec="seconds")

    def day(value):
        # A workbook counts days from 1899-12-30.
        return str((value - date(1899, 12, 30)).days if format == ExportFormat.XLSX else value)

    labels = {
        "smiley": ["Très mal", "Plutôt mal", "Plutôt bien", "Très bien"],
        "comment": [""] * 8,
    }
    label = (
        " · ".join(
            option["text"]["fr"]
            for step in answer.version.document["steps"]
            for option in step.get("options", [])
            if step["key"] == answer.question.key and answer.value >> option["code"] & 1
        )
        if answer.question.kind == "reasons"
        else labels[answer.question.kind][answer.value]
    )
    name, service = answer.touchpoint.name, answer.touchpoint.service
    return [
        str(answer.id),
        str(answer.visit),
        moment(answer.received_at),
        moment(answer.occurred_at),
        TimeQuality(answer.time_quality).label,
        day(answer.day),
        str(answer.hour),
        answer.touchpoint.code,
        marked.get(name, name),
        marked.get(service, service),
        answer.device.name,
        DeviceKind(answer.device.kind).label,
        str(answer.sequence or ""),
        answer.version.questionnaire.name,
        str(answer.version.number),
        answer.question.key,
        answer.question.kind,
        str(answer.value),
        label,
        "" if answer.level == NO_LEVEL else str(answer.level),
        answer.language,
        Exclusion(answer.exclusion).label if answer.exclusion else "",
        texts.get(answer.id, ""),
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_without_answers_has_its_columns(point, by, format):
    job = ask(point, by, format)
    worker.run_pending()
    assert rows_of(job) == []


@pytest.mark.parametrize("format", FORMATS)
def test_masked_texts_leave_and_raw_ones_never(point, by, format):
    add_comment(point, 'Appelez [téléphone]\n😀 ; "merci"')
    job = ask(point, by, format)
    worker.run_pending()
    [row] = rows_of(job)
    assert row["texte_masque"] == 'Appelez [téléphone]\n😀 ; "merci"'
    assert "RAW" not in str(row)


@pytest.mark.parametrize("format", [ExportFormat.CSV, ExportFormat.CSV_INTERNATIONAL])
@pytest.mark.parametrize(
    "text", ["=cmd|' /c calc'!A0", "+1", "-2+3", "@SUM(A1)", " =1+1", "\t=1", "＝1"]
)
def test_no_cell_of_a_csv_file_is_a_formula(point, by, format, text):
    add_comment(point, text)
    job = ask(point, by, format)
    worker.run_pending()
    [row] = rows_of(job)
    assert row["texte_masque"].startswith("'")
    assert row["service"] == "'=2+3"


def test_sets_are_written_in_words(point, by):
    add_answers(point, 1, key="reasons", value=0b101, level=1)
    job = ask(point, by)
    worker.run_pending()
    [row] = rows_of(job)
    assert row["libelle"] == "L’attente · La réponse reçue"
    assert (row["valeur"], row["visage"]) == ("5", "1")


def test_filters_by_place_and_day(point, by):
    other = TouchpointFactory(organisation=point.organisation, questionnaire=point.questionnaire)
    add_answers(point, 10, step=timedelta(days=1))
    add_answers(other, 10, step=timedelta(days=1))
    job = ask(point, by, touchpoint=point, first_day=date(2026, 1, 7), last_day=date(2026, 1, 9))
    worker.run_pending()
    assert [row["jour"] for row in rows_of(job)] == ["2026-01-07", "2026-01-08", "2026-01-09"]
    assert {row["point_code"] for row in rows_of(job)} == {point.code}


def test_what_could_follow_an_agent_stays_out(point, by):
    few = TouchpointFactory(
        organisation=point.organisation, questionnaire=point.questionnaire, staffing=4
    )
    add_answers(few, 50)
    add_answers(point, 3)
    job = ask(point, by)
    worker.run_pending()
    assert {row["point_code"] for row in rows_of(job)} == {point.code}
    with pytest.raises(Refusal, match="cinq agents") as refusal:
        ask(point, by, touchpoint=few)
    assert refusal.value.field == "touchpoint"


def test_answers_still_being_written_wait_for_the_next_export(point, by):
    """One just received may have an older neighbour not committed yet: the walk stops before."""
    add_answers(point, 3, start=timezone.now() - timedelta(minutes=10))
    add_answers(point, 3, start=timezone.now() - timedelta(seconds=20))
    job = ask(point, by)
    worker.run_pending()
    assert len(rows_of(job)) == 3


def test_what_is_known_by_heart_has_a_bound(small_pages):
    known = rows._Known(str)
    assert [known[n % 5] for n in range(20)] == [str(n % 5) for n in range(20)]
    assert len(known) <= 3


# --- Killed and taken up --------------------------------------------------------------------------


class KilledError(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("same_moment", [False, True])
def test_killed_at_every_page_it_loses_and_doubles_nothing(
    point, by, format, same_moment, small_pages, monkeypatch
):
    step = timedelta(0) if same_moment else timedelta(seconds=1)
    answers = add_answers(point, 60, step=step)
    job = ask(point, by, format)
    read = run.page_after
    pages = 0

    def killing(*args, **kwargs):
        nonlocal pages
        pages += 1
        if pages % 4 == 0:
            raise KilledError
        return read(*args, **kwargs)

    monkeypatch.setattr(run, "page_after", killing)
    kills = 0
    while True:
        try:
            if not run.run_piece(job.pk, seconds=3600):
                break
        except KilledError:
            kills += 1
    assert kills >= 3
    with scopes_disabled():
        order = [
            str(pk)
            for pk in Answer.objects.order_by("received_at", "id").values_list("pk", flat=True)
        ]
    assert [row["identifiant"] for row in rows_of(job)] == order
    assert len(order) == len(answers)
    assert sorted(p.name for p in root().glob(f"{again(job).file_key}*")) == [
        final_path(again(job)).name
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_killed_between_the_disk_and_the_database(point, by, format, small_pages, monkeypatch):
    """The bytes are there but their cursor is not: they are written again, once."""
    add_answers(point, 60)
    job = ask(point, by, format)
    update, commits = run._update, 0

    def killing(job, **changes):
        nonlocal commits
        commits += "writer_state" in changes
        if "writer_state" in changes and commits in (1, 3, 4):
            raise KilledError
        update(job, **changes)

    monkeypatch.setattr(run, "_update", killing)
    for _turn in range(10):
        try:
            if not run.run_piece(job.pk, seconds=3600):
                break
        except KilledError:
            continue
    rows = rows_of(job)
    assert len({row["identifiant"] for row in rows}) == len(rows) == 60


def test_it_works_by_pieces_and_says_where_it_is(point, by, small_pages):
    add_answers(point, 40)
    job = ask(point, by)
    assert run.run_piece(job.pk, seconds=0) is True
    job = again(job)
    assert (job.state, job.rows_walked, job.rows_expected) == (ExportState.RUNNING, 7, 40)
    while run.run_piece(job.pk, seconds=0):
        pass
    assert len(rows_of(job)) == 40


def test_a_file_that_was_lost_is_begun_again(point, by, small_pages):
    add_answers(point, 40)
    job = ask(point, by)
    run.run_piece(job.pk, seconds=0)
    for path in root().glob(f"{job.file_key}*"):
        path.unlink()
    while run.run_piece(job.pk, seconds=0):
        pass
    assert len(rows_of(job)) == 40


def test_two_workers_do_not_write_one_file(point, by, small_pages, monkeypatch):
    add_answers(point, 40)
    job = ask(point, by)
    with run._alone(job) as first:
        assert first
        assert run.run_piece(job.pk) is False
    assert again(job).rows_walked == 0


def test_a_full_disk_is_said_and_leaves_nothing(point, by, monkeypatch):
    add_answers(point, 5)
    job = ask(point, by)

    def full(self):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(writers._Csv, "commit", full)
    assert run.run_piece(job.pk) is False
    job = again(job)
    assert job.state == ExportState.FAILED
    assert "disque" in job.failure
    assert not final_path(job).exists()


def test_an_export_removed_while_it_is_written_stops(point, by, small_pages, monkeypatch):
    add_answers(point, 40)
    job = ask(point, by)
    run.run_piece(job.pk, seconds=0)
    read = run.page_after

    def removing(*args, **kwargs):
        with scopes_disabled():
            ExportJob.objects.filter(pk=job.pk).delete()
        return read(*args, **kwargs)

    monkeypatch.setattr(run, "page_after", removing)
    assert run.run_piece(job.pk, seconds=0) is False
    assert list(root().glob(f"{job.file_key}*")) == []


# --- Rules ----------------------------------------------------------------------------------------


def test_three_at_once_are_enough(point, by):
    for _n in range(3):
        ask(point, by)
    with pytest.raises(Conflict, match="Trois exports"):
        ask(point, by)


def test_wrong_wishes_are_refused_with_their_field(point, by):
    with pytest.raises(Refusal) as refusal:
        ask(point, by, "doc")
    assert refusal.value.field == "format"
    with pytest.raises(Refusal) as refusal:
        ask(point, by, first_day=date(2026, 2, 1), last_day=date(2026, 1, 1))
    assert refusal.value.field == "last_day"
    with pytest.raises(Refusal) as refusal:
        ask(point, by, touchpoint=TouchpointFactory())
    assert refusal.value.field == "touchpoint"


def test_only_an_export_that_stands_still_is_resumed(point, by):
    job = ask(point, by)
    with scope(organisation=[point.organisation_id]):
        with pytest.raises(Conflict):
            resume_export(job=job, by=by)
        ExportJob.objects.update(progressed_at=timezone.now() - timedelta(minutes=6))
        resume_export(job=job, by=by)
    worker.run_pending()
    assert rows_of(job) == []


def test_files_leave_after_a_week(point, by, django_capture_on_commit_callbacks):
    add_answers(point, 3)
    old, fresh = ask(point, by), ask(point, by)
    worker.run_pending()
    orphan = root() / "0000.csv.partial"
    orphan.write_text("x")
    os.utime(orphan, (0, 0))
    now = timezone.now()
    with scopes_disabled():
        ExportJob.objects.filter(pk=old.pk).update(requested_at=now - EXPORT_KEPT - timedelta(1))
    assert drop_old_exports(now, True) == 1
    assert final_path(old).exists()
    old_file = final_path(old)
    os.utime(old_file, (0, 0))
    assert drop_old_exports(now, False) == 1
    assert not old_file.exists()
    assert not orphan.exists()
    assert final_path(fresh).exists()
    with (
        scope(organisation=[point.organisation_id]),
        django_capture_on_commit_callbacks(execute=True),
    ):
        remove_export(job=again(fresh), by=by)
    assert not final_path(fresh).exists()


# --- Counts ---------------------------------------------------------------------------------------


def counts(point, period):
    text = "".join(stream_counts(point.organisation_id, period)).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_counts_by_day_are_raw_and_kept(point):
    add_counts(point, {0: 3, 3: 10})
    add_counts(point, {0: 2}, exclusion=Exclusion.BURST)
    add_counts(TouchpointFactory(), {0: 99})
    rows = counts(point, "jour")
    assert [
        (r["reponse"], r["libelle"], r["reponses_brutes"], r["reponses_retenues"]) for r in rows
    ] == [
        ("0", "Très mal", "5", "3"),
        ("3", "Très bien", "10", "10"),
    ]
    assert rows[0]["ecartees_burst"] == "2"
    assert rows[0]["service"] == "'=2+3"


def test_few_agents_have_months_of_thirty_answers_only(point):
    few = TouchpointFactory(
        organisation=point.organisation, questionnaire=point.questionnaire, staffing=4
    )
    add_counts(few, {0: 20, 3: 9})
    add_counts(few, {0: 20, 3: 10}, day=date(2026, 2, 3))
    add_counts(few, {-1: 29, 0: 29, 1: 29}, key="reasons", day=date(2026, 2, 3))
    assert counts(few, "jour") == []
    assert {(r["mois"], r["question"]) for r in counts(few, "mois")} == {
        ("2026-02-01", "satisfaction")
    }


def test_a_comment_erased_leaves_an_empty_cell(point, by):
    add_comment(point, "x")
    with scopes_disabled():
        Comment.objects.all().delete()
    job = ask(point, by)
    worker.run_pending()
    assert [row["texte_masque"] for row in rows_of(job)] == [""]
