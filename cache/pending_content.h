// A content being written, as the store gives it out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "cache/content_store.h"
#include "cache/space_ledger.h"
#include "cache/stored_content.h"

namespace glint::cache {

class Store;

class PendingFile final : public PendingContent {
 public:
  PendingFile(Store& store, std::shared_ptr<StoredContent> content, SpaceGrant grant)
      : store_(store), content_(std::move(content)), grant_(std::move(grant)) {}
  ~PendingFile() override;

  std::shared_ptr<const UniqueFd> file() const override { return content_->file(); }
  Status write(std::uint64_t offset, std::span<const std::byte> bytes) override;
  Result<ContentPtr> publish() override;
  Status makeDurable() override;

 private:
  Store& store_;
  std::shared_ptr<StoredContent> content_;
  SpaceGrant grant_;
  bool published_ = false;
};

}  // namespace glint::cache
