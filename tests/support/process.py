"""Starting, awaiting and ending programs: free ports, conditions with a bound, processes ended by their own id."""

import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
_pause = threading.Event()  # never set: waiting on it is a short pause between two looks at a condition


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=30.0):
    """Looks at `condition` until it is true and returns its value; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        _pause.wait(0.02)


def answers(url):
    """Whether a server answers there at all, with whatever status."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def binary(name):
    """Path of one of our programs in the build folder GLINT_BUILD (default build/dev)."""
    build = ROOT / os.environ.get("GLINT_BUILD", "build/dev")
    for folder in ("proxy", "origin", "ctl", "bin"):
        path = build / folder / name
        if path.exists():
            return str(path)
    raise FileNotFoundError(f"{name} is not built in {build} (make build)")


class Process:
    """A program in a process group of its own, its output in a file."""

    def __init__(self, command, log, env=None, cwd=None):
        self.command = [str(word) for word in command]
        self.log_path = pathlib.Path(log)
        with open(self.log_path, "ab") as output:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_answer(self, url, seconds=30.0):
        def ready():
            if not self.running():
                raise RuntimeError(f"{self.command[0]} ended with {self.child.returncode}:\n{self.log()[-4000:]}")
            return answers(url)

        try:
            wait_until(ready, f"an answer on {url}", seconds)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log()[-4000:]}") from None
        return self

    def wait_exit(self, seconds=30.0):
        return self.child.wait(seconds)

    def stop(self, seconds=30.0):
        """SIGTERM, after `seconds` SIGKILL; the exit code."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        self._end_group()
        return self.child.returncode

    def kill(self):
        """SIGKILL to the program and to what it started."""
        self._end_group()
        self.child.wait(10)

    def _end_group(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
