"""What the columns of a list of people mean, guessed from their headings in four languages."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from forestallies.lib import zones

NAME, FIRST, LAST, EMAIL = "name", "first_name", "last_name", "email"
ORGANISATION, STAKEHOLDER, ROLE = "organisation", "stakeholder", "role"
COUNTRY, ZONE, LANGUAGE, LANGUAGES = "country", "zone", "language", "languages"
GENDER, AGE, JOINED, STAMP = "gender", "age_band", "joined_on", "stamp"
PRIVACY, CONDUCT, COMMITMENT = "privacy", "code_of_conduct", "commitment"
CONSENTS = (PRIVACY, CONDUCT, COMMITMENT)
DATES = (JOINED, STAMP)

LABELS = {
    NAME: _("name"),
    FIRST: _("first name"),
    LAST: _("surname"),
    EMAIL: _("e-mail address"),
    ORGANISATION: _("organisation"),
    STAKEHOLDER: _("stakeholder type"),
    ROLE: _("role"),
    COUNTRY: _("country"),
    ZONE: _("time zone"),
    LANGUAGE: _("language of our messages"),
    LANGUAGES: _("languages spoken"),
    GENDER: _("gender"),
    AGE: _("age"),
    JOINED: _("member since"),
    STAMP: _("time of the answer"),
    PRIVACY: _("consent: privacy notice"),
    CONDUCT: _("consent: code of conduct"),
    COMMITMENT: _("consent: commitment to share and competition-law notice"),
}

# The first that fits wins, so what is narrow stands before what is wide: a question about the country of somebody's
# organisation is about a country. Headings come here without capitals, accents and punctuation.
_GUESSES = [
    (field, re.compile(rf"\b(?:{words})\b"))
    for field, words in (
        (STAMP, r"timestamp|marca temporal|carimbo de data hora|horodateur|submitted at|fecha de envio|data de envio"),
        ("", r"phone|telephone|telefono|telefone|celular|whatsapp|movil|mobile|portable"),
        (
            PRIVACY,
            (
                r"privacy|privacidad|privacidade|confidentialite|personal data|datos personales|donnees personnelles"
                r"|donnees a caractere personnel|dados pessoais"
            ),
        ),
        (CONDUCT, r"code of conduct|codigo de conducta|code de conduite|codigo de conduta"),
        (
            COMMITMENT,
            r"commitment|competition|compromiso|competencia|engagement|concurrence|compromisso|concorrencia",
        ),
        (EMAIL, r"e ?mail|mail|correo|courriel|adresse electronique|endereco eletronico"),
        (
            LANGUAGE,
            (
                r"language of (?:our )?messages|preferred language|idioma preferido|idioma de (?:los|nuestros) mensajes"
                r"|langue preferee|langue des messages|langue de correspondance"
                r"|idioma das mensagens|idioma de preferencia"
            ),
        ),
        (LANGUAGES, r"languages?|idiomas?|langues?|linguas?|lenguas?"),
        (ZONE, r"time ?zone|zona horaria|huso horario|fuseau horaire|fuso horario"),
        (COUNTRY, r"country|pais|pays"),
        (GENDER, r"gender|genero|genre|sexo|sexe|sex"),
        (AGE, r"age|ages|edad|idade|faixa etaria|tranche d age"),
        (
            JOINED,
            (
                r"joined|joining date|member since|miembro desde|fecha de ingreso|membre depuis|date d adhesion"
                r"|membro desde|data de ingresso|data de adesao"
            ),
        ),
        (
            STAKEHOLDER,
            r"type|kind|categor(?:y|ie|ia)|sector|secteur|setor|stakeholder|actor|acteur|ator|tipo",
        ),
        (ROLE, r"role|position|job title|job|cargo|rol|funcion|fonction|poste|funcao|puesto"),
        (
            ORGANISATION,
            (
                r"organi[sz]ation|organizacion|organizacao|organisme|company|empresa|entreprise|institution|institucion"
                r"|instituicao|association|asociacion|associacao|cooperativ[ae]|cooperative|community|comunidad"
            ),
        ),
        (FIRST, r"first name|given name|nombres|prenoms?|primeiro nome|nome proprio|nombre de pila"),
        (LAST, r"last name|surname|family name|apellidos?|nom de famille|sobrenome"),
        (NAME, r"name|nombre|nom|nome"),
    )
]


def folded(words: str) -> str:
    """Words as headings and answers are compared: no capitals, accents, punctuation or line breaks."""
    plain = zones.unaccented(unicodedata.normalize("NFKC", words))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def signature(headings: Sequence[str]) -> str:
    """What stays the same from one file of a form to the next."""
    return hashlib.sha256("\x1f".join(folded(heading) for heading in headings).encode()).hexdigest()


def guess(headings: Sequence[str]) -> list[str]:
    """The field of each column, each field once; empty where nothing is known, or the portal has no place for it."""
    found: list[str] = []
    for heading in headings:
        words = folded(heading)
        field = next((field for field, pattern in _GUESSES if pattern.search(words)), "")
        found.append(field if field not in found else "")
    return _halves(found, headings)


def _halves(found: list[str], headings: Sequence[str]) -> list[str]:
    """Tell a whole name from half of one: beside a column of surnames, `Nombre` is the first name; in French, `Nom`
    beside `Prénom` is the surname."""
    halves = {FIRST, LAST} & set(found)
    if NAME in found and len(halves) == 1:
        found[found.index(NAME)] = LAST if halves == {FIRST} else FIRST
    elif len(halves) == 1 and NAME not in found:
        found[found.index(halves.pop())] = NAME
    return found


def is_phone(heading: str) -> bool:
    """Whether a column holds telephone numbers, for which the portal has no place."""
    field, pattern = _GUESSES[1]
    return not field and pattern.search(folded(heading)) is not None


def reads_month_first(headings: Sequence[str]) -> bool:
    """Whether a form writes 3/14 for the fourteenth of March: the English ones of Google do."""
    return any(folded(heading) == "timestamp" for heading in headings)
