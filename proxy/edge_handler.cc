#include "proxy/edge_handler.h"

#include <utility>

#include "proxy/admin_api.h"
#include "proxy/cache_api.h"
#include "proxy/download.h"
#include "proxy/forwarder.h"
#include "proxy/image_path.h"

namespace glint::proxy {

EdgeHandler::EdgeHandler(Edge& edge, net::EventLoop& loop, std::unique_ptr<net::Client> client,
                         const CredentialsReader& credentials, AdminApi& admin, CacheApi& cache)
    : client_(std::move(client)),
      credentials_(credentials),
      admin_(admin),
      cache_(cache),
      context_{edge, loop, *client_, std::make_shared<LoopJobs>(loop)} {}

EdgeHandler::~EdgeHandler() { context_.jobs->abandonAll(); }

void EdgeHandler::handle(net::ExchangePtr exchange) {
  const http::RequestHead& head = exchange->request();
  // With a body it is a mistake that the upstream knows how to answer.
  if (head.method == http::Method::kGet && !head.hasBody()) {
    if (auto image = downloadOfPath(head.path())) {
      exchange->setRoute("image_download");
      return download(context_, exchange, std::move(*image), credentials_.read(head.headers));
    }
  }
  if (admin_.tryHandle(context_, exchange) || cache_.tryHandle(context_, exchange)) return;
  exchange->setRoute("forward");
  forward(context_, exchange);
}

}  // namespace glint::proxy
