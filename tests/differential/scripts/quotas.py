"""Configured limits: tags, properties, members, size, pages (auth-policy: local limits)."""

from differential.steps import GET, PATCH, POST, PUT, add, queued, remove, replace, script, upload

script(
    "quotas",
    [
        POST("/v2/images", {"tags": ["1", "2", "3"]}),
        POST("/v2/images", {"tags": ["1", "1", "1"]}),
        POST("/v2/images", {"p1": "", "p2": "", "p3": ""}),
        queued("image", tags=["1", "2"], p1="", p2="", visibility="shared"),
        PUT("/v2/images/{image}/tags/3"),
        PUT("/v2/images/{image}/tags/1"),
        PATCH("/v2/images/{image}", [replace("/tags", ["1", "2", "3"])]),
        PATCH("/v2/images/{image}", [replace("/tags", ["1", "1", "1"])]),
        PATCH("/v2/images/{image}", [add("/p3", "x")]),
        PATCH("/v2/images/{image}", [add("/p1", "x")]),
        PATCH("/v2/images/{image}", [replace("/p1", "y")]),
        PATCH("/v2/images/{image}", [add("/p3", "x"), remove("/p1")]),
        PATCH("/v2/images/{image}", [add("/p1", "x"), remove("/p3")]),
        PATCH("/v2/images/{image}", [remove("/p1"), remove("/p2")]),
        PATCH("/v2/images/{image}", [remove("/p1")]),
    ]
    + [POST("/v2/images/{image}/members", {"member": f"m{number}"}) for number in (1, 2, 3)]
    + [
        upload("{image}", b"x" * 101),
        GET("/v2/images/{image}"),
        upload("{image}", b"x" * 101, headers={"Transfer-Encoding": "chunked"}),
        GET("/v2/images/{image}"),
        upload("{image}", b"x" * 100),
    ],
    profile="quotas",
)

script(
    "pages of configured length",
    [POST("/v2/images", {"name": f"n{number}"}) for number in range(6)]
    + [GET("/v2/images?sort=name"), GET("/v2/images?sort=name&limit=3"), GET("/v2/images?sort=name&limit=5"), GET("/v2/images?sort=name&limit=4")],
    profile="quotas",
)
