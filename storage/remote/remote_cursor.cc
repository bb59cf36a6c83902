#include "storage/remote/remote_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/read_budget.h"
#include "storage/remote/requests.h"
#include "types/item/item_rules.h"
#include "types/status/bounds.h"
#include "types/value/value_compare.h"

namespace parton::remote {

namespace {

constexpr uint64_t kBytesOfPart = uint64_t{8} << 20;  // smaller tables are read in one piece
constexpr uint64_t kMostAtOnce = 1'000'000;           // a Limit of a request
constexpr double kUnitBytes = 4096;                   // of a consistent read; twice as many of another

bool IsBytes(const Value& v) { return v.is_text() || v.is_lob(); }
bool IsEmptyKey(const Value& v) { return IsBytes(v) && v.bytes().empty(); }
bool IsLongKey(const Value& v, size_t most) { return IsBytes(v) && v.bytes().size() > most; }

// A condition on the sort key, or none; or that no key can meet the range.
struct SortTerm {
  bool nothing = false;
  std::string text;
};

class RequestMaker {
 public:
  RequestMaker(const CursorSpec& spec, EvalContext* ctx, int slot)
      : spec_(spec),
        key_(spec.index != nullptr ? spec.index->key : spec.table->key),
        ctx_(ctx),
        slot_(slot),
        names_(slot, ctx->logic, ctx, true) {}

  // False: no item can be in the range.
  bool Make(bool consistent) {
    const bool query = spec_.range.hash.has_value();
    body_.AddText("TableName", spec_.table->name);
    if (spec_.index != nullptr) body_.AddText("IndexName", spec_.index->name);
    std::string filter;
    if (query && !Keys()) return false;
    if (!query && !Range(&filter)) return false;
    Filter(query, &filter);
    if (!filter.empty()) body_.AddText("FilterExpression", filter);
    Projection();
    body_.AddPlaceholders(names_);
    if (query && spec_.backward) body_.Add("ScanIndexForward", "false");
    const bool global = spec_.index != nullptr && spec_.index->kind == IndexKind::kGlobal;
    if (consistent && !global) body_.Add("ConsistentRead", "true");
    body_.AddText("ReturnConsumedCapacity", "TOTAL");
    return true;
  }
  bool filters() const { return filters_; }
  JsonObject body() const { return body_; }

 private:
  bool Keys() {
    const Value& hash = *spec_.range.hash;
    if (IsEmptyKey(hash) || IsLongKey(hash, kMaxHashKeyBytes)) return false;
    const Result<std::string> json = AttributeJson(hash);
    if (!json.ok()) return false;
    std::string text = fmt::format("{} = {}", names_.Name(key_.hash.name), names_.PlaceValue(*json));
    if (key_.multi()) {
      if (!MoreKeys(&text)) return false;
    } else if (key_.range) {
      const SortTerm sort = SortCondition(spec_.range, key_.range->name, kMaxRangeKeyBytes, true);
      if (sort.nothing) return false;
      if (!sort.text.empty()) text += " AND " + sort.text;
    }
    body_.AddText("KeyConditionExpression", text);
    return true;
  }

  // The attributes behind the first: equal up to where the bounds differ, then one condition on the next.
  bool MoreKeys(std::string* text) {
    const auto values = [](const std::optional<KeyBound>& b) {
      std::vector<Value> out;
      if (!b) return out;
      out.push_back(b->value);
      out.insert(out.end(), b->more.begin(), b->more.end());
      return out;
    };
    const KeyRange& r = spec_.range;
    const std::vector<Value> lows = values(r.low), highs = values(r.high);
    // Whether all keys within the bound may begin with its first values, its last one being the i-th.
    const auto whole = [](const std::optional<KeyBound>& b, const std::vector<Value>& v, size_t i) {
      return i + 1 < v.size() || b->inclusive;
    };
    size_t at = 0;
    while (at < lows.size() && at < highs.size() && at + 1 < key_.parts() && TotalOrder(lows[at], highs[at]) == 0 &&
           whole(r.low, lows, at) && whole(r.high, highs, at)) {
      const size_t most = at + 1 < key_.hash_parts() ? kMaxHashKeyBytes : kMaxRangeKeyBytes;
      const std::optional<std::string> json = Usable(lows[at], most);
      if (!json) return false;
      *text += fmt::format(" AND {} = {}", names_.Name(key_.part(at + 1).name), names_.PlaceValue(*json));
      ++at;
    }
    if (at + 1 >= key_.parts()) return true;
    KeyRange rest;
    if (at < lows.size()) rest.low = KeyBound{lows[at], whole(r.low, lows, at)};
    if (at < highs.size()) rest.high = KeyBound{highs[at], whole(r.high, highs, at)};
    const SortTerm sort = SortCondition(rest, key_.part(at + 1).name, kMaxRangeKeyBytes, true);
    if (!sort.text.empty()) *text += " AND " + sort.text;
    return !sort.nothing;
  }

  // A range of partition keys, which only a filter can tell.
  bool Range(std::string* filter) {
    const SortTerm term = SortCondition(spec_.range, key_.hash.name, kMaxHashKeyBytes, false);
    *filter = term.text;
    return !term.nothing;
  }

  // One condition that every key in the range meets. The others are looked at here.
  SortTerm SortCondition(const KeyRange& r, const std::string& name, size_t most_bytes, bool between) {
    SortTerm out;
    if (r.prefix) {
      if (IsLongKey(*r.prefix, most_bytes)) return {true, ""};
      if (const auto json = Usable(*r.prefix, most_bytes)) {
        out.text = fmt::format("begins_with({}, {})", names_.Name(name), names_.PlaceValue(*json));
        return out;
      }
    }
    if (r.high && IsEmptyKey(r.high->value)) return {true, ""};
    std::optional<std::string> low, high;
    if (r.low) low = Usable(r.low->value, most_bytes);
    if (r.high) high = Usable(r.high->value, most_bytes);
    if (low && high) {
      const int order = TotalOrder(r.low->value, r.high->value);
      if (order > 0 || (order == 0 && !(r.low->inclusive && r.high->inclusive))) return {true, ""};
      if (between) {
        const std::string from = names_.PlaceValue(*low);
        out.text = fmt::format("{} BETWEEN {} AND {}", names_.Name(name), from, names_.PlaceValue(*high));
        return out;
      }
    }
    if (low) {
      out.text = fmt::format("{} >{} {}", names_.Name(name), r.low->inclusive ? "=" : "", names_.PlaceValue(*low));
    } else if (high) {
      out.text = fmt::format("{} <{} {}", names_.Name(name), r.high->inclusive ? "=" : "", names_.PlaceValue(*high));
    }
    return out;
  }

  // The value in a request, if one may be there.
  static std::optional<std::string> Usable(const Value& v, size_t most_bytes) {
    if (IsEmptyKey(v) || IsLongKey(v, most_bytes)) return std::nullopt;
    Result<std::string> json = AttributeJson(v);
    if (!json.ok()) return std::nullopt;
    return *std::move(json);
  }

  bool ReadsKey(const Expr& term) const {
    const std::optional<std::set<std::string>> reads = AttributesRead(term, slot_);
    for (size_t i = 0; reads && i < key_.parts(); ++i) {
      if (reads->contains(key_.part(i).name)) return true;
    }
    return !reads;
  }

  // The terms that mean the same there. Strict typing wants the errors of all.
  void Filter(bool query, std::string* filter) {
    filters_ = spec_.filter != nullptr;
    if (!filters_ || ctx_->typing == Typing::kStrict || spec_.examine_items > 0) return;
    std::vector<ExprPtr> terms;
    AppendTerms(spec_.filter, &terms);
    for (const ExprPtr& term : terms) {
      if (query && ReadsKey(*term)) continue;
      const std::string before = *filter;
      const std::optional<std::string> text = names_.Condition(
          *term, [&](const std::string& s) { return FitsExpression(fmt::format("{} AND ({})", before, s)); });
      if (!text) continue;
      if (!filter->empty()) *filter += " AND ";
      *filter += InParentheses(*text);
    }
    ctx_->error = Status();  // of a constant; the filter meets it again
    // Two pairs of parentheses around the same are refused.
    if (filter->starts_with('(') && InParentheses(*filter) == *filter && terms.size() == 1 && !spec_.range.low) {
      *filter = filter->substr(1, filter->size() - 2);
    }
  }

  void Projection() {
    if (spec_.attributes == nullptr) return;
    std::set<std::string> wanted(spec_.attributes->begin(), spec_.attributes->end());
    if (spec_.filter != nullptr) {
      const std::optional<std::set<std::string>> reads = AttributesRead(*spec_.filter, slot_);
      if (!reads) return;
      wanted.insert(reads->begin(), reads->end());
    }
    for (const KeySchema* k : {&key_, &spec_.table->key}) {
      for (size_t i = 0; i < k->parts(); ++i) wanted.insert(k->part(i).name);
    }
    std::string list;
    for (const std::string& name : wanted) {
      const bool global = spec_.index != nullptr && spec_.index->kind == IndexKind::kGlobal;
      if (global && !spec_.index->Covers(name, spec_.table->key)) continue;
      list += (list.empty() ? "" : ", ") + names_.Name(name);
      if (list.size() > kMaxExpressionText) return;
    }
    body_.AddText("ProjectionExpression", list);
  }

  const CursorSpec& spec_;
  const KeySchema& key_;
  EvalContext* const ctx_;
  const int slot_;
  DynamoExpressions names_;
  JsonObject body_;
  bool filters_ = false;
};

class RemoteCursor final : public ItemCursor {
 public:
  RemoteCursor(DynamoClient* client, RemoteCatalog* catalog, const CursorSpec& spec, EvalContext* ctx, int slot)
      : client_(client), catalog_(catalog), spec_(spec), ctx_(ctx), slot_(slot), start_(spec.after) {}

  Status Open(bool consistent) {
    const bool query = spec_.range.hash.has_value();
    if (!query && spec_.backward) return Status::Unsupported("a scan of this store has no order, so none backward");
    RequestMaker maker(spec_, ctx_, slot_);
    if (!maker.Make(consistent)) {
      ended_ = true;
      return Status::Ok();
    }
    if (!query && spec_.expected == 0 && spec_.examine_items == 0) {
      const double bytes = static_cast<double>(catalog_->Facts(*spec_.table).bytes);
      const double parts = spec_.hash_segments > 0 ? spec_.hash_segments : 1;
      ReadBudget::Expect(bytes / parts / kUnitBytes / (consistent ? 1 : 2), "the scan of " + spec_.table->name);
    }
    body_ = maker.body();
    operation_ = query ? "Query" : "Scan";
    if (!query) PARTON_RETURN_IF_ERROR(AddSegment());
    // The first page is on its way while the plan opens what else it reads.
    Ask();
    return Status::Ok();
  }

  bool Next(Value* item) override {
    for (;;) {
      if (!status_.ok()) return false;
      if (next_ == items_.size()) {
        if (LimitReached()) {
          stopped_ = !ended_;
          return false;
        }
        if (!NextPage()) return false;
        continue;
      }
      Value& row = items_[next_++];
      position_of_ = next_ - 1;
      if (spec_.examine_bytes > 0 && !spec_.measure) stats_.bytes_examined += ItemSize(row);
      if (!InRange(row) || !Passes(row)) {
        if (!status_.ok()) return false;
        if (++left_out_ % kTold == 0 && spec_.skipped != nullptr && !(*spec_.skipped)(kTold)) return false;
        continue;
      }
      *item = row;
      return true;
    }
  }
  Status status() const override { return status_; }
  std::string Position() const override {
    if (position_of_ < items_.size() && (next_ < items_.size() || start_.empty())) {
      return PositionText(*spec_.table, spec_.index, items_[position_of_]);
    }
    return start_;
  }
  const ReadStats& stats() const override { return stats_; }
  bool stopped_at_limit() const override { return stopped_; }

 private:
  static constexpr uint64_t kTold = 256;

  Status AddSegment() {
    if (spec_.hash_segments > 0) {
      body_.Add("Segment", std::to_string(spec_.hash_segment))
          .Add("TotalSegments", std::to_string(spec_.hash_segments));
      return Status::Ok();
    }
    if (spec_.segment == nullptr || spec_.segment->begin.empty()) return Status::Ok();
    const size_t slash = spec_.segment->begin.find('/');
    body_.Add("Segment", spec_.segment->begin.substr(0, slash));
    body_.Add("TotalSegments", spec_.segment->begin.substr(slash + 1));
    return Status::Ok();
  }

  bool LimitReached() const {
    return (spec_.examine_items > 0 && stats_.items_examined >= spec_.examine_items) ||
           (spec_.examine_bytes > 0 && stats_.bytes_examined >= spec_.examine_bytes);
  }

  // As many as are needed: each item that is read is paid.
  uint64_t Limit() const {
    uint64_t limit = 0;
    if (spec_.filter == nullptr && spec_.expected > 0)
      limit = spec_.expected > returned_ ? spec_.expected - returned_ : 1;
    if (spec_.examine_items > 0) {
      const uint64_t left = spec_.examine_items - std::min(spec_.examine_items, stats_.items_examined);
      limit = limit == 0 ? left : std::min(limit, left);
    }
    return std::min(limit, kMostAtOnce);
  }

  void Ask() {
    JsonObject body = body_;
    if (const uint64_t limit = Limit(); limit > 0) body.Add("Limit", std::to_string(limit));
    if (!start_.empty()) body.Add("ExclusiveStartKey", start_);
    pending_ = client_->Start(operation_, body.Text(), Repeat::kSafe);
  }

  bool NextPage() {
    if (ended_) return false;
    if (pending_ == nullptr) Ask();
    Answer answer = std::exchange(pending_, nullptr)->Wait();
    if (!answer.status.ok()) {
      status_ = ReadFailed(catalog_, *spec_.table, std::move(answer.status));
      return false;
    }
    const Value last = answer.body.Get("LastEvaluatedKey");
    start_ = last.is_struct() && last.Count() > 0 ? ToJsonText(last) : "";
    ended_ = start_.empty();
    ++stats_.seeks;
    status_ = Take(answer.body);
    if (!status_.ok()) return false;
    const bool more_wanted = spec_.expected == 0 && spec_.examine_items == 0 && spec_.examine_bytes == 0;
    if (!ended_ && more_wanted) Ask();
    return true;
  }

  Status Take(const Value& body) {
    items_.clear();
    next_ = 0;
    position_of_ = SIZE_MAX;
    const Value items = body.Get("Items");
    if (items.is_collection()) {
      items_.reserve(items.Count());
      for (const Value& json : items.elements()) {
        PARTON_ASSIGN_OR_RETURN(Value item, ItemFrom(json));
        items_.push_back(std::move(item));
      }
    }
    returned_ += items_.size();
    const Value scanned = body.Get("ScannedCount");
    stats_.items_examined += scanned.is_numeric() ? static_cast<uint64_t>(scanned.ToDouble()) : items_.size();
    const Value units = body.Get("ConsumedCapacity").Get("CapacityUnits");
    if (units.is_numeric()) ReadBudget::Spend(units.ToDouble());
    if (!spec_.measure && units.is_numeric()) stats_.units += units.ToDouble();
    if (spec_.measure && units.is_numeric()) {
      stats_.bytes_examined += static_cast<uint64_t>(units.ToDouble() * kUnitBytes * (spec_.consistent ? 1 : 2));
    }
    return Status::Ok();
  }

  // The bounds that the request could not have.
  bool InRange(const Value& item) const {
    const KeyRange& r = spec_.range;
    if (!r.low && !r.high && !r.prefix) return true;
    const KeySchema& key = spec_.index != nullptr ? spec_.index->key : spec_.table->key;
    const size_t first = r.hash && key.parts() > 1 ? 1 : 0;
    const Value v = item.Get(key.part(first).name);
    if (v.is_missing()) return false;
    const auto within = [&](const std::optional<KeyBound>& b, int sign) {
      if (!b) return true;
      int c = TotalOrder(v, b->value) * sign;
      for (size_t i = 0; c == 0 && key.multi() && i < b->more.size() && first + i + 1 < key.parts(); ++i) {
        c = TotalOrder(item.Get(key.part(first + i + 1).name), b->more[i]) * sign;
      }
      return c > 0 || (c == 0 && b->inclusive);
    };
    if (r.prefix && !(IsBytes(v) && v.bytes().starts_with(r.prefix->bytes()))) return false;
    return within(r.low, 1) && within(r.high, -1);
  }

  // All of the filter again: what the engine evaluates only saves transfer.
  bool Passes(const Value& row) {
    if (spec_.filter == nullptr) return true;
    (*ctx_->frame)[static_cast<size_t>(slot_)] = row;
    const bool passes = EvaluatePredicate(*spec_.filter, *ctx_);
    if (ctx_->failed()) status_ = ctx_->error;
    return passes && status_.ok();
  }

  DynamoClient* const client_;
  RemoteCatalog* const catalog_;
  const CursorSpec spec_;
  EvalContext* const ctx_;
  const int slot_;
  std::string operation_;
  JsonObject body_;
  std::string start_;  // ExclusiveStartKey of the next page; empty before the first one
  std::unique_ptr<PendingCall> pending_;
  std::vector<Value> items_;
  size_t next_ = 0;
  size_t position_of_ = SIZE_MAX;  // of items_: the last one that was given or left out
  uint64_t returned_ = 0;
  uint64_t left_out_ = 0;
  bool ended_ = false;
  bool stopped_ = false;
  Status status_;
  ReadStats stats_;
};

}  // namespace

Status ReadFailed(RemoteCatalog* catalog, const TableSchema& table, Status error) {
  const StatusCode code = error.code();
  if (code != StatusCode::kNotFound && code != StatusCode::kValidation) return error;
  catalog->Forget(table.name);
  if (code == StatusCode::kNotFound) return error;
  // To the executor a wrong key is a key that no item has: a request that the engine refuses is more.
  return Status::IoError(fmt::format("the endpoint refuses a read of {}: {}", table.name, error.message()));
}

std::vector<ScanSegment> CutScan(uint64_t bytes, int pieces) {
  const auto parts = std::min<uint64_t>(static_cast<uint64_t>(std::max(1, pieces)), bytes / kBytesOfPart + 1);
  std::vector<ScanSegment> out(parts);
  if (parts == 1) return out;
  for (uint64_t i = 0; i < parts; ++i) out[i].begin = fmt::format("{}/{}", i, parts);
  return out;
}

Result<std::unique_ptr<ItemCursor>> OpenRemoteCursor(DynamoClient* client, RemoteCatalog* catalog,
                                                     const CursorSpec& spec, bool consistent, EvalContext* ctx,
                                                     int slot) {
  auto cursor = std::make_unique<RemoteCursor>(client, catalog, spec, ctx, slot);
  PARTON_RETURN_IF_ERROR(cursor->Open(consistent));
  return std::unique_ptr<ItemCursor>(std::move(cursor));
}

std::string PositionText(const TableSchema& table, const IndexSchema* index, const Value& item) {
  std::set<std::string> names;
  for (const KeySchema* k : {&table.key, index != nullptr ? &index->key : &table.key}) {
    for (size_t i = 0; i < k->parts(); ++i) names.insert(k->part(i).name);
  }
  JsonObject out;
  for (const std::string& name : names) {
    const Value v = item.Get(name);
    const Result<std::string> json = v.is_missing() ? Status::NotFound("") : AttributeJson(v);
    if (!json.ok()) return "";
    out.Add(name, *json);
  }
  return out.Text();
}

}  // namespace parton::remote
