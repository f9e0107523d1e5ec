// What a complete request head must satisfy beyond its syntax, and what follows from its fields.
#pragma once

#include "http/codec.h"
#include "http/message.h"

namespace glint::http {

// Fills target (absolute-form is reduced to origin-form, RFC 9112 §3.2.2), keep_alive,
// expect_continue, chunked and content_length from what was parsed. A status other than 0 refuses
// the request.
DecodeError applyRequestRules(RequestHead& head);

}  // namespace glint::http
