"""JSON schemas of the Images API."""

from differential.steps import GET, script

NAMES = ["image", "images", "member", "members", "task", "tasks"]

script(
    "schemas",
    [GET(f"/v2/schemas/{name}") for name in NAMES]
    + [GET(f"/v2/schemas/{name}", by="norole") for name in NAMES]
    + [GET("/v2/schemas/nonsense"), GET("/v2/schemas"), GET("/v2/schemas/image", by="noproject")],
)
