"""Parts of a file asked for one after the other make the file."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from parvis.foundation.downloads import send_file

CONTENT = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "4b1e.csv"
    made.write_bytes(CONTENT)
    return made


def ask(path, **headers):
    request = RequestFactory().get("/", headers=headers)
    response = send_file(request, path, media_type="text/csv", download_name="réponses.csv")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response, body


def test_the_whole_file(path):
    response, body = ask(path)
    assert (response.status_code, body) == (200, CONTENT)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(CONTENT))
    assert "r%C3%A9ponses.csv" in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"


def test_a_cut_download_goes_on_where_it_was(path):
    first, body = ask(path, Range="bytes=0-299999")
    assert (first.status_code, len(body)) == (206, 300_000)
    assert first["Content-Range"] == f"bytes 0-299999/{len(CONTENT)}"
    headers = {"Range": "bytes=300000-", "If-Range": first["ETag"]}
    second, rest = ask(path, **headers)
    assert (second.status_code, body + rest) == (206, CONTENT)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=-10", len(CONTENT) - 10, len(CONTENT)),
        ("bytes=0-0", 0, 1),
        ("bytes=5-99999999999999999999999", 5, len(CONTENT)),
        ("bytes=-99999999", 0, len(CONTENT)),
    ],
)
def test_ranges(path, asked, start, stop):
    response, body = ask(path, Range=asked)
    assert response.status_code == 206
    assert body == CONTENT[start:stop]


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(path, asked):
    response, _body = ask(path, Range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5"]
)
def test_a_range_that_means_nothing_is_the_whole_file(path, asked):
    response, body = ask(path, Range=asked)
    assert (response.status_code, body) == (200, CONTENT)


def test_a_part_of_another_file_is_never_glued_to_this_one(path):
    response, body = ask(path, **{"Range": "bytes=10-", "If-Range": '"another"'})
    assert (response.status_code, body) == (200, CONTENT)


def test_a_file_that_is_gone_is_absent(path):
    path.unlink()
    with pytest.raises(Http404):
        ask(path)
