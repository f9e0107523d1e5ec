"""GET /v2/images: who sees what, filters, sorting, pages (images-api: list)."""

from differential.steps import DELETE, GET, PATCH, POST, active, queued, replace, script

LIST = "/v2/images"


def ask(*queries, by="member"):
    return [GET(f"{LIST}?{query}" if query else LIST, by=by) for query in queries]


VISIBILITIES = ("private", "shared", "community", "public")
SEEN = [queued(f"{owner}_{visibility}", by="admin", owner="{%s}" % owner, visibility=visibility, name=f"{owner} {visibility}", tags=["seen"])
        for owner in ("a", "b") for visibility in VISIBILITIES]

script(
    "list: who sees what",
    SEEN
    + [POST("/v2/images/{b_shared}/members", {"member": "{a}"}, by="other"), queued("hidden", os_hidden=True), queued("ownerless", by="admin", owner=None)]
    + [step for by in ("member", "reader", "other", "third", "admin", "norole", "onlymember", "service", "noproject", "noprojectadmin")
       for step in ask("", *(f"visibility={visibility}" for visibility in (*VISIBILITIES, "all", "")), "member_status=all", "member_status=pending", "os_hidden=true",
                       "owner={a}", "owner={b}", by=by)],
)

FIELDS = [
    queued("one", name="one", disk_format="raw", container_format="bare", min_ram=1, min_disk=1, tags=["red", "blue"], colour="blue"),
    queued("two", name="two", disk_format="qcow2", container_format="ova", min_ram=2, min_disk=2, tags=["red"], colour="in:blue,red"),
    *active("three", name="three, with comma", data=b"x" * 30, min_ram=3, protected=True, colour="red"),
    *active("four", name='quo"te', data=b"x" * 40, tags=["blue"]),
    queued("five", name="with:colon", os_hidden=True, colour="blue"),
    POST("/v2/images", {"name": None}),
]

TEXT = ["name=one", "name=ONE", "name=on", "name=on%25", "name=o_e", "name=eq:one", "name=neq:one", "name=gt:one", "name=in:one,two", "name=in:one", "name=in:", "name=in:,",
        'name=in:"three, with comma",one', 'name=in:"quo\\"te"', 'name=in:"one', 'name=in:o"ne"', 'name=in:"one"x', "name=with:colon", "name=eq:with:colon", "name=", "name=IN:one",
        "status=active", "status=in:active,queued", "status=nonsense", "status=", "disk_format=raw", "disk_format=in:raw,qcow2", "container_format=ova", "container_format=in:ova,bare",
        "id={one}", "id=in:{one},{two}", "id=x", "id=neq:{one}"]
NUMBERS = ["size_min=31", "size_max=30", "size_min=30&size_max=30", "size_min=x", "size_max=", "size_min=-1", "size_min=1.5", "size=30", "size=x", "min_ram=2", "min_ram=x", "min_ram_min=2",
           "min_ram_max=1", "min_disk_min=2", "virtual_size_min=31", "min_ram_min=x", "size_min=99999999999999999999"]
OTHER = ["protected=true", "protected=false", "protected=True", "protected=1", "protected=", "os_hidden=true", "os_hidden=TRUE", "os_hidden=false", "os_hidden=x", "os_hidden=",
         "tag=red", "tag=Red", "tag=", "tag=red,blue", "tag=nothing", "colour=blue", "colour=in:blue,red", "colour=", "nothing=x", "Colour=blue", "name=one&colour=blue",
         "name=one&colour=red", "member_status=x", "visibility=x", "changes-since=2020-01-01T00:00:00Z", "deleted=true",
         "deleted=nonsense", "is_public=true", "checksum=x", "os_hash_value=x", "os_hash_algo=sha512", "owner=", "owner=x", "locations=x", "properties=x", "members=x", "file=x", "schema=x"]
TIMES = ["created_at=gt:2000-01-01T00:00:00Z", "created_at=lt:2000-01-01T00:00:00Z", "created_at=gte:2000-01-01", "created_at=lte:2100-01-01T00:00:00%2B02:00", "created_at=2000-01-01T00:00:00Z",
         "created_at=eq:2000-01-01T00:00:00Z", "created_at=neq:2000-01-01T00:00:00Z", "created_at=x:2000-01-01T00:00:00Z", "created_at=gt:nonsense", "created_at=", "created_at=gt:",
         "updated_at=gt:2000-01-01T00:00:00Z", "updated_at=in:2000-01-01T00:00:00Z", "created_at=gt:2000-01-01T00:00:00.123456Z", "created_at=gt:20000101T000000Z", "updated_at=gt:2000-01-01T00:00:00",
         "created_at=gt:2000-01-01 00:00:00"]

script("list: text filters", FIELDS + ask(*(query.replace(" ", "%20").replace('"', "%22").replace("\\", "%5C") + "&sort=name:asc" for query in TEXT)))
script("list: number filters", FIELDS + ask(*(f"{query}&sort=name:asc" for query in NUMBERS)))
script("list: other filters", FIELDS + ask(*(f"{query}&sort=name:asc" for query in OTHER)))
script("list: filters on extreme columns", FIELDS + ask("tags_min=1", "colour_min=1", "name_min=1", "nothing_max=5", "created_at_min=1", "protected_min=1", "_min=1"))
script("list: time filters", FIELDS + ask(*(f"{query.replace(' ', '%20')}&sort=name:asc" for query in TIMES)))

SORTED = [
    POST(LIST, {"id": "{uuid.1}", "name": "b", "disk_format": "raw", "container_format": "bare"}),
    POST(LIST, {"id": "{uuid.2}", "name": "a", "disk_format": "raw", "container_format": "ova"}),
    POST(LIST, {"id": "{uuid.3}", "name": "b", "disk_format": "iso", "container_format": "bare"}),
    POST(LIST, {"id": "{uuid.4}", "name": "B"}),
    POST(LIST, {"id": "{uuid.5}", "name": None}),
    POST(LIST, {"id": "{uuid.6}", "name": "c", "disk_format": "raw", "container_format": "bare"}, keep="data"),
    PATCH("/v2/images/{uuid.1}", [replace("/min_ram", 1)]),
]
KEYS = ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"]
SORTS = ["", "sort=name:asc,disk_format:desc", "sort=name,id", "sort=name:asc,id:asc", "sort=disk_format:asc,name:desc", "sort=name:up", "sort=nothing", "sort=name:", "sort=", "sort=,", "sort=:asc",
         "sort=name:asc:desc", "sort=name:asc&sort_key=id", "sort=name:asc&sort_dir=desc", "sort_key=name", "sort_key=name&sort_dir=asc", "sort_dir=asc", "sort_dir=up", "sort_key=nothing",
         "sort_key=name&sort_dir=asc&sort_dir=desc",
         "sort_key=name&sort_key=id&sort_key=size&sort_dir=asc&sort_dir=desc", "sort_key=", "sort_dir=", "sort=owner:asc", "sort=visibility:asc", "sort=min_ram:asc", "sort=tags", "sort=name:ASC",
         "sort=name:asc,name:desc", "sort_key=created_at&sort_dir=asc", "sort=name%20:asc", "sort=%20name"]

script("list: sorting", SORTED + ask(*(f"sort={key}:{direction}" for key in KEYS for direction in ("asc", "desc")), *SORTS))

PAGES = ["limit=2", "limit=0", "limit=6", "limit=7", "limit=1000", "limit=1001", "limit=99999999999", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=%2B2", "limit=%202",
         "limit=2&marker={uuid.6}", "limit=2&marker={uuid.1}", "marker={uuid.3}", "marker={uuid.1}", "marker=x", "marker=", "marker={uuid.none}", "marker={foreign}", "marker={gone}",
         "limit=2&sort=name:asc", "limit=2&sort=name:asc&marker={uuid.2}", "limit=2&sort=name:asc&marker={uuid.5}", "limit=2&sort=name:asc&marker={uuid.3}", "limit=2&sort=name:asc,id:desc&marker={uuid.4}",
         "limit=2&sort=disk_format:desc&marker={uuid.4}", "limit=2&sort=size:asc&marker={uuid.6}", "limit=2&sort_key=name&sort_dir=asc&marker={uuid.1}", "limit=1&sort_key=disk_format&sort_dir=desc&marker={uuid.3}",
         "limit=2&name=in:a,b,c", "limit=1&name=b&sort=created_at:asc", "limit=1&colour=x%20y&name=b", "limit=1&visibility=all&owner={a}", "limit=2&unknown=%C3%BC", "limit=2&name=eq:b&marker={uuid.3}",
         "limit=1&sort=id:asc", "limit=1&sort=id:asc&marker={uuid.2}", "limit=3&sort=status:asc,name:asc"]

script(
    "list: pages",
    SORTED
    + [queued("foreign", by="other"), queued("gone"), DELETE("/v2/images/{gone}")]
    + ask(*PAGES),
)

script(
    "list: repeated parameters",
    FIELDS
    + ask("tag=red&tag=blue", "name=one&name=two", "visibility=private&visibility=public", "sort_key=name&sort_key=id", "sort_key=name&sort_key=id&sort_dir=asc",
          "sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc", "limit=1&tag=red&tag=blue"),
)
script("list: repeated limits and sorts", FIELDS + ask("limit=2&limit=3&sort=name", "sort=name:asc&sort=id:asc"))
