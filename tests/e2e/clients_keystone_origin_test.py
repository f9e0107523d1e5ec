"""The clients through an edge in front of glint-origin, with a real Keystone."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from e2e.clients_cases import ClientCases, image_bytes, state_folder
from support.clients import Clients
from support.glint import Edge, KeystoneOrigin, http
from support.peers import Keystone
from support.process import ROOT, free_port, wait_until

RECORD = {"name": "kept", "disk_format": "raw", "container_format": "bare"}


class ClientsThroughEdgeToOriginWithKeystone(ClientCases, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = state_folder(cls)
        edge_port = free_port()
        cls.keystone = Keystone(folder / "keystone", f"http://127.0.0.1:{edge_port}")
        cls.addClassCleanup(cls.keystone.stop)
        cls.origin = KeystoneOrigin(folder / "origin", cls.keystone.url).start()
        cls.addClassCleanup(cls.origin.stop)
        cls.edge = Edge(folder / "edge", cls.origin.url, edge_port).start()
        cls.addClassCleanup(cls.edge.stop)
        cls._clients = {}

    def clients(self, user):
        if user not in self._clients:
            self._clients[user] = Clients.with_keystone(self.edge.url, self.keystone, user)
        return self._clients[user]

    def test_without_a_valid_token_nothing_is_told(self):
        for token in (None, "nonsense"):
            with self.subTest(token=token):
                answer = http("GET", self.origin.url + "/v2/images", token)
                self.assertEqual(answer.status, 401)
                self.assertEqual(answer.headers["WWW-Authenticate"], f'Keystone uri="{self.keystone.url}/v3"')

    def test_a_revoked_token_ends(self):
        with tempfile.TemporaryDirectory(prefix="glint-e2e-") as folder:
            origin = KeystoneOrigin(pathlib.Path(folder) / "origin", self.keystone.url)
            origin.config.write_text(origin.config.read_text() + "token_cache_time = 1\n")
            origin.start()
            try:
                token = self.keystone.token("demo")
                self.assertEqual(http("GET", origin.url + "/v2/images", token).status, 200)
                headers = {"X-Auth-Token": self.keystone.token("admin"), "X-Subject-Token": token}
                self.assertEqual(http("DELETE", self.keystone.url + "/v3/auth/tokens", headers=headers).status, 204)
                wait_until(lambda: http("GET", origin.url + "/v2/images", token).status == 401, "the token has ended")
            finally:
                origin.stop()

    def test_members_share_an_image(self):
        def project(user):
            headers = {"X-Auth-Token": self.keystone.token(user)}
            return http("GET", self.keystone.url + "/v3/auth/projects", headers=headers).json()["projects"][0]["id"]

        demo, alt = self.keystone.token("demo"), self.keystone.token("alt")
        image = http("POST", self.edge.url + "/v2/images", demo, RECORD).json()["id"]
        path = f"{self.edge.url}/v2/images/{image}"
        kind = {"Content-Type": "application/octet-stream"}
        self.assertEqual(http("PUT", path + "/file", demo, image_bytes("kept"), kind).status, 204)
        self.assertEqual(http("GET", path + "/file", alt).status, 404)
        added = http("POST", path + "/members", demo, {"member": project("alt")})
        self.assertEqual((added.status, added.json()["status"]), (200, "pending"))
        accepted = http("PUT", f"{path}/members/{project('alt')}", alt, {"status": "accepted"})
        self.assertEqual(accepted.status, 200, accepted.body)
        got = wait_until(
            lambda: (answer := http("GET", path + "/file", alt)).status == 200 and answer, "the member may download"
        )
        self.assertTrue(got.body == image_bytes("kept"))


    def test_register_makes_account_and_endpoints_and_may_run_again(self):
        environment = {**os.environ, **self.keystone.client_environment("admin"), "GLINT_SERVICE_PASSWORD": "secret"}
        command = [ROOT / "deploy" / "keystone" / "register.sh", "--user", "registered", "--region", "RegionTwo"]
        for url in ("http://127.0.0.1:1", "http://127.0.0.1:2"):
            done = subprocess.run([*command, "--url", url], env=environment, capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
        headers = {"X-Auth-Token": self.keystone.token("admin")}
        found = http("GET", self.keystone.url + "/v3/endpoints?region_id=RegionTwo", headers=headers).json()["endpoints"]
        self.assertEqual({(one["interface"], one["url"]) for one in found}, {(i, url) for i in ("public", "internal", "admin")})
        wrong = subprocess.run([*command, "--url", "images:9292"], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(wrong.returncode, 2)


class KeystoneIsAway(unittest.TestCase):
    def test_503_and_no_hang(self):
        with tempfile.TemporaryDirectory(prefix="glint-e2e-") as folder:
            origin = KeystoneOrigin(pathlib.Path(folder) / "origin", f"http://127.0.0.1:{free_port()}").start()
            try:
                self.assertEqual(http("GET", origin.url + "/v2/images", "any-token", timeout=10).status, 503)
                self.assertEqual(http("GET", origin.url + "/versions").status, 200)
            finally:
                origin.stop()


if __name__ == "__main__":
    unittest.main()
