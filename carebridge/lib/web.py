"""The worker that serves pages: gunicorn's threads, none of which waits for a browser to say something."""

import selectors
import time
from functools import partial

from gunicorn.workers.gthread import TConn, ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn gives a thread to every new connection and lets it wait five seconds for the first word. Browsers open
    connections ahead of need: a few of those, silent, and nobody else is answered. Here a new connection waits where
    gunicorn keeps those between two requests, and gets a thread with its first word.
    """

    def enqueue_req(self, conn: TConn) -> None:
        """Park what has not said anything yet; closed after the keep-alive time, as if it had never come."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
