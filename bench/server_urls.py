"""The product's addresses, a page that does nothing, and one that tells the process's memory."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench import server_memory
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


@public
def memory(request: HttpRequest) -> JsonResponse:
    return JsonResponse(server_memory.of_this_process())


urlpatterns = [path("rien", nothing), path("memoire", memory), *product]
