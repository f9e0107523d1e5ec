"""An edge whose upstream has two addresses: when one goes away, the other goes on, in the middle of an image too."""

import unittest

from support.edge_case import MIB, EdgeCase
from support.glint import http as call
from support.metrics import total
from support.process import wait_until
from support.scripted_upstream import ScriptedUpstream


class TwoAddresses(EdgeCase):
    def setUp(self):
        self.second = self.enterContext(ScriptedUpstream())
        self.config = f"[upstream]\nfallbacks = {self.second.url}\nprobe_interval = 100ms\n"
        super().setUp()

    def both(self, size, **first):
        """An image at both addresses; `first`: what the first one does with it."""
        image = self.image(size, **first)
        self.second.add(image, size=size, seed=self.upstream.images[image].seed)
        return image

    def served(self, upstream, image):
        return upstream.images[image].counters["file_bytes"]

    def test_the_second_goes_on_in_the_middle_of_an_image(self):
        size = 40 * MIB
        image = self.both(size, file={"stall_at": 20 * MIB})
        connection, response = self.connect(image)
        body = response.read(10 * MIB)
        self.upstream.stop()
        self.addCleanup(self.upstream.start)
        body += response.read()
        connection.close()
        self.assertTrue(body == self.content(image), "wrong bytes")
        # Not from the start again.
        self.assertLessEqual(self.served(self.second, image), size - 10 * MIB)
        self.assertEqual(total(self.edge.url, "glint_upstream_moves_total"), 1)
        self.assertEqual(total(self.edge.url, "glint_upstream_up"), 1)

    def test_requests_go_back_when_the_first_is_back(self):
        image = self.both(MIB)
        self.upstream.stop()
        self.assert_downloads(image)
        show = call("GET", f"{self.edge.url}/v2/images/{image}")
        self.assertEqual(show.status, 200)
        self.assertEqual(self.status()["upstream"]["url"], self.second.url)
        self.upstream.start()
        wait_until(lambda: self.status()["upstream"]["url"] == self.upstream.url, "the first is used again")
        self.assertEqual([each["reachable"] for each in self.status()["upstream"]["addresses"]], [True, True])


if __name__ == "__main__":
    unittest.main()
