"""An edge with an account of a real Keystone before an unmodified Glance: it looks at changes, and prefetches."""

import secrets
import unittest

from e2e.clients_cases import state_folder
from support.clients import ClientError, Clients
from support.glint import Edge, http
from support.metrics import total
from support.peers import Glance, Keystone
from support.process import free_port, wait_until

SECONDS = 5.0


class EdgeWithAccountBeforeGlance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = state_folder(cls)
        edge_port = free_port()
        cls.keystone = Keystone(folder / "keystone", f"http://127.0.0.1:{edge_port}")
        cls.addClassCleanup(cls.keystone.stop)
        cls.glance = Glance(folder / "glance", cls.keystone.url)
        cls.addClassCleanup(cls.glance.stop)
        config = folder / "edge.conf"
        config.write_text(
            f"[service_account]\nauth_url = {cls.keystone.url}\nusername = glance\npassword = secret\n"
            "project_name = service\n[auth]\nttl = 1h\n[feed]\npoll_interval = 500ms\n"
        )
        cls.edge = Edge(folder / "edge", cls.glance.url, edge_port).start("--config-file", config)
        cls.addClassCleanup(cls.edge.stop)
        cls.tokens = {user: cls.keystone.token(user) for user in ("demo", "alt")}
        wait_until(lambda: cls.feed()["connected"], "the edge looks at Glance")

    @classmethod
    def feed(cls):
        return http("GET", cls.edge.url + "/glint/v1/status").json()["feed"]

    def at_glance(self, method, path, body=None, headers=None):
        answer = http(method, self.glance.url + path, self.tokens["demo"], body, headers)
        self.assertLess(answer.status, 300, answer.body)
        return answer

    def image(self, **fields):
        record = {"name": "x", "disk_format": "raw", "container_format": "bare", **fields}
        image = self.at_glance("POST", "/v2/images", record).json()["id"]
        self.content = secrets.token_bytes(300_000)
        stream = {"Content-Type": "application/octet-stream"}
        self.at_glance("PUT", f"/v2/images/{image}/file", self.content, stream)
        return image

    def status(self, image, user="demo"):
        return http("GET", f"{self.edge.url}/v2/images/{image}/file", self.tokens[user]).status

    def assert_refused_soon(self, image, status, user="demo"):
        wait_until(lambda: self.status(image, user) == status, f"{status} for {user}", SECONDS)

    def test_deactivated(self):
        image = self.image()
        self.assertEqual(self.status(image), 200)
        self.at_glance("POST", f"/v2/images/{image}/actions/deactivate")
        self.assert_refused_soon(image, 403)

    def test_deleted_also_when_hidden(self):
        for hidden in (False, True):
            with self.subTest(hidden=hidden):
                image = self.image(os_hidden=hidden)
                self.assertEqual(self.status(image), 200)
                # Seen at least once where it is, so that its absence says something.
                looks = self.looks()
                wait_until(lambda: self.looks() > looks + 6, "two looks")
                self.at_glance("DELETE", f"/v2/images/{image}")
                self.assert_refused_soon(image, 404)

    def looks(self):
        """Questions of the edge that Glance has answered."""
        return total(self.edge.url, "glint_upstream_requests_total", kind="feed", result="2xx")

    def test_the_client_manages_the_cache(self):
        admin = Clients.with_keystone(self.edge.url, self.keystone, "glance")
        image = self.image()
        admin.glance("cache-clear")
        admin.glance("cache-queue", image)
        listed = lambda: admin.glance("cache-list")  # noqa: E731
        wait_until(lambda: "queued" not in listed() and image in listed(), "the image is prefetched")
        admin.glance("cache-delete", image)
        self.assertNotIn(image, listed())
        with self.assertRaisesRegex(ClientError, "403"):
            Clients.with_keystone(self.edge.url, self.keystone, "demo").glance("cache-list")

    def test_visibility_changed(self):
        image = self.image(visibility="community")
        self.assertEqual(self.status(image, "alt"), 200)
        patch = [{"op": "replace", "path": "/visibility", "value": "private"}]
        kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        self.at_glance("PATCH", f"/v2/images/{image}", patch, kind)
        self.assert_refused_soon(image, 404, "alt")


if __name__ == "__main__":
    unittest.main()
