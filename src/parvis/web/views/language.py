"""The language switch of the page header."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as set_language_cookie

from parvis.accounts.models import Person
from parvis.foundation.access import public


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Keep the language chosen in a cookie and, for somebody signed in, for their mails too."""
    code = request.POST.get("language", "")
    if isinstance(request.user, Person) and code and check_for_language(code):
        Person.objects.filter(pk=request.user.pk).update(language=code)
    return set_language_cookie(request)
