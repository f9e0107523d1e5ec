// One download of an image: decides with what it is answered (the store, a fill, the upstream) and
// begins the response.
//
// Threads: the exchange's loop.
#pragma once

#include "image/record.h"
#include "net/exchange.h"
#include "proxy/context.h"
#include "proxy/credentials.h"

namespace glint::proxy {

// GET /v2/images/{image}/file.
void download(LoopContext& context, const net::ExchangePtr& exchange, image::ImageId image,
              Credentials credentials);

}  // namespace glint::proxy
