// The series of one program, over prometheus-cpp.
//
// A series is resolved once to a handle; counting through a handle is an atomic addition (a
// histogram: a short lock). Threads: everything from any.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "metrics/table.h"

namespace glint::metrics {

// Handles are values; they live as long as their registry.
class Counter {
 public:
  void increment(double by = 1);  // by ≥ 0
  // For totals that somebody else counts: raises the counter to `total`; a smaller total is
  // ignored.
  void raiseTo(double total);
  double value() const;

 private:
  friend class Registry;
  void* series_ = nullptr;
};

class Gauge {
 public:
  void set(double value);
  void add(double by = 1);
  void subtract(double by = 1) { add(-by); }
  double value() const;

 private:
  friend class Registry;
  void* series_ = nullptr;
};

class Histogram {
 public:
  void observe(double value);

 private:
  friend class Registry;
  void* series_ = nullptr;
};

class Registry {
 public:
  // Has the rows of the table that this program has. Series whose labels are all closed sets exist
  // from the start.
  explicit Registry(ProgramKind program);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Label values in the order of the row. A value outside its closed set, or a metric of the other
  // program, is our bug.
  Counter counter(Metric metric, std::initializer_list<std::string_view> labels = {});
  Gauge gauge(Metric metric, std::initializer_list<std::string_view> labels = {});
  Histogram histogram(Metric metric, std::initializer_list<std::string_view> labels = {});

  // Runs before each text(), to refresh gauges that mirror something; must not block for long.
  // The owner of what it reads keeps it alive until the registry is gone, or until text() is not
  // called any more.
  void onCollect(std::function<void()> refresh);

  // The Prometheus text format, version 0.0.4.
  std::string text();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glint::metrics
