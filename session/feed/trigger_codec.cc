#include "session/feed/trigger_codec.h"

#include "types/item/varint.h"

namespace parton {

namespace {

constexpr char kVersion = 1;
constexpr char kDynamo = 1, kStrict = 2;  // flags of a definition
constexpr char kPaused = 1;               // of a state

void PutField(std::string_view bytes, std::string* out) {
  PutVarint(bytes.size(), out);
  out->append(bytes);
}

// Reads fields from the front of bytes; stays false once something is missing.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) { ok_ = Byte() == kVersion; }
  bool ok() const { return ok_; }
  bool AtEnd() const { return p_ == end_; }
  char Byte() {
    if (p_ == end_) {
      ok_ = false;
      return 0;
    }
    return *p_++;
  }
  uint64_t Number() {
    uint64_t n = 0;
    const char* p = ok_ ? GetVarint(p_, end_, &n) : nullptr;
    ok_ = p != nullptr;
    if (ok_) p_ = p;
    return n;
  }
  std::string Text() {
    const uint64_t n = Number();
    if (!ok_ || n > static_cast<uint64_t>(end_ - p_)) {
      ok_ = false;
      return "";
    }
    std::string text(p_, n);
    p_ += n;
    return text;
  }

 private:
  const char* p_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace

std::string EncodeTrigger(const TriggerDefinition& d) {
  std::string out(1, kVersion);
  out.push_back(static_cast<char>((d.dynamo ? kDynamo : 0) | (d.strict ? kStrict : 0)));
  PutVarint(d.batch, &out);
  PutVarint(static_cast<uint64_t>(d.created_ms), &out);
  PutField(d.table, &out);
  PutField(d.statement, &out);
  return out;
}

bool DecodeTrigger(std::string_view bytes, TriggerDefinition* d) {
  FieldReader in(bytes);
  const char flags = in.Byte();
  d->dynamo = (flags & kDynamo) != 0;
  d->strict = (flags & kStrict) != 0;
  d->batch = in.Number();
  d->created_ms = static_cast<int64_t>(in.Number());
  d->table = in.Text();
  d->statement = in.Text();
  return in.ok() && d->batch != 0;
}

std::string EncodeProgress(const TriggerProgress& p) {
  std::string out(1, kVersion);
  out.push_back(p.paused ? kPaused : 0);
  PutVarint(p.position, &out);
  PutVarint(p.runs, &out);
  PutVarint(p.records, &out);
  PutVarint(static_cast<uint64_t>(p.last_run_ms), &out);
  PutField(p.last_error, &out);
  PutVarint(p.unchanged, &out);
  PutVarint(p.last_unchanged, &out);
  return out;
}

bool DecodeProgress(std::string_view bytes, TriggerProgress* p) {
  FieldReader in(bytes);
  p->paused = (in.Byte() & kPaused) != 0;
  p->position = in.Number();
  p->runs = in.Number();
  p->records = in.Number();
  p->last_run_ms = static_cast<int64_t>(in.Number());
  p->last_error = in.Text();
  if (in.ok() && !in.AtEnd()) {
    p->unchanged = in.Number();
    p->last_unchanged = in.Number();
  }
  return in.ok();
}

std::string EncodeParked(const ParkedRecord& r) {
  std::string out(1, kVersion);
  PutVarint(static_cast<uint64_t>(r.failed_ms), &out);
  PutField(r.table, &out);
  PutField(r.error, &out);
  PutField(r.bytes, &out);
  return out;
}

bool DecodeParked(std::string_view bytes, ParkedRecord* r) {
  FieldReader in(bytes);
  r->failed_ms = static_cast<int64_t>(in.Number());
  r->table = in.Text();
  r->error = in.Text();
  r->bytes = in.Text();
  return in.ok();
}

}  // namespace parton
