"""`rotate_mfa_keys`: write every secret of the second factors anew with the first key in `MFA_KEYS`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.second_factor import KeyLost, write_anew
from carebridge.lib.database import become_operator


class Command(BaseCommand):
    """With the new key put first and the old one kept behind it; after this the old one can go.

    Runs as the operator (`DATABASE_OPERATOR_URL`; where that is unset, as whoever the process logs in as).
    """

    help = "Encrypt the second factors' secrets anew with the first key in MFA_KEYS."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        """Exit status 1, with nothing changed, when none of the keys opens one of them."""
        become_operator()
        try:
            written = write_anew()
        except KeyLost as error:
            raise CommandError(f"Nothing was changed: none of the keys opens second factor {error}.") from error
        self.stdout.write(f"Second factors encrypted with the first key: {written}.")
