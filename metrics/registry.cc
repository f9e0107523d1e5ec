#include "metrics/registry.h"

#include <algorithm>
#include <array>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "base/check.h"
#include "base/mutex.h"

namespace glint::metrics {
namespace {

constexpr std::size_t kMetricCount = static_cast<std::size_t>(Metric::kCount);

prometheus::Counter& counterOf(void* series) { return *static_cast<prometheus::Counter*>(series); }
prometheus::Gauge& gaugeOf(void* series) { return *static_cast<prometheus::Gauge*>(series); }
prometheus::Histogram& histogramOf(void* series) {
  return *static_cast<prometheus::Histogram*>(series);
}

// What a row became in prometheus-cpp: exactly one of the three.
struct FamilyPtr {
  prometheus::Family<prometheus::Counter>* counter = nullptr;
  prometheus::Family<prometheus::Gauge>* gauge = nullptr;
  prometheus::Family<prometheus::Histogram>* histogram = nullptr;
};

prometheus::Labels toLabels(const MetricRow& row, std::span<const std::string_view> values) {
  GLINT_CHECK(values.size() == row.labels.size(), "every label of the row has a value");
  prometheus::Labels labels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Label& label = row.labels[i];
    const bool known =
        label.values.empty() || std::ranges::find(label.values, values[i]) != label.values.end();
    GLINT_CHECK(known, "a label value belongs to its closed set");
    labels.emplace(label.name, std::string(values[i]));
  }
  return labels;
}

}  // namespace

struct Registry::Impl {
  explicit Impl(ProgramKind of) : program(of) {}

  ProgramKind program;
  prometheus::Registry registry;
  std::array<FamilyPtr, kMetricCount> families{};
  Mutex mutex;
  std::vector<std::function<void()>> refreshers GUARDED_BY(mutex);

  void addFamily(const MetricRow& row) {
    FamilyPtr& family = families[static_cast<std::size_t>(row.id)];
    switch (row.type) {
      case MetricType::kCounter:
        family.counter =
            &prometheus::BuildCounter().Name(row.name).Help(row.help).Register(registry);
        return;
      case MetricType::kGauge:
        family.gauge = &prometheus::BuildGauge().Name(row.name).Help(row.help).Register(registry);
        return;
      case MetricType::kHistogram:
        family.histogram =
            &prometheus::BuildHistogram().Name(row.name).Help(row.help).Register(registry);
        return;
    }
  }

  // The existing series, or a new one.
  void* series(Metric metric, std::span<const std::string_view> values) {
    const MetricRow& row = rowOf(metric);
    const FamilyPtr& family = families[static_cast<std::size_t>(metric)];
    const auto labels = toLabels(row, values);
    if (family.counter != nullptr) return &family.counter->Add(labels);
    if (family.gauge != nullptr) return &family.gauge->Add(labels);
    GLINT_CHECK(family.histogram != nullptr, "this program has the metric");
    return &family.histogram->Add(
        labels, prometheus::Histogram::BucketBoundaries(row.buckets.begin(), row.buckets.end()));
  }

  // A counter that is absent until its first event breaks rate() and alerts: begin at zero where
  // the set is known.
  void addClosedSeries(const MetricRow& row, std::vector<std::string_view>& values) {
    if (values.size() == row.labels.size()) {
      series(row.id, values);
      return;
    }
    for (const char* value : row.labels[values.size()].values) {
      values.emplace_back(value);
      addClosedSeries(row, values);
      values.pop_back();
    }
  }
};

Registry::Registry(ProgramKind program) : impl_(std::make_unique<Impl>(program)) {
  for (const MetricRow& row : table()) {
    if (!has(row.scope, program)) continue;
    impl_->addFamily(row);
    std::vector<std::string_view> values;
    impl_->addClosedSeries(row, values);
  }
}
Registry::~Registry() = default;

Counter Registry::counter(Metric metric, std::initializer_list<std::string_view> labels) {
  GLINT_CHECK(rowOf(metric).type == MetricType::kCounter, "the row is a counter");
  Counter counter;
  counter.series_ = impl_->series(metric, {labels.begin(), labels.size()});
  return counter;
}

Gauge Registry::gauge(Metric metric, std::initializer_list<std::string_view> labels) {
  GLINT_CHECK(rowOf(metric).type == MetricType::kGauge, "the row is a gauge");
  Gauge gauge;
  gauge.series_ = impl_->series(metric, {labels.begin(), labels.size()});
  return gauge;
}

Histogram Registry::histogram(Metric metric, std::initializer_list<std::string_view> labels) {
  GLINT_CHECK(rowOf(metric).type == MetricType::kHistogram, "the row is a histogram");
  Histogram histogram;
  histogram.series_ = impl_->series(metric, {labels.begin(), labels.size()});
  return histogram;
}

void Registry::onCollect(std::function<void()> refresh) {
  MutexLock lock(impl_->mutex);
  impl_->refreshers.push_back(std::move(refresh));
}

std::string Registry::text() {
  {
    MutexLock lock(impl_->mutex);  // also: two scrapes at once refresh one after the other
    for (const auto& refresh : impl_->refreshers) refresh();
  }
  auto families = impl_->registry.Collect();
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  std::erase_if(families,
                [](const prometheus::MetricFamily& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families);
}

void Counter::increment(double by) { counterOf(series_).Increment(by); }
void Counter::raiseTo(double total) {
  const double missing = total - value();
  if (missing > 0) increment(missing);
}
double Counter::value() const { return counterOf(series_).Value(); }

void Gauge::set(double value) { gaugeOf(series_).Set(value); }
void Gauge::add(double by) { gaugeOf(series_).Increment(by); }
double Gauge::value() const { return gaugeOf(series_).Value(); }

void Histogram::observe(double value) { histogramOf(series_).Observe(value); }

}  // namespace glint::metrics
