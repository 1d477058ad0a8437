"""How PostgreSQL really answers authz.enter(): the plans of the statements inside it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg

CIRCLE = {"accounts_circlerow", "accounts_membership", "accounts_restriction", "accounts_named"}
CALLS = 8  # PostgreSQL settles on a plan after five


def look_ups(superuser_url: str, person: int) -> tuple[float, dict[str, set[str]]]:
    """Milliseconds of one call for the person, and by table how its circle look-ups were answered."""
    plans: list[dict[str, Any]] = []
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.add_notice_handler(lambda said: plans.extend(plan_in(said.message_primary or "")))
        for setting in ("log_min_duration = 0", "log_nested_statements = on", "log_analyze = on", "log_format = json"):
            connection.execute(f"LOAD 'auto_explain'; SET auto_explain.{setting}".encode())
        connection.execute("SET client_min_messages = log")
        for _ in range(CALLS):
            plans.clear()
            connection.execute("SELECT authz.enter(%s::bigint, now())", [person])
    answers: dict[str, set[str]] = defaultdict(set)
    for plan in plans:
        for node in nodes(plan["Plan"]):
            if node.get("Relation Name") in CIRCLE and node["Actual Loops"]:
                answers[node["Relation Name"]].add(described(node))
    whole = max(plan["Plan"]["Actual Total Time"] for plan in plans)
    return float(whole), dict(answers)


def plan_in(message: str) -> list[dict[str, Any]]:
    """The plan in a notice of auto_explain."""
    start = message.find("{")
    return [json.loads(message[start:])] if message.startswith("duration") and start > 0 else []


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def described(node: dict[str, Any]) -> str:
    """ "Index Only Scan circle_of_person", with the rows it fetched from the table if there were any."""
    words = f"{node['Node Type']} {node.get('Index Name', '')}".strip()
    return f"{words} ({node['Heap Fetches']} heap fetches)" if node.get("Heap Fetches") else words
