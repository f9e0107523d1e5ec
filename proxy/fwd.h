// Types of this folder, for headers that only name them.
#pragma once

#include <memory>

namespace glint::proxy {

class Authorizer;
class ChangeFeed;
class Fill;
class FillJob;
class Fills;
class HeldTransfer;
class PrefetchQueue;
class Prefetcher;
class Speculation;
class Upstream;
struct Credentials;
struct Decision;
struct Edge;
struct EdgeOptions;
struct LoopContext;
struct UpstreamAnswer;

using DecisionPtr = std::shared_ptr<const Decision>;
using FillPtr = std::shared_ptr<Fill>;

}  // namespace glint::proxy
