"""What is wrong with a row, in the reader's words. Rows hold codes, so that each reader gets her own language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import zones
from members.importing.fields import LABELS

SENTENCES = {
    "name_missing": gettext_lazy("A name is needed."),
    "too_long": gettext_lazy("This is too long."),
    "control_characters": gettext_lazy("Please remove the control characters."),
    "direction_characters": gettext_lazy("Please remove the invisible characters that change the reading direction."),
    "invisible_characters": gettext_lazy("Please write something that can be seen."),
    "bad_address": gettext_lazy("This is not an e-mail address."),
    "several_addresses": gettext_lazy("Only one e-mail address can stand here."),
    "unknown_country": gettext_lazy("This country is not known."),
    "unknown_stakeholder": gettext_lazy("This type of stakeholder is not known."),
    "stakeholder_missing": gettext_lazy("The type of stakeholder is missing."),
    "country_missing": gettext_lazy("A new organisation needs a country."),
    "unknown_zone": gettext_lazy("This time zone is not known; the one of the country is taken."),
    "unknown_language": gettext_lazy("This language is not known; it is left out."),
    "unknown_message_language": gettext_lazy("We do not write in this language; another one is taken."),
    "unknown_gender": gettext_lazy("This answer is not known; it is left out."),
    "unknown_age": gettext_lazy("This age is in none of our bands; it is left out."),
    "bad_day": gettext_lazy("This is not a day that can be read."),
    "day_to_come": gettext_lazy("This day is still to come."),
    "unclear_consent": gettext_lazy("Nobody can tell whether this is a yes; no consent is recorded."),
    "switched_off": gettext_lazy("This person’s account is switched off; only an administrator can open it again."),
    "ended": gettext_lazy("This person’s membership has ended; the list does not begin it again."),
    "unchanged": gettext_lazy("This person is known, and the row says nothing new."),
    "same_name": gettext_lazy("Somebody of this name in this organisation is known. Is it the same person?"),
    "not_decided": gettext_lazy("Nobody said whether this is the person of the same name, so the row was left out."),
}
KEPT = {
    "signed_in": gettext_lazy("has signed in"),
    "changed": gettext_lazy("was changed meanwhile"),
    "used": gettext_lazy("takes part in something by now"),
    "gone": gettext_lazy("is not there any more"),
}


def sentence(problem: Mapping[str, Any]) -> str:
    """Say one problem of a row."""
    code = problem["code"]
    if code == "duplicate":
        return _("The same person stands in row %(row)s, which counts.") % {"row": problem["row"]}
    words = str(SENTENCES[code])
    if code == "unknown_country" and problem.get("near"):
        return f"{words} {_('Did you mean %(country)s?') % {'country': zones.country_name(problem['near'])}}"
    return words


def field_name(problem: Mapping[str, Any]) -> str:
    """The field that a problem is about, in the reader's words; empty when it is about the whole row."""
    return str(LABELS.get(problem["field"], ""))


def in_one(problems: Iterable[Mapping[str, Any]]) -> str:
    """All that is wrong with a row, in one cell: field, what was typed, and the sentence."""
    return " · ".join(
        f"{field_name(one)} “{one['value']}”: {sentence(one)}" if one["value"] else sentence(one) for one in problems
    )
