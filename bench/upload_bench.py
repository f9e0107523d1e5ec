#!/usr/bin/env python3
"""Uploads: glint-origin beside an unmodified Glance, and beside the slower of the two digests both must compute.

The client sends the file with sendfile, so that it costs next to nothing beside what is measured.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from harness import GIB, MIB, Results, cpu_seconds, machine, peak_rss
from report import megabytes, number, seconds, table, write_section
from support.glint import Origin, http
from support.peers import Glance

GLINT, GLANCE, DIGEST = "glint-origin", "glance", "openssl"


def upload(url, token, path):
    """Seconds from the request's first byte to the answer's end; the status must be 204."""
    record = http("POST", url + "/v2/images", token, {"name": "bench", "disk_format": "raw", "container_format": "bare"})
    image = record.json()["id"]
    host, port = url.removeprefix("http://").split(":")
    begin = time.monotonic()
    with socket.create_connection((host, int(port))) as connection, open(path, "rb") as file:
        head = (
            f"PUT /v2/images/{image}/file HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\nConnection: close\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {os.path.getsize(path)}\r\n\r\n"
        )
        connection.sendall(head.encode())
        connection.sendfile(file)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    spent = time.monotonic() - begin
    status = answer.split(b"\r\n", 1)[0].decode(errors="replace")
    if " 204" not in status:
        raise RuntimeError(f"upload to {url}: {status}")
    shown = http("GET", f"{url}/v2/images/{image}", token).json()
    http("DELETE", f"{url}/v2/images/{image}", token)
    return spent, shown


def digest_seconds(algorithm, path):
    begin = time.monotonic()
    subprocess.run(["openssl", "dgst", f"-{algorithm}", path], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def random_file(folder, size):
    path = pathlib.Path(folder) / "image"
    block = os.urandom(16 * MIB)
    with open(path, "wb") as file:
        for offset in range(0, size, len(block)):
            file.write(offset.to_bytes(8, "big") + block[8 : min(len(block), size - offset)])
    return path


class UploadBench:
    def __init__(self, folder, size, rounds):
        self.folder, self.size, self.rounds = folder, size, rounds
        self.results = Results()

    def run(self):
        path = random_file(self.folder, self.size)
        servers = {}
        try:
            origin = Origin(os.path.join(self.folder, "origin"))
            token = origin.write_tokens()["admin"]
            servers[GLINT] = (origin.start(), token)
            if shutil.which("glance-api"):
                servers[GLANCE] = (Glance(os.path.join(self.folder, "glance")), "none")
            expected = self.digests(path)
            for _ in range(self.rounds):
                for name, (server, secret) in servers.items():
                    self.one(name, server, secret, path, expected)
                for algorithm in ("md5", "sha512"):
                    self.results.add(algorithm, DIGEST, digest_seconds(algorithm, path))
            self.results.add("RSS", GLINT, peak_rss(origin.process.pid))
        finally:
            for server, _ in servers.values():
                server.stop()

    @staticmethod
    def digests(path):
        command = ["openssl", "dgst", "-r", "-sha512", path]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0]

    def one(self, name, server, token, path, expected):
        print(f"  upload: {name}", file=sys.stderr, flush=True)
        os.sync()
        before = cpu_seconds(server.process.pid)
        spent, record = upload(server.url, token, path)
        if record.get("os_hash_value") != expected or record.get("status") != "active":
            self.results.failed("upload", name, f"wrong record: {json.dumps(record)[:300]}")
        self.results.add("upload", name, spent)
        self.results.add("CPU", name, (cpu_seconds(server.process.pid) - before) / (self.size / 1e9))

    def report(self, condition):
        value = self.results.median
        slower = max(("md5", "sha512"), key=lambda algorithm: value(algorithm, DIGEST))
        digest, own, glance = value(slower, DIGEST), value("upload", GLINT), value("upload", GLANCE)
        rows = [["", GLINT, GLANCE, f"{DIGEST} dgst -{slower}", "goal", ""]]
        rows.append(self.row("upload", own, glance, digest, own / digest, f"dgst -{slower}", 1.25))
        if glance:
            rows.append(self.row("upload", own, glance, digest, own / glance, "glance", 0.6))
        show = lambda v: "–" if v is None else number(2)(v)  # noqa: E731
        rows.append(["server CPU-s/GB", show(value("CPU", GLINT)), show(value("CPU", GLANCE)), "–", "", ""])
        rows.append(["peak RSS", megabytes(value("RSS", GLINT)), "–", "–", "", ""])
        failures = "".join(f"\n- FAILED: {failure}" for failure in self.results.failures)
        return (
            f"## Upload\n\n{condition}. {megabytes(self.size)} of random bytes, md5 and sha512 computed by both; medians of "
            f"{self.rounds} round(s).\n\n{table(rows)}\n{failures}"
        )

    @staticmethod
    def row(title, own, glance, digest, ratio, other, limit):
        cells = [title, seconds(own), seconds(glance) if glance else "–", seconds(digest)]
        return [*cells, f"{ratio:.2f} × {other} (≤ {limit})", "met" if ratio <= limit else "**missed**"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small image, one round")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--state", help="folder for images (default: a temporary one)")
    arguments = parser.parse_args()
    condition = machine()
    with tempfile.TemporaryDirectory(prefix="glint-bench-", dir=arguments.state) as folder:
        size, rounds = (128 * MIB, 1) if arguments.quick else (GIB, 3)
        bench = UploadBench(folder, size, rounds)
        bench.run()
    text = bench.report(condition)
    print(text)
    if arguments.write:
        write_section("upload", text)
    return 1 if bench.results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
