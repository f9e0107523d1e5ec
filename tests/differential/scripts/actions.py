"""Deactivate and reactivate (images-api: actions)."""

from differential.steps import GET, PATCH, POST, active, queued, replace, script, upload

script(
    "actions",
    [
        queued("empty"),
        POST("/v2/images/{empty}/actions/deactivate"),
        POST("/v2/images/{empty}/actions/reactivate"),
        *active("image", visibility="community"),
        POST("/v2/images/{image}/actions/reactivate"),
        POST("/v2/images/{image}/actions/deactivate"),
        POST("/v2/images/{image}/actions/deactivate"),
        GET("/v2/images/{image}"),
        GET("/v2/images/{image}", by="admin"),
        GET("/v2/images/{image}/file"),
        GET("/v2/images/{image}/file", by="other"),
        GET("/v2/images/{image}/file", by="reader"),
        GET("/v2/images/{image}/file", by="admin"),
        PATCH("/v2/images/{image}", [replace("/name", "still")]),
        upload("{image}", b"x"),
        POST("/v2/images/{image}/actions/reactivate", by="reader"),
        POST("/v2/images/{image}/actions/reactivate", by="other"),
        POST("/v2/images/{image}/actions/reactivate", by="admin"),
        GET("/v2/images/{image}/file"),
        POST("/v2/images/{image}/actions/nonsense"),
        POST("/v2/images/{image}/actions"),
        POST("/v2/images/{uuid.x}/actions/deactivate"),
    ],
)
