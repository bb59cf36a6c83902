#include "executor/capacity/throughput.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace parton {

namespace {

// Halves and sums of them are exact; what time adds is not.
constexpr double kTolerance = 1e-9;
constexpr int64_t kMinuteMs = 60'000;

double Rate(CapacityKind kind, const Throughput& t) {
  return static_cast<double>(kind == CapacityKind::kRead ? t.read : t.write);
}

}  // namespace

int64_t MinuteOf(int64_t ms) { return ms >= 0 ? ms / kMinuteMs : (ms - kMinuteMs + 1) / kMinuteMs; }

void TokenBucket::Refill(double rate, int64_t now_ms) {
  if (rate != rate_) {
    rate_ = rate;
    tokens_ = rate * kBurstSeconds;
  } else if (now_ms > filled_ms_) {
    tokens_ = std::min(rate * kBurstSeconds, tokens_ + rate * static_cast<double>(now_ms - filled_ms_) / 1000);
  }
  filled_ms_ = now_ms;
}

bool TokenBucket::Holds(double units) const { return tokens_ + kTolerance >= std::min(units, rate_ * kBurstSeconds); }

void TokenBucket::Take(double units, bool overdraw) {
  const double floor = overdraw ? -INFINITY : std::min(tokens_, 0.0);
  tokens_ = std::max(floor, tokens_ - units);
}

double TokenBucket::SecondsUntil(double units) const {
  return std::max(0.0, (std::min(units, rate_ * kBurstSeconds) - tokens_) / rate_);
}

std::optional<Throughput> CapacityTarget::provisioned() const {
  if (index == nullptr || !table->provisioned) return table->provisioned;
  return index->kind == IndexKind::kGlobal ? index->provisioned : std::nullopt;
}

TokenBucket* ThroughputLedger::Payer(CapacityKind kind, const CapacityTarget& target, int64_t now_ms) {
  CapacityTarget payer = target;
  if (payer.index != nullptr && payer.index->kind == IndexKind::kLocal) payer.index = nullptr;
  const std::optional<Throughput> provisioned = payer.provisioned();
  if (!provisioned) return nullptr;
  Account& account = accounts_[payer.id()];
  TokenBucket& bucket = kind == CapacityKind::kRead ? account.read : account.write;
  bucket.Refill(Rate(kind, *provisioned), now_ms);
  return &bucket;
}

Status ThroughputLedger::Take(CapacityKind kind, const std::vector<CapacityCharge>& charges, const CapacityMoment& now,
                              const TableSchema** short_table) {
  MutexLock lock(mutex_);
  // Several charges may fall on one account: a table and its local indexes.
  std::vector<std::pair<TokenBucket*, double>> sums;
  for (const CapacityCharge& c : charges) {
    TokenBucket* bucket = Payer(kind, c.target, now.ms);
    if (bucket == nullptr) continue;
    auto it = std::find_if(sums.begin(), sums.end(), [&](const auto& s) { return s.first == bucket; });
    if (it == sums.end()) it = sums.insert(sums.end(), {bucket, 0});
    it->second += c.units;
    if (!bucket->Holds(it->second)) {
      if (short_table != nullptr) *short_table = c.target.table;
      return Refuse(kind, c.target, bucket->SecondsUntil(it->second), now);
    }
  }
  for (auto& [bucket, units] : sums) bucket->Take(units, true);
  Count(kind, charges, now.ms);
  return Status::Ok();
}

Status ThroughputLedger::Admit(CapacityKind kind, const CapacityCharge& least, const CapacityMoment& now) {
  MutexLock lock(mutex_);
  const TokenBucket* bucket = Payer(kind, least.target, now.ms);
  if (bucket == nullptr || bucket->Holds(least.units)) return Status::Ok();
  return Refuse(kind, least.target, bucket->SecondsUntil(least.units), now);
}

void ThroughputLedger::Charge(CapacityKind kind, const std::vector<CapacityCharge>& charges, int64_t now_ms,
                              bool overdraw) {
  MutexLock lock(mutex_);
  for (const CapacityCharge& c : charges) {
    if (TokenBucket* bucket = Payer(kind, c.target, now_ms)) bucket->Take(c.units, overdraw);
  }
  Count(kind, charges, now_ms);
}

Status ThroughputLedger::Refuse(CapacityKind kind, const CapacityTarget& target, double wait,
                                const CapacityMoment& now) {
  const bool read = kind == CapacityKind::kRead;
  const bool global = target.index != nullptr && target.index->kind == IndexKind::kGlobal;
  const CapacityTarget short_one{target.table, global ? target.index : nullptr};
  CapacityMinute& m = MinuteFor(short_one, now.ms);
  ++(read ? m.throttled_reads : m.throttled_writes);
  // An index that is short holds back the writes of its table.
  if (global && !read) ++MinuteFor({target.table, nullptr}, now.ms).throttled_writes;
  const std::string name = global ? fmt::format("index {} of table {}", target.index->name, target.table->name)
                                  : fmt::format("table {}", target.table->name);
  const char* what = read ? "read" : "write";
  const double rate = Rate(kind, *short_one.provisioned());
  std::string message = fmt::format("The level of configured provisioned throughput for {} was exceeded",
                                    global ? "one or more global secondary indexes of the table" : "the table");
  if (now.dynamo_wording) {
    message += global ? ". Consider increasing your provisioning level for the under-provisioned global secondary "
                        "indexes with the UpdateTable API"
                      : ". Consider increasing your provisioning level with the UpdateTable API.";
  } else {
    message += ": " + name;
  }
  return Status(StatusCode::kThrottled, std::move(message))
      .WithHint(fmt::format("{} has {:g} {} unit{} a second and has used up 300 seconds of them; there is room again "
                            "in {:g} s",
                            name, rate, what, rate == 1 ? "" : "s", std::ceil(wait * 10) / 10));
}

CapacityMinute& ThroughputLedger::MinuteFor(const CapacityTarget& target, int64_t now_ms) {
  const int64_t minute = MinuteOf(now_ms);
  std::vector<CapacityMinute>& minutes = accounts_[target.id()].minutes;
  if (minutes.empty() || minutes.back().minute != minute) {
    // Later ones are of before the clock went back.
    std::erase_if(minutes,
                  [&](const CapacityMinute& m) { return m.minute <= minute - kMinutesKept || m.minute > minute; });
    if (minutes.empty() || minutes.back().minute != minute) minutes.push_back({minute, 0, 0, 0, 0});
  }
  return minutes.back();
}

void ThroughputLedger::Count(CapacityKind kind, const std::vector<CapacityCharge>& charges, int64_t now_ms) {
  for (const CapacityCharge& c : charges) {
    CapacityMinute& m = MinuteFor(c.target, now_ms);
    (kind == CapacityKind::kRead ? m.read_units : m.write_units) += c.units;
  }
}

std::vector<CapacityMinute> ThroughputLedger::Minutes(const CapacityTarget& target, int64_t now_ms) const {
  MutexLock lock(mutex_);
  std::vector<CapacityMinute> out;
  auto it = accounts_.find(target.id());
  if (it == accounts_.end()) return out;
  const int64_t now = MinuteOf(now_ms);
  for (const CapacityMinute& m : it->second.minutes) {
    if (m.minute > now - kMinutesKept && m.minute <= now) out.push_back(m);
  }
  return out;
}

}  // namespace parton
