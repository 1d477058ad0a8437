"""Registers that grow with the code: every model, policy, view, template and script is accounted for.

visibility.md, principle 2: "A new model, page, export or mail shows nothing until a rule says so"; principle 3: "Pages …
all start from it"; principle 4: "The database refuses too."
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from accounts import rls
from accounts.visibility import Guarded, guarded_models
from carebridge.checks import tables_are_listed, views_are_marked
from carebridge.lib.database import APP, AUTHZ, WORKER

ROOT = Path(__file__).resolve().parents[2]
# Every table outside the wall, and why it may stand there.
REASONS = {
    "accounts_account": "sign-in needs it before there is a viewer; credentials, language and zone, no name",
    "account_emailaddress": "allauth finds an account by its address",
    "account_emailconfirmation": "allauth's confirmation keys",
    "django_session": "signed-in browsers, known before a viewer is",
    "mfa_authenticator": "allauth asks for a second factor before there is a viewer; secrets encrypted",
    "usersessions_usersession": "allauth: which browsers a person is signed in on",
    "django_admin_log": "what the operator did in the register of practices; no clinical model is in it",
    "carebridge_cache": "counters of the rate limits",
    "django_content_type": "Django's register of models",
    "django_migrations": "Django's register of migrations",
    "auth_permission": "Django's register; nothing here asks it",
    "auth_group": "Django's register; nothing here asks it",
    "auth_group_permissions": "Django's register; nothing here asks it",
}
# `.objects` in a view that does not begin with `.visible()`, and why.
ALLOWED_IN_VIEWS = {
    "accounts/views/people.py: Account.objects.get": "accounts have no rule; only of a person found by it just before",
    "accounts/views/people_acts.py: Account.objects.get": "as above",
    "accounts/views/register.py: Account.objects.order_by": "accounts have no rule; the operator's register, in its hours",
    "accounts/circle_reads.py: Account.objects.in_bulk": "as above: of people whose circle rows were found by it",
}
# In look-ups and actions besides: making rows (the insert policy judges them), and compare-and-set on a row already found.
MAKING = {"create", "bulk_create"}
ALLOWED_IN_ACTIONS = {
    "accounts/people_reads.py: Account.objects.in_bulk": "accounts have no rule; only of people found by it just before",
    "accounts/people_reads.py: Account.objects.filter": "a sub-query of rows found by the rule",
    "accounts/people_reads.py: Authenticator.objects.filter": "allauth's, no rule; of people found by it just before",
    "accounts/people_reads.py: Session.objects.filter": "Django's, no rule; a sub-query of the next",
    "accounts/people_reads.py: UserSession.objects.filter": "allauth's, no rule; of people found by it just before",
    "accounts/account_reads.py: Account.objects.filter": "whom a signed link names, before anybody is signed in",
    "accounts/account_reads.py: BrowserSession.objects.filter": "no rule; a sub-query of the next one",
    "accounts/account_reads.py: UserSession.objects.filter": "no rule; the viewer's own by number",
    "accounts/account_reads.py: Authenticator.objects.filter": "no rule; of the account that is signed in",
    "accounts/actions/once.py: type(item).objects.": "the manager by another name; `.visible()` on the next line",
    "sessions_log/actions/notes.py: ProgressNote.objects.filter": "compare-and-set, its `.update` on the next line",
    "sessions_log/reads.py: Release.objects.filter": "a sub-query by the rule's own `standing_to_me`",
    "sessions_log/reads.py: Sharing.objects.filter": "a sub-query by the rule's own `standing_to_me`",
}


def test_every_table_is_guarded_or_has_a_reason() -> None:
    """Principle 2."""
    assert rls.UNGUARDED.keys() == REASONS.keys()
    assert not rls.unlisted_tables()
    assert not tables_are_listed()
    ours = {"accounts", "sessions_log", "goals"}
    bare = {m.__name__ for m in apps.get_models() if m._meta.app_label in ours and not issubclass(m, Guarded)}
    assert bare == {"Account"}


def test_a_model_without_a_rule_shows_nothing() -> None:
    """Principle 2, hidden by default: the base grants nothing."""
    for rule in (Guarded.visible_to(), Guarded.insertable_by(), Guarded.changeable_by()):
        assert str(rule) == str(models.Q(models.Value(False)))


def test_every_guarded_table_has_its_policies(db: None) -> None:
    """Principle 4: one permissive policy per command, the practice restrictive, forced, and nothing may be deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname, permissive, roles::text[], cmd FROM pg_policies WHERE schemaname = 'public'"
        )
        found: dict[str, dict[str, tuple[str, list[str], str]]] = {}
        for table, name, permissive, roles, command in cursor.fetchall():
            found.setdefault(table, {})[name] = (permissive, sorted(roles), command)
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        forced = {name for (name,) in cursor.fetchall()}
    tables = {model._meta.db_table for model in guarded_models()}
    assert found.keys() == tables
    assert forced == tables
    both = sorted([APP, WORKER])
    for model in guarded_models():
        policies = found[model._meta.db_table]
        for name, command in {"read": "SELECT", "insert": "INSERT", "change": "UPDATE"}.items():
            assert policies.pop(name) == ("PERMISSIVE", both, command), model
        if rls.has_column(model, "practice_id") and model.__name__ != "AuditEvent":
            assert policies.pop("practice") == ("RESTRICTIVE", both, "ALL"), model
        kernels = {"authz": "SELECT", "authz_change": "UPDATE", "authz_add": "INSERT", "authz_forget": "DELETE"}
        for name, command in kernels.items():
            assert policies.pop(name, ("PERMISSIVE", [AUTHZ], command)) == ("PERMISSIVE", [AUTHZ], command), model
        assert not policies, f"{model} has policies nobody knows of"


@pytest.mark.parametrize("role", [APP, WORKER])
def test_no_role_of_ours_may_delete_or_empty(db: None, role: str) -> None:
    """Principle 7: "Nothing clinical is deleted by a page"."""
    with connection.cursor() as cursor:
        for model in guarded_models():
            for right in ("DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
                cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, model._meta.db_table, right])
                assert cursor.fetchone() == (False,), (model, right)


def test_every_view_carries_a_mark() -> None:
    """architecture.md, Mark."""
    assert not views_are_marked()


# Files that send a statement of their own, each the same few words whatever anybody typed, and why.
FIXED_STATEMENTS = {
    "sessions_log/actions/summaries.py": "settles the deferred check of the wish where its refusal can still be told",
}

# --- Where queries begin ----------------------------------------------------------------------------------------------------


def sources(*patterns: str) -> Iterator[tuple[str, ast.Module]]:
    """The parsed files that match, by their path from the root."""
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def managers_used(name: str, tree: ast.Module) -> Iterator[tuple[str, str, ast.AST | None]]:
    """(label, what follows `.objects`, the call's parent) for every use of a manager."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            parent = parents.get(node)
            follows = parent.attr if isinstance(parent, ast.Attribute) else ""
            call = parents.get(parent) if parent else None
            yield f"{name}: {ast.unparse(node)}.{follows}", follows, parents.get(call) if call else None


def unruled(name: str, tree: ast.Module, *, actions: bool) -> list[str]:
    """Queries that do not begin with the rule."""
    allowed = ALLOWED_IN_VIEWS | ALLOWED_IN_ACTIONS if actions else ALLOWED_IN_VIEWS
    found = []
    for label, follows, after in managers_used(name, tree):
        updated = isinstance(after, ast.Attribute) and after.attr == "update"
        if (
            follows == "visible"
            or label in allowed
            or (actions and (follows in MAKING or (follows == "filter" and updated)))
        ):
            continue
        found.append(label)
    return found


VIEWS = ("*/views/*.py", "carebridge/pages/*.py", "accounts/access.py", "accounts/templatetags/*.py")
ACTIONS = (
    "*/reads.py",
    "*/*_reads.py",
    "accounts/circle_lines.py",
    "*/actions/*.py",
    "sessions_log/who_reasons.py",
    "sessions_log/see_as.py",
)


def test_every_query_of_a_page_begins_with_the_rule() -> None:
    """Principle 3: "Pages, partials, counts, search … all start from it. One object is the list plus its key."""
    assert not [label for name, tree in sources(*VIEWS) for label in unruled(name, tree, actions=False)]


def test_every_look_up_begins_with_the_rule() -> None:
    """Look-ups start from the rule; actions besides make rows, or change one by compare-and-set."""
    found = [label for name, tree in sources(*ACTIONS) for label in unruled(name, tree, actions=True)]
    assert not found


def test_this_guard_sees_an_unruled_query() -> None:
    """The check is no decoration."""
    tree = ast.parse(
        "def v(r):\n    Note.objects.filter(pk=1)\n    Note.objects.visible()\n    Note._base_manager.all()"
    )
    assert unruled("v.py", tree, actions=False) == ["v.py: Note.objects.filter", "v.py: Note._base_manager.all"]
    assert unruled("v.py", ast.parse("A.objects.filter(pk=1).update(b=2)"), actions=True) == []


def test_no_view_writes_sql() -> None:
    """security.md: "Row security guards against forgotten filters, not SQL injection: no raw SQL in views, checked."""
    methods, names = {"raw", "extra", "cursor", "execute"}, {"RawSQL", "connection", "connections", "mark_safe"}
    found = []
    for name, tree in sources(*VIEWS, *ACTIONS, "*/forms.py"):
        if name in FIXED_STATEMENTS:
            sent = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func).endswith(".execute")]
            assert all(ast.unparse(call.args[0]).startswith("'SET CONSTRAINTS ALL ") for call in sent), name
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in methods:
                found.append(f"{name}: .{node.attr}")
            if isinstance(node, ast.Name) and node.id in names:
                found.append(f"{name}: {node.id}")
    assert not found


# --- Templates and scripts --------------------------------------------------------------------------------------------------

TEMPLATES = sorted(ROOT.glob("templates/**/*.*"))
UNSAFE = {
    r"\|\s*safe\b|\|\s*safeseq\b": "text is plain, escaped; never |safe",
    r"\sstyle=|<style\b": "no inline style",
    r"<script(?![^>]*\ssrc=)": "no inline script",
    r"\son[a-z]+=": "no script in an attribute",
    r"javascript:": "no script in an address",
    r"(?:https?:)?//[a-z]": "no third-party origin",
    r"\{%\s*debug|request\.META|request\.POST|request\.GET": "nothing of the request comes back unasked",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_plain(path: Path) -> None:
    """security.md, Accounts and browser."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text())
    broken = [why for pattern, why in UNSAFE.items() if re.search(pattern, text)]
    assert not broken
    if "autoescape off" in text:
        assert path.suffix == ".txt", "plain-text mail has nothing to escape"
        assert {"email", "emails"} & set(path.parts)


# Scripts that keep something in the browser, and what.
KEEPING = {"home.js": "someone's own unsent words, on a device they call their own; nothing a page says, and no name"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("static/**/*.*")), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_the_browser_loads_is_our_own(path: Path) -> None:
    """No third-party origin, nothing evaluated, nothing kept in the browser."""
    if path.suffix in {".js", ".css", ".svg"}:
        text = (
            path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "").replace("http://www.w3.org/2000/svg", "")
        )
        assert not re.search(
            r"(?:https?:)?//[a-z0-9-]+\.[a-z]|@import|\beval\(|new Function|innerHTML|document\.write", text
        )
        if path.name not in KEEPING:
            assert not re.search(r"localStorage|sessionStorage|indexedDB", text)
