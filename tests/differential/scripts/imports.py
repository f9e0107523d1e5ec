"""Staging, import and tasks: what is answered at once (images-api: stage, import, tasks)."""

from differential.steps import OCTETS, DELETE, GET, PATCH, POST, PUT, active, queued, replace, script

IMAGE, IMPORT, STAGE = "/v2/images/{image}", "/v2/images/{image}/import", "/v2/images/{image}/stage"


def stage(path, data=b"0123456789", headers=None, **more):
    return PUT(path, data, headers={"Content-Type": OCTETS, **(headers or {})}, **more)


DIRECT = {"method": {"name": "glance-direct"}}
WEB = {"method": {"name": "web-download", "uri": "http://127.0.0.1:9/x"}}

script(
    "stage",
    [
        queued("image"),
        PUT(STAGE, b"x", headers={"Content-Type": "text/plain"}),
        PUT(STAGE, b"x", headers={"Content-Type": None}),
        stage("/v2/images/{uuid.x}/stage"),
        *(stage(STAGE, by=by) for by in ("reader", "norole", "other", "otherreader")),
        stage(STAGE),
        GET(IMAGE),
        GET(IMAGE + "/file"),
        stage(STAGE),
        PUT(IMAGE + "/file", b"x", headers={"Content-Type": OCTETS}),
        PATCH(IMAGE, [replace("/name", "x")]),
        POST(IMAGE + "/actions/deactivate"),
        DELETE(IMAGE),
        GET(IMAGE),
        POST("/v2/images", {}, keep="bare"),
        stage("/v2/images/{bare}/stage"),
        POST("/v2/images/{bare}/import", DIRECT),
        *active("full"),
        stage("/v2/images/{full}/stage"),
    ],
)

BODIES = [None, "{", {}, {"method": {}}, {"method": {"name": "nothing"}}, {"method": {"name": None}}, {"method": {"name": "glance-download"}}, {**DIRECT, "all_stores": "x"}, {**DIRECT, "all_stores_must_succeed": "x"}, {**DIRECT, "all_stores": 1}]

script(
    "import: bodies",
    [queued("image")] + [POST(IMPORT, body) for body in BODIES] + [POST("/v2/images/{uuid.x}/import", body) for body in BODIES] + [POST("/v2/images/{uuid.x}/import", DIRECT)],
)
script("import: bodies that crash the reference", [queued("image")] + [POST(IMPORT, body) for body in ("[]", {"method": "glance-direct"}, {"method": None}, {"method": 5})])

script(
    "import: states and callers",
    [
        queued("image"),
        POST(IMPORT, DIRECT),
        POST(IMPORT, {"method": {"name": "copy-image"}}, by="admin"),
        POST(IMPORT, {"method": {"name": "copy-image"}}),
        POST(IMPORT, {"method": {"name": "web-download"}}),
        POST(IMPORT, {"method": {"name": "web-download", "uri": ""}}),
        POST(IMPORT, {"method": {"name": "web-download", "uri": "ftp://127.0.0.1/x"}}),
        POST(IMPORT, {"method": {"name": "web-download", "uri": "file:///etc/passwd"}}),
        POST(IMPORT, {"method": {"name": "web-download", "uri": "http://127.0.0.1:22/x"}}),
        *(POST(IMPORT, WEB, by=by) for by in ("reader", "norole", "other", "otherreader")),
        *active("full"),
        *(POST("/v2/images/{full}/import", body) for body in (DIRECT, WEB)),
        POST("/v2/images/{full}/import", DIRECT, by="reader"),
        queued("public", by="admin", visibility="public"),
        POST("/v2/images/{public}/import", DIRECT),
        POST("/v2/images/{public}/import", WEB),
        POST("/v2/images", {"disk_format": "raw"}, keep="half"),
        POST("/v2/images/{half}/import", WEB),
    ],
)

FILTERS = ["", "limit=1", "limit=0", "limit=-1", "limit=x", "marker=x", "marker={uuid.x}", "sort_key=created_at&sort_dir=asc", "sort_key=nothing", "sort_dir=up", "status=pending", "status=x", "type=import", "type=x", "unknown=x"]
INPUT = {"import_from": "http://127.0.0.1:9/x", "import_from_format": "raw", "image_properties": {"disk_format": "raw", "container_format": "bare"}}
TASKS = [None, "{", {}, {"type": "import"}, {"input": {}}, {"type": "nothing", "input": {}}, {"type": "import", "input": {}}, {"type": "import", "input": "x"}, {"type": "import", "input": INPUT, "more": 1},
         {"type": "import", "input": {**INPUT, "import_from": "file:///etc/passwd"}}, {"type": "import", "input": {**INPUT, "import_from": "swift://x"}}]

script(
    "tasks",
    [GET(f"/v2/tasks?{query}", by="admin") for query in FILTERS]
    + [POST("/v2/tasks", body, by="admin") for body in TASKS]
    + [method("/v2/tasks/{uuid.x}", by=by) for method in (GET, DELETE, PUT) for by in ("admin", "member", "norole")]
    + [POST("/v2/tasks", "{", by="member"), GET("/v2/tasks?limit=x", by="member"), GET("/v2/tasks/x", by="admin")],
)
