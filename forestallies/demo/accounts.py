"""The demo's accounts. Pure data: the start-up prints it before Django is loaded."""

from dataclasses import dataclass

PASSWORD = "shade-grown-cocoa"  # noqa: S105 (fictional people, demo only)


@dataclass(frozen=True)
class DemoAccount:
    """One fictional person to try the portal as; name and address are those of a person in the demo's data."""

    key: str
    email: str
    name: str
    what: str


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        "member-GH", "ama.boateng@example.org", "Ama Boateng", "cooperative leader in Ghana, in both programmes"
    ),
    DemoAccount("member-NL", "sanne.devries@example.org", "Sanne de Vries", "member, company in the Netherlands"),
    DemoAccount("member-ID", "wayan.cendana@example.org", "Wayan Cendana", "member with a seat in the full workshop"),
    DemoAccount("member-GT", "marta.chicozapote@example.org", "Marta Chicozapote", "member, first on its waiting list"),
    DemoAccount("core-lead-CI", "adjoua.koffi@example.org", "Adjoua Koffi", "core group of Côte d’Ivoire"),
    DemoAccount("co-facilitator-PE", "rosa.lupuna@example.org", "Rosa Lupuna", "core group of Peru, co-facilitator"),
    DemoAccount("facilitator", "lucia.puente@example.org", "Lucía Puente", "facilitator of both programmes"),
    DemoAccount("coach", "tadeu.travessia@example.org", "Tadeu Travessia", "coach of the core groups"),
    DemoAccount("coordinator", "nadia.coulibaly@example.org", "Nadia Coulibaly", "coordinator of both programmes"),
    DemoAccount("admin", "admin@example.org", "Alex Admin", "superuser"),
)
