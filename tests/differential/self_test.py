"""That the comparison sees what it must see, and no more."""

import unittest

from differential.allowed import Allowed
from differential.compare import differences
from differential.play import Answer, Player
from differential.steps import GET, Script

JSON = {"content-type": "application/json"}


def answer(status=200, body=b"{}", **headers):
    return Answer(status, {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}, body, body)


class Comparison(unittest.TestCase):
    def compare(self, one, other, path="/v2/images"):
        return differences(GET(path), one, other)

    def test_equal_answers_have_no_differences(self):
        self.assertEqual(self.compare(answer(body=b'{"a": [1, {"b": null}]}'), answer(body=b'{"a":[1,{"b":null}]}')), [])

    def test_a_status_hides_the_rest(self):
        self.assertEqual(self.compare(answer(500), answer(400, b"x")), ["status 500 → 400"])

    def test_json_is_compared_to_the_leaf(self):
        found = self.compare(answer(body=b'{"a": [{"b": 1, "c": 2}]}'), answer(body=b'{"a": [{"b": true, "d": 2}]}'))
        self.assertEqual(found, ["body.a[0].b: 1 → true", "body.a[0].c: 2 → (none)", "body.a[0].d: (none) → 2"])

    def test_order_counts_but_for_tags(self):
        self.assertEqual(self.compare(answer(body=b'{"tags": ["a", "b"]}'), answer(body=b'{"tags": ["b", "a"]}')), [])
        self.assertEqual(len(self.compare(answer(body=b'{"list": ["a", "b"]}'), answer(body=b'{"list": ["b", "a"]}'))), 2)

    def test_headers_that_matter(self):
        self.assertEqual(self.compare(answer(allow="GET, POST"), answer(allow="POST,GET")), [])
        self.assertEqual(self.compare(answer(), answer(location="x")), ["header location: (none) → x"])

    def test_wording_of_errors_is_free_and_of_names_is_not(self):
        one, other = answer(404, b'{"message": "a", "code": "404"}'), answer(404, b'{"message": "b", "code": "404"}')
        self.assertEqual(self.compare(one, other), [])
        self.assertEqual(len(self.compare(answer(body=b'{"title": "a"}'), answer(body=b'{"title": "b"}'))), 1)


class Masks(unittest.TestCase):
    def test_ids_keep_who_they_are(self):
        player = Player("http://127.0.0.1:1", "/some/where")
        player.used = {"11111111-1111-1111-1111-111111111111": "<image>"}
        text = "http://127.0.0.1:1/11111111-1111-1111-1111-111111111111/22222222-2222-2222-2222-222222222222 2026-01-01T00:00:00Z file:///some/where/x"
        self.assertEqual(player._masked(text), "<url>/<image>/<uuid> <time> file://<state>/x")

    def test_a_script_has_ids_and_projects_of_its_own(self):
        self.assertNotEqual(Script("a", []).uuid("x"), Script("b", []).uuid("x"))
        self.assertEqual(Script("a b", []).token("member"), "member:a-b.a:member,reader")


class AllowedDifferences(unittest.TestCase):
    def test_a_line_allows_what_it_says_and_nothing_else(self):
        allowed = Allowed("# why\ncreate: * /v2/images * | status 500 → 400 | the reference crashes\n")
        self.assertFalse(allowed.takes("create: member POST /v2/images []", "status 500 → 404"))
        self.assertEqual(len(allowed.stale()), 1)
        self.assertTrue(allowed.takes("create: member POST /v2/images []", "status 500 → 400"))
        self.assertEqual(allowed.stale(), [])

    def test_what_is_not_built_yet_is_told_apart(self):
        allowed = Allowed("create: x | status 200 → 404 | not yet: create\ncreate: y | status 200 → 404 | other\n")
        self.assertEqual([line.pending for line in allowed.stale()], [True, False])

    def test_a_line_without_a_reason_is_refused(self):
        with self.assertRaises(ValueError):
            Allowed("create: x | status 500 → 400 |\n")


if __name__ == "__main__":
    unittest.main()
