// The open file of one content, with what is known of it. Shared by the store, the fill that writes
// it and every reader: whoever holds the file holds the content, and its space.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/handle.h"
#include "cache/content_name.h"
#include "cache/content_store.h"
#include "cache/space_ledger.h"

namespace glint::cache {

class StoredContent final : public Content, public std::enable_shared_from_this<StoredContent> {
 public:
  StoredContent(ContentName name, std::uint64_t size, UniqueFd file)
      : name_(std::move(name)), size_(size), file_(std::move(file)) {}

  const image::ContentDigest& digest() const override { return name_.digest; }
  std::uint64_t size() const override { return size_; }
  std::shared_ptr<const UniqueFd> file() const override { return {shared_from_this(), &file_}; }

  const ContentName& name() const { return name_; }
  int fd() const { return file_.get(); }

  // The content was forgotten while readers still hold it: its space comes back with the last one.
  // Called once, by the store, which then drops its own reference.
  void keepUntilReleased(SpaceGrant grant) { leaving_ = std::move(grant); }

 private:
  const ContentName name_;
  const std::uint64_t size_;
  const UniqueFd file_;
  SpaceGrant leaving_;
};

}  // namespace glint::cache
