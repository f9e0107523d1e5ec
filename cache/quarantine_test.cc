#include "cache/quarantine.h"

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

TEST_CASE("Quarantine: files are kept, counted and bounded", "[cache][quarantine]") {
  TestDir dir;
  auto ledger = SpaceLedger::create(1000);
  const std::string kept = dir.path() + "/quarantine";
  {
    Quarantine quarantine(kept, *ledger);
    for (int i = 0; i < 6; ++i) {
      const std::string file = dir.path() + "/f";
      REQUIRE(writeFileAtomic(file, std::string(10, 'x')));
      quarantine.take(file, "f" + std::to_string(i), *ledger->reserve(10));
    }
    CHECK(filesUnder(kept).size() == Quarantine::kMaxFiles);
    CHECK(ledger->totals().leaving == 10 * Quarantine::kMaxFiles);
  }
  CHECK(ledger->totals().sum() == 0);
  Quarantine again(kept, *ledger);
  CHECK(ledger->totals().leaving == 10 * Quarantine::kMaxFiles);
  while (again.dropOldest()) {
  }
  CHECK(filesUnder(kept).empty());
  CHECK(ledger->totals().sum() == 0);
}

TEST_CASE("Quarantine: a missing or grown file is not kept", "[cache][quarantine]") {
  TestDir dir;
  auto ledger = SpaceLedger::create(1000);
  Quarantine quarantine(dir.path() + "/quarantine", *ledger);
  quarantine.take(dir.path() + "/none", "none", *ledger->reserve(10));
  const std::string file = dir.path() + "/big";
  REQUIRE(writeFileAtomic(file, std::string(11, 'x')));
  quarantine.take(file, "big", *ledger->reserve(10));
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(ledger->totals().sum() == 0);
  CHECK_FALSE(quarantine.dropOldest());
}

}  // namespace
}  // namespace glint::cache
