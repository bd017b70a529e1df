"""One view with one query and nothing around it: what Django and the database take by themselves."""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forestallies.settings")


def community_name(request: HttpRequest) -> HttpResponse:
    from members.models import Community  # models load only after django.setup()

    return HttpResponse(Community.objects.get(slug="forest-allies").name)


urlpatterns = [path("", community_name)]


def application() -> WSGIHandler:
    """What gunicorn serves as `forestallies.benchmarks.bare_site:application()`."""
    django.setup(set_prefix=False)
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    return WSGIHandler()
