"""Nova's own image client (nova.image.glance), as a compute host uses it: one life of an image.

Run by the distribution's Python with GLANCE_URL, AUTH_TOKEN, USER_ID, PROJECT_ID and a data file in the environment;
prints what it saw as JSON."""

import io
import json
import os

import nova.conf
from nova import context, exception
from nova.image import glance


def record(image):
    """Nova's view of an image, without what is not JSON."""
    return {key: value for key, value in image.items() if not key.endswith("_at")}


def refused(action, *arguments, **named):
    """The name of the exception that ends the call."""
    try:
        action(*arguments, **named)
    except exception.NovaException as error:
        return type(error).__name__
    return None


def main():
    env = os.environ
    nova.conf.CONF([], project="nova", default_config_files=[])
    nova.conf.CONF.set_override("api_servers", [env["GLANCE_URL"]], "glance")
    who = context.RequestContext(
        user_id=env["USER_ID"], project_id=env["PROJECT_ID"], auth_token=env["AUTH_TOKEN"], roles=["member", "reader"]
    )
    api = glance.API()
    with open(env["DATA_FILE"], "rb") as file:
        data = file.read()
    seen = {}

    snapshot = {
        "name": "snapshot",
        "disk_format": "raw",
        "container_format": "bare",
        "min_disk": 1,
        "visibility": "private",
        "properties": {"image_type": "snapshot", "instance_uuid": env["USER_ID"], "base_image_ref": ""},
    }
    created = api.create(who, snapshot, data=io.BytesIO(data))
    image = created["id"]
    seen["created"] = record(created)
    seen["shown"] = record(api.get(who, image))
    seen["listed"] = [one["id"] for one in api.get_all(who, filters={"name": "snapshot"})]

    path = env["DATA_FILE"] + ".copy"
    api.download(who, image, dest_path=path)
    with open(path, "rb") as file:
        seen["file_is_right"] = file.read() == data
    buffer = io.BytesIO()
    api.download(who, image, data=buffer)
    seen["stream_is_right"] = buffer.getvalue() == data

    changed = api.update(who, image, {"name": "renamed", "properties": {"image_type": "base"}}, purge_props=True)
    seen["updated"] = record(changed)

    # An instance booted from a volume: an image without bytes, active at once.
    volume = {"name": "of a volume", "size": 0, "disk_format": "raw", "properties": {"bdm_v2": "True"}}
    empty = api.create(who, volume)
    seen["empty"] = record(empty)

    api.delete(who, image)
    seen["deleted"] = refused(api.get, who, image)
    seen["unknown"] = refused(api.get, who, "00000000-0000-4000-8000-000000000000")
    seen["download_unknown"] = refused(api.download, who, "00000000-0000-4000-8000-000000000000")
    print(json.dumps(seen, default=str))


if __name__ == "__main__":
    main()
