"""Addresses of the room; allauth's own pages by the names it looks them up under."""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts.access import recent_sign_in
from accounts.views import account, address, factor_reset, leave, move_in, practice, second_factor

urlpatterns = [
    path("leave/", leave.leave, name="leave"),
    path("stay/", account.stay, name="stay"),
    path("account/", account.account, name="account"),
    path("account/device/", account.own_device, name="own_device"),
    path("account/sessions/", account.sessions, name="usersessions_list"),
    path("account/address/", address.change, name="address_change"),
    path("account/address/give-up/", address.give_up, name="address_give_up"),
    path("account/address/<str:token>/", address.yes, name="address_yes"),
    path("account/factor/<str:token>/", factor_reset.use, name="factor_reset_use"),
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
    path("accounts/factor/", second_factor.overview, name="mfa_index"),
    path("accounts/factor/sign-in/", second_factor.sign_in, name="mfa_authenticate"),
    path("accounts/factor/is-it-you/", second_factor.show_again, name="mfa_reauthenticate"),
    path("accounts/factor/app/", second_factor.add_app, name="mfa_activate_totp"),
    path("accounts/factor/app/remove/", second_factor.take_off_app, name="mfa_deactivate_totp"),
    path("accounts/factor/codes/", second_factor.codes_on_paper, name="mfa_view_recovery_codes"),
    path("accounts/factor/codes/new/", second_factor.new_codes_on_paper, name="mfa_generate_recovery_codes"),
    path("accounts/passkeys/add/", second_factor.add_passkey, name="mfa_add_webauthn"),
    path("accounts/passkeys/sign-in/", second_factor.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("accounts/passkeys/is-it-you/", second_factor.show_again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("accounts/passkeys/<int:pk>/name/", second_factor.rename_passkey, name="mfa_edit_webauthn"),
    path("accounts/passkeys/<int:pk>/remove/", second_factor.take_off_passkey, name="mfa_remove_webauthn"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", recent_sign_in(allauth.password_set), name="account_set_password"),
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
