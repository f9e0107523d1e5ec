"""Upload and download (images-api: upload, download, ranges)."""

from differential.steps import OCTETS, GET, PATCH, POST, PUT, Step, active, queued, replace, script, upload

IMAGE, FILE = "/v2/images/{image}", "/v2/images/{image}/file"

script(
    "upload",
    [
        queued("image"),
        GET(FILE),
        PUT(FILE, b"x", headers={"Content-Type": "text/plain"}),
        PUT(FILE, b"x", headers={"Content-Type": None}),
        GET(IMAGE),
        queued("second"),
        upload("{second}", b"0123456789", headers={"Content-Type": OCTETS + "; charset=x"}),
        GET("/v2/images/{second}"),
        GET("/v2/images/{second}/file"),
        upload("{second}", b"again"),
        queued("chunked"),
        upload("{chunked}", b"0123456789", headers={"Transfer-Encoding": "chunked"}),
        GET("/v2/images/{chunked}"),
        GET("/v2/images/{chunked}/file"),
        queued("nothing"),
        upload("{nothing}", b""),
        GET("/v2/images/{nothing}"),
        GET("/v2/images/{nothing}/file"),
        GET("/v2/images/{nothing}/file", headers={"Range": "bytes=0-0"}),
        upload("{uuid.x}", b"x"),
    ],
)

script("upload: letter case of the media type", [queued("image"), PUT(FILE, b"x", headers={"Content-Type": OCTETS.upper()})])

script(
    "upload: formats that are not set",
    [
        POST("/v2/images", {}, keep="image"),
        upload("{image}", b"x"),
        GET(IMAGE),
        PATCH(IMAGE, [replace("/disk_format", "raw")]),
        upload("{image}", b"x"),
        PATCH(IMAGE, [replace("/container_format", "bare")]),
        upload("{image}", b"x"),
        GET(IMAGE),
    ],
)

script(
    "upload: declared sizes",
    [
        step
        for number, (size, data) in enumerate([("10", b"0123456789"), ("9", b"0123456789"), ("11", b"0123456789"), ("x", b"x"), ("-1", b"x"), ("", b"x"), ("0", b""), ("0", b"x"), (" 1 ", b"x"), ("1.0", b"x")])
        for step in (
            queued(f"i{number}"),
            upload("{i%d}" % number, data, headers={"x-openstack-image-size": size}),
        )
    ],
)

script(
    "upload: who may",
    [
        step
        for visibility in ("private", "community")
        for by in ("reader", "norole", "other", "otherreader", "service", "onlymember", "manager", "member", "admin")
        for step in (queued(f"{visibility}_{by}", visibility=visibility), upload("{%s_%s}" % (visibility, by), b"x", by=by))
    ],
)

QCOW2 = b"QFI\xfb\0\0\0\2" + b"\0" * 8 + b"\0\0\0\0\0\0\0\x10" + b"\0\0\0\0\0\x10\0\0" + b"\0" * 40 + b"\0" * 512
BACKED = b"QFI\xfb\0\0\0\2" + b"\0\0\0\0\0\0\0\x60" + b"\0\0\0\4\0\0\0\x10" + b"\0\0\0\0\0\x10\0\0" + b"\0" * 40 + b"/etc" * 20 + b"\0" * 512

script(
    "upload: what the bytes are",
    [
        step
        for number, (disk, container, data) in enumerate([("qcow2", "bare", QCOW2), ("raw", "bare", QCOW2), ("qcow2", "ova", b"x"), ("ami", "ami", b"x")])
        for step in (
            queued(f"i{number}", disk_format=disk, container_format=container),
            upload("{i%d}" % number, data),
            GET("/v2/images/{i%d}" % number),
            GET("/v2/images/{i%d}/file" % number),
        )
    ],
)

script(
    "upload: bytes of another format",
    [
        step
        for number, (disk, data) in enumerate([("qcow2", b"no qcow2 at all"), ("qcow2", BACKED), ("raw", BACKED), ("vmdk", QCOW2), ("iso", b"x" * 40000), ("vhd", b"conectix")])
        for step in (queued(f"i{number}", disk_format=disk), upload("{i%d}" % number, data))
    ],
)

RANGES = ["bytes=0-3", "bytes=4-", "bytes=-3", "bytes=-0", "bytes=-10", "bytes=-11", "bytes=0-9", "bytes=0-10", "bytes=0-99999999999999999999", "bytes=9-9", "bytes=10-", "bytes=10-20", "bytes=5-4", "bytes=",
          "bytes", "", "bytes=-", "bytes=a-b", "items=0-3", "bytes=0-1,3-4", "bytes= 0-3", "bytes=0 - 3", "BYTES=0-3", "bytes=0-3 ", "bytes=--3", "bytes=0--3", "bytes=+1-3", "bytes=1.5-3"]
CONTENT_RANGES = ["bytes 0-3/10", "bytes 0-3/*", "bytes 4-9/10", "bytes 5-4/10", "bytes 0-10/*", "bytes 10-12/10", "bytes 0-3", "nonsense", "", "items 0-3/10", "bytes a-b/10"]

script(
    "download: ranges",
    [*active("image")]
    + [GET(FILE, headers={"Range": value}) for value in RANGES]
    + [GET(FILE, headers={"Content-Range": value}) for value in CONTENT_RANGES]
    + [
        GET(FILE, headers={"Range": "bytes=0-1", "Content-Range": "bytes 4-5/10"}),
        GET(FILE, headers={"If-None-Match": "*", "If-Range": "x", "Range": "bytes=1-2"}),
        GET(FILE, headers={"If-Modified-Since": "Fri, 27 Nov 2099 16:33:49 GMT"}),
        GET(FILE, headers={"Accept": "application/json"}),
        GET(FILE + "?anything=x"),
    ],
)

script(
    "download: content ranges that cannot be",
    [*active("image"), GET(FILE, headers={"Content-Range": "bytes */10"}), GET(FILE, headers={"Content-Range": "bytes 0-20/30"})],
)

script(
    "download: nothing there",
    [
        queued("image"),
        GET(FILE),
        GET(FILE, by="reader"),
        GET(FILE, by="other"),
        GET(FILE, by="admin"),
        GET(FILE, headers={"Range": "bytes=0-3"}),
        GET("/v2/images/{uuid.x}/file"),
    ],
)

script(
    "download: preferred stores",
    [*active("image")] + [GET(f"{FILE}?prefer={value}") for value in ("", ",", "file", "nonsense", "a,b")] + [Step("HEAD", FILE)],
)
