"""POST /v2/images: every check and their order (images-api: create)."""

from differential.steps import DELETE, GET, POST, script

LONG = "x" * 256

script(
    "create: answers",
    [
        POST("/v2/images", {}, keep="empty"),
        GET("/v2/images/{empty}"),
        POST("/v2/images", {"id": "{uuid.own}", "name": "full", "visibility": "private", "protected": False, "os_hidden": True, "owner": "{a}",
                            "container_format": "bare", "disk_format": "qcow2", "min_disk": 1, "min_ram": 2, "tags": ["b", "a", "b"],
                            "colour": "blue", "Colour": "red", "x" * 255: "long name", "empty": ""}, keep="full"),
        GET("/v2/images/{full}"),
        POST("/v2/images", {"name": None, "container_format": None, "disk_format": None}),
        POST("/v2/images", {"name": "", "tags": [""]}),
        POST("/v2/images", {"name": "grüße ✓", "tags": ["ü"], "clé": "ö"}),
        POST("/v2/images", {"min_disk": 1.0, "min_ram": 2147483647}),
        POST("/v2/images", {"name": "x" * 255, "tags": ["y" * 255], "big": "z" * 70000}),
        POST("/v2/images", {"name": "m"}, by="manager"),
        POST("/v2/images", {"name": "up"}, by="upper"),
        POST("/v2/images", {"name": "ad"}, by="admin"),
        POST("/v2/images", {"name": "header"}, headers={"x-image-meta-store": "nonsense"}),
    ],
)

script(
    "create: ids",
    [
        POST("/v2/images", {"id": "{uuid.one}"}),
        POST("/v2/images", {"id": "{uuid.one}"}),
        POST("/v2/images", {"id": "{uuid.one}"}, by="other"),
        DELETE("/v2/images/{uuid.one}"),
        GET("/v2/images/{uuid.one}"),
        POST("/v2/images", {"id": "{uuid.one}"}),
        POST("/v2/images", {"id": "{uuid.one}"}, by="admin"),
        POST("/v2/images", {"id": "ABCDEF01-2345-6789-ABCD-EF0123456789"}),
        GET("/v2/images/ABCDEF01-2345-6789-ABCD-EF0123456789"),
        GET("/v2/images/abcdef01-2345-6789-abcd-ef0123456789"),
        POST("/v2/images", {"id": "abcdef0123456789abcdef0123456789"}),
        POST("/v2/images", {"id": "{uuid.two}x"}),
        POST("/v2/images", {"id": "x"}),
        POST("/v2/images", {"id": ""}),
        POST("/v2/images", {"id": None}),
        POST("/v2/images", {"id": 5}),
    ],
)

WRONG = {
    "name": [5, LONG, {}, []],
    "visibility": ["x", None, 5, ""],
    "protected": ["true", None, 1, "False"],
    "os_hidden": ["true", None, 0],
    "owner": [5, LONG, []],
    "container_format": ["x", 5, "", "BARE"],
    "disk_format": ["x", 5, "", "gpt", "luks", "raw "],
    "min_disk": ["1", None, -1, 2147483648, 1.5, 1e30, True],
    "min_ram": ["1", None, -1, 2147483648, 99999999999999999999],
    "tags": ["x", None, [5], ["x" * 256], [None], {}],
    "custom": [5, None, True, [], {}, 1.5],
}

script("create: wrong values", [POST("/v2/images", {key: value}) for key, values in WRONG.items() for value in values])

READ_ONLY = ["status", "checksum", "size", "virtual_size", "created_at", "updated_at", "direct_url", "self", "file", "schema", "stores", "locations",
             "location", "deleted", "deleted_at", "os_hash_algo", "os_hash_value"]

script(
    "create: read-only and reserved keys",
    [POST("/v2/images", {key: "queued" if key == "status" else "x"}) for key in READ_ONLY]
    + [POST("/v2/images", {key: 5}) for key in READ_ONLY]
    + [POST("/v2/images", {key: None}) for key in READ_ONLY]
    + [
        POST("/v2/images", {"locations": []}),
        POST("/v2/images", {"os_glance_x": "x"}),
        POST("/v2/images", {"os_glancefoo": "x"}),
        POST("/v2/images", {"os_glanc": "x"}),
        POST("/v2/images", {"xos_glance": "x"}),
        POST("/v2/images", {LONG: "x"}),
        POST("/v2/images", {"": "x"}),
        POST("/v2/images", {"is_public": "x", "member": "x", "image_id": "x", "properties": "x"}),
        POST("/v2/images", {"extra_properties": "x"}),
        POST("/v2/images", {"name": "\U0001f600"}),
        POST("/v2/images", {"smile": "\U0001f600"}),
        POST("/v2/images", {"\U0001f600": "x"}),
        POST("/v2/images", {"tags": ["\U0001f600"]}),
        POST("/v2/images", {"name": "nul\u0000"}),
    ],
)

script(
    "create: the order of checks",
    [
        POST("/v2/images", {"self": "x", "name": 5}),
        POST("/v2/images", {"name": 5, "deleted": "x"}),
        POST("/v2/images", {"deleted": "x"}, by="reader"),
        POST("/v2/images", {"name": 5}, by="reader"),
        POST("/v2/images", {LONG: "x", "deleted": "x"}),
        POST("/v2/images", {"visibility": "public", "min_disk": -1}),
        POST("/v2/images", {"checksum": "x" * 32, "min_disk": -1}),
        POST("/v2/images", {"checksum": "x" * 33}),
        POST("/v2/images", {"size": 5, "id": "{uuid.x}"}),
        POST("/v2/images", {"id": "{uuid.x}"}),
        POST("/v2/images", {"id": "{uuid.x}", "min_disk": -1}),
        POST("/v2/images", {"id": "{uuid.x}", "visibility": "public"}),
        POST("/v2/images", {"tags": ["t"] * 129, "checksum": "x"}),
        POST("/v2/images", {"tags": [f"t{n}" for n in range(129)]}),
        POST("/v2/images", {"tags": ["t"] * 129}),
        POST("/v2/images", {"tags": [f"t{n}" for n in range(128)]}),
        POST("/v2/images", {f"p{n}": "x" for n in range(129)}),
        POST("/v2/images", {f"p{n}": "x" for n in range(128)}),
        POST("/v2/images", {**{f"p{n}": "x" for n in range(129)}, "min_disk": 2147483648}),
    ],
)

CREATORS = ("admin", "manager", "member", "reader", "onlymember", "norole", "service", "noproject", "noprojectadmin")

script(
    "create: who may",
    [POST("/v2/images", {}, by=by) for by in CREATORS]
    + [POST("/v2/images", {"visibility": visibility}, by=by) for by in ("admin", "member", "onlymember") for visibility in ("private", "shared", "community", "public")]
    + [POST("/v2/images", {"owner": owner}, by=by) for by in ("admin", "member", "reader", "noprojectadmin") for owner in ("{a}", "{b}", None, "")]
    + [
        POST("/v2/images", {"owner": None, "visibility": visibility}, by="admin", keep=f"none_{visibility}")
        for visibility in ("private", "shared", "community", "public")
    ]
    + [GET("/v2/images/{none_%s}" % visibility, by=by) for visibility in ("private", "shared", "community", "public") for by in ("reader", "other", "norole", "admin")],
)
