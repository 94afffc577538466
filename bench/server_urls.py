"""The product's addresses, and a page that goes through the house and does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from parvis.config.urls import (  # noqa: F401
    handler400,
    handler403,
    handler404,
    handler500,
)
from parvis.config.urls import (
    urlpatterns as product,
)
from parvis.foundation.access import public


@public
@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [path("rien", nothing), *product]
