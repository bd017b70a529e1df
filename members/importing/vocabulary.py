"""Words that stand for a code: countries, languages, kinds and so on, as people write them in four languages."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache

from babel.core import get_global
from babel.languages import get_official_languages
from django.conf import settings
from django.utils import translation

from forestallies.lib import languages, zones
from members.importing.fields import folded
from members.models import Organisation
from members.models.people import AgeBand, Gender

_COUNTRIES = {
    "ivory coast": "CI", "cote d ivoire": "CI", "cote divoire": "CI", "costa de marfil": "CI", "costa do marfim": "CI",
    "usa": "US", "u s a": "US", "united states of america": "US", "eeuu": "US", "ee uu": "US", "eua": "US",
    "estados unidos de america": "US", "etats unis d amerique": "US", "uk": "GB", "u k": "GB", "great britain": "GB",
    "england": "GB", "scotland": "GB", "inglaterra": "GB", "holland": "NL", "holanda": "NL", "the netherlands": "NL",
    "rep dominicana": "DO", "republica dominicana": "DO", "dominicana": "DO", "dr congo": "CD", "drc": "CD",
    "rdc": "CD",
    "democratic republic of the congo": "CD", "republique democratique du congo": "CD", "brasil": "BR",
    "the gambia": "GM", "cabo verde": "CV", "swaziland": "SZ", "timor leste": "TL", "czech republic": "CZ",
}  # fmt: skip
_KINDS = {
    "community": "COMM", "forest community": "COMM", "comunidad": "COMM", "comunidad forestal": "COMM",
    "communaute forestiere": "COMM", "comunidade florestal": "COMM", "communaute": "COMM", "comunidade": "COMM",
    "organisation de communaute forestiere": "COMM", "cooperative": "COMM", "cooperativa": "COMM",
    "company": "COMP", "brand": "COMP", "business": "COMP", "empresa": "COMP", "marca": "COMP", "entreprise": "COMP",
    "marque": "COMP", "private sector": "COMP", "sector privado": "COMP", "secteur prive": "COMP",
    "setor privado": "COMP",
    "industry": "COMP", "industria": "COMP", "industrie": "COMP",
    "ngo": "NGO", "ong": "NGO", "non profit": "NGO", "civil society": "NGO", "sociedad civil": "NGO",
    "societe civile": "NGO", "sociedade civil": "NGO", "organizacion no gubernamental": "NGO",
    "organisation non gouvernementale": "NGO", "organizacao nao governamental": "NGO",
    "university": "RES", "academia": "RES", "universidad": "RES", "universite": "RES", "universidade": "RES",
    "investigacion": "RES", "recherche": "RES", "pesquisa": "RES",
    "government": "PUBL", "gobierno": "PUBL", "gouvernement": "PUBL", "governo": "PUBL", "public": "PUBL",
    "sector publico": "PUBL", "secteur public": "PUBL", "setor publico": "PUBL",
    "donor": "FUND", "donante": "FUND", "bailleur": "FUND", "bailleur de fonds": "FUND", "doador": "FUND",
    "financiador": "FUND", "financiador a": "FUND",
    "individual": "INDV", "independent": "INDV", "independiente": "INDV", "independant": "INDV", "consultant": "INDV",
    "independente": "INDV", "consultor": "INDV", "consultora": "INDV", "consultor a": "INDV",
}  # fmt: skip
_GENDERS = {
    "female": "woman", "f": "woman", "mujer": "woman", "femenino": "woman", "femme": "woman", "feminin": "woman",
    "mulher": "woman", "feminino": "woman", "femenina": "woman",
    "male": "man", "m": "man", "hombre": "man", "masculino": "man", "homme": "man", "masculin": "man", "homem": "man",
    "other": "self_described", "otro": "self_described", "autre": "self_described", "outro": "self_described",
    "non binary": "self_described", "no binario": "self_described", "non binaire": "self_described",
    "nao binario": "self_described",
    "prefiero no decirlo": "undisclosed", "prefiero no responder": "undisclosed", "i prefer not to say": "undisclosed",
    "je prefere ne pas repondre": "undisclosed", "je prefere ne pas le dire": "undisclosed",
    "prefiro nao dizer": "undisclosed", "prefiro nao responder": "undisclosed", "rather not say": "undisclosed",
}  # fmt: skip
_LANGUAGES = {
    "twi": "ak", "asante twi": "ak", "fante": "ak", "castellano": "es", "espagnol": "es", "ingles": "en",
    "kichwa": "qu",
    "runasimi": "qu", "kreyol": "ht", "bahasa": "id", "bahasa indonesia": "id", "dioula": "dyu", "jula": "dyu",
    "fulfulde": "ff", "pular": "ff", "peul": "ff", "pulaar": "ff", "k iche": "quc", "quiche": "quc", "brasileiro": "pt",
    "guarani": "gn", "aimara": "ay", "quechua": "qu", "kiche": "quc",
}  # fmt: skip
_PAIR = re.compile(r"(\d{2})\D+(\d{2})")
_NUMBER = re.compile(r"\d{1,3}")
_UNDER = re.compile(r"[<−-]|under|below|menos|menor|moins|abaixo|ate ")


def _by_name(names: Iterable[tuple[str, str]], more: Mapping[str, str]) -> dict[str, str]:
    return {**{folded(name): code for name, code in names}, **more}


def _in_every_language(words: Callable[[], Iterable[tuple[str, object]]]) -> list[tuple[str, str]]:
    """Pairs of label and code in each of the portal's languages."""
    found: list[tuple[str, str]] = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found += [(str(label), value) for value, label in words()]
    return found


@cache
def _countries() -> dict[str, str]:
    known = set(zones.countries())
    names = [(name, code) for one in zones.LOCALES for code, name in zones.country_choices(one)]
    aliases = {old.lower(): new[0] for old, new in get_global("territory_aliases").items() if new and new[0] in known}
    codes = {code.lower(): code for code in known}
    return {**aliases, **codes, **_by_name(names, _COUNTRIES)}


@lru_cache(maxsize=4_096)
def country(words: str) -> str:
    """The ISO code of a country; empty when none is meant."""
    return _countries().get(folded(words), "")


def country_like(words: str) -> str:
    """The code of the country whose name is nearest to mistyped words; empty when none is near."""
    near = get_close_matches(folded(words), list(_countries()), n=1, cutoff=0.8)
    return _countries()[near[0]] if near else ""


@cache
def _spoken() -> dict[str, str]:
    names = [(languages.spoken_name(code, one), code) for one in zones.LOCALES for code in languages.SPOKEN]
    return {**{code: code for code in languages.SPOKEN}, **_by_name(names, _LANGUAGES)}


@lru_cache(maxsize=4_096)
def spoken(words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the languages in an answer of several, and the words that are none of them.

    Forms join the options by a comma, and options may hold commas themselves: `Quechua (Cusco, Collao), Spanish`.
    """
    codes: list[str] = []
    unknown: list[str] = []
    for piece in _pieces(words):
        plain = re.sub(r"\(.*?\)", " ", piece)
        code = _spoken().get(folded(piece)) or _spoken().get(folded(plain), "")
        if code:
            codes.append(code)
        elif folded(piece):
            unknown.append(piece.strip())
    return tuple(dict.fromkeys(codes)), tuple(unknown)


def _pieces(words: str) -> list[str]:
    """Cut at commas, semicolons, slashes, line breaks and the word for "and", but not within brackets."""
    pieces = [""]
    depth = 0
    for sign in words:
        depth += (sign in "([") - (sign in ")]")
        if sign in ",;/\n" and depth <= 0:
            pieces.append("")
        else:
            pieces[-1] += sign
    return [part for piece in pieces for part in re.split(r"\s(?:and|y|e|et|&)\s", piece)]


def message_language(words: str) -> str:
    """The code of one of the portal's languages; empty when it is another, or none."""
    own = {code for code, _name in settings.LANGUAGES}
    if words.strip().lower().replace("_", "-") in own:
        return words.strip().lower().replace("_", "-")
    codes, _unknown = spoken(words)
    return next((found for code in codes if (found := {"pt": "pt-br"}.get(code, code)) in own), "")


@cache
def language_of_country(code: str) -> str:
    """The portal's language that a country writes; empty when it is none of them."""
    own = {one for one, _name in settings.LANGUAGES}
    official = get_official_languages(code, regional=False, de_facto=True) if code else ()
    return next((found for one in official if (found := {"pt": "pt-br"}.get(one, one)) in own), "")


@cache
def _kinds() -> dict[str, str]:
    labels = _in_every_language(lambda: Organisation.Kind.choices)
    return {**{code.lower(): code for code in Organisation.Kind.values}, **_by_name(labels, _KINDS)}


_KIND_WORDS = {
    "COMM": re.compile(r"\b(?:communit|comunidad|communaut|cooperativ)"),
    "COMP": re.compile(r"\b(?:compan|empresa|entreprise|business|brand|marca|marque|industr)"),
    "NGO": re.compile(r"\b(?:ngos?\b|ongs?\b|non ?govern|no gubernament|non gouvern|nao govern|civil|civile)"),
    "RES": re.compile(r"\b(?:research|universi|academ|investigac|recherche|pesquisa)"),
    "PUBL": re.compile(r"\b(?:government|gobierno|gouvernement|governo|public|ministr)"),
    "FUND": re.compile(r"\b(?:funder|donor|donante|bailleur|doador|financiador)"),
    "INDV": re.compile(r"\b(?:independ|individual|individu|consult)"),
}


@lru_cache(maxsize=1_024)
def stakeholder(words: str) -> str:
    """The code of a kind of stakeholder, by its name or the one kind its words speak of; empty when none is meant."""
    plain = folded(re.sub(r"\(.*?\)", " ", words))
    if known := _kinds().get(folded(words)) or _kinds().get(plain):
        return known
    spoken_of = [code for code, pattern in _KIND_WORDS.items() if pattern.search(plain)]
    return spoken_of[0] if len(spoken_of) == 1 else ""


@cache
def _genders() -> dict[str, str]:
    labels = _in_every_language(lambda: Gender.choices)
    return {**{code: code for code in Gender.values}, **_by_name(labels, _GENDERS)}


@lru_cache(maxsize=1_024)
def gender(words: str) -> str:
    return _genders().get(folded(words), "")


@cache
def _ages() -> dict[str, str]:
    return _by_name(_in_every_language(lambda: AgeBand.choices), {})


@lru_cache(maxsize=1_024)
def age_band(words: str) -> str:
    """The band that an age or a span of ages lies in; empty when the span goes over two of ours."""
    if found := _ages().get(folded(words)) or ({"undisclosed": "undisclosed"}.get(_genders().get(folded(words), ""))):
        return found
    if pair := _PAIR.search(words):
        return _band(int(pair[1])) if _band(int(pair[1])) == _band(int(pair[2])) else ""
    if number := _NUMBER.search(words):
        age = int(number[0])
        return _band(age - 1 if _UNDER.search(zones.unaccented(words)) else age) if 10 <= age <= 110 else ""
    return ""


def _band(age: int) -> str:
    for band, below in ((AgeBand.UNDER_25, 25), (AgeBand.FROM_25, 35), (AgeBand.FROM_35, 50)):
        if age < below:
            return str(band)
    return str(AgeBand.FROM_50)


@cache
def _cities() -> dict[str, str]:
    cities = {folded(zones.city(zone)): zone for zone in sorted(zones.known_zones())}
    usual = {folded(zones.city(zone)): zone for several in zones.COUNTRY_ZONES.values() for zone in several}
    return {**{zone.lower(): zone for zone in zones.known_zones()}, **cities, **usual}


@lru_cache(maxsize=1_024)
def zone(words: str) -> str:
    """An IANA zone by its name or its city; empty when none is meant."""
    plain = words.strip().lower()
    return _cities().get(plain) or _cities().get(plain.replace(" ", "_")) or _cities().get(folded(words), "")


# In Portuguese "no" is "in the", so that a bare one says no only where it begins or stands before the verb.
_NO = re.compile(
    r"^(?:no|non|n|0|false|falso|faux)\b|\b(?:not|don t|nao|ne|n|pas|disagree|refuse|rechazo|recuso)\b"
    r"|\bno (?:acepto|consiento|autorizo|estoy|doy|deseo|quiero)\b"
)
_YES_FIRST = re.compile(r"(?:yes|si|oui|sim|true|verdadero|vrai|verdadeiro)\b")
_YES = re.compile(
    r"(?:x|y|s|o|1|ok|checked|marcado|coche)|.*\b(?:agree|agreed|accept|accepted|consent|acepto|aceptado|consiento|autorizo"
    r"|de acuerdo|conforme|accepte|d accord|consens|autorise|aceito|concordo|consinto)\b.*"
)


@lru_cache(maxsize=4_096)
def agrees(words: str) -> bool | None:
    """Whether an answer to a question of consent is yes; None when nobody can tell."""
    plain = folded(words) or ("x" if words.strip() in ("✓", "✔", "☑", "✅") else "")
    if _YES_FIRST.match(plain):
        return True
    if _NO.search(plain):
        return False
    return True if _YES.fullmatch(plain) else None
