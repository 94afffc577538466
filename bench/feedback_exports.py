"""Time exports of answers and measure their memory, on SQLite and PostgreSQL.

    BENCH_EXPORT_ROWS=1000000 python -m bench.feedback_exports [--postgresql URL]

Each format is written by a process of its own, whose largest memory is that of the export and of
Django. Pieces are those of the worker, one after the other. One answer in sixteen has a comment.
"""

from __future__ import annotations

import os
import resource
import time

from bench.databases import analyse, on_both_databases

ROWS = int(os.environ.get("BENCH_EXPORT_ROWS", "1000000"))
PROMISED_ROWS, PROMISED_SECONDS, PROMISED_MEGABYTES = 10_000_000, 300, 300

# Answers of a year, one question after the other, at four touchpoints.
_SQLITE = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
INSERT INTO feedback_answer (id, received_at, organisation_id, touchpoint_id, device_id,
  version_id, question_id, visit, sequence, value, level, language, device_time_ms, occurred_at,
  time_quality, day, hour, exclusion)
SELECT lower(hex(randomblob(16))), datetime('2025-01-01', '+' || (n * 31) || ' seconds'),
  {organisation}, {touchpoint} + n % 4, {device} + n % 4, {version},
  CASE WHEN n % 16 = 7 THEN {comment} ELSE {smiley} END, lower(hex(randomblob(16))), n,
  CASE WHEN n % 16 = 7 THEN 1 ELSE n % 4 END, -1, 'fr', 0,
  datetime('2025-01-01', '+' || (n * 31) || ' seconds'), 0,
  date('2025-01-01', '+' || (n * 31) || ' seconds'), n % 24, 0
FROM numbers
"""
_POSTGRESQL = """
INSERT INTO feedback_answer (id, received_at, organisation_id, touchpoint_id, device_id,
  version_id, question_id, visit, sequence, value, level, language, device_time_ms, occurred_at,
  time_quality, day, hour, exclusion)
SELECT gen_random_uuid(), timestamptz '2025-01-01' + n * interval '31 seconds',
  {organisation}, {touchpoint} + n % 4, {device} + n % 4, {version},
  CASE WHEN n % 16 = 7 THEN {comment} ELSE {smiley} END, gen_random_uuid(), n,
  CASE WHEN n % 16 = 7 THEN 1 ELSE n % 4 END, -1, 'fr', 0,
  timestamptz '2025-01-01' + n * interval '31 seconds', 0,
  date '2025-01-01' + (n * 31 / 86400)::int, n % 24, 0
FROM generate_series(0::bigint, {last}) AS n
"""
_COMMENTS = """
INSERT INTO feedback_comment (hidden_words, search_text,
  organisation_id, touchpoint_id, answer_id, visit, kind, level,
  language, raw_text, text, day, received_at, state)
SELECT '[]', 'une attente de pres de 40 minutes au guichet',
  organisation_id, touchpoint_id, id, visit, 'comment', 0, 'fr', '',
  'Une attente de près de 40 minutes au guichet, mais un accueil attentif ; merci à [nom].',
  day, received_at, 'pending'
FROM feedback_answer WHERE question_id = {comment}
"""


def measure(label: str) -> None:
    from django.db import connection
    from django_scopes import scopes_disabled

    from parvis.accounts.tests.factories import PersonFactory
    from parvis.feedback.exchange_enums import ExportFormat
    from parvis.feedback.models import Device, Question
    from parvis.feedback.tests.factories import TouchpointFactory, the_version

    with scopes_disabled():
        first = TouchpointFactory()
        for _n in range(3):
            TouchpointFactory(organisation=first.organisation, questionnaire=first.questionnaire)
        questions = dict(Question.objects.values_list("key", "pk"))
        device = Device.objects.order_by("pk").values_list("pk", flat=True)[0]
        names = {
            "organisation": first.organisation_id,
            "touchpoint": first.pk,
            "device": device,
            "version": the_version(first.questionnaire).pk,
            "smiley": questions["satisfaction"],
            "comment": questions["comment"],
            "last": ROWS - 1,
        }
        by = PersonFactory()
    template = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    with connection.cursor() as cursor:
        cursor.execute(template.format(**names))
        cursor.execute(_COMMENTS.format(**names))
    analyse()
    connection.close()
    for format in ExportFormat:
        if format != ExportFormat.CSV_INTERNATIONAL:
            _alone(label, format.value, first.organisation_id, by.pk)


def _alone(label: str, format: str, organisation_id: int, by: int) -> None:
    child = os.fork()
    if child == 0:
        try:
            _export(label, format, organisation_id, by)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(2)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"{label}: the export in {format} failed")


def _export(label: str, format: str, organisation_id: int, by: int) -> None:
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from parvis.feedback.exports.files import remove_files
    from parvis.feedback.exports.run import run_piece
    from parvis.feedback.models import ExportJob

    with scopes_disabled():
        job = ExportJob.objects.create(
            organisation_id=organisation_id,
            requested_by_id=by,
            format=format,
            received_before=timezone.now(),
        )
    started, worked, pieces = time.perf_counter(), time.process_time(), 1
    while run_piece(job.pk):
        pieces += 1
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    with scopes_disabled():
        job = ExportJob.objects.get(pk=job.pk)
    assert job.rows_written == ROWS, (job.rows_written, job.failure)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whole, of_work = (spent * PROMISED_ROWS / ROWS for spent in (seconds, worked))
    kept = whole <= PROMISED_SECONDS and megabytes <= PROMISED_MEGABYTES
    print(
        f"{label:<11} {format:<8} {ROWS / seconds:9,.0f} rows/s   {megabytes:5.0f} MB of memory   "
        f"{(job.size_bytes or 0) / 2**20:6.0f} MiB   {pieces} pieces   "
        f"10 million in {whole:4.0f} s, {of_work:4.0f} s of processor   "
        f"{'kept' if kept else 'NOT KEPT'}",
        flush=True,
    )
    remove_files(job.file_key)


if __name__ == "__main__":
    on_both_databases(__doc__ or "", measure)
