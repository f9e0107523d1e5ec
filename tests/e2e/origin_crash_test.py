"""Uploads that die with the origin: the image is queued again, no byte stays, and a retry works."""

import hashlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from support.glint import Origin, http
from support.process import wait_until

MIB = 1 << 20


class Upload(threading.Thread):
    """Sends `data` slowly enough to be interrupted; `sent` counts, `status` is the answer or None."""

    route = "file"

    def __init__(self, origin, token, image, data, stop_at=None):
        super().__init__(daemon=True)
        self.origin, self.token, self.image, self.data = origin, token, image, data
        self.stop_at = len(data) if stop_at is None else stop_at
        self.sent, self.status, self.halted = 0, None, threading.Event()
        self.socket = socket.create_connection(("127.0.0.1", origin.port), timeout=30)

    def run(self):
        head = (
            f"PUT /v2/images/{self.image}/{self.route} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {self.token}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {len(self.data)}\r\n\r\n"
        )
        try:
            self.socket.sendall(head.encode())
            while self.sent < self.stop_at:
                piece = self.data[self.sent : min(self.sent + 256 * 1024, self.stop_at)]
                self.socket.sendall(piece)
                self.sent += len(piece)
            self.halted.set()
            answer = self.socket.recv(4096)
            self.status = int(answer.split()[1]) if answer else None
        except OSError:
            pass
        finally:
            self.halted.set()
            self.socket.close()


class OriginCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="glint-e2e-")))
        self.origin = Origin(self.folder / "origin")
        self.token = self.origin.write_tokens()["demo"]
        self.origin.start()
        self.addCleanup(lambda: self.origin.stop())
        self.images = self.folder / "origin" / "state" / "images"

    def create(self):
        body = {"disk_format": "raw", "container_format": "bare"}
        answer = http("POST", self.origin.url + "/v2/images", self.token, body)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()["id"]

    def show(self, image):
        answer = http("GET", f"{self.origin.url}/v2/images/{image}", self.token)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def wait_status(self, image, status):
        wait_until(lambda: self.show(image)["status"] == status, f"{image} {status}")

    def upload(self, image, data):
        return http(
            *("PUT", f"{self.origin.url}/v2/images/{image}/file", self.token, data),
            headers={"Content-Type": "application/octet-stream"},
        ).status

    def assert_queued_and_empty(self, image):
        shown = self.show(image)
        self.assertEqual(shown["status"], "queued")
        for field in ("size", "virtual_size", "checksum", "os_hash_value"):
            self.assertIsNone(shown[field], field)

    def assert_holds(self, image, data):
        shown = self.show(image)
        self.assertEqual((shown["status"], shown["size"]), ("active", len(data)))
        self.assertEqual(shown["os_hash_value"], hashlib.sha512(data).hexdigest())
        answer = http("GET", f"{self.origin.url}/v2/images/{image}/file", self.token)
        self.assertEqual((answer.status, answer.body), (200, data))

    def files(self):
        return sorted(path.name for path in self.images.iterdir())


class Crash(OriginCase):
    def test_kill_in_the_middle_of_uploads(self):
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        data = os.urandom(8 * MIB)
        kept = []
        for round_number in range(12):
            with self.subTest(seed=seed, round=round_number):
                image = self.create()
                # From nothing sent to everything sent: the last ones meet the commit.
                stop_at = dice.choice((0, dice.randrange(len(data)), len(data)))
                running = Upload(self.origin, self.token, image, data, stop_at)
                running.start()
                running.halted.wait(30)
                if stop_at not in (0, len(data)):
                    self.wait_status(image, "saving")
                self.origin.kill()
                running.join(30)
                self.origin.start()
                if self.show(image)["status"] == "active":
                    self.assertEqual(stop_at, len(data))
                else:
                    self.assertNotEqual(running.status, 204, "an answered upload is kept")
                    self.assert_queued_and_empty(image)
                    self.assertEqual(self.files(), sorted(kept))
                    self.assertEqual(self.upload(image, data), 204)
                self.assert_holds(image, data)
                kept.append(image)
                self.assertEqual(self.files(), sorted(kept))

    def test_stop_in_the_middle_of_an_upload(self):
        image = self.create()
        running = Upload(self.origin, self.token, image, bytes(4 * MIB), 2 * MIB)
        running.start()
        self.wait_status(image, "saving")
        self.origin.process.child.send_signal(signal.SIGTERM)
        # Drained within its bound, or cut at its end; either way it ends well and tidily.
        running.halted.wait(30)
        running.socket.shutdown(socket.SHUT_RDWR)
        self.assertEqual(self.origin.process.wait_exit(60), 0)
        self.assertEqual(self.files(), [])
        self.origin.start()
        self.assert_queued_and_empty(image)
        self.assertEqual(self.upload(image, b"retry"), 204)
        self.assert_holds(image, b"retry")

    def test_second_origin_on_one_state_directory(self):
        second = Origin(self.origin.folder)
        done = subprocess.run(
            [*self.origin.process.command[:1], *map(str, second.arguments())], capture_output=True, text=True, timeout=30
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("another process holds the state directory", done.stderr)


class FullDisk(OriginCase):
    """The same origin with its images on a file system of 6 MiB."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("mounting needs root")
        super().setUp()
        self.origin.stop()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(self.images)], capture_output=True, text=True, check=False
        )
        if mounted.returncode != 0:
            self.skipTest(f"no mount: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.images)], check=False)
        self.addCleanup(lambda: self.origin.stop())
        self.origin.start()

    def test_upload_that_does_not_fit(self):
        image = self.create()
        chunked = http(
            *("PUT", f"{self.origin.url}/v2/images/{image}/file", self.token, iter([bytes(MIB)] * 8)),
            headers={"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"},
        )
        self.assertEqual(chunked.status, 413)
        self.assert_queued_and_empty(image)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.upload(image, bytes(4 * MIB)), 204)
        self.assert_holds(image, bytes(4 * MIB))


if __name__ == "__main__":
    unittest.main()
