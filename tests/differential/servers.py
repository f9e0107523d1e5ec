"""A real Glance and a glint-origin, configured alike: the profiles that scripts ask for."""

import pathlib
from concurrent.futures import ThreadPoolExecutor

from support.glint import Origin
from support.peers import Glance

# Options both servers get, in Glance's own words. {state}: a folder of the server's own.
_ONE_STORE = "[glance_store]\nfilesystem_store_datadir = {state}/images\n"
PROFILES = {
    "plain": _ONE_STORE,
    "quotas": (
        "[DEFAULT]\n"
        "image_tag_quota = 2\nimage_property_quota = 2\nimage_member_quota = 2\n"
        "image_size_cap = 100\nlimit_param_default = 2\napi_limit_max = 4\n" + _ONE_STORE
    ),
    "locations": "[DEFAULT]\nshow_multiple_locations = true\nshow_image_direct_url = true\n" + _ONE_STORE,
    "stores": (
        "[DEFAULT]\nenabled_backends = fast:file, cheap:file\n"
        "[glance_store]\ndefault_backend = fast\n"
        "[fast]\nfilesystem_store_datadir = {state}/fast\nstore_description = the fast one\n"
        "[cheap]\nfilesystem_store_datadir = {state}/cheap\n"
        "[os_glance_staging_store]\nfilesystem_store_datadir = {state}/staging\n"
        "[os_glance_tasks_store]\nfilesystem_store_datadir = {state}/tasks\n"
    ),
}


class FakeTokenOrigin(Origin):
    def __init__(self, folder, config):
        super().__init__(folder)
        self.config = config

    def arguments(self):
        return [*super().arguments(), "--insecure-fake-identity", "--config-file", self.config]


class Pair:
    """Both servers of one profile; `reference` and `glint` are (address, folder of its state)."""

    def __init__(self, folder, profile):
        folder = pathlib.Path(folder) / profile
        files = {}
        for name in ("reference", "glint"):
            (folder / name).mkdir(parents=True)
            files[name] = folder / f"{name}.conf"
            files[name].write_text(PROFILES[profile].replace("{state}", str(folder / name)))
        self.servers = []
        try:
            (folder / "reference" / "schema-image.json").write_text("{}")  # no properties of the packager's
            self.servers.append(FakeTokenOrigin(folder / "glint", files["glint"]).start())
            self.servers.append(Glance(folder / "reference", "fake-tokens", config=files["reference"]))
        except BaseException:
            self.stop()
            raise
        addresses = [server.url for server in self.servers]
        self.glint, self.reference = zip(addresses, (folder / "glint", folder / "reference"))

    def stop(self):
        for server in self.servers:
            server.stop()


def start_pairs(folder, profiles):
    """{profile: Pair}, started side by side."""
    with ThreadPoolExecutor() as starting:
        begun = {profile: starting.submit(Pair, folder, profile) for profile in sorted(profiles)}
    pairs = {profile: future.result() for profile, future in begun.items() if future.exception() is None}
    failed = [future.exception() for future in begun.values() if future.exception() is not None]
    if failed:
        for pair in pairs.values():
            pair.stop()
        raise failed[0]
    return pairs
