"""What every test runs in."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, settings

from tools.emptying import empty_by_deleting

# No test measures time: by default an example that takes a fifth of a second fails, which any
# example does on a busy machine.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """Tests read pages in both languages: catalogues are compiled as an installation does."""
    if not hasattr(config, "workerinput"):
        from tools.translations import compile_catalogues

        compile_catalogues()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    # Here, so that tests run without pytest-xdist as well.
    from tools.sharing import SetUpsTogether

    return SetUpsTogether(config, log)


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end: the collector need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of the tests, emptied in the cheapest way after those that commit."""
    with pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            empty_by_deleting(patch)
        yield


@pytest.fixture(autouse=True)
def _test_code_sees_every_tenant() -> Iterator[None]:
    """Test bodies prepare and check the rows of any tenant; requests get the scope of their hat."""
    with scopes_disabled():
        yield


@pytest.fixture(autouse=True)
def _language_of_nobody() -> None:
    """A page asked in English leaves its language to the thread; the next test starts in French."""
    translation.deactivate()
