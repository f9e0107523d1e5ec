"""GET and DELETE of one image, and its tasks (images-api: show, delete)."""

from differential.steps import DELETE, GET, PATCH, POST, active, queued, replace, script, upload

script(
    "show",
    [
        *active("image", name="x", colour="blue"),
        GET("/v2/images/{image}"),
        GET("/v2/images/{image}?anything=x"),
        GET("/v2/images/{image}/tasks"),
        GET("/v2/images/{image}/tasks", "x"),
        GET("/v2/images/{uuid.x}"),
        GET("/v2/images/{uuid.x}/tasks"),
        GET("/v2/images/{image}", by="other"),
    ],
)

script(
    "delete",
    [
        queued("image"),
        DELETE("/v2/images/{image}", by="reader"),
        DELETE("/v2/images/{image}", by="other"),
        DELETE("/v2/images/{image}"),
        DELETE("/v2/images/{image}"),
        GET("/v2/images/{image}"),
        GET("/v2/images/{image}", by="admin"),
        GET("/v2/images/{image}/file", by="admin"),
        GET("/v2/images/{image}/members", by="admin"),
        GET("/v2/images/{image}/tasks", by="admin"),
        PATCH("/v2/images/{image}", [replace("/name", "x")], by="admin"),
        upload("{image}", b"x"),
        *active("other"),
        DELETE("/v2/images/{other}"),
        GET("/v2/images/{other}/file"),
        DELETE("/v2/images/not-a-uuid"),
    ],
)

script(
    "delete: protected",
    [
        *active("image", protected=True),
        DELETE("/v2/images/{image}"),
        DELETE("/v2/images/{image}", by="admin"),
        DELETE("/v2/images/{image}", by="other"),
        GET("/v2/images/{image}/file"),
        PATCH("/v2/images/{image}", [replace("/protected", False)]),
        DELETE("/v2/images/{image}"),
    ],
)

script(
    "delete: whatever the status",
    [
        *active("image"),
        POST("/v2/images/{image}/actions/deactivate"),
        DELETE("/v2/images/{image}"),
        GET("/v2/images/{image}", by="admin"),
        *active("second"),
        POST("/v2/images/{second}/actions/deactivate"),
        DELETE("/v2/images/{second}", by="admin"),
    ],
)
