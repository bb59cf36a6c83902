#include "types/item/item_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "types/item/item_rules.h"
#include "types/item/varint.h"

namespace parton {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t Below(uint32_t n) { return engine_() % n; }

  std::string Bytes(uint32_t max) {
    std::string s(Below(max + 1), '\0');
    for (char& c : s) c = static_cast<char>('a' + Below(26));
    return s;
  }

  Value Num() {
    switch (Below(4)) {
      case 0: return static_cast<int64_t>(Below(100));
      case 1: return -static_cast<int64_t>(static_cast<uint64_t>(engine_()) << Below(31));
      case 2:
        return Value::FromStored(
            Number::FromParts(static_cast<int128_t>(engine_()) * (Below(2) ? 1 : -1), -int32_t(Below(100))));
      default:
        return Value::FromStored(
            Number::FromParts(static_cast<int128_t>(engine_()) * engine_() * engine_(), int32_t(Below(80)) - 40));
    }
  }

  Value Any(int depth) {
    switch (Below(depth > 0 ? 10 : 6)) {
      case 0: return nullptr;
      case 1: return Below(2) == 1;
      case 2: return Num();
      case 3: return Bytes(40);
      case 4: return Value::Blob(Bytes(300));
      case 5: return Num();
      case 6: {
        std::vector<Value> v;
        for (uint32_t i = Below(5); i > 0; --i) v.push_back(Any(depth - 1));
        return Value::List(std::move(v));
      }
      case 7: {
        std::vector<Field> f;
        for (uint32_t i = Below(5); i > 0; --i) {
          f.push_back({Bytes(3) + std::to_string(i), Any(depth - 1)});
        }
        return Value::Struct(std::move(f));
      }
      default: {
        std::vector<Value> v;
        uint32_t kind = Below(3), n = 1 + Below(4);
        for (uint32_t i = 0; i < n; ++i) {
          std::string distinct = std::to_string(i) + Bytes(5);
          v.push_back(kind == 0   ? Value(distinct)
                      : kind == 1 ? Value::Blob(distinct)
                                  : Value(static_cast<int64_t>(i * 1000 + Below(1000))));
        }
        return Value::Set(std::move(v)).value();
      }
    }
  }

  Value Item() {
    std::vector<Field> f;
    for (uint32_t i = 0; i < 12; ++i) {
      if (Below(4) != 0) f.push_back({"attribute" + std::to_string(i), Any(4)});
    }
    std::shuffle(f.begin(), f.end(), engine_);
    return Value::Struct(std::move(f));
  }

 private:
  std::mt19937 engine_;
};

std::string Encode(const Value& item, NameTable* names) {
  std::string bytes;
  EncodeItem(item, names, &bytes);
  return bytes;
}

TEST(ItemCodec, RoundTrip) {
  NameTable names;
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    Value item = random.Item();
    std::string bytes = Encode(item, &names);
    ASSERT_TRUE(VerifyItem(bytes, names).ok()) << item.ToLiteral();
    Value lazy = ItemValue(bytes, &names);
    ASSERT_EQ(lazy, item) << item.ToLiteral() << "\n" << lazy.ToLiteral();
    ASSERT_EQ(lazy.Count(), item.Count());
    ASSERT_EQ(ItemSize(lazy), ItemSize(item)) << item.ToLiteral();
    for (const Field& f : item.fields()) {
      Value got = ItemView(bytes, &names).Get(f.name);
      ASSERT_EQ(got, f.value);
      ASSERT_EQ(got.type(), f.value.type());
    }
    for (int i = 0; i < 12; ++i) {
      std::string name = "attribute" + std::to_string(i);
      ASSERT_EQ(lazy.Get(name).is_missing(), item.Get(name).is_missing());
    }
    ASSERT_TRUE(ItemView(bytes, &names).Get("nothing").is_missing());
    ASSERT_EQ(Encode(lazy.Materialize(), &names), bytes);
  }
}

TEST(ItemCodec, EqualItemsHaveEqualBytes) {
  NameTable names;
  names.FindOrAdd("z");
  auto decimal = [](const char* s) { return Value::Decimal(Number::ParseRounding(s).value()); };
  Value a = Value::Struct({{"a", 1}, {"z", Value::Struct({{"y", decimal("1.50")}, {"x", decimal("2.0")}})}});
  Value b = Value::Struct({{"z", Value::Struct({{"x", 2}, {"y", decimal("1.5")}})}, {"a", decimal("1.00")}});
  EXPECT_EQ(Encode(a, &names), Encode(b, &names));
}

TEST(ItemCodec, ExtremeNumbers) {
  NameTable names;
  for (const char* text : {"0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
                           "99999999999999999999999999999999999999", "-99999999999999999999999999999999999999",
                           "9.9999999999999999999999999999999999999E+125", "1E-130", "-1E-130", "1E125", "0.1"}) {
    Number n = Number::ParseStrict(text).value();
    std::string bytes = Encode(Value::Struct({{"n", Value::FromStored(n)}}), &names);
    Value back = ItemView(bytes, &names).Get("n");
    EXPECT_EQ(back.number(), n) << text;
    EXPECT_EQ(back.type(), n.IsIntegral() ? Type::kInt : Type::kDecimal) << text;
  }
}

TEST(ItemCodec, NamesInFullOnceTheTableIsFull) {
  NameTable names;
  for (uint32_t i = 0; i < NameTable::kMaxNames; ++i) names.FindOrAdd("n" + std::to_string(i));
  Value item = Value::Struct({{"zz", 3}, {"n65535", 1}, {"extra", 2}, {"n0", 0}});
  std::string bytes = Encode(item, &names);
  EXPECT_TRUE(VerifyItem(bytes, names).ok());
  ItemView view(bytes, &names);
  EXPECT_EQ(view.Get("zz"), Value(3));
  EXPECT_EQ(view.Get("extra"), Value(2));
  EXPECT_EQ(view.Get("n65535"), Value(1));
  EXPECT_EQ(view.Get("n0"), Value(0));
  EXPECT_TRUE(view.Get("other").is_missing());
  EXPECT_TRUE(view.Get("n1").is_missing());
  EXPECT_EQ(ItemValue(bytes, &names), item);
}

TEST(ItemCodec, Paths) {
  NameTable names;
  Value item = Value::Struct({{"m", Value::Struct({{"a", Value::List({1, Value::Struct({{"b", "deep"}})})}, {"c", 3}})},
                              {"s", Value::Set({1, 2}).value()}});
  std::string bytes = Encode(item, &names);
  ItemView view(bytes, &names);
  auto get = [&](std::string_view name, std::vector<PathStep> rest) {
    return view.GetPath(names.Find(name), name, rest);
  };
  EXPECT_EQ(get("m", {{"a"}, {"", 1}, {"b"}}), Value("deep"));
  EXPECT_EQ(get("m", {{"a"}, {"", 0}}), Value(1));
  EXPECT_EQ(get("m", {{"c"}}), Value(3));
  EXPECT_TRUE(get("m", {{"b"}}).is_missing());
  EXPECT_TRUE(get("m", {{"a"}, {"", 2}}).is_missing());
  EXPECT_TRUE(get("m", {{"", 0}}).is_missing());
  EXPECT_TRUE(get("s", {{"", 0}}).is_missing());
  EXPECT_TRUE(get("x", {{"", 0}}).is_missing());
}

// Reads everything there is to read; the point is that nothing crashes.
void ReadAll(const std::string& bytes, const NameTable& names) {
  // A copy of exactly that size, so that a sanitizer sees every byte beyond it.
  std::vector<char> exact(bytes.begin(), bytes.end());
  std::string_view view_bytes(exact.data(), exact.size());
  ItemView view(view_bytes, &names);
  for (uint32_t id = 0; id < names.size() + 2; ++id) {
    (void)view.Get(id, "attribute3");
    (void)view.GetPath(id, "attribute3", std::vector<PathStep>{{"a1", -1}, {"", 1}});
  }
  (void)view.Get(NameTable::kNone, "attribute3");
  (void)view.Fields();
  (void)view.Count();
  (void)ItemSizeEncoded(view_bytes, names);
  if (VerifyItem(view_bytes, names).ok()) {
    NameTable& mutable_names = const_cast<NameTable&>(names);
    EXPECT_EQ(Encode(ItemValue(bytes, &names).Materialize(), &mutable_names), bytes);
  }
}

TEST(ItemCodec, DamagedBytesNeverCrash) {
  NameTable names;
  Random random(7);
  ReadAll("", names);
  for (int round = 0; round < 60; ++round) {
    std::string bytes = Encode(random.Item(), &names);
    for (size_t n = 0; n < bytes.size(); n += 1 + bytes.size() / 64) {
      ReadAll(bytes.substr(0, n), names);
    }
    for (int flips = 0; flips < 60; ++flips) {
      std::string damaged = bytes;
      for (uint32_t k = 0; k <= random.Below(3); ++k) {
        damaged[random.Below(static_cast<uint32_t>(damaged.size()))] ^= static_cast<char>(1 << random.Below(8));
      }
      ReadAll(damaged, names);
    }
    std::string noise = bytes.substr(0, 1);
    for (int k = 0; k < 100; ++k) noise.push_back(static_cast<char>(random.Below(256)));
    ReadAll(noise, names);
  }
}

TEST(ItemCodec, BottomlessNestingIsRefused) {
  NameTable names;
  names.FindOrAdd("a");
  std::string inner;  // lists in lists, each with a length that fits
  for (int i = 0; i < 5000; ++i) {
    std::string head(1, static_cast<char>(ItemTag::kList));
    PutVarint(inner.size(), &head);
    inner.insert(0, head);
  }
  std::string bytes = std::string(1, kItemVersion) + '\x01' + inner;
  EXPECT_TRUE(ItemView(bytes, &names).Get("a").is_missing());
  EXPECT_FALSE(VerifyItem(bytes, names).ok());
  (void)ItemSizeEncoded(bytes, names);
}

TEST(ItemCodec, StringsOfARowOutliveIt) {
  NameTable names;
  std::vector<Field> fields;
  for (int i = 0; i < 30; ++i) {
    fields.push_back(
        {"n" + std::to_string(i), std::string(static_cast<size_t>(i) * 7, static_cast<char>('a' + i % 26))});
  }
  std::string bytes;
  EncodeItem(Value::Struct(std::move(fields)), &names, &bytes);
  std::mt19937 random(3);
  std::vector<Value> kept;
  for (int round = 0; round < 50; ++round) {
    const Value row = ItemValue(bytes, &names).Materialize();
    ASSERT_EQ(row.fields().size(), 30u);
    for (const Field& f : row.fields()) {
      if (random() % 3 == 0) kept.push_back(f.value);
    }
    std::shuffle(kept.begin(), kept.end(), random);
    if (kept.size() > 100) kept.resize(random() % 100);
  }
  for (const Value& v : kept) {
    const size_t n = v.bytes().size();
    EXPECT_EQ(v.bytes(), std::string(n, static_cast<char>('a' + n / 7 % 26)));
  }
}

}  // namespace
}  // namespace parton
