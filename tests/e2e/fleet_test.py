"""An edge that reports to its origin: who holds an image is known there, by API and by command."""

import json
import os
import pathlib
import secrets
import subprocess
import tempfile
import unittest

from support.glint import Edge, Origin, http
from support.metrics import total
from support.process import binary, wait_until


class Fleet(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="glint-fleet-")))
        self.origin = Origin(self.folder / "origin")
        self.tokens = self.origin.write_tokens()
        self.addCleanup(lambda: self.origin.stop())
        self.origin.start()
        folder = self.folder / "edge"
        folder.mkdir()
        (folder / "token").write_text(self.tokens["admin"])
        (folder / "edge.conf").write_text(
            f"[service_account]\ntoken_file = {folder / 'token'}\n"
            "[fleet]\nname = north\nurl = http://edge.example:9393\ninterval = 1s\n"
        )
        self.edge = Edge(folder, self.origin.url)
        self.addCleanup(self.edge.kill)
        self.edge.start("--config-file", folder / "edge.conf")

    def image(self):
        record = {"name": "x", "disk_format": "raw", "container_format": "bare"}
        image = http("POST", self.origin.url + "/v2/images", self.tokens["demo"], record).json()["id"]
        path = f"/v2/images/{image}/file"
        stream = {"Content-Type": "application/octet-stream"}
        sent = http("PUT", self.origin.url + path, self.tokens["demo"], secrets.token_bytes(200_000), stream)
        self.assertEqual(sent.status, 204)
        self.assertEqual(http("GET", self.edge.url + path, self.tokens["demo"]).status, 200)
        return image

    def nodes(self, image):
        return http("GET", f"{self.origin.url}/v2/cache/nodes/{image}", self.tokens["admin"]).json()

    def glintctl(self, *arguments):
        command = [str(binary("glintctl")), "--json", "--origin", self.origin.url, *arguments]
        environment = dict(os.environ, OS_TOKEN=self.tokens["admin"])
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or "null")

    def test_who_holds_an_image(self):
        image = self.image()
        wait_until(lambda: self.nodes(image) == ["http://edge.example:9393"], "the edge reports the image")
        code, where = self.glintctl("where", image)
        self.assertEqual((code, [edge["edge"] for edge in where["edges"]]), (0, ["north"]))
        # The feed may have dropped the first decision: the image had just been uploaded.
        self.assertEqual(http("GET", f"{self.edge.url}/v2/images/{image}/file", self.tokens["demo"]).status, 200)
        until = lambda: self.glintctl("where", image)[1]["edges"][0]["bootable_until"]  # noqa: E731
        wait_until(until, "the edge reports until when it boots")
        code, edges = self.glintctl("edges")
        self.assertEqual((code, edges["edges"][0]["image_count"]), (0, 1))
        wait_until(lambda: total(self.edge.url, "glint_images_bootable_offline") == 1, "the edge counts it")
        http("DELETE", f"{self.origin.url}/v2/images/{image}", self.tokens["demo"])
        north = lambda: http("GET", f"{self.origin.url}/glint/v1/edges/north", self.tokens["admin"]).json()  # noqa: E731
        wait_until(lambda: north()["images"] == [], "the edge reports that it dropped it")

    def test_members_may_not_ask(self):
        image = self.image()
        for path in ("/glint/v1/edges", f"/v2/cache/nodes/{image}", f"/glint/v1/images/{image}/edges"):
            self.assertEqual(http("GET", self.origin.url + path, self.tokens["demo"]).status, 403, path)


if __name__ == "__main__":
    unittest.main()
