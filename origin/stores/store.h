// A store keeps the bytes of images under locations (URIs that catalogs persist). One driver is one
// implementation: file today, object stores and RBD later.
//
// Threads: all methods block; any worker, several at once. A StoreWriter has one user at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "base/slice.h"
#include "http/body.h"
#include "image/record.h"

namespace glint::origin {

struct StoreCapabilities {
  bool write = false;
  bool remove = false;
  bool random_read = false;  // open() with any offset and length
};

// What operators are told of a store (GET /v2/info/stores/detail). Never a secret.
struct StoreProperty {
  std::string name;
  std::variant<std::string, std::int64_t, bool> value;
};

// Takes the bytes of one new object. Until commit() has succeeded nobody can open the object;
// destroying the writer before that leaves nothing behind.
class StoreWriter {
 public:
  virtual ~StoreWriter() = default;
  // Errors: kNoSpace, kForbidden, kInternal. After an error only the destructor may be called.
  virtual Status write(Slice slice) = 0;
  // Makes the object durable and visible. Errors: those of write(), kConflict (the object came into
  // being meanwhile).
  virtual Result<image::Location> commit() = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual const std::string& id() const = 0;  // "" in a single-store deployment
  virtual std::string_view type() const = 0;  // as enabled_backends spells it: "file"
  virtual std::vector<StoreProperty> properties() const = 0;
  virtual StoreCapabilities capabilities() const = 0;

  // Begins a new object for the image; `size` when the sender declared it (a hint, not enforced).
  // Errors: kConflict (the object exists), kNoSpace, kForbidden (directory not writable),
  // kInvalidArgument (the id cannot name an object).
  virtual Result<std::unique_ptr<StoreWriter>> put(const RequestContext& context,
                                                   const image::ImageId& image,
                                                   std::optional<std::uint64_t> size) = 0;

  // The bytes [offset, offset + length) as a response body. Errors: kNotFound (no such object),
  // kInvalidArgument (not a location of this store), kCorrupt (the object is shorter than that).
  virtual Result<http::Body> open(const RequestContext& context, const std::string& location,
                                  std::uint64_t offset, std::uint64_t length) = 0;

  // Errors: kNotFound, kInvalidArgument.
  virtual Result<std::uint64_t> size(const RequestContext& context,
                                     const std::string& location) = 0;

  // Errors: kNotFound, kForbidden, kConflict (in use), kInvalidArgument.
  virtual Status remove(const RequestContext& context, const std::string& location) = 0;

  // Whether this location belongs to this store.
  virtual bool owns(const std::string& location) const = 0;
  // Where put() of this image stores: what an upload that died may have left.
  virtual std::string locationOf(const image::ImageId& image) const = 0;
};

}  // namespace glint::origin
