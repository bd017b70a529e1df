"""Materials on their way to a reader: never whole in memory, and harmless to open wherever they come from."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import BinaryField, F, Func, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from events.models import Material, MaterialFile
from events.models.roles import Role
from forestallies.lib import links
from members.models import Member

SLICE = 512 * 1024  # bytes that one query brings
GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-cache",  # kept by the reader's own browser alone, and asked for again each time
    "X-Robots-Tag": "noindex, nofollow",
}


class SeeOther(HttpResponseRedirect):
    """A redirect (303) to somewhere on the web."""

    status_code = 303
    allowed_schemes = ["http", "https"]


def open_to(member: Member, *, at: datetime) -> QuerySet[Material]:
    """The materials a signed-in reader may open."""
    return Material.objects.visible_to(member, at=at)


def open_to_role(role: Role) -> QuerySet[Material]:
    """The materials that the link of a role opens: all of its event, released or not, and of no other one."""
    return Material.objects.filter(event=role.event_id)


def answer(request: HttpRequest, material: Material) -> HttpResponseBase:
    """Hand out a material: a file as something to keep, a link by leading there.

    Raises:
        Http404: what is stored as a link is none that a browser may follow.
    """
    if not material.is_file:
        return _lead_there(material)
    etag = f'"{material.sha256}"'
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(slices(material))
    response.headers["Content-Type"] = _typed(material.content_type)
    response.headers["Content-Length"] = str(material.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, material.name) or "attachment"
    response.headers["ETag"] = etag
    answered: HttpResponseBase = get_conditional_response(request, etag=etag, response=response) or response  # type: ignore[arg-type]  # it takes any kind
    for name, value in GUARDED.items():
        answered.headers[name] = value
    return answered


def slices(material: Material) -> Iterator[bytes]:
    """The bytes of a file, `SLICE` at a time and each by a query of its own, after the request has been answered."""
    for start in range(0, material.size or 0, SLICE):
        piece = Func(F("content"), Value(start + 1), Value(SLICE), function="substring", output_field=BinaryField())
        found = MaterialFile.objects.filter(pk=material.pk).values_list(piece).first()
        if found is None:
            raise RemovedMeanwhile(f"material {material.pk} was removed while it was read")
        yield bytes(found[0])


def _lead_there(material: Material) -> HttpResponse:
    try:
        links.check_web_link(material.url)
    except ValidationError as error:
        raise Http404 from error
    return SeeOther(material.url, headers=GUARDED)


def _typed(content_type: str) -> str:
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type


class RemovedMeanwhile(Exception):
    """The connection is cut, so that nobody takes half a file for a whole one."""
