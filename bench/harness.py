"""What the benchmarks share: the origin, the download client, and what /proc says of a program."""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("GLINT_BUILD", "build/release")

from support.process import Process, free_port, wait_until  # noqa: E402  (the path comes first)

BIN = ROOT / os.environ["GLINT_BUILD"] / "bench"
MIB = 1 << 20
GIB = 1 << 30
GIGABIT = 125_000_000  # bytes per second
TICKS = os.sysconf("SC_CLK_TCK")
TOKEN = "bench-token"

median = statistics.median


def machine():
    """One line: date, cores, processor, kernel, load."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    load = pathlib.Path("/proc/loadavg").read_text().split()[0]
    return (
        f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {os.cpu_count()} cores, {model}, "
        f"Linux {platform.release()}, load before {load}"
    )


def tree(pid):
    """The process and all its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(entry))
    found, todo = [], [pid]
    while todo:
        process = todo.pop()
        found.append(process)
        todo += children.get(process, [])
    return found


def cpu_seconds(pid):
    """User and system time of the tree, that of ended threads and reaped children included."""
    ticks = 0
    for process in tree(pid):
        try:
            fields = pathlib.Path("/proc", str(process), "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def peak_rss(pid):
    """Sum of the peak resident sizes of the tree, in bytes."""
    total = 0
    for process in tree(pid):
        try:
            status = pathlib.Path("/proc", str(process), "status").read_text()
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1]) * 1024
    return total


class BenchOrigin:
    """bench_origin: images of any size, a link that can be limited, counted bytes."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process([BIN / "bench_origin", self.port], pathlib.Path(folder) / "origin.log")
        self.process.wait_answer(self.url + "/versions")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=300) as answer:
            return answer.read().decode()

    def new(self, size, sparse=False):
        """The id of an image nobody has asked for yet."""
        return self.get(f"/bench/new?size={size}&sparse={int(sparse)}")

    def sent(self, image):
        return json.loads(self.get(f"/bench/stats?id={image}"))["bytes"]

    def link(self, rate=0, delay_ms=0):
        self.get(f"/bench/link?rate={rate}&delay_ms={delay_ms}")

    def record(self, image):
        return json.loads(self.get(f"/v2/images/{image}"))

    def stop(self):
        self.process.stop()


def file_path(image):
    return f"/v2/images/{image}/file"


def start_pull(port, image, connections=1, requests=1, seconds=None):
    command = [BIN / "bench_pull", "--port", port, "--path", file_path(image), "--connections", connections]
    command += ["--seconds", seconds] if seconds else ["--requests", requests]
    command += ["--token", TOKEN]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)


def finish_pull(child, timeout=300):
    try:
        output, _ = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return {"errors": 1, "last_error": f"not done in {timeout} s", "bytes": 0, "seconds": timeout, "requests": 0}
    return json.loads(output)


def pull(port, image, **how):
    return finish_pull(start_pull(port, image, **how))


class Results:
    """Values by measurement and contender; medians over the rounds. A round with errors is a failure, not a value."""

    def __init__(self):
        self.values = {}
        self.failures = []

    def add(self, what, contender, value):
        self.values.setdefault(what, {}).setdefault(contender, []).append(value)

    def failed(self, what, contender, why):
        self.failures.append(f"{what}, {contender}: {why}")

    def median(self, what, contender):
        values = self.values.get(what, {}).get(contender)
        return median(values) if values else None


def rounds(contenders, count):
    """Every contender once per round, each round beginning with another one."""
    for number in range(count):
        shift = number % len(contenders)
        yield from contenders[shift:] + contenders[:shift]
