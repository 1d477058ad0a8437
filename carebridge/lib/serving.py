"""How gunicorn serves in production: `gunicorn --config python:carebridge.lib.serving carebridge.wsgi`."""

import environ

from carebridge.lib import logs

_env = environ.Env()

bind = f"0.0.0.0:{_env.int('PORT', default=8000)}"
worker_class = "carebridge.lib.web.Worker"
workers = _env.int("WEB_WORKERS", default=2)  # about one per core
threads = _env.int("WEB_THREADS", default=4)  # each holds one connection to PostgreSQL
keepalive = 150  # seconds; longer than the proxy keeps a connection, so that it never meets one just closed
graceful_timeout = 30  # seconds a request may go on after the process was asked to stop
control_socket_disable = True
logconfig_dict = logs.config(production=True)
