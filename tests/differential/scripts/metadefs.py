"""Metadata definitions (metadefs-api): namespaces and what is in them, who may what, their schemas."""

from differential.steps import DELETE, GET, POST, PUT, Step, script

ALL = "/v2/metadefs/namespaces"
N = ALL + "/N1"

PROPERTY = {"title": "Cores", "type": "integer", "description": "how many", "minimum": 1, "maximum": 9, "operators": ["<or>"]}
OBJECT = {"name": "cpu", "description": "a processor", "required": ["cores"], "properties": {"cores": PROPERTY, "model": {"title": "Model", "type": "string", "enum": ["a", "b"]}}}
WHOLE = {
    "namespace": "N1",
    "display_name": "The first",
    "description": "with all content",
    "visibility": "public",
    "protected": False,
    "resource_type_associations": [{"name": "OS::Glance::Image", "prefix": "hw_"}, {"name": "OS::Nova::Flavor", "prefix": "", "properties_target": "image"}],
    "properties": {"cores": PROPERTY, "name": {"title": "Name", "type": "string", "maxLength": 5, "minLength": 1, "pattern": "^[a-z]*$", "readonly": True, "confidential": False}},
    "objects": [OBJECT, {"name": "empty"}],
    "tags": [{"name": "red"}, {"name": "blue"}],
}


def made(body=None, by="admin"):
    return POST(ALL, body or {"namespace": "N1", "visibility": "public"}, by=by, must=True)


script(
    "metadefs: a whole namespace",
    [
        made(WHOLE),
        GET(N),
        GET(N + "?resource_type=OS::Glance::Image"),
        GET(N + "?resource_type=OS::Nova::Flavor"),
        GET(N + "?resource_type=nothing"),
        GET(ALL),
        GET(N + "/objects"),
        GET(N + "/objects/cpu"),
        GET(N + "/properties"),
        GET(N + "/properties/cores"),
        GET(N + "/properties/hw_cores?resource_type=OS::Glance::Image"),
        GET(N + "/properties/cores?resource_type=OS::Glance::Image"),
        GET(N + "/properties/cores?resource_type=nothing"),
        GET(N + "/tags?sort_key=name"),
        GET(N + "/tags/red"),
        GET(N + "/resource_types"),
        GET("/v2/metadefs/resource_types"),
        DELETE(N, by="admin"),
        GET(N, by="admin"),
        GET(N + "/objects", by="admin"),
        DELETE(N, by="admin"),
        GET("/v2/metadefs/resource_types"),
    ],
)

BODIES = [
    None, "{", "[]", "5", {}, {"namespace": 5}, {"namespace": "x" * 80}, {"namespace": "x" * 81}, {"namespace": "b", "unknown": 1}, {"namespace": "b", "visibility": "shared"},
    {"namespace": "b", "protected": "yes"}, {"namespace": "c", "display_name": "x" * 80}, {"namespace": "d", "display_name": "x" * 81}, {"namespace": "d", "description": "x" * 501}, {"namespace": "e", "owner": "{b}"},
    {"namespace": "f", "owner": 5}, {"namespace": "f", "self": "x"}, {"namespace": "f", "schema": "x"}, {"namespace": "f", "created_at": "x"}, {"namespace": "f", "updated_at": "2020-01-01T00:00:00Z"}, {"namespace": "OS::A::B"},
    {"namespace": "g", "properties": {"p": {}}}, {"namespace": "g", "properties": {"p": {"title": "t", "type": "x"}}}, {"namespace": "g", "objects": [{}]}, {"namespace": "g", "tags": [{}]},
    {"namespace": "g", "tags": [{"name": "a"}, {"name": "a"}]}, {"namespace": "g"}, {"namespace": "h", "objects": [{"name": "a"}, {"name": "a"}]}, {"namespace": "h"}, {"namespace": "i", "resource_type_associations": [{}]},
]

script(
    "metadefs: namespace bodies",
    [POST(ALL, body, by="admin") for body in BODIES] + [POST(ALL, {"namespace": "OS::A::B"}, by="admin"), GET(ALL + "/OS::A::B", by="admin"), GET(ALL + "/OS%3A%3AA%3A%3AB", by="admin"), GET(ALL + "?limit=50&sort_key=namespace", by="admin")],
)

script(
    "metadefs: changing a namespace",
    [
        made({"namespace": "N1", "visibility": "public", "protected": True, "display_name": "x", "description": "y"}),
        made({"namespace": "N2"}),
        PUT(N, {"namespace": "N1"}, by="member"),
        PUT(N, {}, by="admin"),
        PUT(N, {"namespace": "N2"}, by="admin"),
        PUT(N, {"namespace": "N1", "created_at": "x"}, by="admin"),
        PUT(N, {"namespace": "N1", "display_name": "new"}, by="admin"),
        GET(N, by="admin"),
        PUT(N, {"namespace": "N3", "visibility": "public", "owner": "{b}"}, by="admin"),
        GET(N, by="admin"),
        GET(ALL + "/N3", by="other"),
        PUT(ALL + "/nothing", {"namespace": "x"}, by="admin"),
    ],
)

LISTS = ["", "limit=2", "limit=2&sort_key=namespace&sort_dir=asc", "limit=2&sort_key=namespace&sort_dir=asc&marker=B", "limit=0", "limit=-1", "limit=1000", "marker=nothing", "marker=B", "sort_dir=up", "sort_dir=asc",
         "visibility=public", "visibility=private", "visibility=x", "resource_types=T1", "resource_types=T1,T2", "resource_types=nothing", "unknown=x", "sort_key=display_name&sort_dir=asc", "limit=5&sort_key=created_at&sort_dir=asc"]
NAMED = [
    made({"namespace": "A", "visibility": "public", "display_name": "3", "resource_type_associations": [{"name": "T1"}]}),
    made({"namespace": "B", "visibility": "private", "display_name": "2", "resource_type_associations": [{"name": "T2"}]}),
    made({"namespace": "C", "visibility": "public", "display_name": "1", "owner": "{b}"}),
    made({"namespace": "D", "visibility": "private", "owner": "{b}"}),
    made({"namespace": "E", "visibility": "private", "owner": "{a}"}),
]

script("metadefs: lists of namespaces", NAMED + [GET(f"{ALL}?{query}", by=by) for by in ("admin", "reader", "other") for query in LISTS if by == "admin" or len(query) < 20])
script("metadefs: lists that crash the reference", NAMED + [GET(f"{ALL}?{query}", by="admin") for query in ("limit=x", "sort_key=nothing", "limit=")])

OBJECTS = [None, "{", {}, {"name": 5}, {"name": "x" * 81}, {"name": "cpu", "unknown": 1}, {"name": "cpu", "required": "x"}, {"name": "cpu", "required": ["a", "a"]}, {"name": "cpu", "properties": {"p": {"title": "t"}}},
           {"name": "cpu", "created_at": "x"}, {"name": "cpu", "self": "x"}, OBJECT, OBJECT, {"name": "bare"}]
script(
    "metadefs: objects",
    [made()]
    + [POST(N + "/objects", body, by="admin") for body in OBJECTS]
    + [GET(f"{N}/objects{query}") for query in ("", "?limit=1", "?limit=0", "?limit=x", "?sort_dir=up", "?visibility=x", "?marker=nothing")]
    + [GET(N + "/objects/nothing"), GET(N + "/objects/cpu"), PUT(N + "/objects/nothing", {"name": "x"}, by="admin"), PUT(N + "/objects/cpu", {}, by="admin"), PUT(N + "/objects/cpu", {"name": "bare"}, by="admin")]
    + [PUT(N + "/objects/cpu", {"name": "cpu", "description": "less"}, by="admin"), GET(N + "/objects/cpu"), PUT(N + "/objects/cpu", {"name": "renamed"}, by="admin"), GET(N + "/objects/cpu"), GET(N + "/objects/renamed")]
    + [DELETE(N + "/objects/renamed", by="admin"), DELETE(N + "/objects/renamed", by="admin"), GET(N + "/objects"), DELETE(N + "/objects", by="admin"), GET(N + "/objects"), POST(ALL + "/nothing/objects", {"name": "x"}, by="admin")],
)

NAMED_PROPERTY = {"name": "cores", **PROPERTY}
PROPERTIES = [None, "{", {}, {"name": "p"}, {"name": "p", "title": "t"}, {"name": "p", "type": "string"}, {"name": "p", "title": "t", "type": "x"}, {"name": "x" * 81, "title": "t", "type": "string"}, {"name": "p", "title": "t", "type": "string", "unknown": 1},
              {"name": "p", "title": "t", "type": "string", "created_at": "x"}, {"name": "p", "title": "t", "type": "string", "minLength": -1}, {"name": "p", "title": "t", "type": "array", "items": {"type": "string", "enum": ["a"]}, "minItems": 0, "maxItems": 3, "uniqueItems": True},
              {"name": "r", "title": "t", "type": "string", "default": "x"}, NAMED_PROPERTY, NAMED_PROPERTY, {"title": "t", "type": "string"}]
script(
    "metadefs: properties",
    [made()]
    + [POST(N + "/properties", body, by="admin") for body in PROPERTIES]
    + [GET(N + "/properties"), GET(N + "/properties/cores"), GET(N + "/properties/nothing"), PUT(N + "/properties/nothing", NAMED_PROPERTY, by="admin"), PUT(N + "/properties/p", NAMED_PROPERTY, by="admin"), PUT(N + "/properties/p", {}, by="admin")]
    + [PUT(N + "/properties/cores", {"name": "cores", "title": "less", "type": "integer"}, by="admin"), GET(N + "/properties/cores"), PUT(N + "/properties/cores", {"name": "renamed", "title": "less", "type": "integer"}, by="admin"), GET(N + "/properties/renamed")]
    + [DELETE(N + "/properties/renamed", by="admin"), DELETE(N + "/properties/renamed", by="admin"), DELETE(N + "/properties", by="admin"), GET(N + "/properties")],
)
script(
    "metadefs: values the reference does not keep",
    [made(), POST(N + "/properties", {"name": "n", "title": "t", "type": "number", "minimum": 1.5, "maximum": 2.5}, by="admin"), GET(N + "/properties/n"),
     POST(N + "/properties", {"name": "i", "title": "t", "type": "integer", "default": 2}, by="admin"), POST(N + "/properties", {"name": "q", "title": "t", "type": "boolean", "default": True}, by="admin"), POST(N + "/properties", {"name": "a", "title": "t", "type": "array", "default": ["a"]}, by="admin")],
)

TAGS = [None, "{", {"tags": 5}, {"tags": [{}]}, {"tags": [{"name": ""}]}, {"tags": [{"name": "x" * 81}]}, {"tags": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}, {"tags": []}, {"tags": [{"name": "a"}, {"name": "a"}]}, {"tags": [{"name": "d", "created_at": "x"}]},
        {"tags": [{"name": "d", "unknown": "x"}]}, {"tags": [{"name": "d"}, {"name": "e"}]}]
script(
    "metadefs: tags",
    [made()]
    + [POST(N + "/tags", body, by="admin") for body in TAGS]
    + [GET(N + "/tags?sort_key=name&sort_dir=asc")]
    + [POST(N + "/tags", {"tags": [{"name": name}]}, by="admin", headers={"X-Openstack-Append": value}) for name, value in (("f", "True"), ("f", "true"), ("g", "1"), ("h", "False"))]
    + [GET(f"{N}/tags?sort_key=name&sort_dir=asc{more}") for more in ("", "&limit=1", "&limit=0", "&limit=-1", "&marker=h", "&marker=nothing")]
    + [GET(N + "/tags?sort_dir=up")]
    + [POST(N + "/tags/one", by="admin"), POST(N + "/tags/one", by="admin"), POST(N + "/tags/" + "x" * 81, by="admin"), POST(N + "/tags/body", {}, by="admin"), GET(N + "/tags/one"), GET(N + "/tags/nothing")]
    + [PUT(N + "/tags/one", {"name": "h"}, by="admin"), PUT(N + "/tags/one", {}, by="admin"), PUT(N + "/tags/nothing", {"name": "x"}, by="admin"), PUT(N + "/tags/one", {"name": "two"}, by="admin"), GET(N + "/tags/two")]
    + [DELETE(N + "/tags/two", by="admin"), DELETE(N + "/tags/two", by="admin"), DELETE(N + "/tags", by="admin"), GET(N + "/tags")],
)

TYPES = [None, {}, {"name": 5}, {"name": "x" * 81}, {"name": "T", "unknown": 1}, {"name": "T", "created_at": "x"}, {"name": "T", "prefix": "p_", "properties_target": "image"}, {"name": "T"}, {"name": "OS::New"}]
script(
    "metadefs: resource types",
    [made()]
    + [POST(N + "/resource_types", body, by="admin") for body in TYPES]
    + [GET(N + "/resource_types"), DELETE(N + "/resource_types/nothing", by="admin"), DELETE(N + "/resource_types/T", by="admin"), DELETE(N + "/resource_types/T", by="admin"), GET(N + "/resource_types"), POST(ALL + "/nothing/resource_types", {"name": "T"}, by="admin")],
)

INSIDE = [
    ("objects", "cpu", {"name": "cpu"}, {"name": "new"}),
    ("properties", "cores", NAMED_PROPERTY, {**NAMED_PROPERTY, "name": "new"}),
    ("tags", "red", {"name": "red"}, {"tags": [{"name": "new"}]}),
    ("resource_types", "OS::Glance::Image", None, {"name": "New"}),
]


def everything(namespace, by):
    """Every operation, the deletions last."""
    at = f"{ALL}/{namespace}"
    yield from (GET(path, by=by) for path in (at, ALL, "/v2/metadefs/resource_types", at + "/resource_types"))
    for kind, item, old, new in INSIDE:
        yield POST(f"{at}/{kind}", new, by=by)
        if old is not None:
            yield from (GET(f"{at}/{kind}", by=by), GET(f"{at}/{kind}/{item}", by=by), PUT(f"{at}/{kind}/{item}", old, by=by))
    yield POST(at + "/tags/other", by=by)
    yield PUT(at, {"namespace": namespace, "visibility": "public" if namespace == "N1" else "private", "owner": "{a}"}, by=by)
    for kind, item, _old, _new in INSIDE:
        yield DELETE(f"{at}/{kind}/{item}", by=by)
        if kind != "resource_types":
            yield DELETE(f"{at}/{kind}", by=by)
    yield DELETE(at, by=by)


for visibility, namespace in (("public", "N1"), ("private", "N2")):
    for by in ("admin", "member", "reader", "other", "norole", "onlymember", "nobody"):
        script(f"metadefs: {by} and what is {visibility}", [made({**WHOLE, "namespace": namespace, "visibility": visibility, "owner": "{a}"}), *everything(namespace, by)])

script(
    "metadefs: what is protected",
    [
        made({**WHOLE, "protected": True}),
        *(DELETE(f"{N}/{path}", by="admin") for path in ("objects", "objects/cpu", "properties", "properties/cores", "tags", "tags/red", "resource_types/OS::Glance::Image")),
        DELETE(N, by="admin"),
        POST(N + "/objects", {"name": "new"}, by="admin"),
        PUT(N + "/objects/new", {"name": "newer"}, by="admin"),
        POST(N + "/tags", {"tags": [{"name": "new"}]}, by="admin"),
        GET(N),
    ],
)

script(
    "metadefs: methods",
    [made()]
    + [Step(method, path, by="admin") for path in (ALL, N, N + "/objects", N + "/objects/x", N + "/properties", N + "/properties/x", N + "/tags", N + "/tags/x", N + "/resource_types", N + "/resource_types/x", "/v2/metadefs/resource_types")
       for method in ("PATCH", "HEAD")]
    + [GET("/v2/metadefs"), GET(N + "/nothing"), GET(N + "/resource_types/x"), POST(N, {}, by="admin"), PUT(ALL, {}, by="admin")],
)

SCHEMAS = ["namespace", "namespaces", "resource_type", "resource_types", "property", "properties", "object", "objects", "tag", "tags"]
script("metadefs: schemas", [GET(f"/v2/schemas/metadefs/{name}", by=by) for name in SCHEMAS for by in ("norole",)] + [GET("/v2/schemas/metadefs/nothing"), GET("/v2/schemas/metadefs/tag", by="nobody")])
