"""`manage.py import_members`: the same from the command line, with codes that a script can go by."""

import json

import pytest
from django.core.management import CommandError, call_command

from members.models import Member, MemberImport
from tests.factories import CircleFactory, CommunityFactory

GOOD = "Name,E-mail,Type\nBea,bea@example.org,NGO\n"
BAD = GOOD + "Eva,eva arroba,NGO\n"


@pytest.fixture
def file(tmp_path, community, clock):
    def write(text, name="list.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def told(capsys, *words):
    """The exit code and what was printed."""
    code = 0
    try:
        call_command("import_members", *words)
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def test_good_rows_come_in_and_all_is_well(file, capsys):
    code, said = told(capsys, file(GOOD))
    assert (code, said) == (0, "1 new, 0 changed, 0 left out, 0 to be decided, 0 wrong.\n")
    assert Member.objects.get().name == "Bea"


def test_bad_rows_are_named_and_the_code_is_one(file, capsys):
    code, said = told(capsys, file(BAD))
    assert code == 1
    assert said.splitlines()[1] == "row 3: email 'eva arroba': This is not an e-mail address."
    assert Member.objects.count() == 1


def test_dry_run_changes_nothing_and_keeps_nothing(file, capsys):
    code, said = told(capsys, file(GOOD), "--dry-run")
    assert (code, said.split(",")[0]) == (0, "1 would be new")
    assert (Member.objects.count(), MemberImport.objects.count()) == (0, 0)


def test_json_has_stable_names(file, capsys):
    code, said = told(capsys, file(BAD), "--json", "--dry-run")
    assert (code, json.loads(said)) == (
        1,
        {
            "dry_run": True,
            "rows": 2,
            "counts": {"create": 1, "update": 0, "skip": 0, "bad": 1},
            "to_decide": 0,
            "columns": {"Name": "name", "E-mail": "email", "Type": "stakeholder"},
            "bad_rows": [
                {
                    "row": 3,
                    "problems": [
                        {
                            "field": "email",
                            "value": "eva arroba",
                            "code": "bad_address",
                            "sentence": "This is not an e-mail address.",
                        }
                    ],
                }
            ],
        },
    )


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("", (), "This file is empty."),
        ("Foo\nx\n", (), "No column holds the names"),
        (GOOD, ("--community", "nowhere"), "There is no community 'nowhere'; there is: forest-allies."),
        (GOOD, ("--column", "Nope=name"), "The file has no column 'Nope'."),
        (GOOD, ("--column", "Type=shoe"), "is not HEADING=FIELD"),
    ],
)
def test_wrong_use_has_code_two_and_leaves_nothing(file, text, words, said):
    with pytest.raises(CommandError, match=said.replace("?", ".")) as refused:
        call_command("import_members", file(text), *words)
    assert (getattr(refused.value, "returncode", 2), MemberImport.objects.count()) in {(2, 0), (1, 0)}


def test_missing_file_is_wrong_use(community):
    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("import_members", "/nowhere/list.csv")
    assert refused.value.returncode == 2


def test_community_must_be_named_among_several(file):
    CommunityFactory.create(slug="other", circle=CircleFactory.create(name="Other"))
    with pytest.raises(CommandError, match="Please say which community with --community") as refused:
        call_command("import_members", file(GOOD))
    assert refused.value.returncode == 2


def test_column_can_be_named_and_left_out(file, capsys):
    code, _said = told(capsys, file("Who,E-mail\nBea,bea@example.org\n"), "--column", "Who=name", "--column", "E-mail=",
                       "--stakeholder", "NGO")  # fmt: skip
    assert (code, Member.objects.get().email) == (0, None)


def test_longer_list_is_checked_by_the_same_command(file, capsys):
    rows = "".join(f"Person {n},p{n}@example.org,NGO\n" for n in range(600))
    code, said = told(capsys, file("Name,E-mail,Type\n" + rows))
    assert (code, said.split(",")[0], Member.objects.count()) == (0, "600 new", 600)
