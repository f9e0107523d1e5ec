"""Several stores, and where images are (images-api: stores, locations, info)."""

from differential.steps import DELETE, GET, PATCH, POST, active, add, queued, remove, replace, script, upload

IMAGE = "/v2/images/{image}"

script(
    "stores",
    [
        queued("image"),
        upload("{image}", b"x", headers={"X-Image-Meta-Store": "nothing"}),
        GET(IMAGE),
        upload("{image}", b"x", headers={"X-Image-Meta-Store": "cheap"}),
        GET(IMAGE),
        GET(IMAGE + "/file"),
        *active("second"),
        GET("/v2/images/{second}"),
        GET("/v2/images?sort=created_at:asc"),
        GET("/v2/images?stores=fast"),
        DELETE("/v2/stores/nothing/{image}", by="admin"),
        DELETE("/v2/stores/cheap/{image}", by="admin"),
        DELETE("/v2/stores/fast/{image}", by="admin"),
        DELETE("/v2/stores/cheap/{image}"),
        DELETE("/v2/stores/cheap/{image}", by="reader"),
        DELETE("/v2/stores/cheap/{image}", by="other"),
        DELETE("/v2/stores/cheap/{uuid.x}", by="admin"),
        DELETE("/v2/stores/cheap/{image}", "x", by="admin"),
        POST(IMAGE + "/actions/deactivate"),
        GET(IMAGE),
        GET(IMAGE, by="admin"),
        DELETE("/v2/stores/cheap/{image}", by="admin"),
        queued("empty"),
        DELETE("/v2/stores/cheap/{empty}", by="admin"),
    ]
    + [GET(f"/v2/info/stores{detail}", by=by) for detail in ("", "/detail") for by in ("admin", "member", "reader", "norole", "service", "nobody")]
    + [GET("/versions"), GET("/v2.13/images")],
    profile="stores",
)

script(
    "one store",
    [
        *active("image"),
        *(DELETE("/v2/stores/file/{image}", by=by) for by in ("admin", "member", "other")),
        *(GET(f"/v2/info/{what}", by=by) for what in ("stores", "stores/detail", "import", "usage") for by in ("admin", "member", "norole")),
        GET("/v2/info/import", "x"),
        GET("/v2/info/nothing"),
    ],
)

LOCATION = {"url": "http://127.0.0.1:9/x", "metadata": {}}
ODD = ["x", None, {}, [], {"url": "http://127.0.0.1:9/x"}, {"metadata": {}}, {"url": 5, "metadata": {}}, {"url": "http://127.0.0.1:9/x", "metadata": "x"}, {"url": "http://127.0.0.1:9/" + "x" * 255, "metadata": {}},
       {"url": "file:///etc/hostname", "metadata": {}}, {"url": "filesystem:///etc/hostname", "metadata": {}}, {"url": "nonsense", "metadata": {}}, {"url": "unknown://x", "metadata": {}},
       {**LOCATION, "validation_data": {}}, {**LOCATION, "validation_data": {"os_hash_algo": "sha512"}}, {**LOCATION, "validation_data": {"os_hash_algo": "md5", "os_hash_value": "0" * 32}}, {**LOCATION, "unknown": 1}]

script(
    "locations that are shown",
    [
        queued("image"),
        GET(IMAGE),
        upload("{image}", b"0123456789"),
        GET(IMAGE),
        GET("/v2/images"),
        POST(IMAGE + "/actions/deactivate"),
        GET(IMAGE),
        GET(IMAGE, by="admin"),
        POST(IMAGE + "/actions/reactivate"),
        PATCH(IMAGE, [replace("/locations", [])]),
        PATCH(IMAGE, [replace("/locations", [LOCATION])]),
        PATCH(IMAGE, [replace("/locations", "x")]),
        PATCH(IMAGE, [remove("/locations/0")]),
        PATCH(IMAGE, [remove("/locations/0")], by="admin"),
        PATCH(IMAGE, [remove("/locations/5")], by="admin"),
        PATCH(IMAGE, [remove("/locations/x")], by="admin"),
        PATCH(IMAGE, [remove("/locations/-")], by="admin"),
        PATCH(IMAGE, [remove("/locations")], by="admin"),
        PATCH(IMAGE, [add("/locations/x", LOCATION)]),
        PATCH(IMAGE, [add("/locations/0/url", "x")]),
        PATCH(IMAGE, [add("/locations/-", LOCATION)], by="reader"),
        PATCH(IMAGE, [add("/locations/-", LOCATION)], by="other"),
    ]
    + [PATCH(IMAGE, [add("/locations/-", value)]) for value in ODD]
    + [queued("empty"), PATCH("/v2/images/{empty}", [remove("/locations/0")], by="admin"), PATCH("/v2/images/{empty}", [replace("/locations", [])]), GET("/v2/images/{empty}"), GET("/v2/schemas/image")],
    profile="locations",
)
