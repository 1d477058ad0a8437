"""Addresses of the room; allauth's own pages by the names it looks them up under."""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts.views import leave, move_in, office, practice, profiles, register, trail

urlpatterns = [
    path("leave/", leave.leave, name="leave"),
    path("practice/", office.practice, name="practice"),
    path("practice/details/", office.details, name="details"),
    path("practice/policy/", office.policy, name="policy"),
    path("practice/trail/", trail.trail, name="trail"),
    path("practice/trail/export/", trail.trail_export, name="trail_export"),
    path("practice-page/", office.my_practices, name="my_practices"),
    path("practice-page/<uuid:practice>/", office.about_practice, name="about_practice"),
    path("account/profile/", profiles.my_profile, name="my_profile"),
    path("account/profile/photo/", profiles.my_photo, name="my_photo"),
    path("profiles/<uuid:person>/", profiles.profile, name="profile"),
    path("profiles/<uuid:person>/photo/", profiles.profile_photo, name="profile_photo"),
    path("operator/", register.site.urls),
    path("practice/people/", practice.people, name="people"),
    path("practice/circles/", practice.circles, name="circles"),
    path("practice/move-in/", move_in.move_in, name="move_in"),
    path("practice/move-in/template.csv", move_in.move_in_template, name="move_in_template"),
    path("practice/move-in/<uuid:move>/", move_in.move_in_file, name="move_in_file"),
    path("practice/move-in/<uuid:move>/start/", move_in.move_in_start, name="move_in_start"),
    path("practice/move-in/<uuid:move>/discard/", move_in.move_in_discard, name="move_in_discard"),
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
