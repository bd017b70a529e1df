"""A circle of readers of several languages, and letters to them."""

from members.audiences import Selection
from members.models import Circle, Mailing, Member
from members.models.mailings import Words
from tests.factories import MailingFactory, MemberFactory, join

SPANISH = Words("Nuevo enlace", "Hola {name}: https://meet.example.org/nuevo")
FRENCH = Words("Nouveau lien", "Voici le nouveau lien, {name}.")


def people(circle: Circle, *languages: str, country: str = "PE", **fields: object) -> list[Member]:
    """Somebody of the circle for each language."""
    return [join(MemberFactory.create(language=code, country=country, **fields), circle) for code in languages]


def letter(circle: Circle, by: Member, words: dict[str, Words], **fields: object) -> Mailing:
    """A draft with exactly these words."""
    mailing = MailingFactory.build(circle=circle, audience=everybody(circle), created_by=by, **fields)
    mailing.changed_by = by
    mailing.write(words)
    mailing.save()
    return mailing


def everybody(circle: Circle, **chosen: tuple[str, ...]) -> dict[str, object]:
    return Selection(of="circle", id=circle.pk, **chosen).as_json()
