"""An edge that follows the change feed of glint-origin: what changes there stops being served here."""

import pathlib
import secrets
import tempfile
import unittest

from support.glint import Edge, Origin, http
from support.metrics import total
from support.process import wait_until

SECONDS = 5.0  # within which a change must have its effect


class FollowedOrigin(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="glint-feed-")))
        self.origin = Origin(self.folder / "origin")
        self.tokens = self.origin.write_tokens()
        self.addCleanup(lambda: self.origin.stop())
        self.origin.start()
        self.edge = self.new_edge("edge")
        wait_until(lambda: self.feed()["connected"], "the edge follows the feed")

    def new_edge(self, name):
        folder = self.folder / name
        folder.mkdir()
        (folder / "token").write_text(self.tokens["admin"])
        # Decisions would live for an hour: whatever is noticed sooner, the feed has told.
        (folder / "edge.conf").write_text(
            f"[service_account]\ntoken_file = {folder / 'token'}\n[auth]\nttl = 1h\n[feed]\nwait = 5s\n"
        )
        edge = Edge(folder, self.origin.url)
        self.addCleanup(edge.kill)
        return edge.start("--config-file", folder / "edge.conf")

    def feed(self):
        return http("GET", self.edge.url + "/glint/v1/status").json()["feed"]

    def at_origin(self, method, path, body=None, user="demo", headers=None):
        answer = http(method, self.origin.url + path, self.tokens[user], body, headers)
        self.assertLess(answer.status, 300, answer.body)
        return answer

    def image(self, **fields):
        record = {"name": "x", "disk_format": "raw", "container_format": "bare", **fields}
        image = self.at_origin("POST", "/v2/images", record).json()["id"]
        self.content = secrets.token_bytes(300_000)
        stream = {"Content-Type": "application/octet-stream"}
        self.at_origin("PUT", f"/v2/images/{image}/file", self.content, headers=stream)
        return image

    def status(self, image, user="demo"):
        return http("GET", f"{self.edge.url}/v2/images/{image}/file", self.tokens[user]).status

    def assert_served(self, image, user="demo"):
        answer = http("GET", f"{self.edge.url}/v2/images/{image}/file", self.tokens[user])
        self.assertEqual((answer.status, answer.body == self.content), (200, True))

    def assert_refused_soon(self, image, status, user="demo"):
        wait_until(lambda: self.status(image, user) == status, f"{status} for {user}", SECONDS)

    def test_deactivated_and_reactivated(self):
        image = self.image()
        self.assert_served(image)
        self.at_origin("POST", f"/v2/images/{image}/actions/deactivate")
        self.assert_refused_soon(image, 403)
        self.at_origin("POST", f"/v2/images/{image}/actions/reactivate")
        wait_until(lambda: self.status(image) == 200, "served again", SECONDS)
        self.assertEqual(total(self.edge.url, "glint_feed_events_total", kind="deactivated"), 1)
        self.assertEqual(total(self.edge.url, "glint_feed_connected"), 1)

    def test_deleted(self):
        image = self.image()
        self.assert_served(image)
        self.at_origin("DELETE", f"/v2/images/{image}")
        self.assert_refused_soon(image, 404)
        stored = lambda: total(self.edge.url, "glint_store_contents")  # noqa: E731
        wait_until(lambda: stored() == 0, "its content is dropped", SECONDS)

    def test_member_removed(self):
        image = self.image(visibility="shared")
        self.at_origin("POST", f"/v2/images/{image}/members", {"member": "alt"})
        self.at_origin("PUT", f"/v2/images/{image}/members/alt", {"status": "accepted"}, user="alt")
        self.assert_served(image, "alt")
        self.assert_served(image, "demo")
        self.at_origin("DELETE", f"/v2/images/{image}/members/alt")
        self.assert_refused_soon(image, 404, "alt")
        self.assert_served(image, "demo")

    def test_visibility_changed(self):
        image = self.image(visibility="community")
        self.assert_served(image, "alt")
        patch = [{"op": "replace", "path": "/visibility", "value": "private"}]
        kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        self.at_origin("PATCH", f"/v2/images/{image}", patch, headers=kind)
        self.assert_refused_soon(image, 404, "alt")

    def test_every_edge_is_told(self):
        image = self.image()
        other = self.new_edge("edge2")
        path = f"/v2/images/{image}/file"
        wait_until(lambda: http("GET", other.url + "/glint/v1/status").json()["feed"]["connected"], "a second follower")
        self.assertEqual([http("GET", edge.url + path, self.tokens["demo"]).status for edge in (self.edge, other)], [200, 200])
        self.at_origin("POST", f"/v2/images/{image}/actions/deactivate")
        for edge in (self.edge, other):
            wait_until(lambda: http("GET", edge.url + path, self.tokens["demo"]).status == 403, "403", SECONDS)

    def test_what_changed_while_cut_off_is_refused_with_the_first_body(self):
        image = self.image()
        self.assert_served(image)
        kept = self.image()
        self.assert_served(kept)
        self.origin.kill()
        # Cut off: decisions within the grace go on.
        wait_until(lambda: not self.feed()["connected"], "the loss is noticed")
        wait_until(lambda: total(self.edge.url, "glint_upstream_up") == 0, "the upstream is known to be away")
        self.assertEqual(self.status(image), 200)
        # The same catalog, where the edge does not see it.
        elsewhere = Origin(self.folder / "origin").start()
        self.addCleanup(elsewhere.stop)
        answer = http("POST", f"{elsewhere.url}/v2/images/{image}/actions/deactivate", self.tokens["demo"])
        self.assertEqual(answer.status, 204)
        self.assertEqual(self.status(image), 200)
        elsewhere.stop()
        self.origin.start()
        seen = []

        def asked():
            seen.append(self.status(image))
            return seen[-1] == 403

        wait_until(asked, "403 after the reconnection")
        self.assertEqual(total(self.edge.url, "glint_upstream_up"), 1)
        # Until the edge saw its upstream again it served on grace.
        self.assertEqual(set(seen) - {200, 403, 503}, set())
        self.assert_served(kept)
        wait_until(lambda: self.feed()["connected"], "the feed is followed again")


if __name__ == "__main__":
    unittest.main()
