"""The access matrix of auth-policy: who may do what to whose image, by visibility."""

from differential.steps import DELETE, GET, PATCH, POST, PUT, active, replace, script

CALLERS = ("member", "reader", "onlymember", "norole", "other", "otherreader", "third", "norolefar", "service", "noproject", "admin")
MORE = {"private": ("manager", "upper"), "shared": ("nobody", "noprojectadmin"), "community": (), "public": ()}

# What is done to each caller's own copy of the image, in this order.
OPERATIONS = (
    lambda image, by: GET(f"/v2/images/{image}", by=by),
    lambda image, by: GET(f"/v2/images/{image}/file", by=by),
    lambda image, by: PATCH(f"/v2/images/{image}", [replace("/name", "new")], by=by),
    lambda image, by: PATCH(f"/v2/images/{image}", [], by=by),
    lambda image, by: GET(f"/v2/images/{image}/tasks", by=by),
    lambda image, by: GET(f"/v2/images/{image}/members", by=by),
    lambda image, by: GET(f"/v2/images/{image}/members/{{b}}", by=by),
    lambda image, by: POST(f"/v2/images/{image}/members", {"member": "new"}, by=by),
    lambda image, by: PUT(f"/v2/images/{image}/members/{{b}}", {"status": "accepted"}, by=by),
    lambda image, by: DELETE(f"/v2/images/{image}/members/new", by=by),
    lambda image, by: PUT(f"/v2/images/{image}/tags/blue", by=by),
    lambda image, by: DELETE(f"/v2/images/{image}/tags/blue", by=by),
    lambda image, by: POST(f"/v2/images/{image}/actions/deactivate", by=by),
    lambda image, by: POST(f"/v2/images/{image}/actions/reactivate", by=by),
    lambda image, by: DELETE(f"/v2/images/{image}", by=by),
)


def row(visibility, by):
    image = "{%s}" % by
    shared = visibility == "shared"
    return [
        *active(by, by="admin", owner="{a}", visibility=visibility, name="old"),
        *([POST(f"/v2/images/{image}/members", {"member": "{b}"}, by="admin")] if shared else []),
        *[operation(image, by) for operation in OPERATIONS],
    ]


for visibility in ("private", "shared", "community", "public"):
    script(f"access: {visibility}", [step for by in (*CALLERS, *MORE[visibility]) for step in row(visibility, by)])

script(
    "access: no image",
    [
        GET(path, by=by)
        for by in (*CALLERS, "nobody", "noprojectadmin", "manager")
        for path in ("/v2/images", "/v2/schemas/image", "/v2/schemas/member", "/v2/info/import", "/v2/info/stores", "/v2/info/stores/detail", "/v2/info/usage", "/v2/tasks", "/v2/cache")
    ],
)
