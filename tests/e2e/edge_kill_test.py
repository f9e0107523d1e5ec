"""SIGKILL at random moments under load: no wrong byte is ever served, and what was verified and durable survives.

GLINT_KILL_ROUNDS=N for more than the 200 rounds of a normal run; GLINT_KILL_SEED=N repeats a run.
"""

import hashlib
import http.client
import os
import random
import threading
import time
import uuid

from support.edge_case import EdgeCase
from support.process import wait_until

ROUNDS = int(os.environ.get("GLINT_KILL_ROUNDS", "200"))
SEED = int(os.environ.get("GLINT_KILL_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CLIENTS = 4


class Kills(EdgeCase):
    # Small images, a cache that holds a part of them: fills, hits and evictions at once.
    cache_size = "8M"

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        sizes = [self.random.randrange(1, 900_000) for _ in range(24)]
        self.images = [self.image(size, seed=number) for number, size in enumerate(sizes)]
        self.bytes = {image: self.content(image) for image in self.images}
        self.by_digest = {hashlib.sha512(self.bytes[image]).hexdigest(): image for image in self.images}
        self.served = self.wrong = 0
        self.counting = threading.Lock()

    def client(self, seed, stopping):
        pick = random.Random(seed)
        while not stopping.is_set():
            image = pick.choice(self.images)
            data = self.bytes[image]
            first = pick.randrange(len(data)) if pick.random() < 0.3 else 0
            headers = {"Range": f"bytes={first}-"} if first else {}
            try:
                got = self.download(image, **headers)
            except (OSError, http.client.HTTPException):
                if stopping.wait(0.002):
                    return
                continue
            self.judge(got, data[first:])

    def judge(self, got, want):
        """A response with data is the beginning of the right bytes; one that ends cleanly is all of them."""
        right = got.status not in (200, 206) or (want.startswith(got.body) and (got.body == want or not got.complete))
        with self.counting:
            self.served += got.status in (200, 206) and got.complete
            self.wrong += not right

    def start_quickly(self):
        """Without the pauses of a test that waits politely: a round is a few tens of milliseconds."""
        command = [*self.edge.process.command]
        self.edge.process = type(self.edge.process)(command, self.edge.folder / "glint-edge.log")
        deadline = time.monotonic() + 20
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.edge.port, timeout=5)
            try:
                connection.request("GET", "/healthcheck")
                return connection.getresponse().read()
            except OSError:
                self.assertIsNone(self.edge.process.child.poll(), "the edge does not start again")
                self.assertLess(time.monotonic(), deadline, "the edge does not answer")
                threading.Event().wait(0.003)
            finally:
                connection.close()

    def test_kill(self):
        print(f"GLINT_KILL_SEED={SEED}", flush=True)
        stopping = threading.Event()
        clients = [
            threading.Thread(target=self.client, args=(SEED + n, stopping), daemon=True) for n in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        durable = set()
        try:
            for number in range(ROUNDS):
                # Uneven: mostly in the middle of the first fills, sometimes in a quiet moment.
                threading.Event().wait(self.random.choice((0.0, 0.01, 0.03, 0.08)) * self.random.random())
                if number % 10 == 0:
                    durable = {content["digest"] for content in self.cached() if content["durable"]}
                self.edge.kill()
                self.start_quickly()
                if number % 10 == 0:
                    self.check_survivors(durable)
                self.assertEqual(self.wrong, 0, f"wrong bytes in round {number}, GLINT_KILL_SEED={SEED}")
        finally:
            stopping.set()
            for client in clients:
                client.join(30)
        self.check_the_end()

    def check_survivors(self, durable):
        """Durable contents are there after the restart, but for what the clients have made the edge evict."""
        have = {content["digest"] for content in self.cached()}
        evicted = self.status()["store"]["evictions"]  # since the start; before the kill: one for each client
        self.assertLessEqual(len(durable - have), evicted + CLIENTS, f"GLINT_KILL_SEED={SEED}")

    def check_the_end(self):
        self.assertEqual(self.wrong, 0)
        self.assertGreater(self.served, ROUNDS)
        # Every image is still right, and nothing is left over of all that was cut off.
        for image in self.images:
            self.assert_downloads(image)
        wait_until(lambda: self.status()["store"]["reserved_bytes"] == 0, "no reservation is left")
        contents = self.cached()
        for content in contents:
            self.assertIn(content["digest"].removeprefix("sha512:"), self.by_digest)
        files = [path for path in (self.folder / "cache" / "content").rglob("*") if path.is_file()]
        self.assertEqual(len(files), len(contents))

    def test_quiet_kill_keeps_everything(self):
        images = self.images[:8]
        for image in images:
            self.assert_downloads(image)
        self.wait_cached(len(images))
        kept = {content["digest"] for content in self.cached()}
        for _ in range(5):
            self.edge.kill()
            self.start_quickly()
            self.assertEqual({content["digest"] for content in self.cached()}, kept)
        transferred = self.upstream.stats()["images"]
        before = {image: transferred[image]["file_bytes"] for image in images}
        for image in images:
            self.assert_downloads(image)
            self.assertLessEqual(self.upstream.stats(image)["file_bytes"], before[image] + 1)
