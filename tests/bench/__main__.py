"""`python -m tests.bench`: how fast the main pages are, and what the wall costs. `--long`: whether it stays so.

Real gunicorn as the demo runs it, real PostgreSQL with fsync on, the web's own role, persistent connections. One client on
loopback with one keep-alive connection to each server; every measured request comes right after one for the bare page
(tests/bench/bare.py), so that a machine which slows down slows both: ratios are medians of such pairs.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from carebridge.lib import processes, servers
from carebridge.lib.processes import Child
from tests.bench import plans, practice
from tests.bench.client import BARE, Client
from tests.bench.practice import ENTRIES, PAST_THE_WALL, POSTED_TO, Size

ROOT = Path(__file__).resolve().parent.parent.parent
RATIO_AIM, WALL_AIM, SAME = 3.0, 15.0, 10.0  # times the bare page; per cent; per cent
THERAPIST = 1
WARM_UP = 100  # requests per page before measuring: the connection of each thread has prepared and planned its queries
THREADS = ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]

LOOKED_FOR = {"q": "bridge houses", "period": "366"}  # in every text

type Ask = Callable[[Client], tuple[int, float]]


@dataclass
class Page:
    """A measured page: who opens it, how, and what came out (seconds; ratios of neighbours)."""

    name: str
    person: int
    ask: Ask
    status: int = 200
    times: list[float] = field(default_factory=list)
    to_bare: list[float] = field(default_factory=list)
    to_no_wall: list[float] = field(default_factory=list)


def pages(url: str, size: Size, child: int) -> list[Page]:
    """Today, the main pages about a child, a search and a post."""
    at, posting = practice.addresses(url, child), practice.addresses(url, POSTED_TO)["new"]
    mother = size.mother(child)

    def post(client: Client) -> tuple[int, float]:
        words = {"kind": "win", "body": practice.WORDS, "observed_at": "2026-02-02T10:00", "form_key": str(uuid4())}
        return client.send(posting, words)

    return [
        Page("therapist: Today", THERAPIST, lambda client: client.open("/")),
        Page("parent: Today", mother, lambda client: client.open("/")),
        Page("therapist: search", THERAPIST, lambda client: client.send(at["search"], LOOKED_FOR)),
        Page("parent: search", mother, lambda client: client.send(at["search"], LOOKED_FOR)),
        Page("therapist: child", THERAPIST, lambda client: client.open(at["child"])),
        Page("therapist: session", THERAPIST, lambda client: client.open(at["session"])),
        Page("parent: child", mother, lambda client: client.open(at["child"])),
        Page("parent: update, 5 replies", mother, lambda client: client.open(at["update"])),
        Page("parent: posts an update", size.mother(POSTED_TO), post, status=302),
    ]


def serve(children: list[Child], data: Path, database_url: str, redis_url: str, name: str, **more: str) -> int:
    """Start a server on a free port; the port."""
    port = servers._free_port()
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
    env = {**inherited, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": str(port), **more}
    words = ["gunicorn", "--bind", f"127.0.0.1:{port}", *THREADS, "--no-control-socket", "tests.bench.wsgi"]
    child = processes.spawn(children, name, [sys.executable, "-m", *words], data=data, env=env, cwd=ROOT)
    processes.wait_until(lambda: answers(port), child, timeout=90)
    return port


def answers(port: int) -> bool:
    """Whether the sign-in page is served."""
    try:
        return Client(port).open("/accounts/login/")[0] == 200
    except OSError:
        return False


def sign_everyone_in(port: int, wanted: list[Page], size: Size) -> dict[int, Client]:
    """A client for each person, all of them over one connection."""
    clients: dict[int, Client] = {}
    for person in {page.person for page in wanted}:
        client = clients[person] = Client(port)
        client.connection = next(iter(clients.values())).connection
        client.sign_in(person)
        client.open("/accounts/password/change/")  # a form of one's own, for its token
    return clients


def timed(client: Client, page: Page) -> float:
    """Seconds of one request; anything but the expected answer ends the run."""
    status, seconds = page.ask(client)
    if status != page.status:
        raise RuntimeError(f"{page.name} answered {status}")
    return seconds


def measure(wanted: list[Page], wall: dict[int, Client], no_wall: dict[int, Client], rounds: int) -> list[float]:
    """Fill in the pages' times; those of the bare page."""
    bare = Page("bare", THERAPIST, lambda client: client.open(BARE))
    bares = []
    for number in range(-WARM_UP, rounds):
        for page in wanted:
            before = timed(wall[THERAPIST], bare)
            with_wall = timed(wall[page.person], page)
            without = timed(no_wall[page.person], page)
            if number < 0:
                continue
            bares.append(before)
            page.times.append(with_wall)
            page.to_bare.append(with_wall / before)
            page.to_no_wall.append(with_wall / without)
    return bares


def count(port: int, url: str, size: Size) -> dict[str, list[int]]:
    """Statements per page at each number of entries."""
    found: dict[str, list[int]] = {}
    for child in ENTRIES:
        wanted = pages(url, size, child)
        clients = sign_everyone_in(port, wanted, size)
        for page in wanted:
            for _ in range(2):
                timed(clients[page.person], page)
            found.setdefault(page.name, []).append(clients[page.person].queries)
    return found


# --- The report -----------------------------------------------------------------------------------------------------------


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def verdict(held: bool) -> str:
    """In a word."""
    return "pass" if held else "FAIL"


def report(wanted: list[Page], bares: list[float], queries: dict[str, list[int]]) -> None:
    """The table."""
    print(f"\n{'page':28}{'median':>9}{'p95':>9}{'× bare':>9}{'':6}{'wall':>8}{'':6}  queries at 30/500/5000")
    print(f"{'bare':28}{statistics.median(bares) * 1000:6.1f} ms{p95(bares) * 1000:6.1f} ms")
    for page in wanted:
        ratio = statistics.median(page.to_bare)
        wall = (statistics.median(page.to_no_wall) - 1) * 100
        counts = queries[page.name]
        print(
            f"{page.name:28}{statistics.median(page.times) * 1000:6.1f} ms{p95(page.times) * 1000:6.1f} ms"
            f"{ratio:9.2f} {verdict(ratio <= RATIO_AIM):5}{wall:+7.1f}% {verdict(wall <= WALL_AIM):5}"
            f"  {'/'.join(map(str, counts))} {verdict(len(set(counts)) == 1)}"
        )
    print(f"Aims: at most {RATIO_AIM:g} × bare, the wall at most {WALL_AIM:g} %, queries equal.")


def report_plans(url: str, size: Size) -> None:
    """How each circle look-up of authz.enter is answered, and for whom where that differs."""
    print("\nauthz.enter(), its circle look-ups:")
    young = size.people - size.children * 45 // 100 + 1
    who = {"therapist": THERAPIST, "supervisor": 6, "lead": 8, "admin": 9, "parent": size.mother(2), "young": young}
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    times = []
    for name, person in who.items():
        milliseconds, answers = plans.look_ups(url, person)
        times.append(f"{name} {milliseconds:.1f}")
        for now, larger in answers:
            ways = found.setdefault((now.statement, f"{now.table} {now.alias}"), {})
            ways.setdefault(plans.said(now, larger), []).append(name)
    for (statement, table), ways in sorted(found.items()):
        for way, names in ways.items():
            print(f"  {statement:44}{table:18}{way}" + (f" ({', '.join(names)})" if len(ways) > 1 else ""))
    failed = sum(way.startswith("NOT") for ways in found.values() for way in ways)
    print(f"  not index-only: {failed} {verdict(not failed)}. Milliseconds with every step timed: {', '.join(times)}.")


def run(size: Size, rounds: int) -> dict[str, float]:
    """Everything, from an empty folder. Each page's median as a multiple of the bare page's."""
    children: list[Child] = []
    with (
        tempfile.TemporaryDirectory(prefix="cb-bench-") as folder,
        servers.running(Path(folder), purpose="bench") as urls,
    ):
        url = urls["DATABASE_SUPERUSER_URL"]
        try:
            env = {**os.environ, "DATABASE_URL": urls["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL": ""}
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            processes.spawn(children, "migrate", migrate, data=Path(folder), env=env, cwd=ROOT).process.wait()
            seconds = practice.generate(url, size, hashed(practice.PASSWORD))
            print(f"{size}; written and vacuumed in {seconds:.0f} s. Load: {os.getloadavg()[0]:.1f}.", flush=True)
            past = urls["DATABASE_URL"].replace("carebridge_app@", f"{PAST_THE_WALL}@")
            data, redis = Path(folder), urls["REDIS_URL"]
            wanted = pages(url, size, 1)
            wall = sign_everyone_in(serve(children, data, urls["DATABASE_URL"], redis, "wall"), wanted, size)
            no_wall = sign_everyone_in(serve(children, data, past, redis, "no-wall"), wanted, size)
            bares = measure(wanted, wall, no_wall, rounds)
            counting = serve(children, data, urls["DATABASE_URL"], redis, "counting", BENCH_COUNT="1")
            report(wanted, bares, count(counting, url, size))
            report_plans(url, size)
            print(f"Load at the end: {os.getloadavg()[0]:.1f}. Requests per page: {rounds}.")
            return {page.name: statistics.median(page.to_bare) for page in wanted}
        finally:
            processes.stop(children)


def compare(rounds: int) -> None:
    """The same pages with little and with much in the background."""
    little, much = run(practice.LITTLE, rounds), run(practice.MUCH, rounds)
    print(f"\n{'page':28}{'× bare':>9} at {practice.LITTLE.notes:,}{'':6}at {practice.MUCH.notes:,} notes")
    for name, ratio in little.items():
        more = (much[name] / ratio - 1) * 100
        print(f"{name:28}{ratio:9.2f}{much[name]:20.2f}{more:+8.1f}% {verdict(abs(more) <= SAME)}")
    print(f"Aim: the same within {SAME:g} %.")


def hashed(password: str) -> str:
    """As the project hashes passwords."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carebridge.settings")
    from django.contrib.auth.hashers import make_password

    return make_password(password)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help=f"a quick run on {practice.SMALL}")
    parser.add_argument("--rounds", type=int, default=200, help="measured requests per page")
    parser.add_argument("--long", action="store_true", help="with 10,000 and with 1,000,000 notes, compared")
    options = parser.parse_args()
    if options.long:
        compare(options.rounds)
        return
    size = practice.SMALL if options.small else practice.FULL
    run(size, 20 if options.small and options.rounds == 200 else options.rounds)


if __name__ == "__main__":
    main()
