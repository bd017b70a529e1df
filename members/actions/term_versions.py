"""Writing and publishing the versions of a term."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members import policies, terms
from members.models import Consent, Member, TermVersion


class VersionRefused(Exception):
    """This version cannot be kept or published so; the text is a sentence for the reader."""


def draft_of(term: str) -> TermVersion | None:
    return TermVersion.objects.filter(term=term, published_at=None).first()


@transaction.atomic
def save_draft(*, term: Consent.Term, words: dict[str, Any], by: Member, at: datetime) -> TermVersion:
    """Keep what is written for the next version of a term; there is one draft of each.

    Args:
        words: `version` and the columns of summary, text and changes in each language.

    Raises:
        VersionRefused: a published version has this name.
        PermissionDenied: for everybody who coordinates no community.
    """
    policies.check_can_write_terms(by, at=at)
    if words["version"] == terms.FIRST_VERSION or terms.find(term, words["version"]):
        raise VersionRefused(_("A version of this name was published already; please choose another name."))
    draft, _is_new = TermVersion.objects.update_or_create(
        term=term, published_at=None, defaults={**words, "written_by": by, "written_at": at}
    )
    record(verb="term.written", subject=draft, by=by, at=at, term=term.value, version=draft.version)
    return draft


@transaction.atomic
def publish(*, draft: TermVersion, in_force_from: datetime, by: Member, at: datetime) -> TermVersion:
    """Publish a draft: from `in_force_from` on it counts, and everybody concerned is asked. It is never changed again.

    Raises:
        VersionRefused: published already, a language is missing, or it would count before the version it follows.
        PermissionDenied: for everybody who coordinates no community.
    """
    policies.check_can_write_terms(by, at=at)
    draft = TermVersion.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if draft.published_at:
        raise VersionRefused(_("This version is published already."))
    columns = [f"{column}_{language}" for column in ("summary", "text", "changes") for language in terms.LANGUAGES]
    if not all(getattr(draft, column) for column in columns):
        raise VersionRefused(_("Please write summary, text and what is new in all four languages first."))
    later = TermVersion.objects.published().filter(term=draft.term, in_force_from__gte=in_force_from)
    if in_force_from < at or later.exists():
        raise VersionRefused(_("A version comes into force today or later, and after the version before it."))
    draft.in_force_from, draft.published_by, draft.published_at = in_force_from, by, at
    draft.save(update_fields=["in_force_from", "published_by", "published_at"])
    record(verb="term.published", subject=draft, by=by, at=at, term=draft.term, version=draft.version)
    return draft
