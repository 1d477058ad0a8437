"""`python -m tests.bench.servers`: which program should serve the pages? (docs/adr/0008)

The real application on the small generated practice, two processes of four threads each. All servers run at once and are
asked in turns of a few seconds, so that a machine that slows down slows each of them; figures are medians of the turns. The
processor time a server spends on a request hardly depends on what else the machine does.
Servers that are not installed are left out: the project depends on one.
"""

import argparse
import contextlib
import http.client
import importlib.util
import os
import signal
import socket
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from carebridge.lib import processes, servers
from carebridge.lib.processes import Child
from tests.bench import practice
from tests.bench.__main__ import ROOT, THERAPIST, answers, hashed, p95
from tests.bench.client import Client
from tests.carebridge.watching import descendants

AT_ONCE = (1, 8, 32)  # connections
IDLE = 20  # connections that say nothing: more than there are threads
GUNICORN = ["gunicorn", "--workers=2", "--threads=4", "--keep-alive=150", "--no-control-socket"]
GRANIAN = [
    "granian",
    "--interface=wsgi",
    "--workers=2",
    "--blocking-threads=4",
    "--http=1",
    "--no-ws",
    "--respawn-failed-workers",
    "--log-level=warning",
]
COMMANDS = {
    "gunicorn, our worker": [*GUNICORN, "--worker-class=carebridge.lib.web.Worker"],
    "gunicorn, gthread": [*GUNICORN, "--worker-class=gthread"],
    "granian": GRANIAN,
}


@dataclass
class Server:
    """A running one, whoever is signed in there, and what was measured: by connections at once, (requests/s, p95) a turn."""

    name: str
    port: int
    child: Child
    cookies: dict[str, str]
    turns: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    work: list[float] = field(default_factory=list)  # seconds of processor time per request, a turn each


def start(children: list[Child], data: Path, urls: dict[str, str], name: str) -> Server:
    """Serve on a free port, and sign the therapist in."""
    port, words = servers._free_port(), COMMANDS[name]
    where = [f"--bind=127.0.0.1:{port}"] if words[0] == "gunicorn" else ["--host=127.0.0.1", f"--port={port}"]
    application = "tests.bench.wsgi" + ("" if words[0] == "gunicorn" else ":application")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_")}
    env = {**inherited, "DATABASE_URL": urls["DATABASE_URL"], "REDIS_URL": urls["REDIS_URL"], "PORT": str(port)}
    command = [sys.executable, "-m", *words, *where, application]
    child = processes.spawn(children, name.replace(", ", "-").replace(" ", "-"), command, data=data, env=env, cwd=ROOT)
    processes.wait_until(lambda: answers(port), child, timeout=90)
    client = Client(port)
    client.sign_in(THERAPIST)
    return Server(name, port, child, client.cookies)


def load(server: Server, paths: list[str], at_once: int, seconds: float) -> tuple[list[float], int, float]:
    """Ask by so many connections for so long; seconds of each answer, how many got none, and how long it took."""
    times: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + seconds

    def ask(number: int) -> None:
        client = Client(server.port)
        client.cookies = dict(server.cookies)
        turn = number
        with contextlib.suppress(ConnectionRefusedError):
            while time.monotonic() < until:
                try:
                    status, took = client.open(paths[turn % len(paths)])
                except ConnectionRefusedError:
                    raise
                except (http.client.HTTPException, OSError) as error:
                    failed.append(repr(error))
                    client.connection.close()
                    continue
                times.append(took) if status == 200 else failed.append(str(status))
                turn += 1

    begun = time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failed), time.monotonic() - begun


def measure(here: list[Server], paths: list[str], rounds: int, seconds: float) -> None:
    """Turns of every server at every number of connections; the first round warms up."""
    for number in range(rounds + 1):
        for at_once in AT_ONCE:
            for server in here:
                worked = processor_time(server)
                times, failed, took = load(server, paths, at_once, seconds)
                worked = processor_time(server) - worked
                if failed:
                    raise RuntimeError(f"{server.name}: {failed} requests without an answer")
                if number:
                    server.turns.setdefault(at_once, []).append((len(times) / took, p95(times)))
                    server.work.append(worked / len(times))


def beside_silent_ones(server: Server) -> float:
    """Seconds until a new request is answered, the slowest of six, while others hold connections and say nothing. Six,
    since it is chance which of the two processes takes a connection."""
    with contextlib.ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
        time.sleep(0.3)
        return max(Client(server.port).open("/accounts/login/")[1] for _ in range(6))


def family(server: Server) -> list[int]:
    """All its processes."""
    found = descendants(server.child.process.pid)
    return [server.child.process.pid, *(number for number, words in found.items() if words)]


def processor_time(server: Server) -> float:
    """Seconds all its processes have worked so far."""
    fields = [Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split() for number in family(server)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def memory(server: Server) -> float:
    """MiB of all its processes, what they share counted once."""
    rollups = [Path(f"/proc/{number}/smaps_rollup").read_text() for number in family(server)]
    return sum(int(text.partition("\nPss:")[2].split()[0]) for text in rollups) / 1024


def after_a_kill(server: Server) -> int:
    """How many processes fewer there are five seconds after a worker was killed; 0 is whole again."""
    before = family(server)
    os.kill(before[-1], signal.SIGKILL)
    time.sleep(5)
    return len(before) - len(family(server))


def stopped_under_load(server: Server, paths: list[str]) -> tuple[int, float]:
    """Requests that got no answer when it was asked to stop while it was busy; seconds until it had ended."""
    lost: list[int] = []
    thread = threading.Thread(target=lambda: lost.append(load(server, paths, 8, 4)[1]))
    thread.start()
    time.sleep(1.5)
    begun = time.monotonic()
    server.child.process.terminate()
    server.child.process.wait(60)
    took = time.monotonic() - begun
    thread.join()
    return lost[0], took


def report(here: list[Server]) -> None:
    """A paragraph for each."""
    for server in here:
        print(f"\n{server.name}: {statistics.median(server.work) * 1000:.1f} ms of processor time per request")
        for at_once, turns in server.turns.items():
            rates, tails = zip(*turns, strict=True)
            print(
                f"  {at_once:3} at once: {statistics.median(rates):.0f}/s, p95 {statistics.median(tails) * 1000:.0f} ms"
            )
        print(f"  beside {IDLE} silent connections answered in {beside_silent_ones(server):.2f} s")
        print(
            f"  {memory(server):.0f} MiB; {after_a_kill(server)} processes missing after a worker was killed",
            flush=True,
        )


def report_stops(here: list[Server], paths: list[str]) -> None:
    """Last, since nothing serves after it."""
    for server in here:
        lost, took = stopped_under_load(server, paths)
        print(f"{server.name}: asked to stop at 8 at once, {lost} requests lost, ended after {took:.1f} s", flush=True)


def run(rounds: int, seconds: float) -> None:
    """Everything, from an empty folder."""
    children: list[Child] = []
    names = [name for name, words in COMMANDS.items() if importlib.util.find_spec(words[0])]
    with (
        tempfile.TemporaryDirectory(prefix="cb-bench-") as folder,
        servers.running(Path(folder), purpose="bench") as urls,
    ):
        try:
            env = {**os.environ, "DATABASE_URL": urls["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL": ""}
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            processes.spawn(children, "migrate", migrate, data=Path(folder), env=env, cwd=ROOT).process.wait()
            practice.generate(urls["DATABASE_SUPERUSER_URL"], practice.SMALL, hashed(practice.PASSWORD))
            at = practice.addresses(urls["DATABASE_SUPERUSER_URL"], 1)
            paths = [at["child"], at["session"], at["update"]]
            here = [start(children, Path(folder), urls, name) for name in names]
            print(f"{practice.SMALL}. Load before: {os.getloadavg()[0]:.1f}.", flush=True)
            measure(here, paths, rounds, seconds)
            print(f"{rounds} turns of {seconds:g} s. Load after: {os.getloadavg()[0]:.1f}.")
            report(here)
            report_stops(here, paths)
        finally:
            processes.stop(children)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.servers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each turn")
    options = parser.parse_args()
    run(options.rounds, options.seconds)


if __name__ == "__main__":
    main()
