"""The edge's cache routes by the real client, its prefetch queue over restarts, and policies; before glint-origin."""

import pathlib
import secrets
import tempfile
import unittest

from support.clients import ClientError, Clients
from support.glint import Edge, Origin, http
from support.metrics import total
from support.process import wait_until


class Prefetch(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="glint-prefetch-")))
        self.origin = Origin(self.folder / "origin")
        self.tokens = self.origin.write_tokens()
        self.addCleanup(lambda: self.origin.stop())
        self.origin.start()
        (self.folder / "token").write_text(self.tokens["admin"])
        self.config = self.folder / "edge.conf"
        self.edge = Edge(self.folder / "edge", self.origin.url)
        self.addCleanup(self.edge.kill)

    def start_edge(self, *policies):
        lines = "".join(f"policy = {policy}\n" for policy in policies)
        self.config.write_text(f"[service_account]\ntoken_file = {self.folder / 'token'}\n[prefetch]\n{lines}retry_delay = 100ms\n")
        self.edge.start("--config-file", self.config)

    def image(self, **fields):
        record = {"name": "x", "disk_format": "raw", "container_format": "bare", **fields}
        answer = http("POST", self.origin.url + "/v2/images", self.tokens["demo"], record)
        image = answer.json()["id"]
        self.content = secrets.token_bytes(2_000_000)
        stream = {"Content-Type": "application/octet-stream"}
        path = f"{self.origin.url}/v2/images/{image}/file"
        self.assertEqual(http("PUT", path, self.tokens["demo"], self.content, stream).status, 204)
        return image

    def prefetch(self):
        secret = (self.folder / "edge" / "cache" / "admin-token").read_text().strip()
        return http("GET", self.edge.url + "/glint/v1/prefetch", headers={"X-Glint-Admin-Token": secret}).json()

    def cache(self, user="admin"):
        return http("GET", self.edge.url + "/v2/cache", self.tokens[user])

    def wait_cached(self, image):
        def there():
            answer = self.cache()
            if answer.status != 200:  # the origin is back, the edge does not know yet
                return False
            shown = answer.json()
            return [each["image_id"] for each in shown["cached_images"]] == [image] and not shown["queued_images"]

        wait_until(there, "the image is cached")

    def assert_hit(self, image):
        answer = http("GET", f"{self.edge.url}/v2/images/{image}/file", self.tokens["demo"])
        self.assertEqual((answer.status, answer.body == self.content), (200, True))
        self.assertEqual(total(self.edge.url, "glint_cache_requests_total", result="hit"), 1)

    def test_the_client_manages_the_cache(self):
        self.start_edge()
        image = self.image()
        admin = Clients.with_token(self.edge.url, self.tokens["admin"])
        admin.glance("cache-queue", image)
        self.wait_cached(image)
        self.assertIn(image, admin.glance("cache-list"))
        self.assert_hit(image)
        admin.glance("cache-delete", image)
        self.assertNotIn(image, admin.glance("cache-list"))
        admin.glance("cache-queue", image)
        self.wait_cached(image)
        admin.glance("cache-clear", "--target", "queue")
        self.assertIn(image, admin.glance("cache-list"))
        admin.glance("cache-clear")
        self.assertNotIn(image, admin.glance("cache-list"))
        with self.assertRaisesRegex(ClientError, "403"):
            Clients.with_token(self.edge.url, self.tokens["demo"]).glance("cache-list")
        self.assertEqual(self.cache("demo").status, 403)

    def test_what_is_queued_survives_a_crash_and_an_absent_origin(self):
        self.start_edge()
        image = self.image()
        self.origin.kill()
        wait_until(lambda: self.cache().status == 503, "the origin is known to be away")
        secret = {"X-Glint-Admin-Token": (self.folder / "edge" / "cache" / "admin-token").read_text().strip()}
        self.assertEqual(http("PUT", f"{self.edge.url}/v2/cache/{image}", headers=secret).status, 202)
        self.edge.kill()
        self.start_edge()
        self.assertEqual([each["image_id"] for each in self.prefetch()["queue"]], [image])
        self.origin.start()
        self.wait_cached(image)
        self.assert_hit(image)

    def test_policies_fetch_what_is_new_and_what_was_there(self):
        before = self.image(tags=["golden"])
        self.start_edge("golden: tag=golden, max_size=1G, pin", "debian: name=debian-*, property.os_distro=debian")
        self.wait_cached(before)
        wait_until(lambda: self.prefetch()["pinned"] == [before], "it is pinned")
        wait_until(lambda: total(self.edge.url, "glint_feed_connected") == 1, "the edge hears of new images")
        self.image(name="debian-12")  # not by name alone
        new = self.image(name="debian-12", os_distro="debian")
        ids = lambda: {each["image_id"] for each in self.cache().json()["cached_images"]}  # noqa: E731
        wait_until(lambda: ids() == {before, new}, "the new image is cached")
        self.assertEqual({each["reason"] for each in self.prefetch()["recent"]}, {"golden", "debian"})
        self.assert_hit(new)


if __name__ == "__main__":
    unittest.main()
