"""Columns that no page changes, held by a trigger for every role but the kernel's own.

The kernel changes them in one case: somebody joins with an account of their own, and what was said of the empty place becomes
the account's (authz.join_as). Which columns it may touch is granted in accounts/rls.py.
"""

import pgtrigger

from carebridge.lib.database import AUTHZ


def never_changes(name: str, *columns: str) -> pgtrigger.Protect:
    """The trigger that refuses a change of any of these columns (of the database, not of the model)."""
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
    condition = f"current_user <> '{AUTHZ}' AND ({old}) IS DISTINCT FROM ({new})"
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=pgtrigger.Condition(condition))
