"""The public page of a touchpoint: what the code of a poster opens on a citizen's own phone.

No account, no cookie, no script: each step is a form that bears a signed token. What is pressed is
stored before the next step is shown; the page that follows is an address, so that reloading it
sends nothing again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_scopes import scopes_disabled

from parvis.feedback.citizen_words import words_in
from parvis.feedback.enums import SET_KINDS, TEXT_KINDS, QuestionKind
from parvis.feedback.idea_links import token_of
from parvis.feedback.ingestion import BusyError, RevokedError
from parvis.feedback.models import QuestionnaireVersion, Touchpoint
from parvis.feedback.operations.giving import give_answer
from parvis.feedback.questionnaire_document import (
    LANGUAGES,
    MAX_SCALE,
    MAX_TEXT_ANSWER_CHARACTERS,
    RIGHT_TO_LEFT,
    Document,
    Option,
    Step,
    read_document,
)
from parvis.feedback.visit_tokens import ExpiredVisit, Visit, opened
from parvis.foundation.access import public

RETRY_AFTER_SECONDS = 5
# Only a program sees it, and fills it in.
HONEYPOT = "site_web"


@dataclass(frozen=True, slots=True)
class Page:
    """What every answer of this view needs to know."""

    touchpoint: Touchpoint
    document: Document
    language: str

    @property
    def words(self) -> dict[str, str]:
        return words_in(self.language)

    def steps_after(self, level: int) -> list[int]:
        """Ranks of the steps that have something to ask after this smiley."""
        return [
            rank
            for rank, step in enumerate(self.document.steps)
            if rank and (not step.options or options_after(step, level))
        ]

    def address(self, visit: Visit | None = None) -> str:
        query = {"langue": self.language, **({"suite": visit.sealed()} if visit else {})}
        path = reverse("feedback:give", args=[self.touchpoint.code])
        return f"{path}?{urlencode(query)}"


def options_after(step: Step, level: int) -> list[Option]:
    return [option for option in step.options if not option.levels or level in option.levels]


@public
@csrf_exempt  # no cookie gives any right here: the form's own token is what counts
# Asked again at each visit, but kept for the "back" button: the same page is the same visit.
@cache_control(private=True, no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, code: str) -> HttpResponse:
    # No database of ours is asked for a NUL.
    code = code.replace("\x00", "")
    with scopes_disabled():
        touchpoint = (
            Touchpoint.objects.select_related("organisation")
            .filter(code__in={code, _typed(code)})
            .first()
        )
        if touchpoint is None:
            return _closed_door("unknown", None, status=404)
        if touchpoint.closed_at is not None:
            return _closed_door("closed", touchpoint, status=410)
        return _answer(request, touchpoint)


def _typed(code: str) -> str:
    """As codes are written, whatever was typed in the address bar."""
    return "".join(code.upper().replace("-", "").split())


def _answer(request: HttpRequest, touchpoint: Touchpoint) -> HttpResponse:
    token = request.POST.get("token", "") or request.GET.get("suite", "")
    try:
        visit, is_expired = opened(token, touchpoint_code=touchpoint.code) if token else None, False
    except ExpiredVisit as expired:
        visit, is_expired = expired.visit, True
    version = _version(touchpoint, visit)
    if version is None:
        return _closed_door("unpublished", touchpoint, status=404)
    document = read_document(version.document)
    page = Page(touchpoint, document, _language(request, document))
    if visit is None or visit.version != version.pk:
        # Never sealed here: begin again, and say so to whoever was sending something.
        is_lost = token or request.method == "POST"
        return _step(page, _new_visit(page, version), problem="expired" if is_lost else "")
    if request.method == "POST":
        if is_expired:
            return _step(
                page, _renewed(visit), problem="expired", text=request.POST.get("text", "")
            )
        return _taken(request, page, visit)
    if visit.rank >= len(document.steps):
        return _thanks(page, visit)
    return _step(page, visit)


def _version(touchpoint: Touchpoint, visit: Visit | None) -> QuestionnaireVersion | None:
    """The one the visit began with, else the last published."""
    versions = QuestionnaireVersion.objects.filter(questionnaire=touchpoint.questionnaire_id)
    if visit is not None:
        begun = versions.filter(pk=visit.version).first()
        if begun is not None:
            return begun
    return versions.order_by("-number").first()


def _new_visit(page: Page, version: QuestionnaireVersion) -> Visit:
    return Visit(
        id=uuid4(),
        touchpoint_code=page.touchpoint.code,
        version=version.pk,
        began_ms=int(time.time() * 1000),
    )


def _renewed(visit: Visit) -> Visit:
    """Faces shown for half a day are another visit's; a text being written stays where it was."""
    return replace(visit, id=uuid4()) if visit.rank == 0 else visit


def _language(request: HttpRequest, document: Document) -> str:
    asked = request.GET.get("langue", "") or request.POST.get("langue", "")
    if asked in document.languages:
        return asked
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language = code.partition("-")[0]
        if language in document.languages:
            return language
    return document.languages[0]


# --- What was pressed -----------------------------------------------------------------------------


def _taken(request: HttpRequest, page: Page, visit: Visit) -> HttpResponse:
    if visit.rank >= len(page.document.steps):
        return _thanks(page, visit)
    step = page.document.steps[visit.rank]
    if "skip" in request.POST and visit.rank:
        return HttpResponseRedirect(page.address(_next(page, visit, visit.level)), status=303)
    text = _text(request) if step.kind in TEXT_KINDS else ""
    value = _value(request, step, visit.level, text)
    problem = ""
    if request.POST.get(HONEYPOT):
        problem = "honeypot"
    elif value is None:
        problem = "nothing_given"
    elif len(text) > MAX_TEXT_ANSWER_CHARACTERS:
        problem = "too_long"
    if problem or value is None:
        return _step(page, visit, problem=problem, text=text)
    try:
        give_answer(
            touchpoint=page.touchpoint,
            visit=visit,
            step=step,
            value=value,
            text=text,
            language=page.language,
        )
    except RevokedError:
        return _closed_door("closed", page.touchpoint, status=410)
    except BusyError:
        response = _step(page, visit, problem="busy", text=text, status=503)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    level = value if step.kind == QuestionKind.SMILEY else visit.level
    gave_idea = visit.gave_idea or step.kind == QuestionKind.IDEA
    following = replace(_next(page, visit, level), level=level, gave_idea=gave_idea)
    return HttpResponseRedirect(page.address(following), status=303)


def _next(page: Page, visit: Visit, level: int) -> Visit:
    ranks = [rank for rank in page.steps_after(level) if rank > visit.rank]
    return replace(visit, rank=ranks[0] if ranks else len(page.document.steps))


def _text(request: HttpRequest) -> str:
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
    # No database of ours stores a NUL.
    return text.replace("\x00", "").strip()


def _value(request: HttpRequest, step: Step, level: int, text: str) -> int | None:
    """What was chosen, as events hold it; None when nothing was, or nothing this step offers."""
    if step.kind in TEXT_KINDS:
        return 1 if text else None
    given = [_integer(raw) for raw in request.POST.getlist("value")]
    proposed = {option.code for option in options_after(step, level)}
    if step.kind in SET_KINDS:
        codes = {code for code in given if code in proposed}
        return sum(1 << code for code in codes) if codes else None
    value = given[0] if given else None
    if value is None or not step.accepts(value):
        return None
    return value if not step.options or value in proposed else None


def _integer(raw: str) -> int:
    """−1, which no step accepts, for what is not a number of two digits."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 2 else -1


# --- Pages ----------------------------------------------------------------------------------------


def _step(
    page: Page, visit: Visit, *, problem: str = "", text: str = "", status: int | None = None
) -> HttpResponse:
    step = page.document.steps[visit.rank]
    ranks = page.steps_after(visit.level)
    language, words = page.language, page.words
    options = [(option.code, option.text[language]) for option in options_after(step, visit.level)]
    above = ""
    if visit.rank in ranks:
        above = words["step"].format(rank=ranks.index(visit.rank) + 1, total=len(ranks))
    return _html(
        page,
        "feedback/citizen/step.html",
        {
            "step": step,
            "kind": step.kind.value,
            "question": step.text[language],
            "labels": [label[language] for label in step.labels],
            "options": options,
            "notes": range(MAX_SCALE + 1),
            "low": step.low[language] if step.low else "",
            "high": step.high[language] if step.high else "",
            "is_first": visit.rank == 0,
            "is_second": visit.rank == ranks[0] if ranks else False,
            "above": above,
            "token": visit.sealed(),
            "suite": visit.sealed() if visit.rank else "",
            "text": text,
            "problem": words.get(problem, "").format(most=MAX_TEXT_ANSWER_CHARACTERS),
            "honeypot": HONEYPOT,
            "most": MAX_TEXT_ANSWER_CHARACTERS,
        },
        status=status or (422 if problem else 200),
    )


def _thanks(page: Page, visit: Visit) -> HttpResponse:
    idea_address = ""
    if visit.gave_idea:
        idea = next(step for step in page.document.steps if step.kind == QuestionKind.IDEA)
        token = token_of(visit.answer_id(idea.key))
        idea_address = reverse("feedback:idea_followed", args=[token])
    return _html(
        page,
        "feedback/citizen/thanks.html",
        {
            "thanks": page.document.thanks[page.language],
            "idea_address": idea_address,
            "suite": visit.sealed(),
        },
    )


def _html(page: Page, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    languages = [
        {"code": code, "name": LANGUAGES[code], "is_current": code == page.language}
        for code in page.document.languages
    ]
    content = render_to_string(
        template,
        {
            "touchpoint": page.touchpoint,
            "language": page.language,
            "direction": "rtl" if page.language in RIGHT_TO_LEFT else "ltr",
            "languages": languages if len(languages) > 1 else [],
            "words": page.words,
            **context,
        },
    )
    return HttpResponse(content, status=status)


def _closed_door(why: str, touchpoint: Touchpoint | None, *, status: int) -> HttpResponse:
    """A code that opens nothing: what to check, and whom to turn to."""
    content = render_to_string(
        "feedback/citizen/closed_door.html",
        {
            "why": why,
            "touchpoint": touchpoint,
            "language": get_language(),
            "direction": "ltr",
            "words": words_in(str(get_language() or "fr")[:2]),
        },
    )
    return HttpResponse(content, status=status)
