#include "net/tls.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace glint::net {
namespace {

using SslCtxPtr = UniqueHandle<SSL_CTX, SSL_CTX_free>;
using SslPtr = UniqueHandle<SSL, SSL_free>;
using X509Ptr = UniqueHandle<X509, X509_free>;

constexpr std::size_t kRecordBytes =
    16 * 1024;  // RFC 8446 §5.1: a record carries at most 2^14 bytes
constexpr std::size_t kFileBytes = 4 * kRecordBytes;

std::string opensslReason() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

// OpenSSL keeps the connection's socket; files are read and written in records, there is no
// sendfile.
class TlsTransport : public Transport {
 public:
  TlsTransport(SslPtr ssl) : ssl_(std::move(ssl)) {}

  Io read(std::span<std::byte> into) override {
    if (failed_) return {Io::State::kFailed, 0};
    ERR_clear_error();
    std::size_t got = 0;
    const int ok = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    return ok == 1 ? Io{Io::State::kDone, got} : outcome(ok, true);
  }

  Io write(std::span<const iovec> parts, bool /*more*/) override {
    // One record instead of several for a head with a small body. After kWantWrite the caller
    // offers the same bytes again, as OpenSSL demands.
    const auto* first = static_cast<const std::byte*>(parts.front().iov_base);
    if (parts.size() == 1 || parts.front().iov_len >= kRecordBytes) {
      return writeBytes({first, parts.front().iov_len});
    }
    std::array<std::byte, kRecordBytes> record;
    std::size_t used = 0;
    for (const iovec& part : parts) {
      const std::size_t room = std::min(part.iov_len, record.size() - used);
      std::memcpy(record.data() + used, part.iov_base, room);
      used += room;
      if (used == record.size()) break;
    }
    return writeBytes({record.data(), used});
  }

  Io sendFile(int file, std::uint64_t offset, std::size_t length) override {
    std::array<std::byte, kFileBytes> buffer;
    const ssize_t got =
        ::pread(file, buffer.data(), std::min(length, buffer.size()), static_cast<off_t>(offset));
    if (got <= 0) return {Io::State::kFailed, 0};
    return writeBytes({buffer.data(), static_cast<std::size_t>(got)});
  }

  bool hasBuffered() const override { return SSL_pending(ssl_.get()) > 0; }

  void shutdownWrite() override {
    if (!failed_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    ::shutdown(SSL_get_fd(ssl_.get()), SHUT_WR);
  }

  std::string peerSubject() const override {
    const X509Ptr certificate(SSL_get1_peer_certificate(ssl_.get()));
    if (!certificate || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
    std::array<char, 512> text{};
    X509_NAME_oneline(X509_get_subject_name(certificate.get()), text.data(),
                      static_cast<int>(text.size()));
    return text.data();
  }

  bool secure() const override { return true; }

 private:
  Io writeBytes(std::span<const std::byte> bytes) {
    if (failed_) return {Io::State::kFailed, 0};
    ERR_clear_error();
    std::size_t sent = 0;
    const int ok = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
    return ok == 1 ? Io{Io::State::kDone, sent} : outcome(ok, false);
  }

  Io outcome(int result, bool reading) {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {Io::State::kWantRead, 0};
      case SSL_ERROR_WANT_WRITE:
        return {Io::State::kWantWrite, 0};
      case SSL_ERROR_ZERO_RETURN:
        if (reading) return {Io::State::kClosed, 0};
        break;
      default:
        break;
    }
    failed_ = true;  // OpenSSL forbids further calls on this connection
    ERR_clear_error();
    return {Io::State::kFailed, 0};
  }

  SslPtr ssl_;
  bool failed_ = false;
};

class OpensslContext : public TlsContext {
 public:
  explicit OpensslContext(SslCtxPtr context) : context_(std::move(context)) {}

  std::unique_ptr<Transport> accept(int socket) const override {
    SslPtr ssl(SSL_new(context_.get()));
    if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return nullptr;
    SSL_set_accept_state(ssl.get());
    return std::make_unique<TlsTransport>(std::move(ssl));
  }

 private:
  SslCtxPtr context_;
};

Status loadFiles(SSL_CTX* context, const TlsOptions& options) {
  const auto problem = [](const std::string& file) {
    return fail(ErrorCode::kInvalidArgument, "tls: " + file + ": " + opensslReason());
  };
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    return problem(options.certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return problem(options.key_file);
  }
  if (SSL_CTX_check_private_key(context) != 1) return problem(options.key_file);
  if (options.client_ca_file.empty()) return {};
  if (SSL_CTX_load_verify_locations(context, options.client_ca_file.c_str(), nullptr) != 1) {
    return problem(options.client_ca_file);
  }
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.client_ca_file.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::create(const TlsOptions& options) {
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(ErrorCode::kInternal, "tls: " + opensslReason());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  static constexpr std::array<unsigned char, 5> kSessionContext = {'g', 'l', 'i', 'n', 't'};
  SSL_CTX_set_session_id_context(context.get(), kSessionContext.data(), kSessionContext.size());
  if (auto loaded = loadFiles(context.get(), options); !loaded)
    return tl::unexpected(loaded.error());
  return std::make_shared<OpensslContext>(std::move(context));
}

}  // namespace glint::net
