// The catalog: every image's record, in a database.
//
// A record is changed by a function that is applied to what the database holds at that moment, not
// to what a caller read earlier: update() reads, applies, and writes if nobody else wrote
// meanwhile, else it starts over with the new content. So concurrent changes of different fields
// never undo each other, and a condition on the status ("only when queued") is tested by the change
// itself.
//
// Threads: every method blocks on the database; call from any worker, never on an event loop.
// Errors of all methods: kTimeout (the context's deadline passed while waiting for a connection),
// kOverloaded (the database stayed locked or unreachable), kInternal. Others are named per method.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "image/member.h"
#include "image/record.h"
#include "origin/catalog/event.h"
#include "origin/catalog/list_query.h"

namespace glint::origin {

// Who uploads into an image. `instance` names the origin process across restarts, `upload` this one
// upload: after a crash the instance finds what it left, and an upload that lost its claim (to a
// recovery, or to a later upload) can no longer finish.
struct UploadClaim {
  std::string instance;
  std::string upload;
  bool operator==(const UploadClaim&) const = default;
};

class Catalog {
 public:
  // Changes the record in place; an error leaves the record as it was and is returned as it is. May
  // be called several times, with fresh content. `updated_at` is set by the catalog; id and
  // created_at must stay.
  using Change = std::function<Status(image::Image&)>;
  using Check = std::function<Status(const image::Image&)>;

  virtual ~Catalog() = default;

  // Stores a new record, with its created_at and updated_at as given.
  // Errors: kConflict (the id was used before, even by an image that is deleted).
  virtual Status create(const RequestContext& context, const image::Image& image) = 0;

  // Errors: kNotFound (unknown or deleted).
  virtual Result<image::Image> get(const RequestContext& context, const image::ImageId& id) = 0;

  // A page: complete records in the order asked for, at most query.limit.
  // Errors: kInvalidArgument (the marker is unknown or deleted).
  virtual Result<std::vector<image::Image>> list(const RequestContext& context,
                                                 const ListQuery& query) = 0;

  // Returns the record as saved. Errors: kNotFound; kOverloaded (lost too many races); the change's
  // own.
  virtual Result<image::Image> update(const RequestContext& context, const image::ImageId& id,
                                      const Change& change) = 0;

  // Deletes the record if `check` agrees to its content of that moment. The id stays burnt. Returns
  // the record as it was, so that its locations can be emptied. Errors: kNotFound; the check's own.
  virtual Result<image::Image> remove(const RequestContext& context, const image::ImageId& id,
                                      const Check& check) = 0;

  // queued → `status` (saving; uploading for staged data), with the claim of the upload.
  // Errors: kNotFound (deleted meanwhile), kConflict (not queued any more).
  virtual Result<image::Image> beginUpload(
      const RequestContext& context, const image::ImageId& id, const UploadClaim& claim,
      image::ImageStatus status = image::ImageStatus::kSaving) = 0;

  // Ends the upload that holds the claim: like update(), and the claim is dropped. The change sets
  // the status to what it becomes. Errors: kNotFound (deleted meanwhile), kConflict (the claim was
  // lost).
  virtual Result<image::Image> endUpload(const RequestContext& context, const image::ImageId& id,
                                         const UploadClaim& claim, const Change& change) = 0;

  // Drops the claim of an upload whose image was deleted meanwhile, once its bytes are gone.
  virtual Status forgetUpload(const RequestContext& context, const image::ImageId& id,
                              const UploadClaim& claim) = 0;

  // Uploads that an instance has begun and not ended, into deleted images too.
  struct OpenUpload {
    image::ImageId id;
    UploadClaim claim;
  };
  virtual Result<std::vector<OpenUpload>> openUploads(const RequestContext& context,
                                                      const std::string& instance) = 0;

  // The project as a member of the image; nullopt: it is none.
  virtual Result<std::optional<image::Member>> member(const RequestContext& context,
                                                      const image::ImageId& id,
                                                      const std::string& project) = 0;
  // All, in the order in which they were added.
  virtual Result<std::vector<image::Member>> members(const RequestContext& context,
                                                     const image::ImageId& id) = 0;
  // A new member, pending, if there are less than `quota` (negative: any number).
  // Errors: kNotFound (no such image), kConflict (it is one already), kTooLarge (the quota).
  virtual Result<image::Member> addMember(const RequestContext& context, const image::ImageId& id,
                                          const std::string& project, std::int64_t quota) = 0;
  // Errors: kNotFound (it is none).
  virtual Result<image::Member> setMemberStatus(const RequestContext& context,
                                                const image::ImageId& id,
                                                const std::string& project,
                                                image::MemberStatus status) = 0;
  // Errors: kNotFound (it is none).
  virtual Status removeMember(const RequestContext& context, const image::ImageId& id,
                              const std::string& project) = 0;

  // The change feed: every create, update, remove and member change of this catalog, whichever
  // origin made it, was appended in the transaction that made it. Events after `after`, the oldest
  // first, at most `limit`; without `after` none, only where the feed is now. Old events are
  // forgotten (the newest hundred thousand stay).
  virtual Result<EventPage> events(const RequestContext& context,
                                   std::optional<std::uint64_t> after, std::size_t limit) = 0;

  // The image's block manifest, unsigned, as it travels (docs/manifest-format.md); it goes with the
  // image. nullopt: there is none. Errors of setManifest: kNotFound (no such image).
  virtual Result<std::optional<std::string>> manifest(const RequestContext& context,
                                                      const image::ImageId& id) = 0;
  virtual Status setManifest(const RequestContext& context, const image::ImageId& id,
                             const std::string& manifest) = 0;

  // Bytes that the project's images occupy: size × number of locations, over images not deleted.
  virtual Result<std::uint64_t> storageUsed(const RequestContext& context,
                                            const std::string& owner) = 0;
};

}  // namespace glint::origin
