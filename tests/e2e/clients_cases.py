"""What every Images API client of Debian must be able to do through an edge, whatever stands behind it.

A module mixes ClientCases into a TestCase and gives it `edge` and `clients(user)` for the users "demo" (member),
"demo_reader" (reader in the same project) and "alt" (member of another project).
"""

import hashlib
import os
import pathlib
import tempfile

from support.clients import ClientError
from support.glint import http
from support.metrics import total

MIB = 1 << 20


def image_bytes(seed, mib=5):
    """Some MiB: noise, a long run of zeros, noise; not a multiple of anything."""
    noise = hashlib.shake_256(seed.encode()).digest(MIB)
    return noise + bytes((mib - 2) * MIB) + noise[::-1] + b"tail of " + seed.encode()


class ClientCases:
    edge = None

    def clients(self, user):
        raise NotImplementedError

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.demo = self.clients("demo")

    def image_file(self, seed):
        path = self.folder / f"{seed}.raw"
        path.write_bytes(image_bytes(seed))
        return path

    def uploaded(self, seed, **fields):
        """An active image with image_bytes(seed), made by plain requests; its id."""
        record = {"name": seed, "disk_format": "raw", "container_format": "bare", **fields}
        made = http("POST", self.edge.url + "/v2/images", self.demo.token, record)
        self.assertEqual(made.status, 201, made.body)
        image = made.json()["id"]
        put = http("PUT", self.file_url(image), self.demo.token, image_bytes(seed), {"Content-Type": "application/octet-stream"})
        self.assertEqual(put.status, 204, put.body)
        return image

    def file_url(self, image):
        return f"{self.edge.url}/v2/images/{image}/file"

    def download(self, image, user="demo", **headers):
        return http("GET", self.file_url(image), self.clients(user).token, headers=headers)

    def hits(self):
        return total(self.edge.url, "glint_cache_requests_total", result="hit")

    # The three clients, each from creation to deletion.

    def test_openstack_client(self):
        demo, path = self.demo, self.image_file("openstack")
        create = ("create", "--disk-format", "raw", "--container-format", "bare", "--file", path, "osc-image")
        image = demo.openstack_json(*create)["id"]
        self.assertEqual(demo.openstack_json("show", image)["status"], "active")
        self.assertIn(image, [row["ID"] for row in demo.openstack_json("list", "--name", "osc-image")])
        demo.openstack("set", "--property", "hw_disk_bus=virtio", "--tag", "golden", image)
        shown = demo.openstack_json("show", image)
        self.assertEqual(shown["properties"]["hw_disk_bus"], "virtio")
        self.assertEqual(shown["tags"], ["golden"])
        demo.openstack("save", "--file", self.folder / "saved", image)
        self.assertEqual((self.folder / "saved").read_bytes(), path.read_bytes())
        demo.openstack("delete", image)
        with self.assertRaises(ClientError):
            demo.openstack("show", image)

    def test_glance_client(self):
        demo, path = self.demo, self.image_file("glance")
        create = ("image-create", "--disk-format", "raw", "--container-format", "bare", "--file", path, "--name", "glance-image")
        image = demo.glance_table(*create)["id"]
        self.assertEqual(demo.glance_table("image-show", image)["status"], "active")
        self.assertIn(image, demo.glance("image-list"))
        demo.glance("image-update", "--property", "hw_disk_bus=scsi", image)
        demo.glance("image-tag-update", image, "golden")
        shown = demo.glance_table("image-show", image)
        self.assertEqual((shown["hw_disk_bus"], shown["tags"]), ("scsi", '["golden"]'))
        demo.glance("image-download", "--file", self.folder / "downloaded", image)
        self.assertEqual((self.folder / "downloaded").read_bytes(), path.read_bytes())
        demo.glance("image-delete", image)
        with self.assertRaises(ClientError):
            demo.glance("image-show", image)

    def test_sdk(self):
        content = image_bytes("sdk")
        with self.demo.sdk() as cloud:
            made = cloud.image.create_image(
                "sdk-image", disk_format="raw", container_format="bare", data=content, use_import=False
            )
            image = cloud.image.get_image(made.id)
            self.assertEqual((image.status, image.size), ("active", len(content)))
            self.assertEqual(image.hash_value, hashlib.sha512(content).hexdigest())
            self.assertIn(made.id, [each.id for each in cloud.image.images(name="sdk-image")])
            cloud.image.update_image(made.id, hw_disk_bus="ide")
            cloud.image.add_tag(made.id, "golden")
            image = cloud.image.get_image(made.id)
            self.assertEqual(list(image.tags), ["golden"])
            got = b"".join(cloud.image.download_image(made.id, stream=True).iter_content(MIB))
            self.assertEqual(got, content)
            cloud.image.delete_image(made.id)
            self.assertIsNone(cloud.image.find_image(made.id))

    # What the edge adds, and what it must not take away.

    def test_range(self):
        image, content = self.uploaded("range"), image_bytes("range")
        for first, last in ((0, 0), (100, 4 * MIB + 7), (len(content) - 5, len(content) - 1)):
            part = self.download(image, Range=f"bytes={first}-{last}")
            self.assertEqual((part.status, part.body), (206, content[first : last + 1]))
            self.assertEqual(part.headers["Content-Range"], f"bytes {first}-{last}/{len(content)}")
        self.assertEqual(self.download(image, Range=f"bytes={len(content)}-").status, 416)

    def test_second_download_is_a_hit(self):
        image, content = self.uploaded("hit"), image_bytes("hit")
        self.assertEqual(self.download(image).body, content)
        before = self.hits()
        self.assertEqual(self.download(image).body, content)
        self.assertEqual(self.hits(), before + 1)

    def test_wrong_token(self):
        image = self.uploaded("token")
        self.assertEqual(self.download(image).status, 200)  # cached: a hit needs a token too
        for token in (None, "no-such-token"):
            self.assertEqual(http("GET", self.file_url(image), token).status, 401)
            self.assertEqual(http("GET", self.edge.url + "/v2/images", token).status, 401)

    def test_reader_may_show_but_not_download(self):
        image = self.uploaded("reader")
        self.assertEqual(self.download(image).status, 200)
        reader = self.clients("demo_reader").token
        self.assertEqual(http("GET", f"{self.edge.url}/v2/images/{image}", reader).status, 200)
        for _ in range(2):  # the second time the decision is the edge's own
            self.assertEqual(self.download(image, "demo_reader").status, 403)

    def test_another_project_sees_nothing(self):
        image = self.uploaded("private", visibility="private")
        self.assertEqual(self.download(image).status, 200)
        for _ in range(2):
            self.assertEqual(self.download(image, "alt").status, 404)

    def test_deleted_image_is_gone(self):
        image = self.uploaded("deleted")
        self.assertEqual(self.download(image).status, 200)
        self.assertEqual(http("DELETE", f"{self.edge.url}/v2/images/{image}", self.demo.token).status, 204)
        self.assertEqual(self.download(image).status, 404)

    def test_restart_keeps_the_cache(self):
        image, content = self.uploaded("restart"), image_bytes("restart")
        self.assertEqual(self.download(image).body, content)
        self.assertEqual(self.edge.stop(), 0)
        self.edge.start()
        self.assertEqual(self.download(image).body, content)
        self.assertEqual(self.hits(), 1)


def state_folder(test_class):
    """A folder for servers that live as long as the class; readable by its owner only."""
    folder = test_class.enterClassContext(tempfile.TemporaryDirectory(prefix="glint-e2e-"))
    os.chmod(folder, 0o700)
    return pathlib.Path(folder)
