// The decoders of what is stored: any bytes are refused or mean exactly one thing, which is written as these bytes
// again.
#include <algorithm>
#include <optional>

#include "storage/local/bytes/key_codec.h"
#include "storage/local/bytes/number_key.h"
#include "storage/local/bytes/schema_codec.h"
#include "storage/local/change_feed.h"
#include "storage/local/recovery/log_scan.h"
#include "tests/fuzz/fuzz_target.h"
#include "types/item/item_codec.h"
#include "types/value/value_compare.h"

namespace parton::fuzz {
namespace {

NameTable& Names() {
  static NameTable& names = *[] {
    auto* table = new NameTable;
    for (const char* name : {"pk", "sk", "title", "plays", "tags", "live", "é", ""}) table->FindOrAdd(name);
    return table;
  }();
  return names;
}

Value SampleValue(int i) {
  switch (i % 10) {
    case 0: return Value::Int(i * 1000 - 5000);
    case 1: return Value::FromStored(*Number::ParseStrict("-1.2345678901234567890123456789012345678e-100"));
    case 2: return Value::String(std::string(i, 'x') + std::string(1, '\0') + "é");
    case 3: return Value::Blob(std::string("\0\xff\1", 3));
    case 4: return Value::List({Value::Int(1), Value::Null(), Value::List({Value::Bool(true)})});
    case 5: return Value::Struct({{"a", Value::Int(1)}, {"b", Value::Struct({{"c", Value::String("")}})}});
    case 6: return *Value::Set({Value::String("a"), Value::String("b")});
    case 7: return *Value::Set({Value::Int(1), Value::Int(2), Value::FromStored(*Number::ParseStrict("3.5"))});
    case 8: return *Value::Set({Value::Blob("x"), Value::Blob("y")});
    default: return Value::Bool(false);
  }
}

std::string SampleItem(int from, int count) {
  std::vector<Field> fields;
  for (int i = from; i < from + count; ++i) {
    fields.push_back({i % 8 < 7 ? std::string(Names().Name(i % 7)) : std::string("other"), SampleValue(i)});
  }
  std::string bytes;
  EncodeItem(Value::Struct(std::move(fields)), &Names(), &bytes);
  return bytes;
}

std::vector<std::string> ItemSeeds() {
  std::vector<std::string> seeds{SampleItem(0, 0)};
  for (int i = 0; i < 10; ++i) {
    seeds.push_back(SampleItem(i, 1));
    seeds.push_back(SampleItem(i, 6));
  }
  seeds.push_back(std::string("\x01\x01\x01\x08\x01\x00\x00\x08\x00", 9));  // a name twice: by id and in full
  return seeds;
}

void RunItem(std::string_view input) {
  const ItemView view(input, &Names());
  // Whatever the bytes are, these end and read nothing but them.
  const std::vector<Field> fields = view.Fields();
  view.Count();
  for (uint32_t id = 0; id < Names().size(); ++id) {
    view.Get(id, Names().Name(id));
    view.GetPath(id, Names().Name(id), std::vector<PathStep>{{"b", -1}, {"c", -1}});
    view.GetPath(id, Names().Name(id), std::vector<PathStep>{{"", 2}, {"", 0}});
  }
  view.Get(NameTable::kNone, "no such name");
  if (!VerifyItem(input, Names()).ok()) return;
  FUZZ_CHECK(fields.size() == view.Count());
  for (const Field& f : fields) {
    const uint32_t id = Names().Find(f.name);
    FUZZ_CHECK(view.Get(id, f.name).ToLiteral() == f.value.ToLiteral() || id == NameTable::kNone ||
               view.GetRaw(id, f.name).empty());
  }
  ItemValue(std::string(input), &Names()).ToLiteral();
}

// ---- keys

constexpr KeyType kKeyTypes[] = {KeyType::kString, KeyType::kNumber, KeyType::kBinary};

std::vector<std::string> KeySeeds() {
  std::vector<std::string> seeds;
  for (const char* text : {"0", "1", "-1", "1234", "-1234", "0.001", "-1e-130",
                           "9.9999999999999999999999999999999999999e125", "1e125", "12.50"}) {
    std::string bytes(1, '\1');
    AppendNumberKey(*Number::ParseStrict(text), &bytes);
    seeds.push_back(bytes);
  }
  for (const std::string& text :
       {std::string(), std::string("abc"), std::string("a\0b", 3), std::string("\0\0", 2), std::string("\xff\x01")}) {
    for (char type : {'\0', '\2'}) {
      std::string bytes(1, type);
      AppendEscaped(text, &bytes);
      bytes += std::string("\0\1", 2);
      seeds.push_back(bytes);
    }
  }
  return seeds;
}

// The first byte is the type of both keys in the rest.
void RunKey(std::string_view input) {
  if (input.empty()) return;
  const KeyType type = kKeyTypes[static_cast<uint8_t>(input[0]) % 3];
  input.remove_prefix(1);
  std::optional<Value> last;
  std::string last_bytes;
  for (int i = 0; i < 4 && !input.empty(); ++i) {
    std::string_view rest = input, skipped = input;
    Value v;
    const bool good = ReadComponent(type, &rest, &v);
    const bool skips = SkipComponent(type, &skipped);
    if (!good) return;
    FUZZ_CHECK(skips && skipped == rest);
    const std::string bytes(input.substr(0, input.size() - rest.size()));
    std::string again;
    FUZZ_CHECK(AppendComponent(type, v, &again));
    FUZZ_CHECK(again == bytes);
    if (last) {
      const std::optional<int> order = CompareScalars(*last, v);
      FUZZ_CHECK(order.has_value());
      const int bytes_order = last_bytes.compare(bytes);
      FUZZ_CHECK((*order < 0) == (bytes_order < 0) && (*order == 0) == (bytes_order == 0));
    }
    last = v;
    last_bytes = bytes;
    input = rest;
  }
}

// ---- change records

std::vector<std::string> ChangeSeeds() {
  std::vector<std::string> seeds;
  const std::string keys = SampleItem(0, 1), image = SampleItem(2, 5);
  for (int event = 1; event <= 3; ++event) {
    for (int view = 0; view <= 4; ++view) {
      ChangeRecord r;
      r.event = static_cast<ChangeEvent>(event);
      r.view = static_cast<StreamView>(view);
      r.by_ttl = view == 2;
      r.depth = view == 3 ? 5 : 0;
      r.created_ms = view == 1 ? -1 : 1'769'860'800'000;
      r.keys = keys;
      if (event != 3) r.new_image = image;
      if (event != 1) r.old_image = image;
      seeds.emplace_back();
      EncodeChange(r, &seeds.back());
    }
  }
  return seeds;
}

void RunChange(std::string_view input) {
  Result<ChangeRecord> r = DecodeChange(input);
  if (!r.ok()) {
    FUZZ_CHECK(r.status().code() == StatusCode::kCorruption);
    return;
  }
  for (std::string_view item : {r->keys, r->new_image, r->old_image}) {
    FUZZ_CHECK(item.empty() ||
               (item.data() >= input.data() && item.data() + item.size() <= input.data() + input.size()));
    RunItem(item);
  }
  std::string again;
  EncodeChange(*r, &again);
  Result<ChangeRecord> second = DecodeChange(again);
  FUZZ_CHECK(second.ok() && second->event == r->event && second->view == r->view && second->by_ttl == r->by_ttl &&
             second->depth == r->depth && second->created_ms == r->created_ms && second->keys == r->keys &&
             second->new_image == r->new_image && second->old_image == r->old_image);
}

// ---- schemas

std::vector<std::string> SchemaSeeds() {
  std::vector<std::string> seeds;
  TableSchema t;
  t.name = "songs";
  t.id = 7;
  t.key.hash.name = "artist";
  t.key.hash.type = KeyType::kString;
  seeds.emplace_back();
  EncodeSchema({t, 0}, &seeds.back());
  t.key.range.emplace();
  t.key.range->name = "title";
  t.key.range->type = KeyType::kNumber;
  t.stream = StreamView::kBothImages;
  t.ttl_attribute = "expires";
  IndexSchema index;
  index.name = "by_plays";
  index.id = 8;
  index.key.hash.name = "plays";
  index.key.hash.type = KeyType::kNumber;
  index.projection = Projection::kInclude;
  index.include = {"a", "b"};
  t.indexes.push_back(index);
  seeds.emplace_back();
  EncodeSchema({t, 9}, &seeds.back());
  return seeds;
}

void RunSchema(std::string_view input) {
  Result<StoredTable> schema = DecodeSchema(input);
  if (!schema.ok()) {
    FUZZ_CHECK(schema.status().code() == StatusCode::kCorruption || schema.status().code() == StatusCode::kOpenFailed);
    return;
  }
  std::string bytes, again;
  EncodeSchema(*schema, &bytes);
  Result<StoredTable> second = DecodeSchema(bytes);
  FUZZ_CHECK(second.ok());
  EncodeSchema(*second, &again);
  FUZZ_CHECK(again == bytes);
}

// ---- LevelDB's logs

std::vector<std::string> LogSeeds() {
  // "hello" as a full record, and an empty one.
  const std::string hello("\x9f\x28\x6b\x41\x05\x00\x01hello", 12);
  return {hello, hello + std::string(7, '\0'), std::string(40, '\0') + hello};
}

void RunLog(std::string_view input) {
  std::vector<std::string> contents;
  const LogScan scan = ScanLog(input, &contents);
  FUZZ_CHECK(scan.good_bytes <= input.size());
  FUZZ_CHECK(scan.damaged || scan.good_bytes == input.size());
  FUZZ_CHECK(scan.damaged || !scan.begins_again);
  FUZZ_CHECK(contents.size() <= scan.records + 1);
  const LogScan good = ScanLog(input.substr(0, scan.good_bytes));
  FUZZ_CHECK(!good.damaged && good.records == scan.records);
}

}  // namespace

const std::vector<Target>& StorageTargets() {
  static const std::vector<Target>& targets = *new std::vector<Target>{
      {"item", ItemSeeds, RunItem, {}, 30'000},       {"key", KeySeeds, RunKey, {}, 80'000},
      {"change", ChangeSeeds, RunChange, {}, 20'000}, {"schema", SchemaSeeds, RunSchema, {}, 30'000},
      {"log", LogSeeds, RunLog, {}, 30'000},
  };
  return targets;
}

}  // namespace parton::fuzz
