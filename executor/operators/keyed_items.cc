#include "executor/operators/keyed_items.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "executor/answer_cache.h"
#include "executor/capacity/capacity_meter.h"

namespace parton {

namespace {

constexpr size_t kBatch = 100;  // of DynamoDB's BatchGetItem

}  // namespace

size_t KeyedItems::Ahead() const {
  return ctx_.capacity != nullptr || Answers() != nullptr || ctx_.page != nullptr
             ? 1
             : std::min(ctx_.shared->store->KeysAhead(*access_.table), kBatch);
}

// What is metered is the size of the whole item, and what is kept is the whole of it.
const AttributeList* KeyedItems::Attributes() const {
  return access_.whole_item || ctx_.capacity != nullptr || Answers() != nullptr ? nullptr : &access_.attributes;
}

ReadView& KeyedItems::View() const {
  return consistent() ? ctx_.shared->store->Consistent(*ctx_.shared->view) : *ctx_.shared->view;
}

void KeyedItems::Count(ReadStats got) {
  if (behind_entries_) got.items_examined = 0;
  if (ctx_.capacity != nullptr) got.units = 0;  // they are counted here
  reads_->Add(got);
  ctx_.stats.Add(got);
}

AnswerCache* KeyedItems::Answers() const { return behind_entries_ || consistent() ? nullptr : ctx_.shared->answers; }

bool KeyedItems::FindKept(const std::string& kept_under, Value* item) {
  std::optional<Value> kept =
      ctx_.shared->answers->FindItem(kept_under, ctx_.shared->answer_now_ms, ctx_.shared->answer_ttl_ms);
  ReadStats got;
  ++(kept ? got.answer_hits : got.answer_misses);
  if (kept && !kept->is_missing()) got.items_examined = 1;
  Count(got);
  if (kept) *item = std::move(*kept);
  return kept.has_value();
}

bool KeyedItems::Get(const Key& key, Value* item) {
  AnswerCache* const answers = Answers();
  if (answers == nullptr) return GetStored(key, item);
  const std::string kept_under = AnswerCache::KeyOf(*access_.table, key);
  // What is kept costs no units.
  if (FindKept(kept_under, item)) return true;
  const uint64_t writes = answers->Writes();
  if (!GetStored(key, item)) return false;
  answers->KeepItem(kept_under, Value(*item).Own(), ctx_.shared->answer_now_ms, writes);
  return true;
}

bool KeyedItems::GetStored(const Key& key, Value* item) {
  CapacityMeter* meter = ctx_.capacity;
  if (meter != nullptr && !ctx_.FailIfError(meter->AdmitItem(*access_.table, consistent()))) return false;
  ReadStats got;
  Status s = ctx_.shared->store->Get(View(), *access_.table, key, Attributes(), item, &got);
  Count(got);
  if (s.ok()) {
    if (meter != nullptr) {
      reads_->units += meter->ReadItem(*access_.table, MeteredBytes(*item), consistent());
    }
    return true;
  }
  *item = Value();
  return s.code() == StatusCode::kValidation || ctx_.FailIfError(std::move(s));
}

bool KeyedItems::GetAll(const std::vector<Key>& keys, std::vector<Value>* items) {
  items->clear();
  if (ctx_.capacity != nullptr || keys.size() == 1 || Answers() != nullptr) {
    items->resize(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!Get(keys[i], &(*items)[i]) || !ctx_.Tick()) return false;
    }
    return true;
  }
  items->reserve(keys.size());
  std::vector<Value> some;
  for (size_t begin = 0; begin < keys.size(); begin += kBatch) {
    const std::span<const Key> batch(keys.data() + begin, std::min(kBatch, keys.size() - begin));
    ReadStats got;
    Status s = ctx_.shared->store->BatchGet(View(), *access_.table, batch, Attributes(), &some, &got);
    Count(got);
    if (!ctx_.FailIfError(std::move(s))) return false;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!ctx_.Tick()) return false;
    }
    std::move(some.begin(), some.end(), std::back_inserter(*items));
  }
  return true;
}

}  // namespace parton
