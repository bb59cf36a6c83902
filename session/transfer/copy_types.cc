#include "session/transfer/copy_types.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "session/sample_items.h"
#include "types/status/bounds.h"

namespace parton {

namespace {

constexpr size_t kSampledRecords = 1000;
constexpr SampleLimits kSample{100, uint64_t{256} << 10};

using FieldTypes = std::vector<std::pair<std::string, CsvType>>;

// A file to read through once, and to stop reading on request.
class CancellableSource final : public ByteSource {
 public:
  CancellableSource(ByteSource* source, const StatementBounds* bounds) : source_(source), bounds_(bounds) {}
  Result<size_t> Read(char* buffer, size_t n) override {
    if (bounds_->cancel.load(std::memory_order_relaxed)) return CancelledStatus(bounds_);
    return source_->Read(buffer, n);
  }

 private:
  ByteSource* source_;
  const StatementBounds* bounds_;
};

CsvType CsvTypeOfKey(KeyType type) {
  switch (type) {
    case KeyType::kNumber: return CsvType::kNumber;
    case KeyType::kBinary: return CsvType::kBinary;
    case KeyType::kString: break;
  }
  return CsvType::kString;
}

// Types that need no guess: given ones before those of keys.
FieldTypes KnownTypes(const TableSchema& table, const CsvOptions& options) {
  FieldTypes known = options.types;
  auto add = [&known](const KeyAttribute& k) {
    for (const auto& field : known) {
      if (field.first == k.name) return;
    }
    known.emplace_back(k.name, CsvTypeOfKey(k.type));
  };
  auto add_key = [&add](const KeySchema& key) {
    for (size_t i = 0; i < key.parts(); ++i) add(key.part(i));
  };
  add_key(table.key);
  for (const IndexSchema& index : table.indexes) add_key(index.key);
  return known;
}

bool IsRegularFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

// The types that attributes have in the first items of the table.
std::map<std::string, std::set<std::string>> TypesInTable(const TablePtr& table, const CommandContext& context) {
  std::map<std::string, std::set<std::string>> types;
  const std::unique_ptr<ReadView> view = context.store.NewView();
  SampleItems(context.store, *view, table, nullptr, kSample, [&](const Value& item) {
    for (const Field& f : item.fields()) {
      if (!f.value.is_absent()) {
        types[f.name].insert(f.value.is_exact() ? "NUMBER" : std::string(TypeName(f.value.type())));
      }
    }
  });
  return types;
}

// Two files of one kind may be guessed differently, 08 being no number: what is in the table decides.
void FollowTable(const TablePtr& table, const FieldTypes& known, FieldTypes* types, const CommandContext& context) {
  const auto in_table = TypesInTable(table, context);
  for (auto& [name, type] : *types) {
    const auto found = in_table.find(name);
    auto same = [&name = name](const auto& k) { return k.first == name; };
    if (found == in_table.end() || std::any_of(known.begin(), known.end(), same)) continue;
    const bool only_text = found->second == std::set<std::string>{"STRING"};
    if (only_text && type != CsvType::kString) {
      type = CsvType::kString;
    } else if (type == CsvType::kString && !found->second.contains("STRING")) {
      context.result.AddNotice(
          fmt::format("{} is STRING in this file, and {} in items of {}", name, *found->second.begin(), table->name));
    }
  }
}

std::string Shown(const FieldTypes& types, bool sampled) {
  std::string text = sampled ? fmt::format("fields, by the first {} records: ", kSampledRecords) : "fields: ";
  for (const auto& [name, type] : types) {
    if (&name != &types[0].first) text += ", ";
    text += fmt::format("{} {}", name, CsvTypeName(type));
  }
  return text;
}

}  // namespace

Result<size_t> RewindableSource::Read(char* buffer, size_t n) {
  if (at_ < seen_.size()) {
    const size_t got = std::min(n, seen_.size() - at_);
    seen_.copy(buffer, got, at_);
    at_ += got;
    if (!keeping_ && at_ == seen_.size()) std::string().swap(seen_), at_ = 0;
    return got;
  }
  PARTON_ASSIGN_OR_RETURN(size_t got, file_->Read(buffer, n));
  if (keeping_) {
    seen_.append(buffer, got);
    at_ = seen_.size();
  }
  return got;
}

void RewindableSource::Rewind() {
  at_ = 0;
  keeping_ = false;
}

Status DecideCsvTypes(const TablePtr& table, const std::string& path, RewindableSource* source,
                      CopyFromOptions* options, const CommandContext& context) {
  CsvOptions plain = options->csv;
  plain.types.clear();
  const FieldTypes known = KnownTypes(*table, options->csv);
  const bool sampled = options->preview || !IsRegularFile(path);
  std::unique_ptr<FileSource> again;
  ByteSource* bytes = source;
  if (!sampled) {
    PARTON_ASSIGN_OR_RETURN(again, OpenFileSource(path, context.files));
    bytes = again.get();
  }
  CancellableSource readable(bytes, &context.bounds);
  const size_t records = !options->infer ? 0 : sampled ? kSampledRecords : SIZE_MAX;
  PARTON_ASSIGN_OR_RETURN(CsvGuess guess, GuessCsvTypes(&readable, std::move(plain), known, records));
  if (options->infer) FollowTable(table, known, &guess.types, context);
  if (options->infer && !guess.whole) options->csv.guessed = std::move(guess.guessed);
  // The reader says what is wrong with types of fields that are not there.
  for (const auto& given : options->csv.types) {
    auto same = [&given](const auto& t) { return t.first == given.first; };
    if (std::none_of(guess.types.begin(), guess.types.end(), same)) guess.types.push_back(given);
  }
  options->csv.types = std::move(guess.types);
  if (!options->csv.types.empty() && (options->infer || options->preview)) {
    context.result.AddNotice(Shown(options->csv.types, options->infer && !guess.whole));
  }
  return Status::Ok();
}

}  // namespace parton
