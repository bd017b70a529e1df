"""Themes and stakeholder categories."""

from forestallies.demo.seed.public import about
from forestallies.demo.seed.rows import insert_missing, read, translated
from members.models import StakeholderCategory, Theme


def load_vocabulary() -> dict[str, Theme]:
    """Insert the words that several rooms share; give the themes by slug."""
    words = read("vocabulary")
    themes = [
        Theme(
            slug=one["slug"],
            **translated("name", one["name"]),
            **translated("summary", one["summary"]),
            **about(one["slug"]),
        )
        for one in words["theme"]
    ]
    categories = [
        StakeholderCategory(code=one["code"], position=position, **translated("name", one["name"]))
        for position, one in enumerate(words["category"], start=1)
    ]
    insert_missing(categories, by="code")
    rows, _made = insert_missing(themes, by="slug")
    return {theme.slug: theme for theme in rows}
