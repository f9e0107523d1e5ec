"""The scripted upstream does what its script says; the fault tests stand on it."""

import http.client
import json
import socket
import unittest
import urllib.error
import urllib.request

from support.scripted_upstream import ScriptedUpstream, content, digest

SIZE = 3 * (1 << 20) + 12345


class ScriptedUpstreamTest(unittest.TestCase):
    def setUp(self):
        self.upstream = self.enterContext(ScriptedUpstream())

    def get(self, path, **headers):
        request = urllib.request.Request(self.upstream.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers, response.read()

    def status(self, path, **headers):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.get(path, **headers)
        caught.exception.close()
        return caught.exception.code

    def received(self, path):
        """The raw bytes of an answer's body until the connection ends, and how it ended."""
        with socket.create_connection(("127.0.0.1", self.upstream.port), timeout=10) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            data, end = b"", "closed"
            try:
                while chunk := client.recv(65536):
                    data += chunk
            except ConnectionResetError:
                end = "reset"
        return data.partition(b"\r\n\r\n")[2], end

    def test_an_image_and_its_content(self):
        size, md5, sha512 = self.upstream.add("a", size=SIZE, seed=7)
        shown = json.loads(self.get("/v2/images/a")[2])
        self.assertEqual(shown["size"], size)
        self.assertEqual((shown["checksum"], shown["os_hash_value"]), (md5, sha512))
        status, headers, body = self.get("/v2/images/a/file")
        self.assertEqual((status, headers["Content-MD5"]), (200, md5))
        self.assertEqual(body, content(7, 0, SIZE))
        stats = self.upstream.stats("a")
        self.assertEqual((stats["show"], stats["file"], stats["file_bytes"]), (1, 1, SIZE))

    def test_ranges(self):
        self.upstream.add("a", size=SIZE)
        status, headers, body = self.get("/v2/images/a/file", Range="bytes=1048570-1048585")
        self.assertEqual((status, headers["Content-Range"]), (206, f"bytes 1048570-1048585/{SIZE}"))
        self.assertEqual(body, content(0, 0, SIZE)[1048570:1048586])
        self.assertEqual(len(self.get("/v2/images/a/file", Range=f"bytes={SIZE - 5}-")[2]), 5)
        self.assertEqual(self.status("/v2/images/a/file", Range=f"bytes={SIZE}-"), 416)

    def test_connections_that_end_early(self):
        self.upstream.add("a", size=SIZE, file={"reset_at": 100000})
        self.upstream.add("b", size=SIZE, file={"close_at": 0})
        self.assertEqual(self.received("/v2/images/a/file"), (content(0, 0, 100000), "reset"))
        self.assertEqual(self.received("/v2/images/b/file"), (b"", "closed"))

    def test_a_stall_keeps_the_connection(self):
        self.upstream.add("a", size=SIZE, file={"stall_at": 10})
        client = http.client.HTTPConnection("127.0.0.1", self.upstream.port, timeout=0.3)
        self.addCleanup(client.close)
        client.request("GET", "/v2/images/a/file")
        response = client.getresponse()
        self.addCleanup(response.close)
        self.assertEqual(response.read(10), content(0, 0, 10))
        with self.assertRaises(TimeoutError):
            response.read(1)
        self.assertEqual(self.upstream.stats("a")["file_open"], 1)

    def test_lengths_that_lie(self):
        self.upstream.add("long", size=100, file={"length_delta": 5})
        self.upstream.add("short", size=100, file={"length_delta": -5})
        with self.assertRaises(http.client.IncompleteRead):
            self.get("/v2/images/long/file")
        self.assertEqual(len(self.get("/v2/images/short/file")[2]), 95)

    def test_wrong_bytes_a_number_of_times(self):
        self.upstream.add("a", size=SIZE, file={"wrong_at": 70000, "wrong_count": 2, "times": 1})
        right, wrong = content(0, 0, SIZE), self.get("/v2/images/a/file")[2]
        differing = [at for at in range(SIZE) if right[at] != wrong[at]]
        self.assertEqual(differing, [70000, 70001])
        self.assertEqual(self.get("/v2/images/a/file")[2], right)

    def test_answers_instead_of_images(self):
        self.upstream.add("a", show={"status": 500}, file={"status": 410, "times": 1})
        self.assertEqual(self.status("/v2/images/a"), 500)
        self.assertEqual(self.status("/v2/images/a/file"), 410)
        self.assertEqual(self.get("/v2/images/a/file")[0], 200)
        self.assertEqual(self.status("/v2/images/b"), 404)
        self.upstream.add("a", show={"garbage": True}, file={"chunked": True, "huge_headers": 5000}, size=100000)
        with self.assertRaises(http.client.BadStatusLine):
            self.get("/v2/images/a")
        _, headers, body = self.get("/v2/images/a/file")
        self.assertEqual((len(headers["X-Filler-4"]), body), (1000, content(0, 0, 100000)))

    def test_tokens(self):
        self.upstream.add("a", size=1)
        self.upstream.script({"tokens": {"reader": ["show"], "member": ["show", "file"]}})
        self.assertEqual(self.status("/v2/images/a"), 401)
        self.assertEqual(self.status("/v2/images/a/file", **{"X-Auth-Token": "reader"}), 403)
        self.assertEqual(self.get("/v2/images/a/file", **{"X-Auth-Token": "member"})[0], 200)

    def test_digests_may_be_missing(self):
        self.upstream.add("a", size=1, digests="md5")
        self.upstream.add("b", size=1, digests="none")
        shown = json.loads(self.get("/v2/images/a")[2])
        self.assertEqual((shown["checksum"], shown["os_hash_algo"]), (digest("md5", 0, 1), None))
        self.assertIsNone(json.loads(self.get("/v2/images/b")[2])["checksum"])

    def test_control_over_http(self):
        script = {"images": [{"id": "a", "size": 10}]}
        urllib.request.urlopen(self.upstream.url + "/_script", json.dumps(script).encode(), timeout=10).close()
        self.get("/v2/images/a/file")
        stats = json.loads(self.get("/_stats")[2])
        self.assertEqual(stats["images"]["a"]["file_bytes"], 10)

    def test_down_and_up_again(self):
        self.upstream.add("a", size=1)
        self.upstream.stop()
        with self.assertRaises(urllib.error.URLError):
            self.get("/v2/images/a")
        self.upstream.start()
        self.assertEqual(self.get("/v2/images/a")[0], 200)


if __name__ == "__main__":
    unittest.main()
