"""An edge before a scripted upstream, for tests of what the edge does when the upstream misbehaves."""

import concurrent.futures
import http.client
import pathlib
import tempfile
import unittest
import uuid

from support.glint import Edge, http as call
from support.metrics import total
from support.process import wait_until
from support.scripted_upstream import ScriptedUpstream, content

MIB = 1 << 20
TOKEN = "token-of-the-first-caller"


class Download:
    """What one client got; `complete`: the body ended as its head announced."""

    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        try:
            self.body, self.complete = response.read(), True
        except http.client.IncompleteRead as error:
            self.body, self.complete = error.partial, False
        except OSError:
            self.body, self.complete = b"", False


class EdgeCase(unittest.TestCase):
    """Starts both for each test; `config` holds lines of the edge's configuration file."""

    config = ""
    cache_size = "256M"

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="glint-edge-")))
        self.upstream = self.enterContext(ScriptedUpstream())
        self.edge = Edge(self.folder, self.upstream.url, cache_size=self.cache_size)
        self.start_edge()
        self.addCleanup(self.edge.kill)

    def start_edge(self):
        (self.folder / "edge.conf").write_text(self.config)
        self.edge.start("--config-file", self.folder / "edge.conf")
        wait_until(lambda: self.status()["upstream"]["detail"] == "Images API v2", "the edge knows its upstream")

    def image(self, size=3 * MIB + 17, **script):
        """A scripted image; its id. Each has content of its own."""
        image = str(uuid.uuid4())
        script.setdefault("seed", uuid.UUID(image).int % 1_000_003)
        self.upstream.add(image, size=size, **script)
        return image

    def script(self, image, **changes):
        self.upstream.script({"images": [{**self.upstream.images[image].spec, **changes}]})

    def content(self, image, first=0, last=None):
        known = self.upstream.images[image]
        last = known.size - 1 if last is None else last
        return content(known.seed, first, last - first + 1)

    def connect(self, image, token=TOKEN, **headers):
        """A connection with the request sent, and its response with the head read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.port, timeout=30)
        fields = {**headers, **({"X-Auth-Token": token} if token else {})}
        connection.request("GET", f"/v2/images/{image}/file", headers=fields)
        return connection, connection.getresponse()

    def download(self, image, token=TOKEN, **headers):
        connection, response = self.connect(image, token, **headers)
        try:
            return Download(response)
        finally:
            connection.close()

    def assert_downloads(self, image, token=TOKEN):
        got = self.download(image, token)
        self.assertEqual((got.status, got.complete), (200, True), got.body[:200])
        self.assertTrue(got.body == self.content(image), "wrong bytes")

    def together(self, calls):
        """Runs the calls at the same time; their results in order."""
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            return [future.result(60) for future in [pool.submit(each) for each in calls]]

    def status(self):
        return call("GET", self.edge.url + "/glint/v1/status").json()

    def cached(self):
        secret = (self.folder / "cache" / "admin-token").read_text().strip()
        answer = call("GET", self.edge.url + "/glint/v1/cache", headers={"X-Glint-Admin-Token": secret})
        return answer.json()["contents"]

    def wait_cached(self, count):
        wait_until(lambda: len(self.cached()) == count and all(c["durable"] for c in self.cached()), f"{count} contents")

    def results(self, result):
        return total(self.edge.url, "glint_cache_requests_total", result=result)
