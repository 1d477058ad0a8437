"""Addresses of the room; allauth's own pages by the names it looks them up under."""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts.views import invitation_file, invitations, jobs, join, leave, move_in, people, people_acts, practice, practices, young_person

urlpatterns = [
    path("leave/", leave.leave, name="leave"),
    path("practices/", practices.practices, name="practices"),
    path("practice/people/", people.people, name="people"),
    path("practice/people/<uuid:person>/", people.person, name="person"),
    path("practice/people/<uuid:person>/roles/new/", jobs.role_add, name="role_add"),
    path("practice/people/<uuid:person>/roles/<uuid:membership>/end/", jobs.role_end, name="role_end"),
    path(
        "practice/people/<uuid:person>/supervision/by/new/", jobs.supervision_add, {"side": "by"}, name="supervisor_add"
    ),
    path(
        "practice/people/<uuid:person>/supervision/of/new/", jobs.supervision_add, {"side": "of"}, name="supervised_add"
    ),
    path(
        "practice/people/<uuid:person>/supervision/<uuid:supervision>/end/",
        jobs.supervision_end,
        name="supervision_end",
    ),
    path("practice/people/<uuid:person>/deactivate/", people_acts.person_deactivate, name="person_deactivate"),
    path("practice/people/<uuid:person>/reactivate/", people_acts.person_reactivate, name="person_reactivate"),
    path("practice/people/<uuid:person>/sign-out/", people_acts.person_sign_out, name="person_sign_out"),
    path("practice/people/<uuid:person>/second-factor/", people_acts.factor_reset, name="factor_reset"),
    path("practice/reviews/<uuid:review>/", people_acts.review_done, name="review_done"),
    path("practice/circles/", practice.circles, name="circles"),
    path("practice/move-in/", move_in.move_in, name="move_in"),
    path("practice/move-in/template.csv", move_in.move_in_template, name="move_in_template"),
    path("practice/move-in/<uuid:move>/", move_in.move_in_file, name="move_in_file"),
    path("practice/move-in/<uuid:move>/start/", move_in.move_in_start, name="move_in_start"),
    path("practice/move-in/<uuid:move>/discard/", move_in.move_in_discard, name="move_in_discard"),
    path("practice/invitations/", invitations.invitation_list, name="invitations"),
    path("practice/invitations/new/", invitations.invitation_new, name="invitation_new"),
    path("practice/invitations/several/", invitations.invitation_several, name="invitation_several"),
    path("practice/invitations/file/", invitation_file.invitation_file, name="invitation_file"),
    path("practice/invitations/file/template.csv", invitation_file.invitation_template, name="invitation_template"),
    path("practice/invitations/people/<uuid:person>/", invitations.invitation_person, name="invitation_person"),
    path("practice/invitations/<uuid:invitation>/again/", invitations.invitation_again, name="invitation_again"),
    path("practice/invitations/<uuid:invitation>/revoke/", invitations.invitation_revoke, name="invitation_revoke"),
    path("children/<uuid:child>/young-person/", young_person.young_person, name="young_person"),
    path("join/card/", join.join_card, name="join_card"),
    path("join/<str:token>/", join.join, name="join"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
