import pytest

from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_smoke():
    a = OrganisationFactory(name="Saint-Étienne")
    assert list(Organisation.objects.search("st etienne")) == [a]
