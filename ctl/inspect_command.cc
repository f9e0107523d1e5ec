// `glintctl inspect`: what disk format a file is of, and whether an image of it would be accepted.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/handle.h"
#include "base/units.h"
#include "ctl/commands.h"
#include "ctl/text_table.h"
#include "http/json.h"
#include "image/format_inspector.h"

namespace glint::ctl {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
constexpr std::array kDiskFormats = {"raw", "qcow2", "vhd",   "vhdx", "vmdk",
                                     "vdi", "iso",   "ploop", "ami"};

Result<image::Inspection> inspectStream(int fd) {
  const auto inspector = image::FormatInspector::create();
  std::vector<std::byte> buffer(kReadBytes);
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failErrno("cannot be read", errno);
    if (got == 0) return inspector->finish();
    inspector->feed(std::span(buffer).first(static_cast<std::size_t>(got)));
  }
}

std::string verdict(const image::Inspection& inspection) {
  if (inspection.ambiguous) return "refused: looks like more than one disk format";
  if (inspection.unsafe) return "refused: " + *inspection.unsafe;
  return "safe";
}

// The disk formats under which an image with these bytes would be taken.
std::vector<std::string> acceptedAs(const image::Inspection& inspection) {
  std::vector<std::string> formats;
  for (const char* format : kDiskFormats)
    if (image::acceptAs(format, inspection, image::RequireMatch::kYes))
      formats.emplace_back(format);
  return formats;
}

}  // namespace

int inspectFile(const std::string& path, Output& output) {
  UniqueFd file;
  int fd = STDIN_FILENO;
  if (path != "-") {
    auto opened = openFile(path, O_RDONLY | O_NOCTTY);
    if (!opened) return failed(opened.error(), output);
    file = std::move(*opened);
    fd = file.get();
  }
  const auto inspection = inspectStream(fd);
  if (!inspection)
    return failed({inspection.error().code, path + " " + inspection.error().message}, output);
  const bool safe = !inspection->ambiguous && !inspection->unsafe;
  const auto formats = acceptedAs(*inspection);
  if (output.format == OutputFormat::kJson) {
    output.out += http::dumpJson({{"file", path},
                                  {"format", inspection->format},
                                  {"size", inspection->size},
                                  {"virtual_size", inspection->virtual_size},
                                  {"safe", safe},
                                  {"verdict", verdict(*inspection)},
                                  {"accepted_as", formats}}) +
                  "\n";
  } else {
    TextTable table({"FORMAT", ">SIZE", ">VIRTUAL SIZE", "VERDICT", "ACCEPTED AS"});
    std::string list;
    for (const auto& format : formats) list += (list.empty() ? "" : " ") + format;
    table.add({inspection->format, humanSize(inspection->size), humanSize(inspection->virtual_size),
               verdict(*inspection), list.empty() ? "-" : list});
    output.out += table.text();
  }
  return safe ? 0 : 1;
}

void addInspectCommand(CommandLine& line) {
  const auto path = std::make_shared<std::string>();
  line.command("inspect", "The disk format of a file, and whether an image of it is accepted",
               [path](const CommonFlags&, Output& output) { return inspectFile(*path, output); })
      .add_option("file", *path, "The file; - for standard input")
      ->required()
      ->type_name("FILE");
}

}  // namespace glint::ctl
