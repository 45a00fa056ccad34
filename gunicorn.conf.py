"""How the web server runs. What the application itself needs stands in docs/operations.md."""

import os
from pathlib import Path

workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# Every open page holds one thread for its socket, so this bounds the members who are told at once.
# Processes that serve pages only are quickest with one thread, which makes them plain sync workers.
threads = int(os.environ.get("GUNICORN_THREADS", "200"))
worker_class = "gthread" if threads > 1 else "sync"
worker_connections = threads + 100

# Without Redis, a socket would hear only of what its own process did, and nothing would say so.
if workers > 1 and not os.environ.get("MUSUBI_REDIS_URL"):
    raise SystemExit("WEB_CONCURRENCY above 1 needs MUSUBI_REDIS_URL; see docs/operations.md")

timeout = 60
graceful_timeout = 10
keepalive = 5
limit_request_fields = 60

# An access log would tie addresses to the moments at which posts were sent. The application logs what operators need.
accesslog = None
errorlog = "-"
loglevel = "warning"

# A heartbeat file on a slow disk makes a healthy worker look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes its file private
control_socket_disable = True
