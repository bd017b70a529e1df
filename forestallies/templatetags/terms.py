"""Drawing terms: their text in pieces, and the competition-law notice that stands on workshops and agendas."""

from django import template

from forestallies.lib import clock
from members import term_texts, terms
from members.models import Consent, TermVersion
from members.term_texts import Block

register = template.Library()


@register.filter
def term_blocks(text: str) -> list[Block]:
    """The pieces of a term: see `members.term_texts`."""
    return term_texts.blocks(text)


@register.simple_tag
def competition_law() -> TermVersion:
    """The competition-law notice that counts now, in one query."""
    at = clock.now()
    found = TermVersion.objects.in_force(at).filter(term=Consent.Term.COMPETITION).first()
    return found or terms.first(Consent.Term.COMPETITION)
