"""A process without sockets: what it may still do, and what not.

Covers: registry/no_sockets.py
"""

import subprocess
import sys

import pytest

CHILD = """
import socket, sys, threading
from registry.no_sockets import forbid_sockets
near, far = socket.socketpair()
print(forbid_sockets())
def outcome(work):
    try:
        work()
        print("done")
    except OSError as error:
        print(type(error).__name__)
outcome(lambda: socket.create_connection(("127.0.0.1", 9)))
outcome(lambda: socket.socket(socket.AF_UNIX))
thread = threading.Thread(target=outcome, args=[lambda: socket.socket(socket.AF_INET6)])
thread.start()
thread.join()
outcome(lambda: near.sendall(b"what is open stays open"))
outcome(lambda: open(sys.executable, "rb").close())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs seccomp, which Linux alone has")
def test_no_thread_opens_a_socket_and_files_are_read_as_before() -> None:
    child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    denied = "PermissionError"
    assert child.stdout.split() == ["True", denied, denied, denied, "done", "done"]
