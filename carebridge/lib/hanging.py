"""Composite foreign keys for migrations: what hangs on an item is about the item's own child.

Row security hides rows but not columns of the row being written: without these, a form could name another child's item.
They also let an insert rule speak of the parent without looking it up (a policy that looks up a table whose own policy
looks back is refused as endless).
"""

from django.db.migrations import RunSQL


def hangs_on(child: str, columns: tuple[str, ...], parent: str, parent_columns: tuple[str, ...]) -> RunSQL:
    """`child.columns` must stand together in one row of `parent.parent_columns` (made unique for it)."""
    unique = f"{parent}_{'_'.join(parent_columns)}_together"
    foreign = f"{child}_{'_'.join(columns)}_together"
    return RunSQL(
        f"""
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{unique}') THEN
            ALTER TABLE {parent} ADD CONSTRAINT {unique} UNIQUE ({", ".join(parent_columns)});
          END IF;
        END $$;
        ALTER TABLE {child} ADD CONSTRAINT {foreign} FOREIGN KEY ({", ".join(columns)})
          REFERENCES {parent} ({", ".join(parent_columns)}) DEFERRABLE INITIALLY DEFERRED;
        """,
        reverse_sql=f"ALTER TABLE {child} DROP CONSTRAINT {foreign};",
    )
