"""What somebody typed into a long form outlives the end of her session.

Such a form carries a signed field that names its reader (`{% keep_typed %}`). When it arrives without a session, its
fields wait in the visitor's new session until the same person has signed in and is back on the page; nobody else gets
them.
"""

from django.core import signing
from django.http import HttpRequest, QueryDict

FIELD = "typed_by"
LEFT_OUT = (FIELD, "csrfmiddlewaretoken")
_KEY = "kept_words"
_SIGNER = signing.Signer(salt="forestallies.lib.kept", sep=".")


def mark(member_id: int) -> str:
    """The value of the field `typed_by` for a form that this person reads."""
    return _SIGNER.sign(str(member_id))


def keep(request: HttpRequest) -> None:
    """Put what was sent aside, when its form asks for that. Forged or foreign marks keep nothing."""
    try:
        owner = int(_SIGNER.unsign(request.POST.get(FIELD, "")))
    except (signing.BadSignature, ValueError):
        return
    fields = {name: values for name, values in request.POST.lists() if name not in LEFT_OUT}
    request.session[_KEY] = {"owner": owner, "path": request.path, "fields": fields}


def take(request: HttpRequest) -> QueryDict | None:
    """Give back, once, what the reader had sent to the very page she asks for; None when nothing waits for her."""
    found = request.session.get(_KEY)
    if not found or found["owner"] != request.user.pk or found["path"] != request.path:
        return None
    del request.session[_KEY]
    fields = QueryDict(mutable=True)
    for name, values in found["fields"].items():
        fields.setlist(name, values)
    return fields
