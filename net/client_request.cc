// What libcurl is told about one request.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "http/ascii.h"
#include "http/method.h"
#include "net/client_transfer.h"

namespace glint::net {
namespace {

constexpr std::size_t kInlineBodyBytes = 64 * 1024;  // libcurl sends these with the head
constexpr long kUploadBufferBytes = 512 * 1024;
constexpr long kMaxIdleSeconds = 60;  // a pooled connection; servers close theirs sooner or later

// Framing and the connection are this client's business (RFC 9110 §7.6.1).
constexpr std::array<std::string_view, 11> kNotForwarded = {
    "connection", "content-length",  "expect",
    "host",       "http2-settings",  "keep-alive",
    "te",         "trailer",         "transfer-encoding",
    "upgrade",    "proxy-connection"};

bool isForwarded(std::string_view name) {
  return std::none_of(kNotForwarded.begin(), kNotForwarded.end(),
                      [&](std::string_view dropped) { return iequals(name, dropped); });
}

template <class... Value>
bool set(CURL* easy, CURLoption option, Value... value) {
  return curl_easy_setopt(easy, option, value...) == CURLE_OK;
}

Status refused(const char* what) { return glint::fail(ErrorCode::kInvalidArgument, what); }

bool append(CurlListPtr& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) return false;
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

bool expectsBody(http::Method method) {
  return method == http::Method::kPost || method == http::Method::kPut ||
         method == http::Method::kPatch;
}

}  // namespace

Status CurlTransfer::applyRequest() {
  for (auto apply : {&CurlTransfer::applyTransport, &CurlTransfer::applyMethodAndBody,
                     &CurlTransfer::applyHeaders}) {
    if (auto applied = (this->*apply)(); !applied) return applied;
  }
  return {};
}

Status CurlTransfer::applyTransport() {
  CURL* easy = easy_.get();
  const auto milliseconds = static_cast<long>(options_.connect_timeout.count());
  bool ok = set(easy, CURLOPT_PROTOCOLS_STR, "http,https") && set(easy, CURLOPT_PROXY, "") &&
            set(easy, CURLOPT_NOSIGNAL, 1L) && set(easy, CURLOPT_QUICK_EXIT, 1L) &&
            set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
            set(easy, CURLOPT_FOLLOWLOCATION, 0L) && set(easy, CURLOPT_PATH_AS_IS, 1L) &&
            set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) &&
            set(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds) &&
            set(easy, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds) &&
            set(easy, CURLOPT_TCP_KEEPALIVE, 1L) &&
            set(easy, CURLOPT_BUFFERSIZE, static_cast<long>(options_.receive_buffer_bytes)) &&
            set(easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBufferBytes);
  ok = ok && set(easy, CURLOPT_SSL_VERIFYPEER, options_.verify_peer ? 1L : 0L) &&
       set(easy, CURLOPT_SSL_VERIFYHOST, options_.verify_peer ? 2L : 0L) &&
       set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) {
    ok = ok && set(easy, CURLOPT_CAINFO, options_.ca_file.c_str()) &&
         set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!options_.certificate_file.empty()) {
    ok = ok && set(easy, CURLOPT_SSLCERT, options_.certificate_file.c_str()) &&
         set(easy, CURLOPT_SSLKEY, options_.key_file.c_str());
  }
  ok = ok && set(easy, CURLOPT_PRIVATE, static_cast<void*>(this)) &&
       set(easy, CURLOPT_ERRORBUFFER, error_text_.data()) &&
       set(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::onPrerequest) &&
       set(easy, CURLOPT_PREREQDATA, static_cast<void*>(this)) &&
       set(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::onHeader) &&
       set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this)) &&
       set(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::onWrite) &&
       set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
  if (options_.admits_address)
    ok = ok && set(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::onOpenSocket) &&
         set(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  if (!ok) return glint::fail(ErrorCode::kInternal, "libcurl refuses an option");
  if (!set(easy, CURLOPT_URL, request_.url.c_str())) return refused("bad URL");
  return {};
}

Status CurlTransfer::applyMethodAndBody() {
  CURL* easy = easy_.get();
  const std::string token(request_.method == http::Method::kOther
                              ? std::string_view(request_.method_token)
                              : http::toString(request_.method));
  if (!http::isToken(token)) return refused("the method is no token");
  const bool has_body = upload_.length() != 0u && upload_.present();
  if (request_.method == http::Method::kHead) {
    if (has_body) return refused("HEAD with a body");
    return set(easy, CURLOPT_NOBODY, 1L) ? Status() : refused("bad request");
  }
  bool ok = true;
  const auto text = upload_.takeInline(kInlineBodyBytes);
  if ((text && !text->empty()) || (!has_body && expectsBody(request_.method))) {
    const std::string_view bytes = text.value_or("");
    ok = set(easy, CURLOPT_POST, 1L) &&
         set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes.size())) &&
         set(easy, CURLOPT_POSTFIELDS, bytes.data());
  } else if (has_body) {
    const auto length = upload_.length();
    ok = set(easy, CURLOPT_UPLOAD, 1L) &&
         set(easy, CURLOPT_INFILESIZE_LARGE,
             length ? static_cast<curl_off_t>(*length) : curl_off_t{-1}) &&
         set(easy, CURLOPT_READFUNCTION, &CurlTransfer::onRead) &&
         set(easy, CURLOPT_READDATA, static_cast<void*>(this)) &&
         set(easy, CURLOPT_SEEKFUNCTION, &CurlTransfer::onSeek) &&
         set(easy, CURLOPT_SEEKDATA, static_cast<void*>(this));
  }
  ok = ok && set(easy, CURLOPT_CUSTOMREQUEST, token.c_str());
  return ok ? Status() : refused("bad request");
}

Status CurlTransfer::applyHeaders() {
  bool ok = append(headers_, "Expect:");
  // libcurl adds these of its own unless told otherwise: a name without a value takes one away.
  for (const char* name : {"Accept", "Content-Type"}) {
    if (!request_.headers.get(name)) ok = ok && append(headers_, std::string(name) + ":");
  }
  for (const auto& [name, value] : request_.headers) {
    if (!http::isToken(name) || !std::all_of(value.begin(), value.end(), http::isFieldChar)) {
      return refused("a header field would break the request");
    }
    if (!isForwarded(name)) continue;
    ok = ok && append(headers_, http::trimOws(value).empty() ? name + ";" : name + ": " + value);
  }
  ok = ok && set(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  return ok ? Status() : glint::fail(ErrorCode::kInternal, "no memory for header fields");
}

}  // namespace glint::net
