"""How PostgreSQL really answers authz.enter(): the plans of the statements inside it.

A table of a page or two is read whole, and rightly: no index is cheaper. So every plan is made twice, the second time as if
reading a table whole were dear, which shows what becomes of the look-up when the table grows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

CIRCLE = {"circlerow", "membership", "restriction", "named", "supervision"}
CALLS = 8  # PostgreSQL settles on a plan after five
# What a statement of enter() is for, by words that stand in it and in no other.
STATEMENTS = {
    "DISTINCT m.practice_id": "memberships",
    "ever_family": "own rows, closings",
    "array_agg(DISTINCT s.child_id)": "supervised children",
    "array_agg(n.concern)": "concerns naming one",
    "AS span": "quiet times",
    "since_named": "signed notes",
    "array_agg(d.id)": "drafts of others",
    "DISTINCT n.person_id": "names: household, co-guardians, supervisors",
    "g.child_id || ':'": "co-guardians",
    "known_rows ||": "own rows, to be known",
    "closed_to": "closings, told",
}


@dataclass(frozen=True, order=True)
class LookUp:
    """One look-up of one table. `way`: the kind of scan and its index; `fetched`: rows it had to fetch from the table."""

    statement: str
    table: str
    alias: str
    way: str
    fetched: int

    @property
    def index_only(self) -> bool:
        """Whether the index alone answered it."""
        return self.way.startswith("Index Only Scan") and not self.fetched

    @property
    def whole(self) -> bool:
        """Whether the table was read from end to end."""
        return self.way == "Seq Scan"


def look_ups(superuser_url: str, person: int) -> tuple[float, list[tuple[LookUp, LookUp | None]]]:
    """Milliseconds of one call for the person, and its circle look-ups: as they are, and as they would be in larger tables
    (None: not made then, the join goes another way)."""
    milliseconds, now = answers(superuser_url, person)
    _, larger = answers(superuser_url, person, "SET enable_seqscan = off")
    then = {(found.statement, found.alias): found for found in larger}
    return milliseconds, [(found, then.get((found.statement, found.alias))) for found in now]


def answers(superuser_url: str, person: int, setting: str = "") -> tuple[float, list[LookUp]]:
    """Milliseconds of one call, and its circle look-ups."""
    plans: list[dict[str, Any]] = []
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.add_notice_handler(lambda said: plans.extend(plan_in(said.message_primary or "")))
        for name in ("log_min_duration = 0", "log_nested_statements = on", "log_analyze = on", "log_format = json"):
            connection.execute(f"LOAD 'auto_explain'; SET auto_explain.{name}".encode())
        connection.execute(f"SET client_min_messages = log; {setting}".encode())
        for _ in range(CALLS):
            plans.clear()
            connection.execute("SELECT authz.enter(%s::bigint, now())", [person])
    found = {
        look_up(plan["Query Text"], node)
        for plan in plans
        for node in nodes(plan["Plan"])
        if node.get("Relation Name", "").removeprefix("accounts_") in CIRCLE and node["Actual Loops"]
    }
    return float(max(plan["Plan"]["Actual Total Time"] for plan in plans)), sorted(found)


def look_up(query: str, node: dict[str, Any]) -> LookUp:
    """What a step of a plan says."""
    names = [name for words, name in STATEMENTS.items() if words in query]
    return LookUp(
        statement=names[0] if names else " ".join(query.split())[:60],
        table=node["Relation Name"].removeprefix("accounts_"),
        alias=node["Alias"],
        way=f"{node['Node Type']} {node.get('Index Name', '')}".strip(),
        fetched=node.get("Heap Fetches", 0),
    )


def plan_in(message: str) -> list[dict[str, Any]]:
    """The plan in a notice of auto_explain."""
    start = message.find("{")
    return [json.loads(message[start:])] if message.startswith("duration") and start > 0 else []


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def said(now: LookUp, larger: LookUp | None) -> str:
    """Whether the look-up is index-only, in words."""
    if now.index_only:
        return f"index-only ({now.way.removeprefix('Index Only Scan ')})"
    fetched = f", {now.fetched} rows fetched" if now.fetched else ""
    if now.whole and larger is None:
        return "a small table, read whole; in a larger one not asked this way"
    if now.whole and larger and larger.index_only:
        return f"a small table, read whole; larger: {said(larger, None)}"
    return f"NOT index-only: {now.way}{fetched}" + (f"; larger: {larger.way}" if larger and larger != now else "")
