// The order-preserving bytes of numbers: order, identity, size, self-delimitation, damage.
#include "storage/local/bytes/number_key.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace parton {
namespace {

Number N(std::string_view text) { return *Number::ParseRounding(text); }

std::string Key(const Number& n) {
  std::string bytes;
  AppendNumberKey(n, &bytes);
  return bytes;
}

int Sign(int x) { return x < 0 ? -1 : x > 0; }

TEST(NumberKey, EqualNumbersAreOneKey) {
  EXPECT_EQ(Key(N("1")), Key(N("1.0")));
  EXPECT_EQ(Key(N("1")), Key(N("10e-1")));
  EXPECT_EQ(Key(N("0")), Key(N("-0.00")));
  EXPECT_EQ(Key(N("-1e30")), Key(N("-1000e27")));
}

TEST(NumberKey, BytesAsDocumented) {
  EXPECT_EQ(Key(N("0")), "\x80");
  EXPECT_EQ(Key(N("1234")), "\xc1\x19\x44");
  EXPECT_EQ(Key(N("-1234")), "\x3e\xe6\xbb");
  EXPECT_EQ(Key(N("7")).size(), 2u);
  EXPECT_EQ(Key(N("-99")).size(), 2u);
  EXPECT_EQ(Key(N("12.34")).size(), 3u);
  EXPECT_EQ(Key(N("1000000")).size(), 2u);
  EXPECT_EQ(Key(N("1700000000")).size(), 2u);
  EXPECT_EQ(Key(N("1763700000123")).size(), 8u);
}

std::vector<Number> Samples() {
  std::mt19937_64 random(42);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  std::vector<Number> out;
  for (const char* text : {"0", "1e125", "-1e125", "1e-130", "-1e-130", "9.9999999999999999999999999999999999999e125",
                           "-9.9999999999999999999999999999999999999e125", "1e9999", "-1e9999", "1e-9999", "-1e-9999",
                           "1e121", "1e122", "1e123", "9.9e121", "1e-123", "9.9e-124", "1e-124", "1e-122"}) {
    out.push_back(N(text));
  }
  for (int i = -1100; i <= 1100; ++i) {
    out.push_back(Number(i));
    out.push_back(Number::FromParts(i, -1));
  }
  while (out.size() < 100000) {
    std::string digits;
    const int count = pick(2) == 0 ? 38 : 1 + pick(38);
    const int nines = pick(4);
    for (int i = 0; i < count; ++i) {
      digits += nines == 0 ? '9' : static_cast<char>('0' + pick(10));
    }
    const std::string sign = pick(2) == 0 ? "-" : "";
    const int range = pick(3) == 0 ? 3 : pick(8) == 0 ? 9900 : 88;
    const int exponent = pick(2 * range + 1) - range;
    const Number n = N(sign + digits + "e" + std::to_string(exponent));
    out.push_back(n);
    // Close neighbours: one unit of the last or of the 38th digit away.
    const auto unit = Number::FromPartsChecked(1, n.exponent());
    if (!n.IsZero() && unit.ok()) {
      out.push_back(*Number::Add(n, *unit));
      out.push_back(*Number::Sub(n, *unit));
    }
    const int room = Number::kMaxDigits - n.DigitCount();
    const auto tiny = Number::FromPartsChecked(1, n.exponent() - room);
    if (!n.IsZero() && tiny.ok()) {
      out.push_back(*Number::Add(n, *tiny));
      out.push_back(*Number::Sub(n, *tiny));
    }
    out.push_back(n.Neg());
  }
  return out;
}

TEST(NumberKey, OrderOfBytesIsOrderOfNumbers) {
  std::vector<Number> numbers = Samples();
  std::sort(numbers.begin(), numbers.end());
  std::string previous = Key(numbers[0]);
  for (size_t i = 1; i < numbers.size(); ++i) {
    const std::string key = Key(numbers[i]);
    ASSERT_EQ(Sign(previous.compare(key)), Number::Compare(numbers[i - 1], numbers[i]))
        << numbers[i - 1].ToText() << " and " << numbers[i].ToText();
    // No encoding is the beginning of another one, so whatever follows does not matter.
    if (numbers[i] != numbers[i - 1]) {
      ASSERT_NE(key.compare(0, previous.size(), previous), 0) << numbers[i].ToText();
      ASSERT_LT(previous + "\xff\xff", key + std::string(2, '\0'));
    }
    previous = key;
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const Number& a = numbers[random() % numbers.size()];
    const Number& b = numbers[random() % numbers.size()];
    ASSERT_EQ(Sign(Key(a).compare(Key(b))), Number::Compare(a, b)) << a.ToText() << " " << b.ToText();
  }
}

TEST(NumberKey, IntegersHaveTheKeysOfTheirNumbers) {
  auto expect_same = [](int64_t i) {
    std::string quick, any;
    AppendIntegerKey(i, &quick);
    AppendNumberKey(Number(i), &any);
    ASSERT_EQ(quick, any) << i;
  };
  std::mt19937_64 random(11);
  for (int64_t i : {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1}) expect_same(i);
  for (int64_t i = -20000; i <= 20000; ++i) expect_same(i);
  for (int64_t i = 1; i < INT64_MAX / 10; i *= 10) {
    for (int64_t near : {i - 1, i, i + 1, 3 * i, -i, 1 - i}) expect_same(near);
  }
  for (int k = 0; k < 20000; ++k) {
    expect_same(static_cast<int64_t>(random()) >> (random() % 64));
  }
}

TEST(NumberKey, RoundTrips) {
  for (const Number& n : Samples()) {
    const std::string bytes = Key(n) + "\xff\x7f";
    std::string_view in = bytes;
    Number back;
    ASSERT_TRUE(ParseNumberKey(&in, &back)) << n.ToText();
    ASSERT_EQ(in, "\xff\x7f");
    ASSERT_EQ(back, n);
    ASSERT_TRUE(back.coefficient() == n.Normalized().coefficient());
    ASSERT_LE(bytes.size() - 2, 23u);
    const auto first = static_cast<unsigned char>(bytes[0]);
    ASSERT_TRUE(first >= 2 && first <= 0xfd);
    in = bytes;
    ASSERT_TRUE(SkipNumberKey(&in));
    ASSERT_EQ(in.size(), 2u);
  }
}

TEST(NumberKey, OnlyCanonicalBytesParse) {
  std::mt19937_64 random(3);
  int accepted = 0;
  for (int i = 0; i < 300000; ++i) {
    std::string bytes;
    for (uint64_t size = random() % 26; size-- > 0;) bytes += static_cast<char>(random());
    if (random() % 4 == 0 && !bytes.empty()) bytes[0] = random() % 2 == 0 ? '\x81' : '\x02';
    std::string_view in = bytes;
    Number n;
    if (!ParseNumberKey(&in, &n)) continue;
    ++accepted;
    ASSERT_EQ(Key(n), bytes.substr(0, bytes.size() - in.size()));
  }
  EXPECT_GT(accepted, 1000);
  for (const char* bad :
       {"", "\x81", "\x81\x10", "\xc1", "\xc1\x19", "\xc1\x01\x44", "\xff", "\x01", "\xc1\xca", "\x7e"}) {
    std::string_view in = bad;
    Number n;
    EXPECT_FALSE(ParseNumberKey(&in, &n));
  }
}

}  // namespace
}  // namespace parton
