"""Members and their states (images-api: members)."""

from differential.steps import DELETE, GET, PATCH, POST, PUT, active, queued, replace, script

script(
    "members: the way of one",
    [
        *active("image", visibility="shared"),
        GET("/v2/images/{image}/members"),
        GET("/v2/images/{image}", by="other"),
        POST("/v2/images/{image}/members", {"member": "{b}"}),
        POST("/v2/images/{image}/members", {"member": "{b}"}),
        GET("/v2/images/{image}/members"),
        GET("/v2/images/{image}/members/{b}"),
        GET("/v2/images/{image}/members/{b}", by="other"),
        GET("/v2/images/{image}", by="other"),
        GET("/v2/images/{image}/file", by="other"),
        GET("/v2/images", by="other"),
        GET("/v2/images?member_status=pending", by="other"),
        GET("/v2/images?member_status=all", by="other"),
        PUT("/v2/images/{image}/members/{b}", {"status": "accepted"}),
        PUT("/v2/images/{image}/members/{b}", {"status": "accepted"}, by="otherreader"),
        PUT("/v2/images/{image}/members/{b}", {"status": "accepted"}, by="other"),
        GET("/v2/images", by="other"),
        GET("/v2/images?member_status=accepted", by="other"),
        GET("/v2/images?visibility=shared", by="other"),
        GET("/v2/images?visibility=shared&member_status=pending", by="other"),
        PUT("/v2/images/{image}/members/{b}", {"status": "rejected"}, by="other"),
        GET("/v2/images", by="other"),
        GET("/v2/images?member_status=rejected", by="other"),
        GET("/v2/images/{image}", by="other"),
        PUT("/v2/images/{image}/members/{b}", {"status": "pending"}, by="admin"),
        DELETE("/v2/images/{image}/members/{b}", by="other"),
        DELETE("/v2/images/{image}/members/{b}"),
        DELETE("/v2/images/{image}/members/{b}"),
        GET("/v2/images/{image}", by="other"),
        POST("/v2/images/{image}/members", {"member": "{b}"}),
        GET("/v2/images/{image}/members/{b}"),
    ],
)

script(
    "members: bodies",
    [queued("image", visibility="shared")]
    + [POST("/v2/images/{image}/members", body) for body in ({}, {"member": ""}, {"member": None}, {"member": 5}, {"member": []}, {"members": "x"}, [], "x",
                                                           {"member": "{a}"}, {"member": "m", "status": "accepted"}, {"member": "ü"}, {"member": "x" * 255})]
    + [GET("/v2/images/{image}/members")]
    + [PUT("/v2/images/{image}/members/m", body, by="admin") for body in ({}, {"status": ""}, {"status": None}, {"status": 5}, {"status": "x"}, {"status": "Accepted"}, [], "x",
                                                                        {"status": "accepted", "more": 1}, {"status": "rejected"})]
    + [PUT("/v2/images/{image}/members/absent", {"status": "accepted"}, by="admin"), GET("/v2/images/{image}/members/absent"), DELETE("/v2/images/{image}/members/absent")],
)

script(
    "members: of images that are not shared",
    [
        step
        for visibility in ("private", "community", "public")
        for step in (
            queued(visibility, by="admin", visibility=visibility, owner="{a}"),
            POST("/v2/images/{%s}/members" % visibility, {"member": "{b}"}),
            GET("/v2/images/{%s}/members" % visibility),
            GET("/v2/images/{%s}/members/{b}" % visibility),
            PUT("/v2/images/{%s}/members/{b}" % visibility, {"status": "accepted"}, by="other"),
            DELETE("/v2/images/{%s}/members/{b}" % visibility),
            POST("/v2/images/{%s}/members" % visibility, {"member": "{b}"}, by="admin"),
            POST("/v2/images/{%s}/members" % visibility, {}, by="admin"),
        )
    ],
)

script(
    "members: visibility changes",
    [
        queued("image", visibility="shared"),
        POST("/v2/images/{image}/members", {"member": "{b}"}),
        PUT("/v2/images/{image}/members/{b}", {"status": "accepted"}, by="other"),
        PATCH("/v2/images/{image}", [replace("/visibility", "private")]),
        GET("/v2/images/{image}", by="other"),
        GET("/v2/images", by="other"),
        GET("/v2/images/{image}/members"),
        PATCH("/v2/images/{image}", [replace("/visibility", "shared")]),
        GET("/v2/images/{image}", by="other"),
        GET("/v2/images", by="other"),
        GET("/v2/images/{image}/members"),
    ],
)

script(
    "members: several",
    [
        queued("image", visibility="shared"),
        POST("/v2/images/{image}/members", {"member": "{b}"}),
        POST("/v2/images/{image}/members", {"member": "{c}"}),
    ]
    + [GET("/v2/images/{image}/members", by=by) for by in ("member", "reader", "other", "third", "admin", "norole", "norolefar", "service")]
    + [GET("/v2/images/{image}/members/{c}", by=by) for by in ("member", "reader", "other", "third", "admin", "norole", "norolefar", "service")]
    + [PATCH("/v2/images/{image}", [replace("/name", "x")], by="other"), POST("/v2/images/{image}/members", {"member": "d"}, by="other")]
    + [POST("/v2/images/{image}/members", {"member": "d"}, by=by) for by in ("reader", "norole", "third", "admin")]
    + [PUT("/v2/images/{image}/members/{c}", {"status": "accepted"}, by="other")],
)
