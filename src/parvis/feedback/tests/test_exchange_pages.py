"""Pages of exports, open data, keys and webhooks: who opens them, what they show and refuse."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.feedback.exchange_enums import DeliveryState, ExportState
from parvis.feedback.exports.files import EXPORT_KEPT
from parvis.feedback.models import ApiKey, ExportJob, WebhookDelivery, WebhookEndpoint
from parvis.feedback.tests.exchange_data import add_answers, add_counts, exchanges_of
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.foundation import worker
from parvis.foundation.sealing import unseal
from parvis.journal.models import Entry
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def point():
    return TouchpointFactory()


def coordinator_of(organisation):
    mandate = MandateFactory(confirmed=True, organisation=organisation)
    return sign_in(Client(), mandate.person)


@pytest.fixture
def coordinator(point):
    return coordinator_of(point.organisation)


@pytest.fixture
def stranger():
    return coordinator_of(TouchpointFactory().organisation)


def page(name, *args):
    return reverse(f"feedback:{name}", args=args)


class TestExports:
    def test_asked_for_followed_and_downloaded_in_two_parts(self, coordinator, point):
        add_answers(point, 30)
        response = coordinator.post(page("exports"), {"format": "csv"}, follow=True)
        assert "vous pouvez quitter cette page" in response.text
        assert response.text.index('class="tabs"') < response.text.index("vous pouvez quitter")
        assert "En attente" in response.text
        worker.run_pending()
        response = coordinator.get(page("exports"))
        assert "30 réponses" in response.text
        with scopes_disabled():
            job = ExportJob.objects.get()
        address = page("export_file", job.pk)
        whole = coordinator.get(address)
        content = b"".join(whole.streaming_content)
        assert content.startswith(b"\xef\xbb\xbfidentifiant;visite;")
        assert whole["Content-Disposition"].endswith('.csv"')
        first = coordinator.get(address, headers={"Range": "bytes=0-99"})
        rest = coordinator.get(address, headers={"Range": "bytes=100-", "If-Range": first["ETag"]})
        assert (first.status_code, rest.status_code) == (206, 206)
        assert b"".join([*first.streaming_content, *rest.streaming_content]) == content

    def test_the_page_follows_what_is_going_on_and_rests_afterwards(self, coordinator, point):
        add_answers(point, 3)
        coordinator.post(page("exports"), {"format": "csv"})
        assert 'hx-trigger="every 3s"' in coordinator.get(page("exports")).text
        worker.run_pending()
        assert 'hx-trigger="every 3s"' not in coordinator.get(page("exports")).text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"format": "doc"},
            {},
            {"format": "csv", "first_day": "2026-02-01", "last_day": "2026-01-01"},
            {"format": "csv", "first_day": "hier"},
            {"format": "csv", "first_day": "0001-01-01"},
            {"format": "csv", "touchpoint": "999999999999999999999"},
            {"format": "csv", "touchpoint": "\x00"},
        ],
    )
    def test_a_wrong_wish_is_said_beside_its_field(self, coordinator, wrong):
        response = coordinator.post(page("exports"), wrong)
        assert response.status_code == 422
        assert "errorlist" in response.text
        with scopes_disabled():
            assert not ExportJob.objects.exists()

    def test_another_body_sees_nothing_of_it(self, coordinator, stranger, point):
        add_answers(point, 3)
        coordinator.post(page("exports"), {"format": "csv"})
        worker.run_pending()
        with scopes_disabled():
            job = ExportJob.objects.get()
        assert stranger.get(page("export_file", job.pk)).status_code == 404
        assert stranger.post(page("remove_export", job.pk)).status_code == 404
        assert stranger.post(page("resume_export", job.pk)).status_code == 404
        wrong = stranger.post(page("exports"), {"format": "csv", "touchpoint": point.pk})
        assert wrong.status_code == 422

    def test_the_journal_tells_who_took_the_file_and_when(self, coordinator, stranger, point):
        add_answers(point, 3)
        coordinator.post(page("exports"), {"format": "csv"})
        worker.run_pending()
        with scopes_disabled():
            job = ExportJob.objects.get()
        address = page("export_file", job.pk)
        coordinator.head(address)
        coordinator.get(address, headers={"Range": "bytes=999999-"})
        stranger.get(address)
        taken = Entry.objects.filter(action="feedback.export_downloaded").order_by("pk")
        assert not taken.exists()
        coordinator.get(address)
        coordinator.get(address, headers={"Range": "bytes=100-"})
        by = int(coordinator.session["_auth_user_id"])
        assert [
            (entry.actor_id, entry.subject_kind, entry.subject_id, entry.organisation_id)
            for entry in taken
        ] == [(by, "exportjob", job.pk, point.organisation_id)] * 2
        assert [entry.details for entry in taken] == [
            {"format": "csv", "rows": 3, "part": False},
            {"format": "csv", "rows": 3, "part": True},
        ]

    def test_the_journal_tells_who_took_the_counts(self, coordinator, point):
        coordinator.head(page("day_counts_file"))
        coordinator.get(page("day_counts_file"))
        coordinator.get(page("month_counts_file"))
        taken = Entry.objects.filter(action="feedback.counts_downloaded").order_by("pk")
        by = int(coordinator.session["_auth_user_id"])
        assert [(e.actor_id, e.organisation_id, e.details) for e in taken] == [
            (by, point.organisation_id, {"period": "jour"}),
            (by, point.organisation_id, {"period": "mois"}),
        ]

    def test_a_file_no_longer_opens_after_its_week_even_before_the_purge(self, coordinator, point):
        coordinator.post(page("exports"), {"format": "csv"})
        worker.run_pending()
        with scopes_disabled():
            ExportJob.objects.update(requested_at=timezone.now() - EXPORT_KEPT - timedelta(hours=1))
            job = ExportJob.objects.get()
        assert coordinator.get(page("export_file", job.pk)).status_code == 404

    def test_one_that_stands_still_can_be_resumed_and_one_that_failed_says_why(
        self, coordinator, point
    ):
        coordinator.post(page("exports"), {"format": "csv"})
        with scopes_disabled():
            ExportJob.objects.update(progressed_at=timezone.now() - timedelta(minutes=10))
            job = ExportJob.objects.get()
        assert "Reprendre" in coordinator.get(page("exports")).text
        response = coordinator.post(page("resume_export", job.pk), follow=True)
        assert "reprend là où il en était" in response.text
        with scopes_disabled():
            ExportJob.objects.update(
                state=ExportState.FAILED, finished_at=timezone.now(), failure="Le disque est plein."
            )
        assert "Le disque est plein." in coordinator.get(page("exports")).text
        coordinator.post(page("remove_export", job.pk))
        with scopes_disabled():
            assert not ExportJob.objects.exists()

    def test_counts_come_at_once(self, coordinator, point):
        add_counts(point, {0: 1, 3: 5})
        response = coordinator.get(page("day_counts_file"))
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        assert text.splitlines()[1].startswith(f"2026-01-05;{point.code};")
        assert coordinator.get(page("month_counts_file")).status_code == 200

    def test_without_a_touchpoint_the_page_teaches(self):
        mandate = MandateFactory(confirmed=True)
        client = sign_in(Client(), mandate.person)
        assert "dès qu’un point d’écoute" in client.get(page("exports")).text

    def test_pages_cost_the_same_whatever_there_is(
        self, coordinator, point, django_assert_max_num_queries
    ):
        for n in range(6):
            with scopes_disabled():
                ExportJob.objects.create(
                    organisation=point.organisation,
                    requested_by=PersonFactory(),
                    format="csv",
                    touchpoint=point if n % 2 else None,
                    received_before=timezone.now(),
                )
        with django_assert_max_num_queries(14):
            coordinator.get(page("exports"))


class TestOpenData:
    def test_the_excerpt_says_in_words_that_a_text_was_left(self, coordinator, point):
        add_counts(point, {0: 50, 3: 60})
        add_counts(point, {1: 40}, key="comment")
        assert "Texte déposé" in coordinator.get(page("open_data")).text


class TestKeys:
    def test_a_key_is_shown_once_and_kept_hashed(self, coordinator, point):
        response = coordinator.post(
            page("api_keys"), {"name": "Entrepôt", "scopes": ["counts", "answers"]}
        )
        assert response["Cache-Control"] == "no-store"
        [secret] = set(re.findall(r"parvis_[\w-]{43}", response.text))
        with scopes_disabled():
            key = ApiKey.objects.get()
        assert secret not in str(vars(key))
        assert key.scopes == ["answers", "counts"]
        listing = coordinator.get(page("api_keys")).text
        assert secret not in listing
        assert key.hint in listing
        assert Entry.objects.filter(action="feedback.api_key_created").count() == 1
        assert secret not in str(list(Entry.objects.values()))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "", "scopes": ["counts"]},
            {"name": "x", "scopes": []},
            {"name": "x", "scopes": ["tout"]},
            {"name": "x" * 61, "scopes": ["counts"]},
            {"name": "Entrepôt", "scopes": ["counts"]},
        ],
    )
    def test_refused(self, coordinator, wrong):
        coordinator.post(page("api_keys"), {"name": "Entrepôt", "scopes": ["counts"]})
        response = coordinator.post(page("api_keys"), wrong)
        assert response.status_code in (409, 422)
        with scopes_disabled():
            assert ApiKey.objects.count() == 1

    def test_revoked_for_good_by_its_body_alone(self, coordinator, stranger):
        coordinator.post(page("api_keys"), {"name": "Entrepôt", "scopes": ["counts"]})
        with scopes_disabled():
            key = ApiKey.objects.get()
        assert stranger.post(page("revoke_api_key", key.pk)).status_code == 404
        assert "Entrepôt" in coordinator.get(page("revoke_api_key", key.pk)).text
        coordinator.post(page("revoke_api_key", key.pk))
        assert "Révoquée" in coordinator.get(page("api_keys")).text
        again = coordinator.post(page("revoke_api_key", key.pk), follow=True)
        assert "déjà révoquée" in again.text


NEW_WEBHOOK = {
    "url": "https://crochets.exemple.fr/ecoute",
    "events": ["feedback.alert.opened"],
}


class TestWebhooks:
    def test_an_address_is_added_with_a_secret_shown_once_and_sealed(self, coordinator):
        response = coordinator.post(page("webhooks"), NEW_WEBHOOK)
        [secret] = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", response.text))
        with scopes_disabled():
            endpoint = WebhookEndpoint.objects.get()
        assert secret not in str(vars(endpoint))
        assert unseal(endpoint.sealed_secret, purpose="feedback.webhook") == secret
        for address in (page("webhooks"), page("webhook", endpoint.pk)):
            assert secret not in coordinator.get(address).text

    @pytest.mark.parametrize(
        "url",
        [
            "http://exemple.fr/",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://a:b@c.fr/",
            "x",
        ],
    )
    def test_an_address_inside_is_refused_beside_its_field(self, coordinator, url):
        response = coordinator.post(page("webhooks"), NEW_WEBHOOK | {"url": url})
        assert response.status_code == 422
        assert "errorlist" in response.text
        with scopes_disabled():
            assert not WebhookEndpoint.objects.exists()

    def test_the_whole_life_of_an_address(self, coordinator, stranger):
        coordinator.post(page("webhooks"), NEW_WEBHOOK)
        with scopes_disabled():
            endpoint = WebhookEndpoint.objects.get()
        for name in ("webhook", "test_webhook", "enable_webhook", "rotate_webhook_secret"):
            assert stranger.post(page(name, endpoint.pk)).status_code == 404
        events = ["feedback.comment.published", "feedback.counts.daily"]
        coordinator.post(page("webhook", endpoint.pk), {"events": events})
        assert "errorlist" in coordinator.post(page("webhook", endpoint.pk), {}).text
        with scopes_disabled():
            endpoint.refresh_from_db()
        assert endpoint.events == events
        coordinator.post(page("test_webhook", endpoint.pk))
        twice = coordinator.post(page("test_webhook", endpoint.pk), follow=True)
        assert "déjà en route" in twice.text
        with scopes_disabled():
            assert WebhookDelivery.objects.get().event == "feedback.test"
        before = endpoint.sealed_secret
        assert "24 heures" in coordinator.get(page("rotate_webhook_secret", endpoint.pk)).text
        assert "whsec_" in coordinator.post(page("rotate_webhook_secret", endpoint.pk)).text
        with scopes_disabled():
            endpoint.refresh_from_db()
        assert endpoint.previous_sealed_secret == before
        assert coordinator.post(page("remove_webhook", endpoint.pk)).status_code == 302
        assert coordinator.get(page("webhook", endpoint.pk)).status_code == 404
        with scopes_disabled():
            endpoint.refresh_from_db()
            assert endpoint.sealed_secret == endpoint.previous_sealed_secret == ""
            assert WebhookDelivery.objects.get().state == DeliveryState.GIVEN_UP


@pytest.mark.parametrize(
    "name", ["exports", "open_data", "publish_open_data", "api_keys", "webhooks"]
)
def test_only_a_confirmed_coordinator_opens_these_pages(name, point):
    assert Client().get(page(name)).status_code == 302
    operator = sign_in(Client(), PersonFactory(operator=True))
    assert operator.get(page(name)).status_code == 403
    waiting = sign_in(Client(), MandateFactory(organisation=point.organisation).person)
    assert waiting.get(page(name)).status_code == 403


def test_everything_that_goes_out_is_closed_to_another_body(point, coordinator, stranger):
    mine = exchanges_of(point, by=PersonFactory(), mark="canari")
    for name in ("exports", "open_data", "api_keys", "webhooks"):
        assert "canari" not in stranger.get(page(name)).text
    assert "canari-cle" in coordinator.get(page("api_keys")).text
    assert "canari-adresse" in coordinator.get(page("webhooks")).text
    assert coordinator.get(page("export_file", mine.export.pk)).status_code == 200
    for name, number in (
        ("export_file", mine.export.pk),
        ("revoke_api_key", mine.key.pk),
        ("webhook", mine.endpoint.pk),
        ("rotate_webhook_secret", mine.endpoint.pk),
        ("remove_webhook", mine.stopped.pk),
    ):
        assert stranger.get(page(name, number)).status_code == 404
