"""What operators see of running programs: metrics, health, logs, glintctl."""

import json
import pathlib
import re
import subprocess
import unittest

from e2e.clients_cases import image_bytes, state_folder
from support.glint import Edge, Origin, http
from support.metrics import samples, total
from support.process import ROOT, binary, wait_until

REQUEST_ID = "req-0b5e5e0a-1111-4222-8333-944455566677"


class Observability(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = state_folder(cls)
        cls.origin = Origin(folder / "origin")
        cls.token = cls.origin.write_tokens()["admin"]
        cls.origin.start()
        cls.addClassCleanup(cls.origin.stop)
        cls.edge = Edge(folder / "edge", cls.origin.url).start()
        cls.addClassCleanup(cls.edge.stop)
        record = {"name": "seen", "disk_format": "raw", "container_format": "bare"}
        made = http("POST", cls.edge.url + "/v2/images", cls.token, record)
        assert made.status == 201, made.body
        cls.image = made.json()["id"]
        cls.file = f"{cls.edge.url}/v2/images/{cls.image}/file"
        put = http("PUT", cls.file, cls.token, image_bytes("seen"), {"Content-Type": "application/octet-stream"})
        assert put.status == 204, put.body
        for _ in range(2):
            got = http("GET", cls.file, cls.token, headers={"X-Openstack-Request-Id": REQUEST_ID})
            assert got.body == image_bytes("seen")

    def glintctl(self, *words):
        command = [binary("glintctl"), *words, "--origin", self.origin.url, "--edge", self.edge.url]
        command += ["--cache-dir", str(self.edge.folder / "cache")]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)

    def test_metrics_are_as_prometheus_wants_them(self):
        for program in (self.origin, self.edge):
            text = http("GET", program.url + "/metrics").body
            checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=30)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_every_metric_is_documented(self):
        page = (ROOT / "docs" / "metrics.md").read_text()
        for program in (self.origin, self.edge):
            for name, _, _ in samples(program.url):
                family = re.sub(r"_(bucket|sum|count)$", "", name)
                self.assertIn(f"`{family}`", page)

    def test_bytes_are_counted_by_where_they_came_from(self):
        size = len(image_bytes("seen"))
        self.assertEqual(total(self.edge.url, "glint_http_response_body_bytes_total", source="cache"), size)
        self.assertGreaterEqual(total(self.edge.url, "glint_http_response_body_bytes_total", source="fill"), size)
        self.assertEqual(total(self.origin.url, "glint_http_response_body_bytes_total", source="store"), size)

    def test_health(self):
        for program in (self.origin, self.edge):
            answer = http("GET", program.url + "/healthcheck")
            self.assertEqual((answer.status, answer.body.strip()), (200, b"OK"))
            answer = http("GET", program.url + "/healthcheck", headers={"Accept": "application/json"})
            self.assertEqual(answer.json()["status"], "ok")

    def test_one_request_id_in_both_logs(self):
        for program in (self.origin, self.edge):
            wait_until(lambda: REQUEST_ID in program.process.log(), f"the request id in the log of {program.name}")

    def test_no_token_in_any_log(self):
        for program in (self.origin, self.edge):
            self.assertNotIn(self.token, program.process.log())

    def test_glintctl(self):
        done = self.glintctl("status")
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = self.glintctl("edge", "ls")
        self.assertIn(self.image, listed.stdout, listed.stderr)
        for command in (("status",), ("edge", "ls"), ("edge", "show", self.image)):
            done = self.glintctl(*command, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            json.loads(done.stdout)


class Purge(unittest.TestCase):
    def test_purged_content_is_fetched_again(self):
        folder = pathlib.Path(state_folder(type(self)))
        origin = Origin(folder / "origin")
        token = origin.write_tokens()["admin"]
        origin.start()
        self.addCleanup(origin.stop)
        edge = Edge(folder / "edge", origin.url).start()
        self.addCleanup(edge.stop)
        record = {"name": "purged", "disk_format": "raw", "container_format": "bare"}
        image = http("POST", origin.url + "/v2/images", token, record).json()["id"]
        octets = {"Content-Type": "application/octet-stream"}
        http("PUT", f"{origin.url}/v2/images/{image}/file", token, image_bytes("purged"), octets)
        file = f"{edge.url}/v2/images/{image}/file"
        self.assertEqual(http("GET", file, token).body, image_bytes("purged"))
        command = [binary("glintctl"), "edge", "purge", image, "--edge", edge.url, "--cache-dir", str(edge.folder / "cache")]
        purged = subprocess.run(command, capture_output=True, text=True, timeout=30)
        self.assertEqual(purged.returncode, 0, purged.stderr)
        self.assertEqual(http("GET", file, token).body, image_bytes("purged"))
        self.assertEqual(total(edge.url, "glint_cache_requests_total", result="miss"), 2)


if __name__ == "__main__":
    unittest.main()
