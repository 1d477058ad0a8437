"""Mutants of the kernel: systematic small changes to authz.sql and to each model's compiled rule.

What is mutated of authz.sql: every comparison (made true, turned round, its boundary moved), every EXISTS, IN and ANY (made
true, turned round), every operand of a union of places and of a product or difference of spans (left out), every setting
(handed out empty); of the functions for moving in more, see `moving_mutants`. Of a rule: every leg of AND and OR left out,
every leaf negated; of a look-up inside a rule its own legs, not the read rule of the table it looks into, which is mutated
where it is declared.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Exists, Q
from django.db.models.sql.where import AND, WhereNode
from psycopg import ClientCursor

from accounts.rls import SQL, policies
from accounts.visibility import guarded_models, nobody


@dataclass(frozen=True)
class Mutant:
    """`name` says what was changed, and is stable; `sql` installs it. A rule's mutant knows its table's model and policy."""

    name: str
    sql: str
    model: str = ""
    verb: str = ""
    rule: str = ""  # the mutated rule itself, for asking it alone


# --- authz.sql -----------------------------------------------------------------------------------------------------------

COMPARISON = re.compile(
    r"(?P<left>[a-z_]+\.[a-z_]+(?: ->> [^=<>]*?)?|moment|cardinality\([a-z_]+\)) (?P<sign><=|>=|<>|=|<|>)"
    r" (?P<right>authz\.majority\([^()]*\)|ANY \([a-z_.]+\)|'[^']*'|[a-z_]+(?:\.[a-z_]+)?|0)"
)
MEMBERSHIP = re.compile(r"(?P<left>[a-z_]+\.[a-z_]+) (?P<not>NOT )?IN \((?P<set>'[^()]*'|SELECT [^()]*)\)")
EXISTENCE = re.compile(r"(?P<not>NOT )?EXISTS \(")
NULLNESS = re.compile(r"(?P<left>[a-z_]+(?:\.[a-z_]+)?) IS (?P<not>NOT )?NULL")
FLAG = re.compile(r"(?<=AND )(?P<not>NOT )?(?P<left>w\.grown_up|a\.is_active|w\.opens)")
UNION = re.compile(
    r"(?P<line>(?:team|guardians|family|own|note_readers|practices|audience|office) := (?P<legs>[a-z_ |]+);)"
)
SETTING = re.compile(r"set_config\('app\.(?P<name>[a-z_]+)', (?P<value>[a-z_|() ]+)::text, true\)")
SPANS = [
    (" * opening.times", ""), ("* tstzmultirange(tstzrange(first_row.starts, NULL))", ""),
    ("x.readable - x.since_named", "x.readable"), ("tstzrange(NULL, moment, '[]')", "tstzrange(NULL, moment, '[)')"),
    ("tstzrange(NULL, moment, '[]')", "tstzrange(NULL, NULL)"), ("tstzrange(r.starts, r.ends)", "tstzrange(r.starts, NULL)"),
    ("tstzrange(r.starts, r.ends)", "tstzrange(r.starts, r.ends, '[]')"),
    ("tstzrange(r.starts, r.ends)", "tstzrange(r.starts, r.ends, '(]')"),
    ("tstzrange(w.starts, w.ends)", "tstzrange(w.starts, NULL)"),
    ("tstzrange(w.starts, w.ends)", "tstzrange(w.starts, w.ends, '[]')"),
    ("tstzrange(first_row.starts, NULL)", "tstzrange(first_row.starts, NULL, '()')"),
    ("tstzrange(cut.raised_at, NULL)", "tstzrange(cut.raised_at, NULL, '()')"),
    ("min(n.raised_at)", "max(n.raised_at)"), ("min(c.starts)", "max(c.starts)"),
    ("THEN (born + make_interval(years => years) + interval '1 day')", "THEN (born + make_interval(years => years))"),
    ("::timestamp AT TIME ZONE zone", "::timestamp AT TIME ZONE 'UTC'"), ("PARTITION BY r.kind ", ""),
    ("ELSE tstzmultirange(tstzrange(cut.raised_at, NULL))", "ELSE '{}'"), ("cut.raised_at IS NULL THEN '{}'", "false THEN '{}'"),
    ("GROUP BY w.kind", "GROUP BY true"),
    ("tstzrange(NULL, w.opened_at, '[]')", "tstzrange(NULL, w.opened_at)"),
    ("tstzrange(NULL, w.opened_at, '[]')", "tstzrange(NULL, NULL)"), ("set_config('app.' || place, '', true)", "true"),
]  # fmt: skip
FLIPPED = {"=": "<>", "<>": "=", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def kernel() -> str:
    """The functions that say who stands where: authz.sql up to the triggers, without its comments."""
    text = SQL[0].read_text().partition("-- From the assent age on")[0]
    return re.sub(r"--[^\n]*", "", text)


class Changes:
    """The mutants of one text, named by what stands there and the where-abouts."""

    def __init__(self, text: str, until: int | None = None) -> None:
        self.text, self.until = text, len(text) if until is None else until
        self.found: dict[str, str] = {}

    def put(self, start: int, end: int, new: str) -> None:
        """One stretch of the text replaced."""
        text = self.text
        if start < self.until:
            line = text.count("\n", 0, start)
            old = " ".join(text[start:end].split())
            near = " ".join(text.splitlines()[line].split())
            name = f"{_function(text, start)}: {old!r} → {new!r} in {near!r}"
            copy = sum(1 for known in self.found if known.split(" #")[0] == name)
            self.found[f"{name} #{copy + 1}" if copy else name] = text[:start] + new + text[end:]

    def negate(self, pattern: re.Pattern[str]) -> None:
        """Made true, and turned round."""
        for match in pattern.finditer(self.text):
            self.put(*match.span(), "true")
            self.put(*match.span(), f"NOT ({match.group()})")

    def existences(self) -> None:
        """Every EXISTS made true, and turned round."""
        for match in EXISTENCE.finditer(self.text):
            self.put(*match.span(), f"true OR {match.group()}")
            self.put(*match.span(), "EXISTS (" if match["not"] else "NOT EXISTS (")

    def replace(self, pairs: list[tuple[str, str]]) -> None:
        """What is replaced as it stands."""
        for old, new in pairs:
            for match in re.finditer(re.escape(old), self.text):
                self.put(*match.span(), new)

    def mutants(self) -> list[Mutant]:
        """All of them, in the order they were put."""
        return [Mutant(name, sql) for name, sql in self.found.items()]


def sql_mutants() -> list[Mutant]:
    """Every mutant of what stands up to the triggers."""
    text = kernel()
    changes = Changes(
        text, text.index("RETURN jsonb_build_object")
    )  # from here on: menus and words, which no rule asks
    for match in COMPARISON.finditer(text):
        left, sign, right = match.group("left", "sign", "right")
        changes.put(*match.span(), "true")
        turned = f"NOT ({match.group()})" if right.startswith("ANY") else f"{left} {FLIPPED[sign]} {right}"
        changes.put(*match.span(), turned)
    for pattern in (MEMBERSHIP, NULLNESS):
        changes.negate(pattern)
    for match in FLAG.finditer(text):
        changes.put(*match.span(), "true")
        changes.put(*match.span(), match["left"] if match["not"] else f"NOT {match['left']}")
    changes.existences()
    for match in UNION.finditer(text):
        legs = match["legs"].split(" || ")
        for leg in legs:
            rest = " || ".join(each for each in legs if each != leg)
            changes.put(*match.span("legs"), rest)
    for match in SETTING.finditer(text):
        if match["name"] != "person":
            changes.put(*match.span("value"), "NULL")
    changes.replace(SPANS)
    return changes.mutants()


def _function(text: str, position: int) -> str:
    return str(re.findall(r"FUNCTION authz\.(\w+)", text[:position])[-1])


# --- What functions answer, and what triggers refuse -----------------------------------------------------------------------

# Asked question by question (tests/proof/moving_in.py), and by the tests of the kernel (tests/proof/deciding.py).
MOVING = ("welcome", "newcomer", "moves_under_way", "forget_moves")
DECIDING = (
    "lets_in", "is_known", "known_by_address", "plain", "shares_an_address", "hold_the_young", "hold_the_circle",
    "hold_the_job", "hold_the_stranger", "hold_the_time", "hold_columns", "take_back", "tell_of_a_row",
    "tell_of_supervision", "may_be_invited", "hold_the_invitation", "open_invitation", "open_card", "join", "join_as",
    "end_sessions", "confirm_address", "open_reset", "take_off_factors", "must_operate", "set_active",
)  # fmt: skip
CONDITION = re.compile(
    r"(?P<left>[A-Za-z_]+\.[a-z_]+|practice|wanted|cardinality\(several\)|coalesce\(started_at, uploaded_at\)"
    r"|coalesce\(current_setting\([^()]*\), ''\))"
    r" (?P<sign><=|<>|>=|=|<|>) (?P<right>ANY \(coalesce\(.*?bigint\[\]\)|ANY \([a-z]+(?: \|\| [a-z]+)?\)"
    r"|ALL \(coalesce\(.*?bigint\[\]\)|ALL \(b\.children\)|'[^']*'|moment - interval '[^']*'|(?:c\.starts \+ )?interval '[^']*'"
    r"|[A-Za-z_\"]+\.[a-z_]+|person|practice|viewer|moment|young|child|reset|code_sha256|wanted|account|1)(?![a-z_.(])"
)
LISTED = re.compile(r"(?:m\.)?(?:status|side) (?:NOT )?IN \((?P<first>'[a-z]+'), (?P<second>'[a-z]+')\)")
HANDED = re.compile(r"nullif\(current_setting\('app\.[a-z_]+', true\), ''\)|current_setting\('app\.person', true\)")
STATEMENT = re.compile(r"^ +(?:INSERT|UPDATE|DELETE|PERFORM|RAISE)\b[^;]*;", re.MULTILINE)
VALUES = [
    ("'!' || ", ""), ("true, '', '', false", "false, '', '', false"), ("true, '', '', false", "true, 'en', '', false"),
    ("true, '', '', false", "true, '', 'UTC', false"), ("true, '', '', false", "true, '', '', true"),
    ("newcomer.name)", "'')"), ("newcomer.email, newcomer.phone", "'', newcomer.phone"), (" || number)", ")"),
    ("newcomer.email, newcomer.phone", "newcomer.email, ''"), ("::text, true)", "::text, false)"),
    ("RETURN number", "RETURN NULL"), ("m.id, m.uploaded_by_id", "m.id, m.practice_id"),
    (" ORDER BY m.started_at, m.id", ""), ("m.started_at, m.id", "m.started_at"), ("m.started_at, m.id", "m.id"),
    ("= 'expired'", "= 'discarded'"), ("finished_at = moment", "finished_at = finished_at"),
    ("started_at, uploaded_at", "started_at"), ("started_at, uploaded_at", "uploaded_at"), ("24 hours", "23 hours"),
    ("SECURITY DEFINER", "SECURITY INVOKER"),
]  # fmt: skip
CHANGED_VALUES = [
    ("RETURN NEW", "RETURN NULL"), ("72 hours", "71 hours"), (", 9)", ", 8)"), ("lower(", "("), ("btrim(", "("),
    ("'new_therapist' ELSE 'short_access'", "'short_access' ELSE 'new_therapist'"), ("SET ends = NULL", "SET ends = ends"),
    ("- 'ends'", "- 'ends' - 'starts'"), (" - free", ""), ("'role'", "'none'"), ("RETURN -1", "RETURN NULL"),
    ("array_replace(w.not_to, way.person, join_as.account)", "w.not_to"),
]  # fmt: skip


def functions(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each function's text, without its comments."""
    text = "\n".join(re.sub(r"--[^\n]*", "", file.read_text()) for file in SQL)
    for name in names:
        function = re.search(rf"CREATE OR REPLACE FUNCTION authz\.{name}\(.*?\n\$\$;", text, re.DOTALL)
        assert function, name
        yield name, function.group()


def moving_mutants() -> list[Mutant]:
    """Every mutant of the functions of moving in, which no rule asks: each condition made true, made false, turned round,
    its boundary moved; each item of a list, each statement and each setting read left out; each value changed."""
    mutants = list[Mutant]()
    for _, text in functions(MOVING):
        mutants += _moving_mutants(Changes(text), VALUES)
    # It runs inside `welcome`, which is the kernel's already.
    return [mutant for mutant in mutants if not mutant.name.startswith("newcomer: 'SECURITY DEFINER'")]


def deciding_mutants() -> dict[str, list[Mutant]]:
    """By function, the same of what decides who comes in, who is tied and who is told; and every NULL and every IN."""
    found = {}
    for name, text in functions(DECIDING):
        changes = Changes(text)
        for pattern in (NULLNESS, MEMBERSHIP):
            changes.negate(pattern)
        found[name] = _moving_mutants(changes, CHANGED_VALUES)
    return found


def _moving_mutants(changes: Changes, values: list[tuple[str, str]]) -> list[Mutant]:
    for match in CONDITION.finditer(changes.text):
        left, sign, right = match.group("left", "sign", "right")
        turned = f"NOT ({match.group()})" if right.startswith("A") else f"{left} {FLIPPED[sign]} {right}"
        for new in ("true", "false", turned):
            changes.put(*match.span(), new)
    for match in LISTED.finditer(changes.text):
        for new in ("true", "false", f"NOT ({match.group()})"):
            changes.put(*match.span(), new)
        for item, other in (("first", "second"), ("second", "first")):
            changes.put(*match.span(item), match[other])
    changes.existences()
    for match in HANDED.finditer(changes.text):
        changes.put(*match.span(), "NULL")
    for match in STATEMENT.finditer(changes.text):
        changes.put(*match.span(), "")
    changes.replace(values)
    return changes.mutants()


# --- Rules ---------------------------------------------------------------------------------------------------------------


def rule_mutants() -> list[Mutant]:
    """Every mutant of every model's rules, and each restrictive policy taken away."""
    mutants = []
    for model in guarded_models():
        name, table = model.__name__, model._meta.db_table
        for sql, label in _mutated(model, model.visible_to):
            mutants.append(
                Mutant(f"{name} read: {label}", f"ALTER POLICY read ON {table} USING ({sql})", name, "read", sql)
            )
        for sql, label in _mutated(model, model.insertable_by):
            change = f"ALTER POLICY insert ON {table} WITH CHECK ({sql})"
            mutants.append(Mutant(f"{name} add: {label}", change, name, "add", sql))
        inherited = "changed_into" not in vars(model)  # then both sides are one rule and change together
        for sql, label in _mutated(model, model.changeable_by):
            change = f"ALTER POLICY change ON {table} USING ({sql})" + (f" WITH CHECK ({sql})" if inherited else "")
            mutants.append(Mutant(f"{name} change: {label}", change, name, "change"))
        for sql, label in [] if inherited else _mutated(model, model.changed_into):
            change = f"ALTER POLICY change ON {table} WITH CHECK ({sql})"
            mutants.append(Mutant(f"{name} change into: {label}", change, name, "change"))
        if (table, "practice") in policies():
            change = f"ALTER POLICY practice ON {table} USING (true) WITH CHECK (true)"
            mutants.append(Mutant(f"{name}: any practice", change, name, "practice"))
    return mutants


def _mutated(model: Any, rule: Callable[[], Q]) -> Iterator[tuple[str, str]]:
    """SQL and name of each mutant. The query is made anew each time: inner queries are shared between copies."""

    def fresh() -> Any:
        return model._default_manager.filter(rule()).query

    first = fresh().where
    for path in _paths(first):
        name = f"{'.'.join(map(str, path))} {_told(_at(first, path))}"
        for how in ("drop", "negate"):
            query = fresh()
            siblings, place = _legs(_at(query.where, path[:-1])), path[-1]
            if how == "drop":
                del siblings[place]
            elif rule() == nobody():
                continue  # the same as leaving it out
            else:
                siblings[place] = WhereNode([siblings[place]], AND, negated=True)
            yield _compiled(query), f"{how} {name}"


def _legs(node: Any) -> list[Any]:
    """The legs of a node, or of the look-up inside an EXISTS."""
    if isinstance(node, WhereNode):
        legs: list[Any] = node.children
    else:
        legs = _exists(node).query.where.children  # type: ignore[union-attr]
    return legs


def _exists(node: Any) -> Any | None:
    """The EXISTS a leaf asks, if it does."""
    while node is not None and not isinstance(node, Exists):
        node = getattr(node, "lhs", None) or getattr(node, "expression", None)
    return node


def _at(where: Any, path: tuple[int, ...]) -> Any:
    for step in path:
        where = _legs(where)[step]
    return where


def _paths(where: WhereNode, before: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    for number, child in enumerate(where.children):
        yield (*before, number)
        if isinstance(child, WhereNode):
            yield from _paths(child, (*before, number))
        elif _exists(child) is not None:
            yield from ((*before, number, inner) for inner in range(len(_legs(child))))


def _compiled(query: Any) -> str:
    connection.ensure_connection()
    try:
        sql, params = query.get_compiler(connection=connection).compile(query.where)
    except FullResultSet:
        return "true"
    except EmptyResultSet:
        return "false"
    return ClientCursor(connection.connection).mogrify(sql, params) or "true"


def _told(node: Any) -> str:
    """A node in a few words that do not change from run to run."""
    if isinstance(node, WhereNode):
        words = f" {node.connector} ".join(_told(child) for child in node.children)
        return f"{'not ' if node.negated else ''}({words})"
    if (inner := _exists(node)) is not None:
        return f"exists {inner.query.model.__name__}"
    left = getattr(node, "lhs", node)
    place = getattr(left, "extra", {}).get("place", "")
    column = (
        ",".join(re.findall(r"(\w+)(?:\)|,|$)", str(left))[:2])
        if place
        else str(getattr(left, "target", left)).split(".")[-1]
    )
    lookup = "" if node.lookup_name == "exact" else node.lookup_name
    return " ".join(part for part in (place, column, lookup) if part)
