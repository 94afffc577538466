"""Few requests compute at once; those that wait for another thread make room."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from parvis.foundation.tests.programs import PATIENCE_SECONDS, wait_until
from parvis.foundation.turnstile import Turnstile, limited, stepping_aside


@contextmanager
def calling(application, numbers) -> Iterator[list[threading.Thread]]:
    """Call the application from a thread per number; all have ended afterwards."""
    threads = []
    for number in numbers:
        threads.append(threading.Thread(target=application, args=({"number": number}, None)))
        threads[-1].start()
    yield threads
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_so_many_compute_at_once_and_no_more():
    together, most, lock = set(), [], threading.Lock()
    full = threading.Event()

    def page(environ, _start):
        with lock:
            together.add(environ["number"])
            most.append(len(together))
            if len(together) == 3:
                full.set()
        assert full.wait(PATIENCE_SECONDS), "three places, hence three at once"
        with lock:
            together.discard(environ["number"])
        return []

    with calling(limited(page, 3), range(30)):
        pass
    assert max(most) == 3
    assert len(most) == 30


def test_places_are_given_in_the_order_of_arrival_and_first_to_who_comes_back():
    turnstile, order = Turnstile(1), []
    turnstile.enter()

    def queue_up(name, *, again):
        def wait():
            turnstile.enter(again=again)
            order.append(name)
            turnstile.leave()

        thread = threading.Thread(target=wait)
        thread.start()
        return thread

    threads = []
    for name in ("first", "second", "back"):
        before = len(turnstile._arriving) + len(turnstile._returning)
        threads.append(queue_up(name, again=name == "back"))
        wait_until(
            lambda: len(turnstile._arriving) + len(turnstile._returning) == before + 1,  # noqa: B023
            f"{name} waits",
        )
    turnstile.leave()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert order == ["back", "first", "second"]


def test_who_only_waits_makes_room():
    """With one place, the second could never answer the first otherwise."""
    answered, seen = threading.Event(), []

    def page(environ, _start):
        if environ["number"] == 0:
            with stepping_aside():
                seen.append(answered.wait(PATIENCE_SECONDS))
        else:
            answered.set()
        return []

    with calling(limited(page, 1), range(2)):
        pass
    assert seen == [True]


def test_an_error_gives_the_place_back():
    def page(environ, _start):
        if environ.get("fails"):
            raise ValueError("out of order")
        return [b"ok"]

    application = limited(page, 1)
    for _time in range(2):
        with pytest.raises(ValueError, match="out of order"):
            application({"fails": True}, None)
    assert application({}, None) == [b"ok"]


def test_outside_a_limited_application_nothing_is_given_up():
    with stepping_aside():
        pass


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_connections_of_a_server_of_databases():
    if connection.vendor != "postgresql":
        pytest.skip("an embedded database has no server to exhaust")
    code = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from parvis.foundation import turnstile

turnstile.pool_connections(2)

def ask(_number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_sleep(0.02)")
        pid = cursor.fetchone()[0]
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    connection.close()
    return pid

with ThreadPoolExecutor(20) as threads:
    print(len(set(threads.map(ask, range(60)))))
import os; os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-u", "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "parvis.config.settings.test"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.stdout.strip() in ("1", "2"), done.stderr
