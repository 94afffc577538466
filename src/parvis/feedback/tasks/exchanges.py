"""Background work of what leaves the house."""

from __future__ import annotations

from datetime import timedelta

from django_scopes import scopes_disabled
from django_tasks import task

from parvis.feedback.exports.run import run_piece
from parvis.feedback.models import OpenDataset
from parvis.feedback.open_data.dataset import make_due_months
from parvis.feedback.webhooks.daily import announce_yesterday
from parvis.feedback.webhooks.delivering import deliver_due, due_endpoints
from parvis.foundation.schedule import scheduled


@task()
def write_export(job_id: int) -> None:
    """Write a piece of an export, and queue the next one behind the other tasks."""
    if run_piece(job_id):
        write_export.enqueue(job_id)


@task()
def deliver_webhooks_of(endpoint_id: int) -> int:
    """Send what is due to one address."""
    return deliver_due(endpoint_id)


@scheduled(every=timedelta(minutes=1))
def retry_webhooks() -> int:
    """Queue a turn for each address that has something to be told."""
    endpoints = due_endpoints()
    for endpoint_id in endpoints:
        deliver_webhooks_of.enqueue(endpoint_id)
    return len(endpoints)


@scheduled(every=timedelta(hours=1))
def announce_daily_counts() -> int:
    """Tell the counts of the day before, once a touchpoint, from four in the morning there."""
    return announce_yesterday()


@scheduled(every=timedelta(days=1))
def make_open_data_months() -> int:
    """Add the month that is over to what bodies give to everybody."""
    with scopes_disabled():
        published = OpenDataset.objects.filter(published_at__isnull=False)
        bodies = [dataset.organisation for dataset in published.select_related("organisation")]
    return sum(make_due_months(body) for body in bodies)
