"""What holds for every call: order of processing, methods, bodies where none belong, error bodies, request ids."""

from differential.steps import DELETE, GET, PATCH, POST, PUT, Step, queued, script

ACCEPTS = ["*/*", "text/html", "text/plain", "application/json", "application/json, */*", "application/json;q=0.1, text/html;q=0.9", "text/*", "image/png", ""]

script(
    "error bodies by Accept",
    [GET("/v2/images/{uuid.none}", headers={"Accept": accept}) for accept in ACCEPTS]
    + [GET("/v2/nothing", headers={"Accept": accept}) for accept in ACCEPTS]
    + [PUT("/v2/images", headers={"Accept": accept}) for accept in ("*/*", "application/json", "text/plain")]
    + [POST("/v2/images", "{", headers={"Accept": accept}) for accept in ("*/*", "application/json", "text/plain")]
    + [GET("/v2/images", headers={"Accept": accept}) for accept in ("text/plain", "application/xml")],
)

RESOURCES = [
    "/v2/images",
    "/v2/images/{image}",
    "/v2/images/{image}/file",
    "/v2/images/{image}/tags/x",
    "/v2/images/{image}/members",
    "/v2/images/{image}/members/m",
    "/v2/images/{image}/actions/deactivate",
    "/v2/images/{image}/actions/reactivate",
    "/v2/schemas/image",
    "/v2/schemas/members",
]

script(
    "methods",
    [queued("image", visibility="shared")]
    + [Step(method, path) for path in RESOURCES for method in ("HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE")
       if (method, path) != ("DELETE", "/v2/images/{image}")]
    + [Step("GET", path) for path in RESOURCES if "actions" in path or "tags" in path],
)

script(
    "methods of other resources",
    [
        Step(method, path, by="admin")
        for path in ("/v2/images/{uuid.x}/stage", "/v2/images/{uuid.x}/import", "/v2/images/{uuid.x}/tasks", "/v2/images/{uuid.x}/locations",
                     "/v2/stores/s/{uuid.x}", "/v2/info/import", "/v2/info/stores", "/v2/info/usage", "/v2/tasks", "/v2/tasks/{uuid.x}",
                     "/v2/cache", "/v2/schemas/task", "/v2/schemas/tasks")
        for method in ("HEAD", "PATCH")
    ],
)

script(
    "paths",
    [
        queued("image"),
        GET("/v2/images/"),
        GET("/v2/images/{image}/"),
        GET("/v2/images/{image}/nothing"),
        GET("/v2/images/not-a-uuid"),
        GET("/v2/images/" + "x" * 300),
        GET("/v2/images/%ff"),
        GET("/v2/images/a%2Fb"),
        GET("/v2/images/%00"),
        GET("/v2/nothing"),
        GET("/v2/Images"),
        PUT("/v2/images/{image}/tags/a/b"),
        PUT("/v2/images/{image}/tags/a%2Fb"),
        PUT("/v2/images/{image}/tags/"),
        GET("/v2/images?name=%ff"),
        GET("/v2/images?%zz"),
        GET("/v2/images?name=%zz"),
        GET("/v2/images?&&"),
        GET("/v2/images?=x"),
    ],
)

BODILESS = [
    ("GET", "/v2/images/{image}"),
    ("GET", "/v2/images/{image}/file"),
    ("GET", "/v2/images/{image}/members"),
    ("GET", "/v2/images/{image}/members/m"),
    ("GET", "/v2/schemas/image"),
    ("GET", "/v2/schemas/members"),
    ("POST", "/v2/images/{image}/actions/deactivate"),
    ("PUT", "/v2/images/{image}/tags/x"),
    ("DELETE", "/v2/images/{image}/tags/x"),
    ("DELETE", "/v2/images/{image}/members/m"),
    ("DELETE", "/v2/images/{image}"),
]

script(
    "bodies where none belong",
    [queued("image")]
    + [Step(method, path, "x") for method, path in BODILESS]
    + [Step(method, path, b"x", headers={"Transfer-Encoding": "chunked"}) for method, path in BODILESS]
    + [GET("/v2/images", "x"), GET("/v2/images/{image}", b"")],
)

BODIES = [None, b"", "{", "[", "5", '"x"', "true", "null", "[]", "{} {}", b'{"name": "\xff"}', b"\xef\xbb\xbf{}", "{'name': 1}", '{"name": NaN}', '{"name": "x", "name": "y"}']

script(
    "JSON bodies",
    [queued("image", visibility="shared")]
    + [POST("/v2/images", body) for body in BODIES]
    + [POST("/v2/images/{image}/members", body) for body in BODIES]
    + [PUT("/v2/images/{image}/members/m", body) for body in BODIES]
    + [PATCH("/v2/images/{image}", body) for body in BODIES],
)

script(
    "content types of JSON bodies",
    [
        POST("/v2/images", {"name": "x"}, headers={"Content-Type": kind})
        for kind in ("text/plain", "application/octet-stream", "application/json; charset=utf-8", "nonsense", None)
    ]
    + [POST("/v2/images", b'{"name":"chunked"}', headers={"Transfer-Encoding": "chunked"})],
)

script(
    "request ids",
    [
        GET("/v2/images", headers={"X-Openstack-Request-ID": value})
        for value in ("req-abc", "abc", "", "req-", "x" * 60, "req-" + "x" * 60, "x" * 64)
    ]
    + [
        GET("/v2/images/{uuid.x}", headers={"X-Openstack-Request-ID": "req-err"}),
        GET("/v2/images", headers={"X-Openstack-Request-ID": "x" * 65}),
    ],
)

script(
    "malformed before absent before forbidden",
    [
        queued("foreign", by="other"),
        PATCH("/v2/images/{uuid.x}", "nonsense"),
        PATCH("/v2/images/{uuid.x}", []),
        PATCH("/v2/images/{foreign}", [{"op": "test", "path": "/name"}]),
        PATCH("/v2/images/{foreign}", [{"op": "replace", "path": "/name", "value": "x"}]),
        POST("/v2/images/{uuid.x}/members", {}),
        POST("/v2/images/{uuid.x}/members", {"member": "m"}),
        PUT("/v2/images/{uuid.x}/members/m", {"status": "nonsense"}),
        PUT("/v2/images/{uuid.x}/file", b"x", headers={"Content-Type": "text/plain"}),
        PUT("/v2/images/{uuid.x}/file", b"x", headers={"Content-Type": "application/octet-stream"}),
        DELETE("/v2/images/{foreign}"),
        DELETE("/v2/images/{uuid.x}", "x"),
    ],
)
