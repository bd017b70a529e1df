"""A coordinator brings a list in: file, columns, check, import, undo; and who else may."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from forestallies.lib import clock as portal_clock
from jobs import work
from members.models import Affiliation, Member, MemberImport
from tests.factories import CircleFactory, CommunityFactory, MemberFactory, OrganisationFactory

LIST = "Nombre completo,Correo,Tipo,Raro\nBea Alma,bea@example.org,ONG,\nEva,eva arroba,ONG,=1+1\n"


@pytest.fixture
def upload(as_bo, clock):
    def upload(text=LIST, name="lista.csv", **data):
        file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
        return as_bo.post(reverse("import_list"), {"submission": uuid4(), "file": file, **data})

    return upload


def choose(browser, batch, **data):
    fields = {f"field_{n}": column["field"] for n, column in enumerate(batch.columns)}
    return browser.post(reverse("import_columns", args=[batch.pk]), {"submission": uuid4(), **fields, **data})


def press(browser, batch, what, key=None):
    answer = browser.post(reverse(f"import_{what}", args=[batch.pk]), {"submission": key or uuid4()})
    work.run_waiting(clock=portal_clock.now)
    batch.refresh_from_db()
    return answer


def page(browser, batch, **asked):
    return browser.get(reverse("import_detail", args=[batch.pk]), asked)


@pytest.fixture
def checked(upload, as_bo):
    upload()
    batch = MemberImport.objects.get()
    choose(as_bo, batch)
    batch.refresh_from_db()
    return batch


def test_file_leads_to_its_columns_with_samples(upload, as_bo):
    answer = upload()
    batch = MemberImport.objects.get()
    assert answer.url == reverse("import_columns", args=[batch.pk])
    lines = as_bo.get(answer.url).context["lines"]
    assert [(line["heading"], line["samples"], line["field"].value()) for line in lines] == [
        ("Nombre completo", ["Bea Alma", "Eva"], "name"),
        ("Correo", ["bea@example.org", "eva arroba"], "email"),
        ("Tipo", ["ONG"], "stakeholder"),
        ("Raro", ["=1+1"], ""),
    ]


def test_file_that_is_no_list_is_said_at_its_field(upload):
    answer = upload(b"MZ\x90\x00\x03\x00", name="people.csv")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"file": ["This file is not a table. Please save the list as CSV or XLSX."]}
    assert not MemberImport.objects.exists()


def test_headings_without_rows_are_said_and_nothing_stays(upload):
    answer = upload("Name,E-mail\n")
    assert answer.context["form"].errors == {"file": ["This file has headings, but no row below them."]}
    assert not MemberImport.objects.exists()


def test_columns_need_a_name_and_no_field_twice(upload, as_bo):
    upload()
    batch = MemberImport.objects.get()
    answer = choose(as_bo, batch, field_0="", field_1="role", field_2="role")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["field_1", "__all__"])
    batch.refresh_from_db()
    assert batch.state == "uploaded"


def test_check_counts_and_names_each_bad_row(checked, as_bo):
    answer = page(as_bo, checked)
    [line] = answer.context["page"]
    [problem] = line.problems
    assert (checked.counts["create"], checked.counts["bad"], Member.objects.filter(name="Bea Alma").exists()) == (
        1, 1, False,
    )  # fmt: skip
    assert (line.number, line.name) == (3, "Eva")
    assert (problem.field, problem.value, problem.sentence) == (
        "e-mail address", "eva arroba", "This is not an e-mail address.",
    )  # fmt: skip


def test_import_and_undo_by_buttons(checked, as_bo):
    key = uuid4()
    press(as_bo, checked, "commit", key)
    press(as_bo, checked, "commit", key)
    assert (checked.state, Member.objects.filter(name="Bea Alma").count()) == ("done", 1)
    press(as_bo, checked, "undo")
    assert (checked.state, Member.objects.filter(name="Bea Alma").count()) == ("undone", 0)
    assert page(as_bo, checked).status_code == 200


def test_rows_that_were_left_out_can_be_taken_and_that_is_recorded(checked, as_bo):
    answer = as_bo.get(reverse("import_rows", args=[checked.pk]))
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "row,what is wrong,Nombre completo,Correo,Tipo,Raro",
        "3,e-mail address “eva arroba”: This is not an e-mail address.,Eva,eva arroba,ONG,'=1+1",
    ]
    assert Entry.objects.get(verb="import.rows_taken").detail == {"rows": 1}


def test_file_is_thrown_away(checked, as_bo):
    assert press_and_url(as_bo, checked, "discard") == reverse("import_list")
    assert not MemberImport.objects.exists()


def press_and_url(browser, batch, what):
    return browser.post(reverse(f"import_{what}", args=[batch.pk]), {"submission": uuid4()}).url


def test_imported_list_is_not_thrown_away(checked, as_bo):
    press(as_bo, checked, "commit")
    press_and_url(as_bo, checked, "discard")
    assert MemberImport.objects.count() == 1


def test_questions_are_answered_on_the_page(upload, as_bo, community):
    person = MemberFactory.create(name="Bea Alma", email=None)
    from members.actions import memberships

    memberships.begin(
        member=person, community=community, organisation=None, stakeholder="NGO", role="", by=None,
        at=portal_clock.now(),
    )  # fmt: skip
    upload("Nombre completo,Tipo,País\nBEA ALMA,ONG,Perú\n")
    batch = MemberImport.objects.get()
    choose(as_bo, batch)
    row = batch.rows.get()
    assert [one.pk for one, _field in page(as_bo, batch).context["form"].asked_rows()] == [row.pk]
    answer = {"submission": uuid4(), f"row_{row.pk}": "same"}
    as_bo.post(reverse("import_decide", args=[batch.pk]), answer)
    press(as_bo, batch, "commit")
    person.refresh_from_db()
    assert (person.country, batch.counts["update"]) == ("PE", 1)


def test_answers_that_were_not_kept_go_along_with_the_import(as_bo, community, upload, clock):
    known = OrganisationFactory.create(name="Bosques del Ene", country="PE")
    upload("Nombre,Correo,Organización,Tipo,País\nBea Alma,bea@example.org,Bosques de Ene,ONG,Perú\n")
    batch = MemberImport.objects.get()
    choose(as_bo, batch)
    one = batch.organisations.get()
    assert "Keep these answers and import" in page(as_bo, batch).content.decode()
    answer = {"submission": uuid4(), f"organisation_{one.pk}": "near", "then": "import"}
    as_bo.post(reverse("import_decide", args=[batch.pk]), answer)
    work.run_waiting(clock=portal_clock.now)
    batch.refresh_from_db()
    assert (batch.state, Affiliation.objects.get(member__email="bea@example.org").organisation) == ("done", known)


def test_numbers_say_what_they_count_and_what_was_undone(as_bo, checked):
    said = " ".join(page(as_bo, checked).content.decode().split())
    assert "<strong>1</strong> wrong row</li>" in said and "<strong>0</strong> rows left out</li>" in said
    press(as_bo, checked, "commit")
    assert "As it had been imported:" not in page(as_bo, checked).content.decode()
    press(as_bo, checked, "undo")
    assert "As it had been imported:" in page(as_bo, checked).content.decode()


def test_what_an_undo_left_is_shown_first(as_bo, checked, at):
    counts = {**checked.counts, "kept": 1}
    MemberImport.objects.update(state="undone", committed_at=at, undone_at=at, counts=counts)
    checked.refresh_from_db()
    assert [name for name, _words, _number in page(as_bo, checked).context["about"].tabs][:2] == ["kept", "bad"]
    assert page(as_bo, checked).context["about"].show == "kept"


def test_another_communitys_list_is_not_there(as_bo, clock, at):
    other = CommunityFactory.create(slug="other", circle=CircleFactory.create(name="Other"))
    batch = MemberImport.objects.create(community=other, file_name="a.csv", uploaded_at=at)
    assert page(as_bo, batch).status_code == 404
    assert list(as_bo.get(reverse("import_list")).context["page"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_with_one_and_three(as_bo, community, bo, at, clock, count, django_assert_num_queries):
    for number in range(count):
        MemberImport.objects.create(community=community, file_name=f"{number}.csv", uploaded_at=at, by=bo)
    as_bo.get(reverse("import_list"))
    with django_assert_num_queries(7):
        as_bo.get(reverse("import_list"))


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_with_one_and_three_rows(upload, as_bo, count, django_assert_num_queries):
    upload("Nombre completo,Correo,Tipo\n" + "".join(f"Eva {n},arroba,ONG\n" for n in range(count)))
    batch = MemberImport.objects.get()
    choose(as_bo, batch)
    page(as_bo, batch)
    with django_assert_num_queries(13):
        page(as_bo, batch)


def test_hostile_words_are_shown_as_typed(upload, as_bo):
    nasty = "<script>alert(1)</script>\"'&"
    upload(f'Nombre completo,Correo,Tipo\n"{nasty.replace(chr(34), chr(34) * 2)}",x,ONG\n')
    batch = MemberImport.objects.get()
    choose(as_bo, batch)
    body = page(as_bo, batch).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in body
    assert "<script>alert" not in body
