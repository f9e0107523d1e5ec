#include "net/testing/certificates.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/handle.h"

namespace glint::net::testing {
namespace {

using KeyPtr = UniqueHandle<EVP_PKEY, EVP_PKEY_free>;
using CertificatePtr = UniqueHandle<X509, X509_free>;
using ExtensionPtr = UniqueHandle<X509_EXTENSION, X509_EXTENSION_free>;
using FilePtr = UniqueHandle<std::FILE, std::fclose>;

constexpr long kLifetimeSeconds = 24 * 3600;

void addExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  GLINT_CHECK(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
              "an extension can be added");
}

CertificatePtr makeCertificate(const std::string& name, long serial, EVP_PKEY* key, X509* issuer) {
  CertificatePtr made(X509_new());
  X509* certificate = made.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kLifetimeSeconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
  return made;
}

void writeKey(const std::string& path, EVP_PKEY* key) {
  const FilePtr file(std::fopen(path.c_str(), "w"));
  GLINT_CHECK(
      file && PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "a key can be written");
}

void writeCertificate(const std::string& path, X509* certificate) {
  const FilePtr file(std::fopen(path.c_str(), "w"));
  GLINT_CHECK(file && PEM_write_X509(file.get(), certificate) == 1, "a certificate can be written");
}

class OpensslAuthority : public TestAuthority {
 public:
  OpensslAuthority(std::string directory, const std::string& name)
      : directory_(std::move(directory)), ca_file_(directory_ + "/" + name + ".pem") {
    key_.reset(EVP_EC_gen("P-256"));
    certificate_ = makeCertificate(name, 1, key_.get(), nullptr);
    addExtension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    addExtension(certificate_.get(), certificate_.get(), NID_key_usage,
                 "critical,keyCertSign,cRLSign");
    addExtension(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    writeCertificate(ca_file_, certificate_.get());
  }

  std::string caFile() const override { return ca_file_; }

  CertificateFiles issue(const std::string& name) override {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const auto made = makeCertificate(name, ++serial_, key.get(), certificate_.get());
    addExtension(made.get(), certificate_.get(), NID_subject_alt_name,
                 "IP:127.0.0.1,DNS:localhost");
    addExtension(made.get(), certificate_.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    X509_sign(made.get(), key_.get(), EVP_sha256());
    CertificateFiles files{directory_ + "/" + name + ".pem", directory_ + "/" + name + ".key"};
    writeCertificate(files.certificate, made.get());
    writeKey(files.key, key.get());
    return files;
  }

 private:
  const std::string directory_;
  const std::string ca_file_;
  KeyPtr key_;
  CertificatePtr certificate_;
  long serial_ = 1;
};

}  // namespace

std::unique_ptr<TestAuthority> TestAuthority::create(const std::string& directory,
                                                     const std::string& name) {
  return std::make_unique<OpensslAuthority>(directory, name);
}

TestDirectory::TestDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "glint-net-XXXXXX").string();
  GLINT_CHECK(::mkdtemp(path_.data()) != nullptr, "a temporary directory can be made");
}

TestDirectory::~TestDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace glint::net::testing
