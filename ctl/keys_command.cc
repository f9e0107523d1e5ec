// keys generate, keys rotate: the keys that an origin signs block manifests with.

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/state_dir.h"
#include "ctl/commands.h"
#include "http/json.h"
#include "image/manifest_keys.h"

namespace glint::ctl {

int keysChange(KeysChange change, const std::string& dir, Output& output) {
  const auto done = change == KeysChange::kGenerate ? image::generateSigningKey(dir)
                                                    : image::rotateSigningKey(dir);
  if (!done) return failed(done.error(), output);
  const auto keys = image::loadSigningKeys(dir);
  if (!keys) return failed(keys.error(), output);
  const std::string id = toHex(keys->front().publicKey().id());
  const std::string file = image::publicKeysFile(dir);
  output.out += output.format == OutputFormat::kJson
                    ? http::dumpJson({{"key_id", id}, {"dir", dir}, {"public_keys", file}}) + "\n"
                    : fmt::format("key {}\npublic keys, for edges: {}\n", id, file);
  return 0;
}

void addKeysCommands(CommandLine& line) {
  const auto dir = std::make_shared<std::string>(stateDirectory() + "/keys");
  CLI::App& keys = line.group("keys", "Keys that block manifests are signed with");
  const auto add = [&](const char* name, const char* help, KeysChange change) {
    line.command(
            name, help,
            [dir, change](const CommonFlags&, Output& output) {
              return keysChange(change, *dir, output);
            },
            &keys)
        .add_option("--dir", *dir, "The directory that the origin's [manifest] keys_dir names")
        ->type_name("DIR")
        ->capture_default_str();
  };
  add("generate", "The first key", KeysChange::kGenerate);
  add("rotate", "A new key; the one of now goes on signing beside it until the next time",
      KeysChange::kRotate);
}

}  // namespace glint::ctl
