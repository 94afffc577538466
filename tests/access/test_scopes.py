"""The net below the entrances: what django-scopes lets through, and what stands in the way there.

A foreign key followed, a `full_clean` and an export read after its view returned each pass by the
scoped managers: these tests show what holds in each case.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.http import StreamingHttpResponse
from django.urls import reverse
from django_scopes import ScopeError, scope

from parvis.accounts.hats import hats_of
from parvis.editions.models import RegistrationSite
from parvis.mystery_audits.models import Contact
from parvis.organisations.models import Site
from tests.access.probe import ask, whole
from tests.access.table import TABLE
from tests.access.world import World


def hat_of_b(world: World):
    return hats_of(world.b.coordinator)[0]


def test_a_query_under_a_hat_finds_the_rows_of_its_body_only(world):
    with hat_of_b(world).tenancy():
        assert set(Site.objects.values_list("organisation", flat=True)) == {world.b.organisation.pk}


def test_a_query_without_a_hat_raises(world):
    with scope(), pytest.raises(ScopeError):
        Site.objects.count()


def test_a_form_made_under_a_hat_refuses_the_key_of_another_tenant(world):
    """ModelChoiceField asks the scoped manager: the other tenant's place does not exist."""
    with hat_of_b(world).tenancy():
        form_class = modelform_factory(RegistrationSite, fields=["registration", "site"])
        form = form_class({"registration": world.b.registration.pk, "site": world.a.site.pk})
        assert not form.is_valid()
        assert set(form.errors) == {"site"}


def test_full_clean_under_a_hat_lets_the_key_of_another_tenant_through(world):
    """Django validates a foreign key with the base manager, which no scope holds back.

    This is why ids from outside only come in by forms and `access_*`, never by `full_clean` alone.
    """
    link = RegistrationSite(registration_id=world.b.registration.pk, site_id=world.a.site.pk)
    with hat_of_b(world).tenancy():
        try:
            link.full_clean()
        except ValidationError as error:
            pytest.fail(f"Django now refuses it: simplify the entrances. {error}")


def test_a_foreign_key_followed_leaves_the_scope_and_the_pages_do_not_start_there(world):
    """`contact.site` uses the base manager; what is safe is where the contact came from."""
    contact = Contact.objects.get(pk=world.a.contacts["visit"].pk)
    with hat_of_b(world).tenancy():
        assert contact.site.organisation_id == world.a.organisation.pk
        assert not Contact.objects.filter(pk=contact.pk).exists()
        # The way back, from a body to its rows, is scoped.
        assert not world.a.organisation.sites.exists()


def test_a_bulk_change_under_a_hat_cannot_reach_another_tenant(world):
    with hat_of_b(world).tenancy():
        assert Site.objects.filter(pk=world.a.site.pk).update(name="pris") == 0
        assert Site.objects.filter(organisation=world.a.organisation.pk).delete()[0] == 0


def test_exports_are_whole_and_scoped_when_read_after_the_view_returned(world):
    """A server reads a stream once the request's scope is closed: it must still hold its rows."""
    for role, name, query in (
        ("coordinator_b", "results:export", {}),
        ("operator", "organisations:decided_mandates", {"format": "csv"}),
        ("operator", "mystery_audits:wave", {"format": "csv"}),
        ("reviewer", "mystery_audits:review_queue", {"format": "csv"}),
        ("operator", "results:sheets", {"format": "csv"}),
        ("operator", "editions:registrations", {"format": "csv"}),
    ):
        path = reverse(name, kwargs=TABLE[name].kwargs(world))
        client = world.client(role)
        with scope():  # as outside any request
            response = client.get(path, query)
            text = whole(response).decode()
        assert response.status_code == 200, name
        assert response.headers["Content-Type"].startswith("text/csv"), name
        assert len(text.splitlines()) > 1, name
        if role == "coordinator_b":
            assert world.a.canary not in text.lower()


def test_a_lazy_stream_would_be_caught(world):
    """The trap itself: rows asked for while streaming are asked for outside the scope."""
    with hat_of_b(world).tenancy():
        response = StreamingHttpResponse(str(pk) for pk in Site.objects.values_list("pk"))
    assert b"".join(response.streaming_content)  # the query was made inside, lazily read outside
    with scope():
        late = StreamingHttpResponse(
            str(site.pk) for number in [1] for site in Site.objects.filter(pk=number)
        )
        with pytest.raises(ScopeError):
            b"".join(late.streaming_content)


def test_a_person_with_two_bodies_sees_one_at_a_time(world):
    """The hat worn decides, not the sum of what the person may do."""
    mandate = world.a.mandate(world.a.coordinator)
    mandate.pk = None
    mandate.organisation = world.b.organisation
    mandate.save()
    client = world.client("coordinator_a")
    hats = {hat.organisation_id: hat.key for hat in hats_of(world.a.coordinator)}
    client.post(reverse("accounts:hats"), {"hat": hats[world.b.organisation.pk]})
    page = ask(client, "GET", reverse("organisations:sites"), {}, {}).content.decode().lower()
    assert f"{world.b.canary}lieu" in page
    assert f"{world.a.canary}lieu" not in page
    path = reverse("editions:registration", args=[world.a.registration.pk])
    assert ask(client, "GET", path, {}, {}).status == 404
