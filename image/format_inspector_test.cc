#include "image/format_inspector.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace glint::image {

namespace {

using namespace std::string_literals;

void put(std::string& bytes, std::size_t at, std::string_view text) {
  if (bytes.size() < at + text.size()) bytes.resize(at + text.size());
  bytes.replace(at, text.size(), text);
}
void putBig(std::string& bytes, std::size_t at, std::size_t width, std::uint64_t value) {
  std::string text(width, '\0');
  for (std::size_t i = 0; i < width; ++i) text[width - 1 - i] = static_cast<char>(value >> (8 * i));
  put(bytes, at, text);
}
void putLittle(std::string& bytes, std::size_t at, std::size_t width, std::uint64_t value) {
  std::string text(width, '\0');
  for (std::size_t i = 0; i < width; ++i) text[i] = static_cast<char>(value >> (8 * i));
  put(bytes, at, text);
}

struct Qcow2 {
  std::uint64_t version = 3;
  std::uint64_t backing = 0;
  std::uint64_t features = 0;
  std::size_t length = 1024;
};
std::string qcow2(const Qcow2& fields = {}) {
  std::string bytes(1024, '\0');
  put(bytes, 0, "QFI\xfb");
  putBig(bytes, 4, 4, fields.version);
  putBig(bytes, 8, 8, fields.backing);
  putBig(bytes, 24, 8, 5000);
  putBig(bytes, 0x48, 8, fields.features);
  bytes.resize(fields.length);
  return bytes;
}

std::string vhd() {
  std::string bytes(1024, '\0');
  put(bytes, 0, "conectix");
  putBig(bytes, 40, 8, 6000);
  return bytes;
}

std::string vdi() {
  std::string bytes(1024, '\0');
  putLittle(bytes, 0x40, 4, 0xbeda107f);
  putLittle(bytes, 0x170, 8, 7000);
  return bytes;
}

std::string luks(std::uint64_t version) {
  std::string bytes(4096, '\0');
  put(bytes, 0, "LUKS\xba\xbe");
  putBig(bytes, 6, 2, version);
  putBig(bytes, 104, 4, 2);  // payload begins at sector 2
  return bytes;
}

std::string iso() {
  std::string bytes(40000, '\0');
  put(bytes, 32768,
      "\x01"
      "CD001");
  putLittle(bytes, 32768 + 80, 4, 300);
  putLittle(bytes, 32768 + 128, 2, 2048);
  return bytes;
}

struct Partition {
  int slot = 0;
  std::string start_chs = "\0\x02\0"s;
  std::uint64_t lba = 1;
  std::uint64_t type = 0x83;
  std::uint64_t boot = 0;
};
std::string mbr(const std::vector<Partition>& partitions) {
  std::string bytes(2048, '\0');
  for (const auto& partition : partitions) {
    const auto at = 446 + 16 * static_cast<std::size_t>(partition.slot);
    putLittle(bytes, at, 1, partition.boot);
    put(bytes, at + 1, partition.start_chs);
    putLittle(bytes, at + 4, 1, partition.type);
    putLittle(bytes, at + 8, 4, partition.lba);
  }
  put(bytes, 510, "\x55\xaa");
  return bytes;
}

constexpr const char* kDescriptor =
    "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n"
    "createType=\"monolithicSparse\"\n\nRW 20 SPARSE \"a.vmdk\"\n\nddb.adapterType = \"ide\"\n";

std::string vmdk(const std::string& descriptor = kDescriptor, std::uint64_t version = 1,
                 std::uint64_t descriptor_sector = 1) {
  std::string bytes(8192, '\0');
  put(bytes, 0, "KDMV");
  putLittle(bytes, 4, 4, version);
  putLittle(bytes, 12, 8, 20);
  putLittle(bytes, 28, 8, descriptor_sector);
  putLittle(bytes, 36, 8, 4);
  put(bytes, 512, descriptor);
  return bytes;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// A stream-optimised vmdk that ends with a footer like its header, unless `spoil` changes that.
std::string vmdkWithFooter(const std::function<void(std::string& footer)>& spoil = {}) {
  auto bytes = vmdk(replaced(kDescriptor, "monolithicSparse", "streamOptimized"), 3);
  putLittle(bytes, 56, 8, ~std::uint64_t{0});
  std::string footer(512, '\0');
  putLittle(footer, 0, 8, 1);
  putLittle(footer, 12, 4, 3);
  footer += bytes.substr(0, 512);
  putLittle(footer, 512 + 56, 8, 77);
  footer += std::string(512, '\0');
  if (spoil) spoil(footer);
  return bytes + footer;
}

std::string vhdx() {
  std::string bytes(std::size_t{3} << 20, '\0');
  put(bytes, 0, "vhdxfile");
  const std::size_t regions = 192 * 1024;
  put(bytes, regions, "regi");
  putLittle(bytes, regions + 8, 4, 2);
  put(bytes, regions + 16 + 32,
      "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"s);
  putLittle(bytes, regions + 16 + 32 + 16, 8, 2u << 20);
  const std::size_t metadata = 2u << 20;
  put(bytes, metadata, "metadata");
  putLittle(bytes, metadata + 10, 2, 1);
  put(bytes, metadata + 32, "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"s);
  putLittle(bytes, metadata + 32 + 16, 4, 65536);
  putLittle(bytes, metadata + 65536, 8, 8000);
  return bytes;
}

Inspection inspect(std::string_view content, std::size_t chunk = SIZE_MAX,
                   const InspectionRules& rules = {}) {
  const auto inspector = FormatInspector::create(rules);
  auto rest = std::as_bytes(std::span(content));
  while (!rest.empty()) {
    const auto part = rest.first(std::min(chunk, rest.size()));
    inspector->feed(part);
    rest = rest.subspan(part.size());
  }
  return inspector->finish();
}

// "format size", with "?" for ambiguous and "!" for unsafe.
std::string brief(const Inspection& inspection) {
  return inspection.format + " " + std::to_string(inspection.virtual_size) +
         (inspection.ambiguous ? "?" : "") + (inspection.unsafe ? "!" : "");
}

}  // namespace

TEST_CASE("Inspector: formats, sizes and what is unsafe", "[image][format]") {
  struct Row {
    std::string content;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"", "raw 0"},
      {"hello", "raw 5"},
      {qcow2(), "qcow2 5000"},
      {qcow2({.version = 2, .features = 0xff}), "qcow2 5000"},
      {qcow2({.version = 1}), "qcow2 5000!"},
      {qcow2({.version = 4}), "qcow2 5000!"},
      {qcow2({.backing = 1}), "qcow2 5000!"},
      {qcow2({.features = 0x1}), "qcow2 5000"},
      {qcow2({.features = 0x8}), "qcow2 5000"},
      {qcow2({.features = 0x4}), "qcow2 5000!"},
      {qcow2({.features = 0x10}), "qcow2 5000!"},
      {qcow2({.length = 511}), "raw 511"},
      {qcow2({.length = 512}), "qcow2 5000"},
      {vhd(), "vhd 6000"},
      {vdi(), "vdi 7000"},
      {"QED\0"s + std::string(508, '\0'), "qed 0!"},
      {luks(1), "luks 3072"},
      {luks(2), "luks 3072!"},
      {vhdx(), "vhdx 8000"},
      {vhdx().substr(0, 2162695), "raw 2162695"},
      {vmdk(), "vmdk 10240"},
      {vmdk(kDescriptor, 4), "raw 8192"},
      {vmdk(kDescriptor, 1, 2), "raw 8192"},
      {vmdk().substr(0, 600), "vmdk 10240!"},
      {vmdk(replaced(kDescriptor, "monolithicSparse", "monolithicFlat")), "vmdk 10240!"},
      {vmdk(replaced(kDescriptor, "a.vmdk", "/etc/passwd")), "vmdk 10240!"},
      {vmdk(replaced(kDescriptor, "RW 20", "XX 20")), "vmdk 10240!"},
      {vmdk(replaced(kDescriptor, "RW 20 SPARSE", "# SPARSE")), "vmdk 10240!"},
      {vmdk(replaced(kDescriptor, "createType", "CREATETYPE")), "vmdk 10240"},
      {vmdkWithFooter(), "vmdk 10240"},
      {vmdkWithFooter([](auto& footer) { footer[512 + 12] = '\x99'; }), "vmdk 10240!"},
      {vmdkWithFooter([](auto& footer) { footer[12] = '\x02'; }), "vmdk 10240!"},
      {vmdkWithFooter([](auto& footer) { footer[1024 + 12] = '\x01'; }), "vmdk 10240!"},
      {replaced(kDescriptor, "monolithicSparse", "monolithicFlat"), "vmdk 0!"},
      {kDescriptor + std::string(600, '\0'), "vmdk 0"},
      {"some text\n", "raw 10"},
  }));
  CAPTURE(row.content.size(), row.content.substr(0, 16));
  CHECK(brief(inspect(row.content)) == row.want);
}

TEST_CASE("Inspector: partition tables and ISO images", "[image][format]") {
  const std::string protective_chs = "\0\x02\0"s;
  struct Row {
    std::string content;
    const char* want;
  };
  auto hybrid = iso();
  put(hybrid, 0, mbr({{.type = 0xee}}).substr(0, 512));
  auto empty_hybrid = iso();
  put(empty_hybrid, 510, "\x55\xaa");
  auto iso_qcow2 = iso();
  put(iso_qcow2, 0, qcow2());
  auto fat = mbr({{}});
  put(fat, 0x10, "\x02");
  put(fat, 0x15, "\xf8");
  auto supplementary = iso();
  put(supplementary, 32768, "\x02");
  const auto row = GENERATE_COPY(values<Row>({
      {mbr({{}}), "gpt 2048"},
      {mbr({}), "gpt 2048!"},
      {mbr({{.boot = 0x80}}), "gpt 2048"},
      {mbr({{.boot = 0x81}}), "gpt 2048!"},
      {mbr({{.type = 0xee}}), "gpt 2048"},
      {mbr({{.start_chs = "\0\x01\0"s, .type = 0xee}}), "gpt 2048!"},
      {mbr({{.lba = 0, .type = 0xee}}), "gpt 2048!"},
      {mbr({{.slot = 1, .type = 0xee}}), "gpt 2048!"},
      {mbr({{.type = 0xee}, {.slot = 1}}), "gpt 2048!"},
      {fat, "raw 2048"},
      {iso(), "iso 614400"},
      {supplementary, "iso 0"},
      {hybrid, "iso 614400"},
      {empty_hybrid, "iso 614400"},
      {iso_qcow2, "qcow2 5000?"},
  }));
  CAPTURE(row.content.size());
  CHECK(brief(inspect(row.content)) == row.want);
}

TEST_CASE("Inspector: an operator's rules", "[image][format]") {
  const InspectionRules rules{.vmdk_types = {"MonolithicFlat"}, .gpt_nonfatal_checks = {"mbr"}};
  const auto verdict = [&](const std::string& content) {
    return brief(inspect(content, SIZE_MAX, rules));
  };
  CHECK(verdict(vmdk()) == "vmdk 10240!");
  CHECK(verdict(vmdk(replaced(kDescriptor, "monolithicSparse", "monolithicFlat"))) == "vmdk 10240");
  CHECK(verdict(vmdk(replaced(replaced(kDescriptor, "monolithicSparse", "monolithicFlat"), "a.vmdk",
                              "/etc/passwd"))) == "vmdk 10240!");
  CHECK(verdict(mbr({})) == "gpt 2048");
  CHECK(verdict(qcow2({.backing = 1})) == "qcow2 5000!");
}

TEST_CASE("Inspector: the chunking of the stream does not matter", "[image][format]") {
  const auto content = GENERATE(
      values<std::string>({qcow2(), vmdk(), vmdkWithFooter(), iso(), mbr({{}}), luks(1), vdi(),
                           replaced(kDescriptor, "monolithicSparse", "monolithicFlat")}));
  const auto want = brief(inspect(content));
  for (const std::size_t chunk : {1u, 2u, 3u, 7u, 64u, 511u, 512u, 513u, 1000u, 4096u}) {
    CAPTURE(chunk);
    CHECK(brief(inspect(content, chunk)) == want);
  }
}

TEST_CASE("Inspector: vhdx tables are found in any chunking", "[image][format]") {
  const auto content = vhdx();
  for (const std::size_t chunk : {1000u, 65536u, 65537u, 1u << 20, (2u << 20) + 1}) {
    CAPTURE(chunk);
    CHECK(brief(inspect(content, chunk)) == "vhdx 8000");
  }
  auto too_many = content;
  putLittle(too_many, 192 * 1024 + 8, 4, 2048);
  CHECK(inspect(too_many).format == "raw");
  auto behind = content;  // the metadata stands before the table that names it
  putLittle(behind, 192 * 1024 + 16 + 32 + 16, 8, 4096);
  CHECK(inspect(behind, 4096).format == "raw");
}

TEST_CASE("Inspection: which disk formats it is accepted as", "[image][format]") {
  struct Row {
    const char* disk_format;
    std::string content;
    const char* want;  // "no", or the virtual size ("-": unknown)
    const char* lax;   // the same without require_image_format_match
  };
  const std::string text(100, 'x');
  auto endless = qcow2();
  putBig(endless, 24, 8, ~std::uint64_t{0});
  const auto row = GENERATE_COPY(values<Row>({
      {"qcow2", qcow2(), "5000", "5000"},
      {"qcow2", qcow2({.backing = 9}), "no", "no"},
      {"qcow2", endless, "no", "no"},
      {"qcow2", text, "no", "-"},
      {"qcow2", "", "no", "-"},
      {"raw", text, "100", "100"},
      {"raw", "", "-", "-"},
      {"raw", qcow2(), "1024", "1024"},
      {"raw", qcow2({.backing = 9}), "no", "no"},
      {"raw", mbr({}), "no", "no"},
      {"raw", mbr({{}}), "2048", "2048"},
      {"raw", luks(2), "no", "no"},
      {"raw", "QED\0"s + std::string(508, '\0'), "no", "no"},
      {"ami", text, "-", "-"},
      {"ploop", text, "-", "-"},
      {"ami", qcow2(), "no", "-"},
      {"aki", mbr({{}}), "no", "-"},
      {"vhd", text, "no", "-"},
      {"vmdk", qcow2({.backing = 9}), "no", "-"},
      {"iso", iso(), "614400", "614400"},
  }));
  CAPTURE(row.disk_format, row.content.size());
  const auto outcome = [&](RequireMatch match) {
    const auto size = acceptAs(row.disk_format, inspect(row.content), match);
    if (!size) return "no"s;
    return *size ? std::to_string(**size) : "-"s;
  };
  CHECK(outcome(RequireMatch::kYes) == row.want);
  CHECK(outcome(RequireMatch::kNo) == row.lax);
}

TEST_CASE("Inspection: two formats at once are accepted as nothing", "[image][format]") {
  auto polyglot = iso();
  put(polyglot, 0, qcow2());
  for (const char* format : {"raw", "iso", "qcow2"})
    CHECK_FALSE(acceptAs(format, inspect(polyglot), RequireMatch::kNo));
}

}  // namespace glint::image
