"""The clients through an edge in front of glint-origin, with tokens from a file."""

import unittest

from e2e.clients_cases import ClientCases, state_folder
from support.clients import Clients
from support.glint import Edge, Origin


class ClientsThroughEdgeToOrigin(ClientCases, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = state_folder(cls)
        cls.origin = Origin(folder / "origin")
        cls.tokens = cls.origin.write_tokens()
        cls.origin.start()
        cls.addClassCleanup(cls.origin.stop)
        cls.edge = Edge(folder / "edge", cls.origin.url).start()
        cls.addClassCleanup(cls.edge.stop)

    def clients(self, user):
        return Clients.with_token(self.edge.url, self.tokens[user])


if __name__ == "__main__":
    unittest.main()
