// An exchange that passes everything on to another: for those who change only a part of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "net/exchange.h"

namespace glint::net {

class ExchangeWrapper : public Exchange {
 public:
  explicit ExchangeWrapper(ExchangePtr inner) : inner_(std::move(inner)) {}

  EventLoop& loop() override { return inner_->loop(); }
  const http::RequestHead& request() const override { return inner_->request(); }
  const std::string& requestId() const override { return inner_->requestId(); }
  const Peer& peer() const override { return inner_->peer(); }
  void setRoute(const char* route) override { inner_->setRoute(route); }
  void setSource(const char* source) override { inner_->setSource(source); }
  void annotate(const char* key, std::string value) override {
    inner_->annotate(key, std::move(value));
  }
  void receive(std::shared_ptr<http::BodySink> sink, std::uint64_t limit_bytes) override {
    inner_->receive(std::move(sink), limit_bytes);
  }
  void resumeBody() override { inner_->resumeBody(); }
  void respond(http::Response response) override { inner_->respond(std::move(response)); }
  bool responded() const override { return inner_->responded(); }
  void abort() override { inner_->abort(); }
  void onClosed(std::function<void(bool clean)> callback) override {
    inner_->onClosed(std::move(callback));
  }

 protected:
  Exchange& inner() { return *inner_; }

 private:
  const ExchangePtr inner_;
};

}  // namespace glint::net
