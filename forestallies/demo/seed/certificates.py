"""The certificates of the completed edition: the core group's are issued, the wider group's are ready to be."""

from datetime import datetime

from forestallies.demo.seed.sske import Group
from members.models import Member


def load_certificates(core: Group, wider: Group, *, by: Member, at: datetime) -> None:
    """Issue the core group's 35 certificates, and replace one of them whose name was misspelt. Called last.

    Args:
        core: the completed edition's core group; `core.completed` holds the keys of those who are eligible.
        wider: its wider group, 41 of whom wait for theirs.
        by: the coordinator who issues them.
        at: a week after the closing session.
    """
