"""Version documents, version negotiation, what is open to everybody (images-api: version discovery)."""

from differential.steps import DELETE, GET, NOBODY, POST, PUT, STRANGER, Step, script

PATHS = ["/", "/versions", "/versions/", "/versions/x", "/v1/images", "/v3", "/foo", "/v2.99/images", "/v2", "/v2/", "/v2.0", "//v2/images"]

script(
    "versions",
    [GET(path, by=NOBODY) for path in PATHS]
    + [
        GET("/versions", by=STRANGER),
        GET("/v2"),
        GET("/v2.0"),
        GET("/v2.0/"),
        POST("/versions", by=NOBODY),
        PUT("/versions", by=NOBODY),
        DELETE("/", by=NOBODY),
        Step("HEAD", "/versions", by=NOBODY),
        GET("/healthcheck", by=NOBODY),
    ],
)

script(
    "versions in paths",
    [GET(f"/v2.{minor}/images") for minor in range(19)] + [GET("/v2/v2/images"), GET("/v2.a/images"), GET("/v02/images"), GET("/V2/images")],
)

script(
    "versions in Accept",
    [
        GET("/images", headers={"Accept": f"application/vnd.openstack.images-{version}"})
        for version in ("v2", "v2.0", "v2.7", "v2.99", "v1", "x")
    ]
    + [GET("/v2/images", headers={"Accept": "application/vnd.openstack.images-v2"})],
)

script(
    "without a token",
    [
        GET(path, by=by)
        for by in (NOBODY, STRANGER)
        for path in ("/v2/images", "/v2/images/{uuid.x}", "/v2/schemas/image", "/v2/nothing", "/v2/info/import", "/v2/metadefs/namespaces")
    ]
    + [POST("/v2/images", {}, by=NOBODY), POST("/v2/images", "{", by=NOBODY), PUT("/v2/images", by=NOBODY), PUT("/v2/nothing", by=NOBODY)],
)
