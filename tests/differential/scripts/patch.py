"""PATCH /v2/images/{id}: media types, parsing, applying (images-api: patch)."""

from differential.steps import GET, PATCH, PATCH_20, PATCH_21, POST, Step, active, add, queued, remove, replace, script

IMAGE = "/v2/images/{image}"


def apart(patches, kind=PATCH_21):
    """Each patch on an image of its own, and what it left: for what servers may decide differently."""
    steps = []
    for number, operations in enumerate(patches):
        image = "/v2/images/{i%d}" % number
        steps += [queued(f"i{number}", name="x", colour="blue"), PATCH(image, operations, kind=kind), GET(image)]
    return steps

script(
    "patch: media types",
    [queued("image", name="x", colour="blue")]
    + [
        Step("PATCH", IMAGE, [], headers={"Content-Type": kind})
        for kind in ("application/json", "text/plain", "", None, "application/json-patch+json", PATCH_21.upper(), PATCH_21 + "; charset=utf-8", PATCH_21 + ";x",
                     "application/openstack-images-v2.2-json-patch", PATCH_20)
    ]
    + [Step("PATCH", "/v2/images/{uuid.x}", "nonsense", headers={"Content-Type": "application/json"})],
)

V20 = [
    [{"add": "/size_of", "value": "x"}],
    [{"add": "/colour", "value": "x"}],
    [{"add": "/name", "value": "x"}],
    [{"add": "/tags", "value": ["x"]}],
    [{"replace": "/colour", "value": "green"}],
    [{"replace": "/nothing", "value": "green"}],
    [{"replace": "/name", "value": "y"}],
    [{"remove": "/colour"}],
    [{"remove": "/colour"}],
    [{"remove": "/name"}],
    [{"add": "/a", "replace": "/b", "value": "x"}],
    [{"op": "add", "path": "/b", "value": "x"}],
    [{"value": "x"}],
    [{"add": "/c"}],
    [{"test": "/c", "value": "x"}],
    [{"add": "/locations/-", "value": {"url": "file:///x", "metadata": {}}}],
]

script("patch: version 2.0", [queued("image", name="x", colour="blue")] + [PATCH(IMAGE, body, kind=PATCH_20) for body in V20] + [GET(IMAGE)])

DOCUMENTS = [
    {},
    "x",
    [5],
    ["x"],
    [[]],
    [None],
    [{}],
    [{"op": "add"}],
    [{"op": "add", "path": "/a"}],
    [{"op": "remove", "path": "/a", "value": "x"}],
    [{"path": "/a", "value": "x"}],
    [{"op": "test", "path": "/name", "value": "x"}],
    [{"op": "move", "from": "/a", "path": "/b"}],
    [{"op": "copy", "from": "/a", "path": "/b"}],
    [{"op": "ADD", "path": "/a", "value": "x"}],
    [{"op": 5, "path": "/a", "value": "x"}],
    [{"op": "add", "path": "/extra", "value": "x", "more": 1}],
]

PATHS = ["", "a", "a/b", "//", "/a/", "/a//b", "/ /a", "/a/b", "/a/b/c", "/~", "/~2", "/a~", "/a~0b", "/a~1b", "/ blank ", "/a b", "/tags/-", "/tags/0", "/name/x",
         "/locations", "/locations/-", "/locations/0", "/locations/0/url", "/" + "x" * 255]
ODD_PATHS = ["/", "//a", "/" + "x" * 256]

script(
    "patch: documents",
    [queued("image", name="x", colour="blue")] + [PATCH(IMAGE, body) for body in DOCUMENTS] + [PATCH(IMAGE, []), GET(IMAGE)],
)
script(
    "patch: paths",
    [queued("image", name="x", colour="blue")]
    + [PATCH(IMAGE, [add(path, "x")]) for path in PATHS]
    + [PATCH(IMAGE, [replace(path, "x")]) for path in PATHS]
    + [PATCH(IMAGE, [remove(path)]) for path in PATHS]
    + [GET(IMAGE)],
)

script(
    "patch: odd paths",
    apart([[operation(path)] for path in ODD_PATHS for operation in (lambda path: add(path, "x"), lambda path: replace(path, "x"), remove)] + [[add(path, "x"), remove(path)] for path in ODD_PATHS]),
)
script("patch: odd documents", apart([[{"op": "add", "path": path, "value": "x"}] for path in (5, None, [], {})]))
script("patch: odd documents of version 2.0", apart([[{"add": path, "value": "x"}] for path in (5, None)], kind=PATCH_20))

PROTECTED = ["created_at", "updated_at", "status", "checksum", "size", "virtual_size", "direct_url", "self", "file", "schema", "id", "os_hash_algo", "os_hash_value",
             "location", "deleted", "deleted_at", "os_glance_x", "os_glancefoo"]

script(
    "patch: read-only and reserved keys",
    [queued("image")]
    + [PATCH(IMAGE, [add(f"/{key}", "x")]) for key in PROTECTED]
    + [PATCH(IMAGE, [replace(f"/{key}", "x")]) for key in PROTECTED]
    + [PATCH(IMAGE, [remove(f"/{key}")]) for key in PROTECTED]
    + [PATCH(IMAGE, [replace("/status/x", "x")]), PATCH("/v2/images/{uuid.x}", [replace("/id", "x")])],
)

script("patch: the key stores", apart([[add("/stores", "x")], [replace("/stores", "x")], [remove("/stores")]]))

VALUES = {
    "name": ["y", None, "", 5, "x" * 255, "x" * 256, "\U0001f600"],
    "visibility": ["private", "shared", "community", "public", "x", None],
    "protected": [True, False, "true", None, 1],
    "os_hidden": [True, False, "true", None],
    "owner": ["{a}", 5],
    "container_format": ["ova", None, "x", ""],
    "disk_format": ["iso", None, "x", ""],
    "min_disk": [0, 5, -1, 2147483647, 2147483648, "1", 1.5, 1.0, None],
    "min_ram": [0, 5, -1, 2147483648, None],
    "tags": [[], ["b", "a"], ["a", "a"], ["x" * 255], ["x" * 256], [5], "x", None, [""], ["t"] * 129],
    "colour": ["green", "", "x" * 70000, 5, None, True, [], {}, "\U0001f600"],
}

for operation in (add, replace):
    script(
        f"patch: values, {operation.__name__}",
        [queued("image", name="x", colour="blue")] + [PATCH(IMAGE, [operation(f"/{key}", value)]) for key, values in VALUES.items() for value in values] + [GET(IMAGE)],
    )

script(
    "patch: values, by an admin",
    [queued("image", name="x", visibility="public", by="admin", owner="{a}")]
    + [PATCH(IMAGE, [replace("/owner", value)], by="admin") for value in ("{a}", "{b}", None, "", "{a}")]
    + [PATCH(IMAGE, [add("/owner", value)], by="admin") for value in ("{a}", "{b}", None, "{a}")]
    + [PATCH(IMAGE, [replace("/visibility", value)], by="admin") for value in ("private", "shared", "community", "public")]
    + [PATCH(IMAGE, [replace("/visibility", "private")]), PATCH(IMAGE, [replace("/visibility", "public")])],
)

script(
    "patch: giving away",
    [
        step
        for visibility in ("private", "shared", "community")
        for operation in (add, replace)
        for number, owner in enumerate(("{b}", None, ""))
        for step in (
            queued(f"{visibility}_{operation.__name__}_{number}", visibility=visibility),
            PATCH("/v2/images/{%s_%s_%d}" % (visibility, operation.__name__, number), [operation("/owner", owner)]),
            GET("/v2/images/{%s_%s_%d}" % (visibility, operation.__name__, number)),
        )
    ],
)

script(
    "patch: removing",
    [queued("image", name="x", colour="blue", tags=["t"])]
    + [PATCH(IMAGE, [remove(f"/{key}")]) for key in (*VALUES, "colour", "nothing", "min_disk", "locations/0", "locations/-")]
    + [PATCH(IMAGE, [replace("/nothing", "x")]), PATCH(IMAGE, [add("/nothing", "x")]), PATCH(IMAGE, [replace("/nothing", "x")]), GET(IMAGE)],
)

script(
    "patch: all or nothing",
    [
        queued("image", name="x", colour="blue"),
        PATCH(IMAGE, [replace("/name", "changed"), replace("/nothing", "x")]),
        PATCH(IMAGE, [replace("/name", "changed"), remove("/name")]),
        PATCH(IMAGE, [add("/size", "x"), replace("/nothing", "x")]),
        PATCH(IMAGE, [remove("/colour"), replace("/colour", "x")]),
        PATCH(IMAGE, [remove("/colour"), add("/colour", "x"), replace("/colour", "y")]),
        PATCH(IMAGE, [add("/twice", "x"), add("/twice", "y"), remove("/twice")]),
        PATCH(IMAGE, [replace("/visibility", "private"), replace("/name", "z"), replace("/tags", ["q"])]),
        GET(IMAGE),
    ],
)

script(
    "patch: formats of an image with data",
    [
        *active("image", name="x"),
        PATCH(IMAGE, [replace("/disk_format", "qcow2")]),
        PATCH(IMAGE, [replace("/disk_format", "raw")]),
        PATCH(IMAGE, [add("/container_format", "bare")]),
        PATCH(IMAGE, [replace("/disk_format", "raw")], by="admin"),
        PATCH(IMAGE, [replace("/name", "y"), replace("/min_disk", 3)]),
        POST("/v2/images/{image}/actions/deactivate"),
        PATCH(IMAGE, [replace("/name", "z")]),
        GET(IMAGE),
    ],
)

script(
    "patch: who may",
    [
        step
        for visibility in ("private", "shared", "community", "public")
        for step in (
            queued(visibility, by="admin", owner="{a}", visibility=visibility, name="x"),
            *[PATCH("/v2/images/{%s}" % visibility, [replace("/name", "y")], by=by) for by in ("member", "reader", "onlymember", "norole", "other", "otherreader", "service", "noproject")],
            *[PATCH("/v2/images/{%s}" % visibility, [], by=by) for by in ("member", "reader", "onlymember", "norole", "other", "otherreader", "service", "noproject")],
            *[PATCH("/v2/images/{%s}" % visibility, [operation("/owner", "{a}")], by="member") for operation in (replace, add)],
        )
    ],
)

script(
    "patch: words that are names of attributes",
    apart([[add(f"/{name}", "x")] for name in ("extra_properties", "image_id", "base", "member", "delete", "properties", "members", "is_public", "repo", "context")]),
)

script(
    "patch: locations that are not shown",
    [
        *active("image"),
        PATCH(IMAGE, [replace("/locations", [])]),
        PATCH(IMAGE, [replace("/locations", [{"url": "http://127.0.0.1/x", "metadata": {}}])]),
        PATCH(IMAGE, [add("/locations/-", {"url": "http://127.0.0.1/x", "metadata": {}})]),
        PATCH(IMAGE, [add("/locations/-", {"url": "http://127.0.0.1/x"})]),
        PATCH(IMAGE, [add("/locations/-", "x")]),
        PATCH(IMAGE, [remove("/locations/0")]),
        PATCH(IMAGE, [remove("/locations/0")], by="admin"),
        PATCH(IMAGE, [add("/locations/-", {"url": "http://127.0.0.1/x", "metadata": {}})], by="reader"),
        PATCH(IMAGE, [add("/locations/-", {"url": "http://127.0.0.1/x", "metadata": {}})], by="other"),
    ],
)
