#include "session/requests/request_token.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "storage/record_store.h"
#include "types/item/varint.h"

namespace parton {

namespace {

constexpr char kVersion = 1;
constexpr size_t kFingerprintBytes = 16;
constexpr size_t kMaxTokenBytes = 36;
constexpr size_t kForgetBatch = 1000;

void AppendText(std::string_view text, std::string* out) {
  PutVarint(text.size(), out);
  out->append(text);
}

void AppendValue(const Value& v, std::string* out);

// In the order of their bytes.
void AppendSorted(std::vector<std::string> parts, std::string* out) {
  std::sort(parts.begin(), parts.end());
  PutVarint(parts.size(), out);
  for (const std::string& part : parts) AppendText(part, out);
}

void AppendStruct(const Value& v, std::string* out) {
  std::vector<std::string> parts;
  const Value whole = v.Materialize();
  for (const Field& f : whole.fields()) {
    std::string part;
    AppendText(f.name, &part);
    AppendValue(f.value, &part);
    parts.push_back(std::move(part));
  }
  AppendSorted(std::move(parts), out);
}

void AppendValue(const Value& v, std::string* out) {
  // As they are stored: 1 and 1.0 are one number.
  if (v.is_exact()) {
    out->push_back('n');
    AppendText(v.number().Normalized().ToString(), out);
    return;
  }
  out->push_back(static_cast<char>(v.type()));
  if (v.is_struct()) {
    AppendStruct(v, out);
  } else if (v.type() == Type::kList || v.type() == Type::kSexp) {
    PutVarint(v.elements().size(), out);
    for (const Value& e : v.elements()) AppendValue(e, out);
  } else if (v.is_collection()) {
    std::vector<std::string> parts;
    for (const Value& e : v.elements()) AppendValue(e, &parts.emplace_back());
    AppendSorted(std::move(parts), out);
  } else {
    AppendText(v.ToLiteral(), out);
  }
}

bool ReadTokenRecord(std::string_view record, int64_t* until_ms, std::string_view* fingerprint) {
  if (record.size() <= kFingerprintBytes || record[0] != kVersion) return false;
  uint64_t until = 0;
  const char* end = record.data() + record.size();
  const char* p = GetVarint(record.data() + 1, end, &until);
  if (p == nullptr || static_cast<size_t>(end - p) != kFingerprintBytes) return false;
  *until_ms = static_cast<int64_t>(until);
  *fingerprint = std::string_view(p, kFingerprintBytes);
  return true;
}

}  // namespace

void RequestFingerprint::Add(std::string_view text) { AppendText(text, &bytes_); }
void RequestFingerprint::Add(const Value& v) { AppendValue(v, &bytes_); }
void RequestFingerprint::AddNumber(uint64_t n) { PutVarint(n, &bytes_); }

std::string RequestFingerprint::Finish() const {
  const XXH128_hash_t hash = XXH3_128bits(bytes_.data(), bytes_.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return std::string(reinterpret_cast<const char*>(canonical.digest), kFingerprintBytes);
}

std::unique_lock<Mutex> RequestTokens::Hold(TokenKind kind, std::string_view token) {
  const size_t h = std::hash<std::string_view>()(token) + static_cast<size_t>(kind);
  return std::unique_lock(mutexes_[h % mutexes_.size()]);
}

Result<bool> RequestTokens::WasDone(TokenKind kind, std::string_view token, const std::string& fingerprint,
                                    int64_t now_ms) {
  PARTON_ASSIGN_OR_RETURN(std::optional<std::string> record,
                          store_->records().Get(RecordKey::Token(static_cast<char>(kind), token)));
  if (!record) return false;
  int64_t until = 0;
  std::string_view done;
  if (!ReadTokenRecord(*record, &until, &done)) {
    return Status::Corruption(fmt::format("the record of the client request token {} is damaged", token));
  }
  if (until <= now_ms) return false;
  if (done == fingerprint) return true;
  return Status(StatusCode::kIdempotentMismatch,
                fmt::format("The client request token {} was used for another request", token));
}

void RequestTokens::Note(TokenKind kind, std::string_view token, const std::string& fingerprint, int64_t now_ms,
                         RecordWrites* records) {
  const int64_t until = std::max<int64_t>(now_ms, 0) + kValidMs;
  std::string record(1, kVersion);
  PutVarint(static_cast<uint64_t>(until), &record);
  record += fingerprint;
  (*records)[RecordKey::Token(static_cast<char>(kind), token)] = std::move(record);
  (*records)[RecordKey::TokenDue(static_cast<uint64_t>(until), static_cast<char>(kind), token)] = std::string();
}

Status RequestTokens::Forget(int64_t now_ms) {
  for (;;) {
    PARTON_ASSIGN_OR_RETURN(size_t forgotten, ForgetSome(now_ms));
    if (forgotten < kForgetBatch) return Status::Ok();
  }
}

Result<size_t> RequestTokens::ForgetSome(int64_t now_ms) {
  RecordStore& records = store_->records();
  PARTON_ASSIGN_OR_RETURN(auto due, records.List(RecordKey::TokenDue(0, 0, ""), kForgetBatch));
  if (due.empty()) return size_t{0};
  // None of them may be used again between looking and deleting.
  std::vector<std::unique_lock<Mutex>> held;
  for (Mutex& m : mutexes_) held.emplace_back(m);
  RecordWrites deletions;
  size_t forgotten = 0;
  for (const StoredRecord& entry : due) {
    if (static_cast<int64_t>(entry.key.sequence) > now_ms) break;
    deletions[entry.key] = std::nullopt;
    ++forgotten;
    const RecordKey key = RecordKey::Token(entry.key.token_kind, entry.key.name);
    PARTON_ASSIGN_OR_RETURN(std::optional<std::string> record, records.Get(key));
    // It may have been used again since.
    int64_t newest = 0;
    std::string_view done;
    const bool live = record && ReadTokenRecord(*record, &newest, &done) && newest > now_ms;
    if (!live) deletions[key] = std::nullopt;
  }
  if (forgotten != 0) PARTON_RETURN_IF_ERROR(records.Write(deletions));
  return forgotten;
}

Status CheckToken(std::string_view token) {
  if (token.size() <= kMaxTokenBytes) return Status::Ok();
  return Status::Validation(
      fmt::format("1 validation error detected: Value '{}' at 'clientRequestToken' failed to satisfy constraint: "
                  "Member must have length less than or equal to {}",
                  token, kMaxTokenBytes));
}

}  // namespace parton
