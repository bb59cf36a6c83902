// Keys: the order of the bytes is the order of the values, and they read back.
#include "storage/local/bytes/key_codec.h"

#include <gtest/gtest.h>

#include <random>

#include "storage/local/bytes/number_key.h"
#include "types/value/value_compare.h"

namespace parton {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t operator()() { return engine_(); }
  std::string Bytes() {
    // Few different bytes, so that prefixes and escapes meet.
    static constexpr char kBytes[] = {'\x00', '\x01', '\x02', 'a', 'b', '\xfe', '\xff'};
    std::string s(engine_() % 6, 'x');
    for (char& c : s) c = kBytes[engine_() % sizeof(kBytes)];
    return s;
  }
  Value Of(KeyType type) {
    switch (type) {
      case KeyType::kString: return Value::String(Bytes());
      case KeyType::kBinary: return Value::Blob(Bytes());
      case KeyType::kNumber: {
        auto n = Number::FromParts(static_cast<int64_t>(engine_() % 2001) - 1000, static_cast<int>(engine_() % 7) - 3);
        return Value::FromStored(n.Normalized());
      }
    }
    return Value();
  }

 private:
  std::mt19937 engine_;
};

int Compare(KeyType type, const Value& a, const Value& b) {
  if (type == KeyType::kNumber) return CompareNumeric(a, b);
  return a.bytes().compare(b.bytes());
}
int Sign(int c) { return (c > 0) - (c < 0); }

TEST(KeyCodecTest, OrderOfTwoComponents) {
  Random random(1);
  for (KeyType first : {KeyType::kString, KeyType::kNumber, KeyType::kBinary}) {
    for (KeyType second : {KeyType::kString, KeyType::kNumber, KeyType::kBinary}) {
      for (int i = 0; i < 5000; ++i) {
        Value a1 = random.Of(first), a2 = random.Of(second);
        Value b1 = random() % 2 ? a1 : random.Of(first), b2 = random.Of(second);
        std::string a, b;
        ASSERT_TRUE(AppendComponent(first, a1, &a) && AppendComponent(second, a2, &a));
        ASSERT_TRUE(AppendComponent(first, b1, &b) && AppendComponent(second, b2, &b));
        int expected = Compare(first, a1, b1);
        if (expected == 0) expected = Compare(second, a2, b2);
        ASSERT_EQ(Sign(a.compare(b)), Sign(expected));
        std::string_view in = a;
        Value r1, r2;
        ASSERT_TRUE(ReadComponent(first, &in, &r1) && ReadComponent(second, &in, &r2));
        ASSERT_TRUE(in.empty() && r1 == a1 && r2 == a2);
        in = a;
        ASSERT_TRUE(SkipComponent(first, &in) && SkipComponent(second, &in) && in.empty());
      }
    }
  }
}

TEST(KeyCodecTest, BeginsWithIsARange) {
  Random random(2);
  for (int i = 0; i < 20000; ++i) {
    std::string value = random.Bytes(), prefix = random.Bytes();
    std::string key, low;
    AppendComponent(KeyType::kString, Value::String(value), &key);
    AppendEscaped(prefix, &low);
    std::string high = PrefixSuccessor(low);
    bool inside = key >= low && (high.empty() || key < high);
    ASSERT_EQ(inside, value.starts_with(prefix));
  }
}

TEST(KeyCodecTest, DamagedBytesAreRefused) {
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = random.Bytes() + random.Bytes();
    for (KeyType type : {KeyType::kString, KeyType::kNumber, KeyType::kBinary}) {
      std::string_view in = bytes;
      Value v;
      if (!ReadComponent(type, &in, &v)) continue;
      std::string again;
      ASSERT_TRUE(AppendComponent(type, v, &again));
      ASSERT_EQ(again + std::string(in), bytes);
    }
  }
}

TEST(KeyCodecTest, TypesMustFit) {
  std::string out;
  EXPECT_FALSE(AppendComponent(KeyType::kString, Value(1), &out));
  EXPECT_FALSE(AppendComponent(KeyType::kNumber, Value("1"), &out));
  EXPECT_FALSE(AppendComponent(KeyType::kNumber, Value::Float(1), &out));
  EXPECT_FALSE(AppendComponent(KeyType::kBinary, Value("1"), &out));
  EXPECT_TRUE(out.empty());
}

TEST(KeyCodecTest, PrefixSuccessors) {
  EXPECT_EQ(PrefixSuccessor("ab"), "ac");
  EXPECT_EQ(PrefixSuccessor("a\xff"), "b");
  EXPECT_EQ(PrefixSuccessor("\xff\xff"), "");
}

}  // namespace
}  // namespace parton
