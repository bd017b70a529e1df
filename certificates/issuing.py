"""Issue, replace, revoke. The only door through which a certificate is written."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import record
from certificates import codes
from certificates.documents import keep
from certificates.facts import Facts, printed
from certificates.models import Certificate
from forestallies.lib import links


def draft(*, key: str, holder: Model, facts: Facts, language: str, code: str = "") -> Certificate:
    """Make a certificate that is not issued yet: its code drawn, its facts frozen, nothing stored.

    Set its PDF from it (`documents.typeset`), and hand both to `issue`: so no certificate is issued that cannot be
    printed.

    Args:
        code: given by the demo only, whose rows are the same in every database.
    """
    code = code or codes.new_code()
    address = links.absolute(reverse("certificate_verify", args=[code]))
    words = printed(facts, language=language, code=code, verify_url=address)
    return Certificate(code=code, key=key, holder_id=holder.pk, language=language, facts=words.as_json())


@transaction.atomic
def issue(draft: Certificate, *, by: Model | None, at: datetime, pdf: bytes = b"") -> tuple[Certificate, bool]:
    """Issue a drafted certificate once per key; give the valid one, and whether it is new.

    Safe to run twice and by any number of processes at once: the database allows one valid certificate per key.

    Args:
        by: who issues it; None for an operator at the command line.
        pdf: its document; without one it is set when somebody first asks for it.

    Raises:
        CertificateRefused: the certificate for this key was revoked; nobody gets it back by the way.
    """
    there = Certificate.objects.filter(key=draft.key).order_by("-issued_at", "-id").first()
    if there and there.state == Certificate.State.VALID:
        return there, False
    if there:
        raise CertificateRefused(_("This certificate was revoked."))
    _sign(draft, by=by, at=at)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:  # another process was faster
        return Certificate.objects.get(key=draft.key, state=Certificate.State.VALID), False
    _complete(draft, pdf, by=by, at=at)
    return draft, True


@transaction.atomic
def replace(certificate: Certificate, *, facts: Facts, language: str, by: Model | None, at: datetime) -> Certificate:
    """Issue a corrected certificate in the place of a valid one, with a code of its own; give the new one.

    Raises:
        CertificateRefused: it is not valid any more.
    """
    old = _lock(certificate)
    holder = old.holder
    if holder is None:
        raise CertificateRefused(_("The holder of this certificate is not known any more."))
    new = draft(key=old.key, holder=holder, facts=facts, language=language)
    new.pk = _next_id()  # known beforehand, so that the old one points to it before it is there (the key waits)
    _end(old, Certificate.State.REPLACED, by=by, at=at, replaced_by=new)
    _sign(new, by=by, at=at)
    new.save(force_insert=True)
    _complete(new, b"", by=by, at=at)
    record(verb="certificate.replaced", subject=old, by=by, at=at, replaced_by=new.pk)
    return new


@transaction.atomic
def revoke(certificate: Certificate, *, reason: str, by: Model | None, at: datetime) -> Certificate:
    """Declare a certificate void. Its page says so from now on; the reason is for staff only.

    Raises:
        CertificateRefused: it is not valid any more.
    """
    old = _lock(certificate)
    _end(old, Certificate.State.REVOKED, by=by, at=at, reason=reason)
    record(verb="certificate.revoked", subject=old, by=by, at=at)
    return old


class CertificateRefused(Exception):
    """The certificate cannot be changed like that; the words are for the reader."""


def _sign(new: Certificate, *, by: Model | None, at: datetime) -> None:
    new.issued_at, new.issued_by_id = at, by.pk if by else None


@transaction.atomic
def withdraw(*, holder: Model, by: Model | None, at: datetime) -> int:
    """End all valid certificates of somebody who does not want them to be verifiable any more. Safe to run twice.

    What is printed on them is blanked by whoever calls this; returns how many there were.
    """
    rows = Certificate.objects.valid().filter(holder_id=holder.pk).select_for_update(no_key=True)
    for certificate in rows:
        _end(certificate, Certificate.State.REVOKED, by=by, at=at)
        record(verb="certificate.withdrawn", subject=certificate, by=by, at=at)
    return len(rows)


def _lock(certificate: Certificate) -> Certificate:
    old = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if old.state != Certificate.State.VALID:
        raise CertificateRefused(_("This certificate is not valid any more."))
    return old


def _end(
    old: Certificate,
    state: Certificate.State,
    *,
    by: Model | None,
    at: datetime,
    replaced_by: Certificate | None = None,
    reason: str = "",
) -> None:
    old.state, old.ended_at, old.ended_by_id, old.reason = state, at, by.pk if by else None, reason
    old.replaced_by_id = replaced_by.pk if replaced_by else None
    old.save(update_fields=["state", "ended_at", "ended_by", "reason", "replaced_by"])


def _complete(new: Certificate, pdf: bytes, *, by: Model | None, at: datetime) -> None:
    if pdf:
        keep(new, pdf)
    record(verb="certificate.issued", subject=new, by=by, at=at, key=new.key)


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Certificate._meta.db_table])
        return int(cursor.fetchone()[0])
