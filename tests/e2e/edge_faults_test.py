"""The edge before an upstream that stalls, breaks, lies and refuses: clients notice nothing, or get no clean end."""

import hashlib
import time

from support.edge_case import MIB, TOKEN, EdgeCase
from support.glint import http
from support.metrics import total
from support.process import wait_until


class Coalescing(EdgeCase):
    def test_64_clients_are_one_transfer(self):
        image = self.image(8 * MIB + 5, file={"rate": 40 * MIB})
        got = self.together([lambda: self.download(image)] * 64)
        want = hashlib.sha256(self.content(image)).digest()
        for each in got:
            self.assertEqual((each.status, each.complete), (200, True))
            self.assertEqual(hashlib.sha256(each.body).digest(), want)
        seen = self.upstream.stats(image)
        self.assertEqual((seen["file"], seen["file_bytes"], seen["show"]), (1, 8 * MIB + 5, 1))
        self.assertEqual(self.results("miss"), 1)
        self.assertEqual(self.results("miss") + self.results("coalesced") + self.results("hit"), 64)

    def test_callers_with_tokens_of_their_own_share_the_transfer(self):
        image = self.image(4 * MIB, file={"rate": 20 * MIB})
        got = self.together([lambda n=n: self.download(image, f"token-{n}") for n in range(16)])
        self.assertTrue(all(each.body == self.content(image) for each in got))
        seen = self.upstream.stats(image)
        self.assertLessEqual(seen["file_bytes"], 4 * MIB + 16)  # one byte to ask for each permission
        self.assertEqual(seen["show"], 16)

    def test_whole_and_ranges_at_once(self):
        size = 6 * MIB
        image = self.image(size, file={"rate": 30 * MIB})
        parts = [(0, 0), (0, size - 1), (5, MIB), (3 * MIB, 5 * MIB), (size - 10, size - 1), (size - MIB - 1, size - MIB)]
        calls = [lambda r=r: self.download(image, Range=f"bytes={r[0]}-{r[1]}") for r in parts]
        *ranges, whole = self.together([*calls, lambda: self.download(image)])
        for (first, last), each in zip(parts, ranges):
            self.assertEqual((each.status, each.complete), (206, True))
            self.assertEqual(each.headers["Content-Range"], f"bytes {first}-{last}/{size}")
            self.assertTrue(each.body == self.content(image, first, last))
        self.assertTrue(whole.body == self.content(image))
        self.assertEqual(self.upstream.stats(image)["file_bytes"], size)

    def test_fill_goes_on_without_the_client_that_caused_it(self):
        image = self.image(6 * MIB, file={"rate": 12 * MIB})
        connection, response = self.connect(image)
        self.assertEqual(len(response.read(1000)), 1000)
        connection.close()
        self.wait_cached(1)
        self.assert_downloads(image)
        self.assertEqual(self.upstream.stats(image)["file_bytes"], 6 * MIB)

    def test_aborting_clients_disturb_nobody(self):
        image = self.image(6 * MIB, file={"rate": 12 * MIB})

        def abort(after):
            connection, response = self.connect(image)
            response.read(after)
            connection.close()

        calls = [lambda n=n: abort(n * 100_000) for n in range(16)]
        got = self.together([*calls, *[lambda: self.download(image)] * 4])[16:]
        self.assertTrue(all(each.body == self.content(image) for each in got))
        self.assertEqual(self.upstream.stats(image)["file_bytes"], 6 * MIB)

    def test_late_joiner_starts_at_once(self):
        image = self.image(8 * MIB, file={"rate": 4 * MIB})
        first, first_response = self.connect(image)
        self.assertEqual(len(first_response.read(2 * MIB)), 2 * MIB)
        started = time.monotonic()
        second, response = self.connect(image)
        self.assertEqual(len(response.read(MIB)), MIB)
        self.assertLess(time.monotonic() - started, 0.2)
        self.assertEqual(self.status()["fills_in_flight"], 1)
        self.assertTrue(first_response.read() == self.content(image, 2 * MIB))
        self.assertTrue(response.read() == self.content(image, MIB))
        first.close()
        second.close()


class BrokenTransfers(EdgeCase):
    config = "[upstream]\nstall_timeout = 1s\n[fill]\nretry_delay = 300ms\nretries = 2\n"

    def assert_resumed_from(self, image, at):
        self.assert_downloads(image)
        seen = self.upstream.stats(image)
        self.assertEqual(seen["ranges"], [f"bytes={at}-"])
        self.assertEqual(seen["file_bytes"], self.upstream.images[image].size)
        self.assertEqual(total(self.edge.url, "glint_fill_resumes_total"), 1)

    def test_reset_resumes(self):
        self.assert_resumed_from(self.image(file={"reset_at": 2 * MIB, "times": 1}), 2 * MIB)

    def test_short_body_resumes(self):
        self.assert_resumed_from(self.image(file={"close_at": MIB + 1, "times": 1}), MIB + 1)

    def test_stall_resumes(self):
        self.assert_resumed_from(self.image(file={"stall_at": MIB, "times": 1}), MIB)

    def test_resumes_where_ranges_are_not_understood(self):
        image = self.image(file={"reset_at": MIB, "times": 1})
        connection, response = self.connect(image)
        wait_until(lambda: self.upstream.stats(image)["file_open"] == 0, "the transfer broke")
        self.script(image, file={"ignore_range": True})
        self.assertTrue(response.read() == self.content(image))
        connection.close()
        self.assertEqual(self.upstream.stats(image)["file"], 2)

    def test_gives_up_without_a_clean_end(self):
        image = self.image(file={"reset_at": MIB})
        self.script(image, file={"reset_at": 2 * MIB, "times": 1})
        connection, response = self.connect(image)
        wait_until(lambda: self.upstream.stats(image)["file_open"] == 0, "the transfer broke")
        self.script(image, file={"reset_at": 0})
        with self.assertRaises(Exception):
            response.read()
        connection.close()
        self.assertEqual(self.cached(), [])
        self.script(image, file={})
        self.assert_downloads(image)

    def test_length_unknown_until_the_end(self):
        image = self.image(file={"chunked": True})
        self.assert_downloads(image)
        self.wait_cached(1)


class Lies(EdgeCase):
    def assert_never_whole(self, image):
        got = self.download(image)
        self.assertFalse(got.status == 200 and got.complete, "ended cleanly")
        part = self.download(image, Range="bytes=0-9")
        self.assertFalse(part.status == 206 and part.complete, "ended cleanly")
        self.assertEqual(self.cached(), [])
        return got

    def test_wrong_bytes_never_end_cleanly(self):
        for size, at in ((3 * MIB, 100), (3 * MIB, 3 * MIB - 1), (5000, 4999)):
            with self.subTest(size=size, at=at):
                image = self.image(size, file={"wrong_at": at})
                got = self.assert_never_whole(image)
                self.assertLessEqual(len(got.body), max(0, size - MIB))
        self.assertEqual(total(self.edge.url, "glint_verification_failures_total"), 6)
        self.assertEqual(self.status()["store"]["reserved_bytes"], 0)

    def test_wrong_bytes_once(self):
        image = self.image(file={"wrong_at": 5, "times": 1})
        self.assertFalse(self.download(image).complete)
        self.assert_downloads(image)

    def test_wrong_bytes_cut_every_follower(self):
        image = self.image(4 * MIB, file={"wrong_at": 5, "rate": 8 * MIB})
        for each in self.together([lambda: self.download(image)] * 12):
            self.assertFalse(each.complete)

    def test_length_differs_from_the_record(self):
        for delta in (-10, 10):
            with self.subTest(delta=delta):
                image = self.image(file={"length_delta": delta})
                self.assertEqual(self.assert_never_whole(image).status, 502)

    def test_record_lies_about_the_size(self):
        for size in (MIB, 9 * MIB):
            with self.subTest(size=size):
                image = self.image(2 * MIB, fields={"size": size}, file={"chunked": True, "times": 1})
                got = self.download(image)
                self.assertFalse(got.status == 200 and got.complete)

    def test_no_http(self):
        image = self.image(file={"garbage": True})
        self.assertEqual(self.download(image).status, 503)


class Refusals(EdgeCase):
    config = "[auth]\nnegative_ttl = 400ms\nttl = 400ms\n"

    def test_statuses_are_passed_on(self):
        for route in ("show", "file"):
            for status in (401, 403, 404, 410, 500):
                with self.subTest(route=route, status=status):
                    image = self.image(**{route: {"status": status, "body": f"scripted {status}"}})
                    got = self.download(image)
                    self.assertEqual((got.status, got.body), (status, f"scripted {status}".encode()))
                    self.script(image, **{route: {}})
                    wait_until(lambda: self.download(image).status == 200, "the refusal is forgotten")

    def test_refusals_are_remembered_for_moments(self):
        image = self.image(file={"status": 404})
        for _ in range(5):
            self.assertEqual(self.download(image).status, 404)
        self.assertLessEqual(self.upstream.stats(image)["file"], 3)
        self.assertEqual(self.results("denied"), 5)

    def test_no_data_yet(self):
        image = self.image(status="queued", file={"status": 204})
        self.assertEqual(self.download(image).status, 204)
        self.script(image, status="active", file={})
        self.assert_downloads(image)

    def test_another_token_is_another_decision(self):
        image = self.image()
        self.upstream.script({"tokens": {TOKEN: ["show", "file"], "reader": ["show"]}})
        self.assert_downloads(image)
        for token, status in (("reader", 403), ("unknown", 401), (None, 401)):
            self.assertEqual(self.download(image, token).status, status)
        self.assert_downloads(image)

    def test_permission_withdrawn(self):
        image = self.image()
        self.assert_downloads(image)
        self.script(image, file={"status": 403})
        wait_until(lambda: self.download(image).status == 403, "the permission is forgotten")

    def test_token_is_never_logged_or_stored(self):
        image = self.image()
        secret = "gAAAAAsecret-token-0123456789"
        self.assert_downloads(image, secret)
        self.upstream.stop()
        self.download(image, secret)
        http("GET", self.edge.url + "/v2/images", secret)
        self.edge.stop()
        kept = [path for path in self.folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        self.assertEqual(kept, [])
        self.upstream.start()


class Outage(EdgeCase):
    config = "[auth]\nttl = 50ms\noffline_grace = 1h\n[upstream]\nprobe_interval = 50ms\n"

    def test_cached_images_are_served_others_refused_at_once(self):
        image, other = self.image(), self.image()
        self.assert_downloads(image)
        self.upstream.stop()
        for _ in range(3):
            self.assert_downloads(image)
            started = time.monotonic()
            got = self.download(other)
            self.assertLess(time.monotonic() - started, 1)
            self.assertEqual(got.status, 503)
            self.assertGreater(int(got.headers["Retry-After"]), 0)
            self.assertEqual(self.download(image, "another-token").status, 503)
            self.assertEqual(http("GET", self.edge.url + "/v2/images", TOKEN).status, 503)
        wait_until(lambda: self.download(image).complete and self.results("stale") > 0, "served within the grace")
        self.assertEqual(http("GET", self.edge.url + "/healthcheck").status, 200)
        self.upstream.start()
        wait_until(lambda: self.download(other).status == 200, "the upstream is back")

    def test_server_errors_are_an_outage(self):
        image = self.image()
        self.assert_downloads(image)
        self.script(image, show={"status": 503})
        wait_until(lambda: self.download(image).complete and self.results("stale") > 0, "served within grace")

    def test_slow_then_gone_in_the_middle(self):
        image = self.image(6 * MIB, file={"rate": 12 * MIB})
        connection, response = self.connect(image)
        response.read(MIB)
        self.upstream.stop()
        self.upstream.start()
        self.assertTrue(response.read() == self.content(image, MIB))
        connection.close()


class NoGrace(EdgeCase):
    config = "[auth]\nttl = 50ms\noffline_grace = 0\n"

    def test_nothing_is_served_after_the_grace(self):
        image = self.image()
        self.assert_downloads(image)
        self.upstream.stop()
        wait_until(lambda: self.download(image).status == 503, "the decision is too old")
        self.upstream.start()


class WarmRestart(EdgeCase):
    def test_content_survives(self):
        image = self.image()
        self.assert_downloads(image)
        self.wait_cached(1)
        self.assertEqual(self.edge.stop(), 0)
        self.start_edge()
        self.assert_downloads(image)
        seen = self.upstream.stats(image)
        self.assertEqual(seen["file_bytes"], self.upstream.images[image].size + 1)  # asked for permission only
        self.assertEqual(self.results("hit"), 1)

    def test_purged_content_is_fetched_again(self):
        image = self.image()
        self.assert_downloads(image)
        self.wait_cached(1)
        secret = (self.folder / "cache" / "admin-token").read_text().strip()
        target = f"{self.edge.url}/glint/v1/cache/{image}"
        self.assertEqual(http("DELETE", target).status, 403)
        self.assertEqual(http("DELETE", target, headers={"X-Glint-Admin-Token": "x" * len(secret)}).status, 403)
        for status in (204, 404):
            self.assertEqual(http("DELETE", target, headers={"X-Glint-Admin-Token": secret}).status, status)
        self.assert_downloads(image)
        self.assertEqual(self.results("miss"), 2)


class WithoutTheStore(EdgeCase):
    cache_size = "4M"

    def assert_bypass(self, image):
        for _ in range(2):
            self.assert_downloads(image)
        part = self.download(image, Range="bytes=10-19")
        self.assertEqual((part.status, part.body), (206, self.content(image, 10, 19)))
        self.assertEqual(self.cached(), [])
        self.assertEqual(self.results("bypass"), 3)

    def test_image_without_a_digest(self):
        self.assert_bypass(self.image(digests="none"))

    def test_image_of_unknown_size(self):
        self.assert_bypass(self.image(fields={"size": None}))

    def test_image_larger_than_the_cache(self):
        self.assert_bypass(self.image(6 * MIB))

    def test_unknown_algorithm(self):
        self.assert_bypass(self.image(fields={"os_hash_algo": "rot13-512"}))

    def test_md5_alone_is_a_digest(self):
        image = self.image(digests="md5")
        for _ in range(2):
            self.assert_downloads(image)
        self.assertTrue(self.cached()[0]["digest"].startswith("md5:"))
        self.assertEqual(self.results("hit"), 1)

    def test_old_contents_make_room(self):
        images = [self.image(MIB) for _ in range(8)]
        for image in images:
            self.assert_downloads(image)
            self.assertLessEqual(self.status()["store"]["used_bytes"], 4 * MIB)
        wait_until(lambda: self.status()["store"]["evictions"] >= 4, "evictions")

    def test_empty_image(self):
        image = self.image(0)
        got = self.download(image)
        self.assertEqual((got.status, got.body, got.complete), (200, b"", True))
        self.assertEqual(self.download(image, Range="bytes=0-0").status, 416)


class Forwarding(EdgeCase):
    def test_request_id_travels(self):
        image = self.image()
        got = self.download(image, **{"X-Openstack-Request-Id": "req-0123"})
        self.assertEqual(got.headers["X-Openstack-Request-Id"], "req-0123")
        self.assertEqual(set(self.upstream.stats(image)["request_ids"]), {"req-0123"})

    def test_version_links_stay_on_the_edge(self):
        answer = http("GET", self.edge.url + "/")
        self.assertEqual(answer.status, 300)
        self.assertEqual(answer.json()["versions"][0]["links"][0]["href"], self.edge.url + "/v2/")

    def test_other_methods_go_to_the_upstream(self):
        image = self.image()
        for method in ("HEAD", "PUT", "DELETE"):
            answer = http(method, f"{self.edge.url}/v2/images/{image}/file", TOKEN)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET"))

    def test_a_large_body_is_not_kept_waiting(self):
        image = self.image()
        body = b"x" * (5 * MIB)
        self.assertEqual(http("PUT", f"{self.edge.url}/v2/images/{image}/file", TOKEN, body).status, 405)

    def test_ranges_out_of_bounds(self):
        image = self.image(1000)
        self.assert_downloads(image)
        for wanted, status in (("bytes=1000-", 416), ("bytes=5-2", 416), ("lines=0-1", 416), ("bytes=0-1,5-6", 400)):
            self.assertEqual(self.download(image, Range=wanted).status, status)
