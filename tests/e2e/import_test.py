"""Staging and imports with the clients that people use, and imports that die with the origin."""

import hashlib
import http.server
import os
import random
import threading
import unittest

from e2e.origin_crash_test import MIB, OriginCase, Upload
from support.clients import Clients
from support.glint import http as request
from support.process import wait_until

DIRECT = {"method": {"name": "glance-direct"}}


class StagedUpload(Upload):
    route = "stage"


class ImportCase(OriginCase):
    def setUp(self):
        super().setUp()
        self.staging = self.folder / "origin" / "state" / "staging"

    def stage(self, image, data):
        headers = {"Content-Type": "application/octet-stream"}
        return request("PUT", f"{self.origin.url}/v2/images/{image}/stage", self.token, data, headers).status

    def start_import(self, image, body=DIRECT):
        return request("POST", f"{self.origin.url}/v2/images/{image}/import", self.token, body).status

    def tasks(self, image):
        return request("GET", f"{self.origin.url}/v2/images/{image}/tasks", self.token).json()["tasks"]

    def wait_tasks(self, image):
        ended = ("success", "failure")
        wait_until(lambda: all(task["status"] in ended for task in self.tasks(image)), f"tasks of {image} end")
        return self.tasks(image)


class Importing(ImportCase):
    def test_staged_bytes_become_the_image(self):
        image, data = self.create(), os.urandom(3 * MIB + 5)
        self.assertEqual(self.stage(image, data), 204)
        self.assertEqual(self.show(image)["status"], "uploading")
        self.assertEqual(self.start_import(image), 202)
        (task,) = self.wait_tasks(image)
        self.assertEqual((task["status"], task["result"]), ("success", {"image_id": image}))
        self.assert_holds(image, data)
        self.assertEqual(list(self.staging.iterdir()), [])

    def test_a_deleted_image_takes_its_staged_bytes_along(self):
        image = self.create()
        self.assertEqual(self.stage(image, b"x"), 204)
        self.assertEqual(request("DELETE", f"{self.origin.url}/v2/images/{image}", self.token).status, 204)
        self.assertEqual(list(self.staging.iterdir()), [])


class FromTheWeb(ImportCase):
    """web-download from a server on this host, which an origin reaches only when it is told to."""

    def setUp(self):
        super().setUp()
        self.data = data = os.urandom(2 * MIB + 3)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(302 if self.path == "/moved" else 200)
                self.send_header("Location", "/image")
                self.send_header("Content-Length", "0" if self.path == "/moved" else str(len(data)))
                self.end_headers()
                if self.path != "/moved":
                    self.wfile.write(data)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        thread.start()
        self.port = server.server_port

    def restart_with(self, text):
        config = self.folder / "import.conf"
        config.write_text(text)
        self.origin.restart("--config-file", config)

    def open_this_host(self):
        self.restart_with(
            f"[import_filtering_opts]\nallowed_ports = {self.port}\n[web_download]\nrefused_addresses = 192.0.2.0/24\n"
        )

    def body(self, path="/image", host="127.0.0.1"):
        return {"method": {"name": "web-download", "uri": f"http://{host}:{self.port}{path}"}}

    def test_an_image_from_the_web(self):
        self.open_this_host()
        for path in ("/image", "/moved"):
            image = self.create()
            self.assertEqual(self.start_import(image, self.body(path)), 202)
            (task,) = self.wait_tasks(image)
            self.assertEqual(task["status"], "success", task["message"])
            self.assert_holds(image, self.data)
        self.assertEqual(list(self.staging.iterdir()), [])

    def test_this_host_is_refused_by_default(self):
        self.restart_with(f"[import_filtering_opts]\nallowed_ports = {self.port}\n")
        image = self.create()
        self.assertEqual(self.start_import(image, self.body()), 400)
        self.assertEqual(self.start_import(image, self.body(host="localhost")), 202)  # a name may lead anywhere
        (task,) = self.wait_tasks(image)
        self.assertEqual(task["status"], "failure")
        self.assert_queued_and_empty(image)

    def test_the_clients(self):
        self.open_this_host()
        clients = Clients.with_token(self.origin.url, self.token)
        path = self.folder / "image"
        path.write_bytes(self.data)
        form = ("--disk-format", "raw", "--container-format", "bare")
        uri = self.body()["method"]["uri"]
        staged = clients.glance_table(
            "image-create-via-import", *form, "--name", "direct", "--import-method", "glance-direct", "--file", path
        )["id"]
        fetched = clients.glance_table(
            "image-create-via-import", *form, "--name", "web", "--import-method", "web-download", "--uri", uri
        )["id"]
        imported = clients.openstack_json("create", *form, "--import", "--file", path, "osc")["id"]
        queued = clients.openstack_json("create", *form, "later")["id"]
        clients.glance("image-import", queued, "--import-method", "web-download", "--uri", uri)
        for image in (staged, fetched, imported, queued):
            self.wait_tasks(image)
            self.assert_holds(image, self.data)


class ImportingAcrossKills(ImportCase):
    def test_no_import_is_lost_and_nothing_is_left(self):
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        kept = {}
        for round_number in range(10):
            with self.subTest(seed=seed, round=round_number):
                data = dice.randbytes(4 * MIB)
                image = self.create()
                self.assertEqual(self.stage(image, data), 204)
                self.assertEqual(self.start_import(image), 202)
                # As long as a request or a few take, so that the kill meets the import anywhere.
                for _ in range(dice.randrange(4)):
                    self.show(image)
                self.origin.kill()
                self.origin.start()
                (task,) = self.wait_tasks(image)
                self.assertEqual(task["status"], "success", task["message"])
                self.assert_holds(image, data)
                kept[image] = hashlib.sha512(data).hexdigest()
        self.assertEqual(list(self.staging.iterdir()), [])
        self.assertEqual(self.files(), sorted(kept))
        for image, digest in kept.items():
            self.assertEqual(self.show(image)["os_hash_value"], digest)

    def test_killed_while_staging(self):
        data = os.urandom(4 * MIB)
        for stop_at in (0, MIB, len(data) - 1):
            image = self.create()
            sender = StagedUpload(self.origin, self.token, image, data, stop_at)
            sender.start()
            sender.halted.wait(30)
            self.origin.kill()
            self.origin.start()
            sender.join(30)
            self.assert_queued_and_empty(image)
            self.assertEqual(list(self.staging.iterdir()), [])
            self.assertEqual(self.stage(image, data), 204)
            self.assertEqual(request("DELETE", f"{self.origin.url}/v2/images/{image}", self.token).status, 204)


if __name__ == "__main__":
    unittest.main()
