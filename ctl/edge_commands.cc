// Commands over the edge's cache.

#include <array>
#include <ctime>
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

constexpr std::size_t kShownDigest =
    23;  // "sha512:" and sixteen digits: enough to tell contents apart

std::string cachePath(const std::string& image_id) {
  return "/glint/v1/cache/" + http::percentEncode(image_id);
}

std::string sizeAt(const nlohmann::json& object, const char* key) {
  return humanSize(numberAt(object, key));
}

std::string joinedImages(const nlohmann::json& content) {
  std::string images;
  for (const auto& image : arrayAt(content, "images"))
    if (image.is_string())
      images += (images.empty() ? "" : " ") + image.get_ref<const std::string&>();
  return images.empty() ? "-" : images;
}

// Seconds since 1970 as a date in UTC.
std::string dateAt(const nlohmann::json& object, const char* key) {
  const auto seconds = static_cast<std::time_t>(numberAt(object, key));
  if (seconds == 0) return "-";
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "-";
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), length};
}

std::string progressOf(const nlohmann::json& fill) {
  const auto size = static_cast<double>(numberAt(fill, "size"));
  const auto done = static_cast<double>(numberAt(fill, "done_bytes"));
  return size > 0 ? fmt::format("{:.0f} %", 100 * done / size) : "-";
}

std::string contentsTable(const nlohmann::json& contents) {
  TextTable table({"DIGEST", ">SIZE", ">ON DISK", ">HITS", "LAST USED", "DURABLE", "IMAGES"});
  for (const auto& content : contents)
    table.add({textAt(content, "digest").substr(0, kShownDigest), sizeAt(content, "size"),
               sizeAt(content, "disk_bytes"), fmt::to_string(numberAt(content, "hits")),
               dateAt(content, "last_used"), boolAt(content, "durable") ? "yes" : "no",
               joinedImages(content)});
  return table.empty() ? "nothing is cached\n" : table.text();
}

std::string fillsTable(const nlohmann::json& fills) {
  TextTable table({"FILLING", ">SIZE", ">DONE", ">WAITERS", "IMAGE"});
  for (const auto& fill : fills)
    table.add({textAt(fill, "digest").substr(0, kShownDigest), sizeAt(fill, "size"),
               progressOf(fill), fmt::to_string(numberAt(fill, "waiters")),
               textAt(fill, "image_id")});
  return table.empty() ? "" : "\n" + table.text();
}

// One thing, a line per member.
std::string membersText(const nlohmann::json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    std::string shown = key == "images" ? joinedImages(object) : textAt(object, key.c_str());
    if (value.is_structured() && key != "images") shown = http::dumpJson(value);
    const bool is_size = key == "size" || key == "disk_bytes" || key == "done_bytes";
    if (is_size && value.is_number()) shown += fmt::format(" ({})", sizeAt(object, key.c_str()));
    if (key == "stored_at" || key == "last_used") shown = dateAt(object, key.c_str());
    text += fmt::format("{:<12} {}\n", printable(key), printable(shown));
  }
  return text;
}

}  // namespace

int edgeList(const Remote& edge, Output& output) {
  auto body = edge.getJson("/glint/v1/cache");
  if (!body) return failed(body.error(), output);
  output.out += output.format == OutputFormat::kJson ? http::dumpJson(*body) + "\n"
                                                     : contentsTable(arrayAt(*body, "contents")) +
                                                           fillsTable(arrayAt(*body, "fills"));
  return 0;
}

int edgeShow(const Remote& edge, const std::string& image_id, Output& output) {
  auto body = edge.getJson(cachePath(image_id));
  if (!body && body.error().code == ErrorCode::kNotFound)
    return failed({ErrorCode::kNotFound,
                   fmt::format("the edge at {} has no content of image {}", edge.url(), image_id)},
                  output);
  if (!body) return failed(body.error(), output);
  output.out +=
      output.format == OutputFormat::kJson ? http::dumpJson(*body) + "\n" : membersText(*body);
  return 0;
}

int edgePurge(const Remote& edge, const std::string& image_id, Output& output) {
  const auto removed = edge.remove(cachePath(image_id));
  if (!removed && removed.error().code == ErrorCode::kNotFound)
    return failed({ErrorCode::kNotFound,
                   fmt::format("the edge at {} has no content of image {}", edge.url(), image_id)},
                  output);
  if (!removed) return failed(removed.error(), output);
  output.out += output.format == OutputFormat::kJson
                    ? http::dumpJson({{"purged", image_id}}) + "\n"
                    : fmt::format("purged {}\n", printable(image_id));
  return 0;
}

void addEdgeCommands(CommandLine& line) {
  const auto with_edge = [](auto work) -> CommandLine::Run {
    return [work](const CommonFlags& common, Output& output) {
      const auto edge = edgeOf(common, Secret::kYes);
      return edge ? work(*edge, output) : failed(edge.error(), output);
    };
  };
  const auto image = std::make_shared<std::string>();  // shared by the commands that take one
  CLI::App& edge = line.group("edge", "The edge's cache");
  line.command("ls", "What is cached and what is being fetched", with_edge(edgeList), &edge);
  CLI::App& show = line.command("show", "The content of one image",
                                with_edge([image](const Remote& remote, Output& output) {
                                  return edgeShow(remote, *image, output);
                                }),
                                &edge);
  CLI::App& purge = line.command("purge", "Forget the content of one image",
                                 with_edge([image](const Remote& remote, Output& output) {
                                   return edgePurge(remote, *image, output);
                                 }),
                                 &edge);
  for (CLI::App* sub : {&show, &purge})
    sub->add_option("image", *image, "Image id")->required()->type_name("IMAGE");
}

}  // namespace glint::ctl
