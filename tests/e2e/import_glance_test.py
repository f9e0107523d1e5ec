"""glintctl import-glance against a database that a real Glance has filled: both services then tell the same."""

import pathlib
import secrets
import subprocess
import tempfile
import unittest

from support.glint import Origin, http
from support.peers import Glance
from support.process import binary

ADMIN, OWNER, OTHER = "root:admin:admin,member,reader", "ann:a:member,reader", "bob:b:member,reader"
STREAM = {"Content-Type": "application/octet-stream"}
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


class ImportGlance(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="glint-import-")))
        cls.glance = Glance(cls.folder / "glance", "fake-tokens")
        cls.addClassCleanup(cls.glance.stop)
        cls.fill()
        cls.take_over()

    @classmethod
    def at(cls, method, path, token, body=None, headers=None):
        answer = http(method, cls.glance.url + path, token, body, headers)
        if answer.status >= 300:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body[:200]}")
        return answer

    @classmethod
    def create(cls, token=OWNER, **fields):
        record = {"name": "x", "disk_format": "raw", "container_format": "bare", **fields}
        return cls.at("POST", "/v2/images", token, record).json()["id"]

    @classmethod
    def fill(cls):
        cls.content = secrets.token_bytes(200_000)
        cls.full = cls.create(name="full ✓", os_distro="debian", odd="", tags=["one", "två"], min_disk=3)
        cls.at("PUT", f"/v2/images/{cls.full}/file", OWNER, cls.content, STREAM)
        members = f"/v2/images/{cls.full}/members"
        cls.at("POST", members, OWNER, {"member": "b"})
        cls.at("PUT", members + "/b", OTHER, {"status": "accepted"})
        cls.at("POST", members, OWNER, {"member": "c"})
        cls.queued = cls.create(visibility="private", os_hidden=True)
        cls.public = cls.create(ADMIN, visibility="public", protected=True)
        cls.off = cls.create(visibility="community")
        cls.at("PUT", f"/v2/images/{cls.off}/file", OWNER, b"12345", STREAM)
        cls.at("POST", f"/v2/images/{cls.off}/actions/deactivate", ADMIN)
        cls.changed = cls.create(gone="1")
        cls.at("PATCH", f"/v2/images/{cls.changed}", OWNER, b'[{"op":"remove","path":"/gone"}]', PATCH)
        cls.deleted = cls.create()
        cls.at("DELETE", f"/v2/images/{cls.deleted}", OWNER)

    @classmethod
    def take_over(cls):
        cls.origin = Origin(cls.folder / "origin")
        config = cls.folder / "origin" / "glance-api.conf"
        config.write_text(f"[glance_store]\nfilesystem_store_datadir = {cls.folder / 'glance' / 'images'}\n")
        database = cls.folder / "origin" / "state" / "catalog.sqlite"
        database.parent.mkdir(mode=0o700)
        with config.open("a") as more:
            more.write(f"[database]\nconnection = sqlite:///{database}\n")
        command = [binary("glintctl"), "import-glance", "--config-file", config]
        command += ["--db", f"sqlite:///{cls.folder / 'glance' / 'glance.sqlite'}"]
        for _ in range(2):  # the second finds everything there
            cls.said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        cls.origin.start("--insecure-fake-identity", "--config-file", config)
        cls.addClassCleanup(cls.origin.stop)

    def both(self, path, token):
        return [http("GET", url + path, token) for url in (self.glance.url, self.origin.url)]

    def assert_same(self, path, token):
        theirs, ours = self.both(path, token)
        documents = [theirs.json(), ours.json()]
        for document in documents:
            document.get("tags", []).sort()  # a set: Glance tells it in any order
        self.assertEqual((theirs.status, documents[0]), (ours.status, documents[1]), path)
        return documents[1]

    def test_records(self):
        for image in (self.full, self.queued, self.public, self.off, self.changed):
            self.assert_same(f"/v2/images/{image}", ADMIN)
        shown = self.assert_same(f"/v2/images/{self.full}", OTHER)
        self.assertEqual((shown["name"], shown["os_distro"], sorted(shown["tags"])), ("full ✓", "debian", ["one", "två"]))
        self.assertNotIn("gone", self.assert_same(f"/v2/images/{self.changed}", OWNER))

    def test_lists(self):
        for token in (ADMIN, OWNER, OTHER):
            lists = [[image["id"] for image in answer.json()["images"]] for answer in self.both("/v2/images", token)]
            self.assertEqual(lists[0], lists[1], token)
            self.assertTrue(lists[0])

    def test_members(self):
        members = self.assert_same(f"/v2/images/{self.full}/members", OWNER)["members"]
        self.assertEqual({one["member_id"]: one["status"] for one in members}, {"b": "accepted", "c": "pending"})

    def test_bytes(self):
        theirs, ours = self.both(f"/v2/images/{self.full}/file", OTHER)
        self.assertEqual((theirs.body == self.content, ours.body == self.content), (True, True))
        self.assertEqual(http("GET", f"{self.origin.url}/v2/images/{self.off}/file", OWNER).status, 403)

    def test_deleted_ids_stay_used_up(self):
        again = http("POST", self.origin.url + "/v2/images", OWNER, {"id": self.deleted, "name": "again"})
        self.assertEqual(again.status, 409)
        self.assertEqual(http("GET", f"{self.origin.url}/v2/images/{self.deleted}", ADMIN).status, 404)


if __name__ == "__main__":
    unittest.main()
