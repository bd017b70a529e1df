"""The demo's accounts. Pure data: the start-up prints it before Django is loaded."""

from dataclasses import dataclass

PASSWORD = "shade-grown-cocoa"  # noqa: S105 (fictional people, demo only)


@dataclass(frozen=True)
class DemoAccount:
    """One fictional person to try the portal as."""

    key: str
    email: str
    name: str
    what: str


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("member-GH", "ama.boateng@example.org", "Ama Boateng-Demo", "member, cooperative leader in Ghana"),
    DemoAccount("member-NL", "sanne.devries@example.org", "Sanne de Vries-Demo", "member, company in the Netherlands"),
    DemoAccount("facilitator", "lucia.puente@example.org", "Lucía Puente-Demo", "facilitator"),
    DemoAccount("coordinator", "nadia.coulibaly@example.org", "Nadia Coulibaly-Demo", "coordinator of both programmes"),
    DemoAccount("admin", "admin@example.org", "Alex Admin-Demo", "superuser"),
)
