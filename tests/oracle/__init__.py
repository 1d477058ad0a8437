"""A slow, plain second opinion on docs/design/visibility.md: who may read, add and change which row.

Works on plain data and shares no code with the kernel it judges (accounts.visibility, accounts.rls, authz.sql, any model's
rule). Every function names the row of the table, the principle or the ADR point it follows.
"""

from tests.oracle.reading import READ, may_read
from tests.oracle.world import Row, World, read_world
from tests.oracle.writing import CHANGE, INSERT, may_change, may_insert

__all__ = ["CHANGE", "INSERT", "READ", "Row", "World", "may_change", "may_insert", "may_read", "read_world"]
