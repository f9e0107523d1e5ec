"""The clients through an edge in front of an unmodified OpenStack Glance with a real Keystone."""

import unittest

from e2e.clients_cases import ClientCases, state_folder
from support.clients import Clients
from support.glint import Edge
from support.peers import Glance, Keystone
from support.process import free_port


class ClientsThroughEdgeToGlance(ClientCases, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = state_folder(cls)
        edge_port = free_port()
        cls.keystone = Keystone(folder / "keystone", f"http://127.0.0.1:{edge_port}")
        cls.addClassCleanup(cls.keystone.stop)
        cls.glance = Glance(folder / "glance", cls.keystone.url)
        cls.addClassCleanup(cls.glance.stop)
        cls.edge = Edge(folder / "edge", cls.glance.url, edge_port).start()
        cls.addClassCleanup(cls.edge.stop)
        cls._clients = {}

    def clients(self, user):
        if user not in self._clients:
            self._clients[user] = Clients.with_keystone(self.edge.url, self.keystone, user)
        return self._clients[user]


if __name__ == "__main__":
    unittest.main()
