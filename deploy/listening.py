"""Programs that listen on a port of this machine, for the tests."""

import socket
import time


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def await_port(port):
    """Waits for a minute until something listens."""
    for _ in range(600):
        try:
            return socket.create_connection(("localhost", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")
