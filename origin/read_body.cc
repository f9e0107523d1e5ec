#include "origin/read_body.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/file.h"
#include "base/mutex.h"

namespace glint::origin {
namespace {

using Take = std::function<Status(Slice)>;

Status readFileRange(const http::FileRange& range, const Take& take) {
  std::uint64_t done = 0;
  while (done < range.length) {
    auto block = takeBlock();
    const auto want = std::min<std::uint64_t>(range.length - done, kBlockBytes);
    const auto buffer = std::span(block->bytes).first(static_cast<std::size_t>(want));
    auto got = preadFull(range.file->get(), buffer, range.offset + done);
    if (!got) return tl::unexpected(std::move(got.error()));
    if (*got < want) return fail(ErrorCode::kInternal, "the object is shorter than it was");
    if (auto taken = take(Slice(block, buffer)); !taken) return taken;
    done += want;
  }
  return {};
}

// Woken by the source, on whatever thread it lives.
struct Bell {
  Mutex mutex;
  CondVar rung;
  bool is_rung GUARDED_BY(mutex) = false;

  void ring() {
    MutexLock lock(mutex);
    is_rung = true;
    rung.notifyAll();
  }
  void wait() {
    MutexLock lock(mutex);
    while (!is_rung) rung.wait(mutex);
    is_rung = false;
  }
};

Status readSource(http::BodySource& source, const Take& take) {
  const auto bell = std::make_shared<Bell>();  // shared with the source, which may outlive this
  source.setWake([bell] { bell->ring(); });
  for (;;) {
    http::Pulled pulled = source.pull(kBlockBytes);
    switch (pulled.state) {
      case http::Pulled::State::kWait:
        bell->wait();
        break;
      case http::Pulled::State::kEnd:
        return {};
      case http::Pulled::State::kAbort:
        return fail(ErrorCode::kInternal, "the store broke off");
      case http::Pulled::State::kReady: {
        auto* slice = std::get_if<Slice>(&pulled.chunk);
        auto taken = slice != nullptr
                         ? take(std::move(*slice))
                         : readFileRange(std::get<http::FileRange>(pulled.chunk), take);
        if (!taken) return taken;
        break;
      }
    }
  }
}

}  // namespace

Status readBody(const http::Body& body, const Take& take) {
  if (const auto* text = std::get_if<std::string>(&body)) return take(Slice::of(*text));
  if (const auto* range = std::get_if<http::FileRange>(&body)) return readFileRange(*range, take);
  if (const auto* stream = std::get_if<http::Stream>(&body))
    return readSource(*stream->source, take);
  return {};
}

}  // namespace glint::origin
