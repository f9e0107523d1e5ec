"""HTTPS on the whole path: origin, edge and client each with a certificate, new ones after SIGHUP."""

import http.client
import json
import pathlib
import signal
import ssl
import tempfile
import unittest

from e2e.clients_cases import image_bytes
from support.certificates import Authority
from support.glint import Edge, Origin
from support.process import Process, binary, wait_until

RECORD = {"name": "sealed", "disk_format": "raw", "container_format": "bare"}


class Secured:
    """Mixed into a program: HTTPS with client certificates, and how a test talks to it."""

    def secure(self, authority, config):
        self.authority = authority
        self.certificate, self.key = authority.issue(self.name)
        self.config = self.folder / "tls.conf"
        self.config.write_text(config.format(certificate=self.certificate, key=self.key, ca=authority.certificate))
        self.url = f"https://127.0.0.1:{self.port}"
        self.process = Process(
            [binary(self.name), *self.arguments(), "--config-file", self.config], self.folder / f"{self.name}.log"
        )
        wait_until(lambda: "event=started" in self.process.log(), f"{self.name} has started")
        return self

    def context(self, client=None):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        if client:
            context.load_cert_chain(*client)
        return context

    def connect(self, client):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.context(client))

    def serial(self, client):
        """The serial number of the certificate that a new connection is shown."""
        connection = self.connect(client)
        connection.connect()
        try:
            return connection.sock.getpeercert()["serialNumber"]
        finally:
            connection.close()


class SecuredOrigin(Secured, Origin):
    pass


class SecuredEdge(Secured, Edge):
    pass


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="glint-tls-")))
        authority = Authority(folder / "authority")
        cls.client, cls.edge_client = authority.issue("client"), authority.issue("edge-to-origin")
        cls.stranger = Authority(folder / "strangers", "strangers").issue("stranger")
        cls.origin = SecuredOrigin(folder / "origin")
        cls.token = cls.origin.write_tokens()["admin"]
        cls.origin.secure(authority, "[DEFAULT]\ncert_file = {certificate}\nkey_file = {key}\nca_file = {ca}\n")
        cls.addClassCleanup(cls.origin.stop)
        cls.edge = SecuredEdge(folder / "edge", cls.origin.url)
        upstream = "[upstream]\nca_file = {ca}\ncertificate_file = %s\nkey_file = %s\n" % cls.edge_client
        cls.edge.secure(
            authority,
            "[tls]\ncertificate_file = {certificate}\nkey_file = {key}\nclient_ca_file = {ca}\n" + upstream,
        )
        cls.addClassCleanup(cls.edge.stop)

    def request(self, program, method, path, body=None, kind="application/json"):
        connection = program.connect(self.client)
        try:
            connection.request(method, path, body, {"X-Auth-Token": self.token, "Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def make_image(self, content):
        status, body = self.request(self.edge, "POST", "/v2/images", json.dumps(RECORD))
        self.assertEqual(status, 201, body)
        path = f"/v2/images/{json.loads(body)['id']}/file"
        status, body = self.request(self.edge, "PUT", path, content, "application/octet-stream")
        self.assertEqual(status, 204, body)
        return path

    def test_upload_and_download_through_the_edge(self):
        content = image_bytes("sealed")
        path = self.make_image(content)
        for source in ("cold", "warm"):
            with self.subTest(source):
                status, body = self.request(self.edge, "GET", path)
                self.assertEqual(status, 200)
                self.assertTrue(body == content, "wrong bytes")

    def test_without_a_certificate_of_the_authority_nothing_is_served(self):
        for program in (self.origin, self.edge):
            for client in (None, self.stranger):
                with self.subTest(program.name, client=client):
                    connection = program.connect(client)
                    with self.assertRaises((ssl.SSLError, ConnectionError, http.client.BadStatusLine)):
                        connection.request("GET", "/versions")
                        connection.getresponse().read()
                    connection.close()

    def test_certificates_are_read_again_on_sighup(self):
        for program in (self.origin, self.edge):
            with self.subTest(program.name):
                kept = program.connect(self.client)
                kept.request("GET", "/healthcheck")
                self.assertEqual(kept.getresponse().read()[:2], b"OK")
                before = program.serial(self.client)
                program.authority.issue(program.name)
                self.assertEqual(program.serial(self.client), before)
                program.process.child.send_signal(signal.SIGHUP)
                wait_until(lambda: program.serial(self.client) != before, "the new certificate is shown")
                kept.request("GET", "/healthcheck")  # the old connection goes on
                self.assertEqual(kept.getresponse().status, 200)
                kept.close()

    def test_a_wrong_certificate_on_sighup_leaves_the_old_one(self):
        before = self.edge.serial(self.client)
        good = self.edge.certificate.read_bytes()
        try:
            self.edge.certificate.write_text("no certificate\n")
            logged = len(self.edge.process.log())
            self.edge.process.child.send_signal(signal.SIGHUP)
            wait_until(lambda: "level=error" in self.edge.process.log()[logged:], "the failure is logged")
            self.assertEqual(self.edge.serial(self.client), before)
        finally:
            self.edge.certificate.write_bytes(good)
