"""Database functions of the portal, for queries and indexes."""

from django.db.models import CharField, Func


class Fold(Func):
    """Fold text for search, sorting and comparison: lower case without accents (`fa_fold` in the database)."""

    function = "fa_fold"
    output_field = CharField()
