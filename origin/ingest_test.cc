#include "origin/ingest.h"

#include <deque>
#include <filesystem>

#include "base/digest.h"
#include "base/file.h"
#include "origin/stores/file_store.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

// A body that says what it is told to.
class ScriptedBody final : public http::BodyReader {
 public:
  explicit ScriptedBody(std::vector<std::string> pieces, std::optional<Error> end = std::nullopt)
      : pieces_(pieces.begin(), pieces.end()), end_(std::move(end)) {}
  Result<Slice> read() override {
    if (!pieces_.empty()) {
      Slice next = Slice::of(pieces_.front());
      pieces_.pop_front();
      return next;
    }
    if (end_) return tl::unexpected(*end_);
    return Slice();
  }

 private:
  std::deque<std::string> pieces_;
  std::optional<Error> end_;
};

struct IngestFixture {
  TempDir dir;
  std::unique_ptr<Store> store =
      std::move(openFileStore({.id = "", .directory = dir.path()}).value());
  IngestOptions options;
  IngestRequest request = {.image = testImage().id,
                           .disk_format = "raw",
                           .container_format = "bare",
                           .declared_size = std::nullopt};

  tl::expected<Ingested, IngestError> run(ScriptedBody body) const {
    return ingest(testContext(), options, request, body, *store);
  }
  std::string file() const { return dir.file(request.image.value); }
  bool nothingStored() const { return std::filesystem::is_empty(dir.path()); }
};

std::string bytes(std::size_t count, unsigned seed) {
  std::string text(count, '\0');
  for (char& c : text) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  return text;
}

}  // namespace

TEST_CASE("Ingest: digests, size and bytes are those of the body", "[ingest]") {
  IngestFixture f;
  const auto piece_size = GENERATE(std::size_t(1) << 18, std::size_t(100'003));
  const auto pieces = GENERATE(0, 1, 9);
  std::vector<std::string> parts;
  std::string whole;
  for (int i = 0; i < pieces; ++i) {
    parts.push_back(bytes(piece_size, static_cast<unsigned>(i)));
    whole += parts.back();
  }
  f.request.declared_size = whole.size();
  f.options.pending_bytes = 300'000;  // less than the body: back-pressure
  const auto ingested = f.run(ScriptedBody(parts));
  REQUIRE(ingested);
  CHECK(ingested->size == whole.size());
  CHECK(ingested->md5 == digestHex("md5", std::as_bytes(std::span(whole))));
  CHECK(ingested->os_hash_value == digestHex("sha512", std::as_bytes(std::span(whole))));
  CHECK(ingested->location.url == f.store->locationOf(f.request.image));
  CHECK(readFile(f.file(), whole.size()).value() == whole);
}

TEST_CASE("Ingest: a body that is not what was declared is refused", "[ingest]") {
  IngestFixture f;
  const auto [declared, limit, code] =
      GENERATE(table<std::optional<std::uint64_t>, std::uint64_t, ErrorCode>({
          {9, UINT64_MAX, ErrorCode::kInvalidArgument},
          {11, UINT64_MAX, ErrorCode::kInvalidArgument},
          {0, UINT64_MAX, ErrorCode::kInvalidArgument},
          {10, 9, ErrorCode::kTooLarge},
          {std::nullopt, 9, ErrorCode::kTooLarge},
          {std::nullopt, 0, ErrorCode::kTooLarge},
      }));
  f.request.declared_size = declared;
  f.request.limit_bytes = limit;
  const auto failed = f.run(ScriptedBody({"01234", "56789"}));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().stage == IngestStage::kSize);
  CHECK(failed.error().error.code == code);
  CHECK(f.nothingStored());
}

TEST_CASE("Ingest: a client that goes away leaves nothing", "[ingest]") {
  IngestFixture f;
  const auto failed =
      f.run(ScriptedBody({bytes(300'000, 1)}, Error{ErrorCode::kCancelled, "gone", 0}));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().stage == IngestStage::kBody);
  CHECK(failed.error().error.code == ErrorCode::kCancelled);
  CHECK(f.nothingStored());
}

TEST_CASE("Ingest: what is stored already is not overwritten", "[ingest]") {
  IngestFixture f;
  REQUIRE(f.run(ScriptedBody({"first"})));
  const auto failed = f.run(ScriptedBody({"second"}));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().stage == IngestStage::kStore);
  CHECK(failed.error().error.code == ErrorCode::kConflict);
  CHECK(readFile(f.file(), 100).value() == "first");
}

TEST_CASE("Ingest: bytes of another format than declared are refused", "[ingest]") {
  IngestFixture f;
  f.request.disk_format = "qcow2";
  const auto failed = f.run(ScriptedBody({bytes(1000, 1)}));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().stage == IngestStage::kFormat);
  CHECK(f.nothingStored());
  SECTION("in another container nothing is inspected") {
    f.request.container_format = "ovf";
    const auto ingested = f.run(ScriptedBody({bytes(1000, 1)}));
    REQUIRE(ingested);
    CHECK_FALSE(ingested->virtual_size);
  }
  SECTION("raw takes anything, and its virtual size is the byte count") {
    f.request.disk_format = "raw";
    CHECK(f.run(ScriptedBody({bytes(1000, 1)}))->virtual_size == 1000);
  }
}

TEST_CASE("Ingest: an unknown hashing algorithm is an error", "[ingest]") {
  IngestFixture f;
  f.options.hashing_algorithm = "no-such-hash";
  CHECK_FALSE(f.run(ScriptedBody({"x"})));
  CHECK(f.nothingStored());
}

}  // namespace glint::origin
