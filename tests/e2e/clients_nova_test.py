"""Nova's own image client, straight to glint-origin and through an edge."""

import json
import pathlib
import tempfile
import unittest

from e2e.clients_cases import image_bytes, state_folder
from support.clients import run
from support.glint import Edge, Origin
from support.process import ROOT

CLIENT = ROOT / "tests" / "support" / "nova_client.py"


class NovaImageClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = state_folder(cls)
        cls.origin = Origin(folder / "origin")
        cls.tokens = cls.origin.write_tokens()
        cls.origin.start()
        cls.addClassCleanup(cls.origin.stop)
        cls.edge = Edge(folder / "edge", cls.origin.url).start()
        cls.addClassCleanup(cls.edge.stop)

    def life_of_an_image(self, url):
        with tempfile.TemporaryDirectory(prefix="glint-e2e-") as folder:
            data = pathlib.Path(folder) / "data"
            data.write_bytes(image_bytes("nova"))
            environment = {
                "GLANCE_URL": url,
                "AUTH_TOKEN": self.tokens["demo"],
                "USER_ID": "11111111-1111-4111-8111-111111111111",
                "PROJECT_ID": "demo",
                "DATA_FILE": data,
            }
            environment = {name: str(value) for name, value in environment.items()}
            return json.loads(run(["/usr/bin/python3", CLIENT], environment))

    def check(self, url):
        seen = self.life_of_an_image(url)
        created = seen["created"]
        self.assertEqual((created["status"], created["size"]), ("active", len(image_bytes("nova"))))
        self.assertEqual((created["disk_format"], created["min_disk"]), ("raw", 1))
        self.assertEqual(created["properties"]["image_type"], "snapshot")
        self.assertFalse(created["is_public"])
        self.assertEqual(seen["shown"]["checksum"], created["checksum"])
        self.assertIn(created["id"], seen["listed"])
        self.assertTrue(seen["file_is_right"])
        self.assertTrue(seen["stream_is_right"])
        self.assertEqual(seen["updated"]["name"], "renamed")
        self.assertEqual(seen["updated"]["properties"]["image_type"], "base")
        self.assertNotIn("instance_uuid", seen["updated"]["properties"])
        self.assertEqual((seen["empty"]["status"], seen["empty"]["size"]), ("active", 0))
        for missing in ("deleted", "unknown", "download_unknown"):
            self.assertEqual(seen[missing], "ImageNotFound", missing)

    def test_straight_to_the_origin(self):
        self.check(self.origin.url)

    def test_through_an_edge(self):
        self.check(self.edge.url)


if __name__ == "__main__":
    unittest.main()
