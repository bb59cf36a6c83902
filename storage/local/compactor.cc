#include "storage/local/compactor.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "storage/local/engine.h"
#include "storage/local/key_comparisons.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

using Clock = std::chrono::steady_clock;

// All prices are in comparisons of keys, of about 20 ns each.
constexpr uint64_t kPrice = 400'000;          // of any compaction: files are made and synced
constexpr uint64_t kBytesForAComparison = 4;  // read, merged and written
constexpr uint64_t kMostPatience = 1 << 10;
constexpr size_t kMostStretches = 32;
constexpr uint64_t kMostBytes = uint64_t{64} << 20;  // closing the database waits for one
constexpr uint64_t kProbed = 1000;                   // steps
constexpr uint64_t kFastStep = 64;                   // comparisons
constexpr uint64_t kFastSeek = 4096;
constexpr auto kPoll = std::chrono::milliseconds(10);

}  // namespace

void Compactor::Stop() {
  std::thread running;
  {
    MutexLock lock(mutex_);
    stop_ = true;
    running = std::move(thread_);
    wake_.NotifyAll();
  }
  if (running.joinable()) running.join();
}

uint64_t Compactor::done() const {
  MutexLock lock(mutex_);
  return done_;
}

void Compactor::NoteSlow(std::string_view begin, std::string_view end, uint64_t comparisons) noexcept {
  if (engine_->options().read_only || begin.size() < 2 || begin >= end) return;
  try {
    MutexLock lock(mutex_);
    auto s = std::find_if(stretches_.begin(), stretches_.end(),
                          [&](const Stretch& x) { return x.begin <= end && begin <= x.end; });
    if (s == stretches_.end()) {
      // In the place of the one that matters least.
      if (stretches_.size() == kMostStretches) {
        stretches_.erase(std::min_element(stretches_.begin(), stretches_.end(), [](const Stretch& a, const Stretch& b) {
          return a.comparisons < b.comparisons;
        }));
      }
      s = stretches_.insert(stretches_.end(), {std::string(begin), std::string(end), 0, 1});
    }
    if (begin < s->begin) s->begin = begin;
    if (end > s->end) s->end = end;
    s->comparisons += comparisons;
    if (s->comparisons < kPrice * s->patience || stop_) return;
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
    wake_.NotifyAll();
  } catch (...) {
    // Without memory or threads reads stay slow, and right.
  }
}

void Compactor::Seek(leveldb::Iterator* it, const std::string& target) noexcept {
  const uint64_t before = KeyComparisons();
  it->Seek(target);
  const uint64_t comparisons = KeyComparisons() - before;
  if (comparisons > kFastSeek && it->Valid()) NoteSlow(target, ToView(it->key()), comparisons);
}

uint64_t Compactor::Price(const Stretch& s) const {
  return s.patience * (kPrice + engine_->ApproximateSize(s.begin, s.end) / kBytesForAComparison);
}

Compactor::Stretch* Compactor::Due() {
  for (Stretch& s : stretches_) {
    if (s.comparisons >= kPrice * s.patience && s.comparisons >= Price(s)) return &s;
  }
  return nullptr;
}

void Compactor::Run() {
  MutexLock lock(mutex_);
  while (!stop_) {
    Stretch* due = Due();
    if (due == nullptr) {
      wake_.Wait(mutex_);
      continue;
    }
    due->comparisons = 0;
    const Stretch stretch = *due;
    lock.Unlock();
    const Clock::time_point start = Clock::now();
    const bool still_slow = Guarded([&] {
                              Compact(stretch);
                              return IsSlow(stretch) ? Status::Internal("") : Status::Ok();
                            }).code() == StatusCode::kInternal;
    const Clock::time_point end = Clock::now();
    lock.Lock();
    ++done_;
    // It may have grown meanwhile.
    auto s = std::find_if(stretches_.begin(), stretches_.end(),
                          [&](const Stretch& x) { return x.begin <= stretch.begin && stretch.end <= x.end; });
    if (s != stretches_.end()) {
      if (still_slow) {
        s->patience = std::min(2 * stretch.patience, kMostPatience);
      } else {
        stretches_.erase(s);
      }
    }
    // At most half of the time.
    const Clock::time_point next = end + (end - start);
    while (!stop_ && Clock::now() < next) wake_.WaitUntil(mutex_, next);
  }
}

bool Compactor::WaitForQuiet() {
  MutexLock lock(mutex_);
  while (!stop_ && engine_->background_work() != 0) wake_.WaitUntil(mutex_, Clock::now() + kPoll);
  return !stop_;
}

void Compactor::Compact(const Stretch& s) {
  std::string end = s.end;
  if (engine_->ApproximateSize(s.begin, end) > kMostBytes) {
    // The first part of it.
    std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(engine_->ReadOptions(nullptr)));
    it->Seek(s.begin);
    while (it->Valid() && ToView(it->key()) < s.end &&
           engine_->ApproximateSize(s.begin, ToView(it->key())) < kMostBytes) {
      for (uint64_t i = 0; i < kProbed && it->Valid(); ++i) it->Next();
    }
    if (it->Valid() && ToView(it->key()) < s.end) end = it->key().ToString();
  }
  const leveldb::Slice first = ToSlice(s.begin), last = ToSlice(end);
  if (!WaitForQuiet()) return;
  engine_->db()->CompactRange(&first, &last);
  if (!IsSlow(s) || !WaitForQuiet()) return;
  // Files of the lowest level are not written anew by that. They are if something lies above them: two deletions, at
  // both ends, of keys that cannot be, as no key is the start of another, and none ends in a single 00.
  leveldb::WriteBatch marks;
  marks.Delete(leveldb::Slice(s.begin.data(), s.begin.size() - 1));
  marks.Delete(end + '\0');
  if (!engine_->WriteBatch(&marks, engine_->options().durable).ok()) return;
  engine_->db()->CompactRange(&first, &last);
}

bool Compactor::IsSlow(const Stretch& s) const {
  leveldb::ReadOptions options = engine_->ReadOptions(nullptr);
  options.fill_cache = false;
  const uint64_t before = KeyComparisons();
  uint64_t steps = 0;
  std::unique_ptr<leveldb::Iterator> it(engine_->db()->NewIterator(options));
  for (it->Seek(s.begin); it->Valid() && ToView(it->key()) < s.end && steps < kProbed; it->Next()) ++steps;
  return KeyComparisons() - before > kFastSeek + kFastStep * steps;
}

}  // namespace parton
