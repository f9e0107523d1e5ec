"""PUT and DELETE of tags (images-api: tags)."""

from differential.steps import DELETE, GET, PUT, queued, script

script(
    "tags",
    [
        queued("image", visibility="community", tags=["first"]),
        PUT("/v2/images/{image}/tags/blue"),
        PUT("/v2/images/{image}/tags/blue"),
        PUT("/v2/images/{image}/tags/with%20blank%2C"),
        PUT("/v2/images/{image}/tags/%C3%BC"),
        PUT("/v2/images/{image}/tags/%F0%9F%98%80"),
        PUT("/v2/images/{image}/tags/" + "y" * 255),
        PUT("/v2/images/{image}/tags/" + "y" * 256),
        PUT("/v2/images/{image}/tags/%ff"),
        GET("/v2/images/{image}"),
        DELETE("/v2/images/{image}/tags/blue"),
        DELETE("/v2/images/{image}/tags/blue"),
        DELETE("/v2/images/{image}/tags/" + "y" * 256),
        DELETE("/v2/images/{image}/tags/Blue"),
        GET("/v2/images/{image}"),
        PUT("/v2/images/{uuid.x}/tags/blue"),
        DELETE("/v2/images/{uuid.x}/tags/blue"),
    ]
    + [method("/v2/images/{image}/tags/first", by=by) for by in ("reader", "other", "otherreader", "norole", "admin") for method in (PUT, DELETE)],
)
