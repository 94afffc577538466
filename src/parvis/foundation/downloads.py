"""Large generated files, sent piece by piece, that a cut line resumes (HTTP Range, RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def send_file(
    request: HttpRequest, path: Path, *, media_type: str, download_name: str
) -> HttpResponseBase:
    """The file at `path`, or the part of it that the request asks for.

    The caller has checked who asks; the file no longer changes, and its own name, drawn once, is
    its entity tag. A range that cannot be read is ignored, one beyond the end is refused (416).
    Raises `Http404` when the file is absent.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise Http404 from error
    tag = f'"{path.name}"'
    wanted = _wanted(request, tag, size)
    response: HttpResponseBase
    if wanted is None:
        response = StreamingHttpResponse(_pieces(path, 0, size), content_type=media_type)
        response["Content-Length"] = str(size)
    elif not wanted:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
    else:
        response = StreamingHttpResponse(
            _pieces(path, wanted.start, len(wanted)), status=206, content_type=media_type
        )
        response["Content-Length"] = str(len(wanted))
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Content-Disposition"] = content_disposition_header(True, download_name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _wanted(request: HttpRequest, tag: str, size: int) -> range | None:
    """The bytes asked for; None = all of them; an empty range = none that exist."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.method not in ("GET", "HEAD"):
        return None
    if request.headers.get("If-Range", tag) != tag:
        return None
    first, last = match[1][:18], match[2][:18]
    if first:
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1 if last else size, size))
    if last:
        return range(max(size - int(last), 0), size) if int(last) else range(0)
    return None


def _pieces(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0:
            piece = file.read(min(_CHUNK, length))
            if not piece:
                return
            length -= len(piece)
            yield piece
