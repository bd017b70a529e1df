"""For the machines that watch over the portal."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forestallies.lib import clock
from notices import heartbeats


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers and reaches its database. Redis is not asked: the portal works without it.

    `ticks` tells when reminders and delivery last came to their end, for whoever watches over them. A dead tick is
    "red" and the answer 200 all the same: a balancer that takes every web server away because nobody sends mail turns
    late mail into a portal that is down.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        ticks = heartbeats.as_facts(at=clock.now())
    except DatabaseError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ok", "ticks": ticks})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Every migration is applied, so traffic may come."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    if waiting:
        return JsonResponse({"status": "migrations waiting"}, status=503)
    return JsonResponse({"status": "ready"})
