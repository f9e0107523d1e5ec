// Commands over the edges that report to an origin.

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/units.h"
#include "ctl/commands.h"
#include "ctl/connect.h"
#include "ctl/text_table.h"
#include "http/json.h"
#include "http/url.h"

namespace glint::ctl {
namespace {

std::string textOrDash(const nlohmann::json& object, const char* key) {
  std::string text = textAt(object, key);
  return text.empty() ? "-" : text;
}

}  // namespace

int fleetEdges(const Remote& origin, Output& output) {
  const auto body = origin.getJson("/glint/v1/edges");
  if (!body) return failed(body.error(), output);
  if (output.format == OutputFormat::kJson) {
    output.out += http::dumpJson(*body) + "\n";
    return 0;
  }
  TextTable table({"EDGE", "URL", "VERSION", ">USED", ">CAPACITY", ">IMAGES", "REPORTED"});
  for (const auto& edge : arrayAt(*body, "edges"))
    table.add({textAt(edge, "name"), textAt(edge, "url"), textAt(edge, "version"),
               humanSize(numberAt(edge, "used_bytes")), humanSize(numberAt(edge, "capacity_bytes")),
               fmt::to_string(numberAt(edge, "image_count")), textOrDash(edge, "reported_at")});
  output.out += table.empty() ? "no edge has reported\n" : table.text();
  return 0;
}

int fleetWhere(const Remote& origin, const std::string& image_id, Output& output) {
  const auto body = origin.getJson("/glint/v1/images/" + http::percentEncode(image_id) + "/edges");
  if (!body && body.error().code == ErrorCode::kNotFound)
    return failed({ErrorCode::kNotFound,
                   fmt::format("the origin at {} shows no image {}", origin.url(), image_id)},
                  output);
  if (!body) return failed(body.error(), output);
  const auto& edges = arrayAt(*body, "edges");
  if (output.format == OutputFormat::kJson) {
    output.out += http::dumpJson(*body) + "\n";
    return edges.empty() ? 1 : 0;
  }
  TextTable table({"EDGE", "URL", ">SIZE", "BOOTS OFFLINE UNTIL", "REPORTED"});
  for (const auto& edge : edges)
    table.add({textAt(edge, "edge"), textAt(edge, "url"), humanSize(numberAt(edge, "size")),
               textOrDash(edge, "bootable_until"), textOrDash(edge, "reported_at")});
  output.out += table.empty() ? "no edge holds it\n" : table.text();
  return edges.empty() ? 1 : 0;
}

void addFleetCommands(CommandLine& line) {
  struct Asked {
    std::string token_file;
    std::string image;
  };
  const auto asked = std::make_shared<Asked>();
  const auto with_origin = [asked](auto work) -> CommandLine::Run {
    return [asked, work](const CommonFlags& common, Output& output) {
      const auto origin = imagesApiOf(common, asked->token_file);
      return origin ? work(*origin, output) : failed(origin.error(), output);
    };
  };
  CLI::App& edges =
      line.command("edges", "The edges that report to the origin", with_origin(fleetEdges));
  CLI::App& where = line.command("where", "Which edges hold an image, and boot it offline",
                                 with_origin([asked](const Remote& origin, Output& output) {
                                   return fleetWhere(origin, asked->image, output);
                                 }));
  where.add_option("image", asked->image, "Image id")->required()->type_name("IMAGE");
  for (CLI::App* sub : {&edges, &where})
    sub->add_option("--token-file", asked->token_file,
                    "A file with a token of the Images API (or set OS_TOKEN)")
        ->type_name("FILE");
}

}  // namespace glint::ctl
