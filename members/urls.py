"""Addresses about joining and people."""

from django.urls import path

from members.views import (
    application_queue,
    application_status,
    applications,
    confidence,
    consents,
    contacts,
    directory,
    imports,
    introductions,
    listings,
    mailing_sending,
    mailings,
    membership,
    membership_links,
    messages,
    organisation_contact,
    profile,
    second_factor,
    sessions,
    staff,
    staff_members,
    staff_membership,
    staff_organisations,
    term_staff,
    welcome,
)

public = [
    # Applying
    path("apply/", applications.apply, name="apply"),
    path("apply/sent/", applications.application_sent, name="application_sent"),
    path("apply/saved/", applications.application_saved, name="application_saved"),
    path("apply/continue/<slug:token>/", applications.application_continue, name="application_continue"),
    # Where an application is, and what its sender can do
    path("apply/status/<str:token>/", application_status.application_status, name="application_status"),
    path("apply/status/<str:token>/answer/", application_status.application_answer, name="application_answer"),
    path("apply/status/<str:token>/withdraw/", application_status.application_withdraw, name="application_withdraw"),
    # The link in the welcome mail
    path("welcome/<slug:token>/", welcome.welcome, name="welcome"),
    # The link by which an old address takes a change back
    path("address/<slug:token>/", sessions.address_take_back, name="address_take_back"),
    # The links in the mails of a contact request and of an introduction
    path("contact/<str:token>/", contacts.contact_page, name="contact_page"),
    path("introduction/<str:token>/", introductions.introduction_page, name="introduction_page"),
    # The links in the mails about a membership
    path("membership/<str:token>/", membership_links.membership_page_by_link, name="membership_page"),
    path("membership/check/<str:token>/", membership_links.membership_check_by_link, name="membership_check_page"),
    # The way out of optional messages
    path("messages/stop/<str:token>/", messages.messages_stop, name="messages_stop"),
]

own = [
    # What a member changes about herself
    path("me/profile/", profile.profile_edit, name="profile_edit"),
    path("me/directory/", directory.directory_entry, name="directory_entry"),
    path("me/contacts/", contacts.contact_list, name="contact_list"),
    path("me/contacts/<int:request_id>/", contacts.contact_answer, name="contact_answer"),
    path("me/messages/", messages.my_messages, name="my_messages"),
    # The one question of the half-year
    path("me/confidence/<int:community_id>/", confidence.confidence_answer, name="confidence_answer"),
    # What one agrees to
    path("me/consents/", consents.consent_list, name="consent_list"),
    path("me/consents/ask/", consents.consent_ask, name="consent_ask"),
    path("me/consents/<slug:term>/no/", consents.consent_refuse, name="consent_refuse"),
    # Where one is signed in
    path("me/sessions/", sessions.session_list, name="session_list"),
    path("me/sessions/end/", sessions.session_end_others, name="session_end_others"),
    path("me/sessions/<int:session_id>/end/", sessions.session_end, name="session_end"),
]

membership_pages = [
    # One's own membership
    path("me/membership/", membership.my_membership, name="my_membership"),
    path("me/membership/<int:membership_id>/check/", membership.my_membership_check, name="my_membership_check"),
    path(
        "me/membership/<int:membership_id>/<slug:state>/",
        membership.my_membership_change,
        name="my_membership_change",
    ),
    path("me/affiliations/<int:affiliation_id>/", membership.my_affiliation, name="my_affiliation"),
    # The organisation whose contact one is
    path(
        "me/organisations/<int:organisation_id>/",
        organisation_contact.contact_organisation,
        name="contact_organisation",
    ),
    path(
        "me/organisations/<int:organisation_id>/edit/",
        organisation_contact.contact_organisation_edit,
        name="contact_organisation_edit",
    ),
]

directory_pages = [
    # Members find each other
    path("directory/", directory.directory_people, name="directory_people"),
    path("directory/people/<int:member_id>/", contacts.directory_person, name="directory_person"),
    path("directory/organisations/", directory.directory_organisations, name="directory_organisations"),
    path(
        "directory/organisations/<int:organisation_id>/",
        directory.directory_organisation,
        name="directory_organisation",
    ),
]

listing_pages = [
    # Needs and offers
    path("directory/needs/", listings.listing_list, name="listing_list"),
    path("directory/needs/new/", listings.listing_create, name="listing_create"),
    path("directory/needs/<int:listing_id>/", listings.listing_detail, name="listing_detail"),
    path("directory/needs/<int:listing_id>/edit/", listings.listing_edit, name="listing_edit"),
    path("directory/needs/<int:listing_id>/turn/", listings.listing_turn, name="listing_turn"),
    path("directory/needs/<int:listing_id>/introduce/", listings.listing_introduce, name="listing_introduce"),
    # Introductions and what came of them
    path("me/introductions/", introductions.introduction_list, name="introduction_list"),
    path("me/introductions/<int:introduction_id>/", introductions.introduction_answer, name="introduction_answer"),
    path(
        "me/introductions/<int:introduction_id>/partnership/", introductions.partnership_start, name="partnership_start"
    ),
]

account = [
    # In the place of allauth's own, whose addresses and names they keep
    path("accounts/2fa/totp/activate/", second_factor.set_up_codes, name="mfa_activate_totp"),
    path("accounts/2fa/recovery-codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
]

staff_pages = [
    # The queue of applications
    path("staff/applications/", application_queue.application_list, name="application_list"),
    path("staff/applications/<int:application_id>/", staff.application_detail, name="application_detail"),
    path("staff/applications/<int:application_id>/ask/", staff.application_ask, name="application_ask"),
    path("staff/applications/<int:application_id>/alike/", staff.application_alike, name="application_alike"),
    path("staff/applications/<int:application_id>/approve/", staff.application_approve, name="application_approve"),
    path("staff/applications/<int:application_id>/decline/", staff.application_decline, name="application_decline"),
    path("staff/applications/<int:application_id>/reopen/", staff.application_reopen, name="application_reopen"),
]

people_pages = [
    # Members, for coordinators
    path("staff/members/", staff_members.member_list, name="member_list"),
    path("staff/members/<int:membership_id>/", staff_membership.membership_detail, name="membership_detail"),
    path(
        "staff/members/<int:membership_id>/affiliations/",
        staff_membership.affiliation_create,
        name="affiliation_create",
    ),
    path("staff/members/<int:membership_id>/<slug:state>/", staff_membership.membership_state, name="membership_state"),
    path("staff/affiliations/<int:affiliation_id>/", staff_membership.affiliation_edit, name="affiliation_edit"),
    path("staff/grants/<int:grant_id>/end/", staff_membership.grant_end, name="grant_end"),
    # Organisations, for coordinators
    path("staff/organisations/", staff_organisations.organisation_list, name="organisation_list"),
    path(
        "staff/organisations/<int:organisation_id>/",
        staff_organisations.organisation_detail,
        name="organisation_detail",
    ),
    path(
        "staff/organisations/<int:organisation_id>/edit/",
        staff_organisations.organisation_edit,
        name="organisation_edit",
    ),
    path(
        "staff/organisations/<int:organisation_id>/contacts/",
        staff_organisations.organisation_contact_give,
        name="organisation_contact_give",
    ),
]

term_pages = [
    # The terms: who agreed, the next version
    path("staff/terms/", term_staff.term_list, name="term_list"),
    path("staff/terms/<slug:term>/", term_staff.term_people, name="term_people"),
    path("staff/terms/<slug:term>/people.csv", term_staff.term_download, name="term_download"),
    path("staff/terms/<slug:term>/next/", term_staff.term_write, name="term_write"),
    path("staff/terms/<slug:term>/publish/", term_staff.term_publish, name="term_publish"),
]

letter_pages = [
    # Letters: the list, writing
    path("staff/mailings/", mailings.mailing_list, name="mailing_list"),
    path("staff/mailings/new/", mailings.mailing_start, name="mailing_start"),
    path("staff/mailings/new/<slug:of>/<int:target_id>/", mailings.mailing_create, name="mailing_create"),
    path("staff/mailings/<int:mailing_id>/edit/", mailings.mailing_edit, name="mailing_edit"),
    # Looking at one, trying it on oneself, sending it
    path("staff/mailings/<int:mailing_id>/", mailing_sending.mailing_detail, name="mailing_detail"),
    path("staff/mailings/<int:mailing_id>/people/", mailing_sending.mailing_people, name="mailing_people"),
    path("staff/mailings/<int:mailing_id>/test/", mailing_sending.mailing_test, name="mailing_test"),
    path("staff/mailings/<int:mailing_id>/send/", mailing_sending.mailing_send, name="mailing_send"),
    path("staff/mailings/<int:mailing_id>/remove/", mailing_sending.mailing_remove, name="mailing_remove"),
]

import_pages = [
    # Bringing people in from a file: the list, one of them, and what can be done with it
    path("staff/imports/", imports.import_list, name="import_list"),
    path("staff/imports/<int:import_id>/", imports.import_detail, name="import_detail"),
    path("staff/imports/<int:import_id>/columns/", imports.import_columns, name="import_columns"),
    path("staff/imports/<int:import_id>/decide/", imports.import_decide, name="import_decide"),
    path("staff/imports/<int:import_id>/commit/", imports.import_commit, name="import_commit"),
    path("staff/imports/<int:import_id>/undo/", imports.import_undo, name="import_undo"),
    path("staff/imports/<int:import_id>/discard/", imports.import_discard, name="import_discard"),
    path("staff/imports/<int:import_id>/rows.csv", imports.import_rows, name="import_rows"),
]

urlpatterns = (
    public
    + own
    + membership_pages
    + people_pages
    + directory_pages
    + listing_pages
    + account
    + staff_pages
    + term_pages
    + letter_pages
    + import_pages
)
