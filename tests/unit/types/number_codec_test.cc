// The bytes of numbers inside items: round trips, sizes, damage.
#include "types/number/number_codec.h"

#include <limits>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace parton {
namespace {

Number N(std::string_view text) { return *Number::ParseRounding(text); }

std::string Encode(const Number& n) {
  std::string bytes;
  AppendNumberValue(n, &bytes);
  return bytes;
}

void ExpectRoundTrip(const Number& n) {
  const NumberForm form = NumberFormOf(n);
  const std::string bytes = Encode(n);
  const std::string followed = bytes + "tail";
  std::string_view in = followed;
  Number back;
  ASSERT_TRUE(ReadNumberValue(form, &in, &back)) << n.ToText();
  EXPECT_EQ(in, "tail");
  EXPECT_EQ(back, n);
  EXPECT_EQ(Encode(back), bytes);
  in = followed;
  ASSERT_TRUE(SkipNumberValue(form, &in));
  EXPECT_EQ(in, "tail");
  // Every shorter prefix is damaged.
  for (size_t i = 0; i < bytes.size(); ++i) {
    in = std::string_view(bytes).substr(0, i);
    EXPECT_FALSE(ReadNumberValue(form, &in, &back));
    in = std::string_view(bytes).substr(0, i);
    EXPECT_FALSE(SkipNumberValue(form, &in));
  }
}

TEST(NumberCodec, RoundTrips) {
  for (const char* text : {"0",
                           "1",
                           "-1",
                           "63",
                           "64",
                           "-64",
                           "-65",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "1.5",
                           "-1.5",
                           "0.5",
                           "1.28",
                           "-1.28",
                           "1.29",
                           "255e-1",
                           "256e-3",
                           "1e125",
                           "1e-130",
                           "99999999999999999999999999999999999999",
                           "-99999999999999999999999999999999999999e88",
                           "1e9999",
                           "-1e-9999",
                           "1e19",
                           "12345.6789"}) {
    ExpectRoundTrip(N(text));
  }
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    for (uint64_t digits = random() % 39; digits-- > 0;) text += static_cast<char>('0' + random() % 10);
    text += "0e" + std::to_string(static_cast<int>(random() % 200) - 100);
    ExpectRoundTrip(N(text));
  }
}

TEST(NumberCodec, EqualNumbersHaveEqualBytes) {
  for (const char* one : {"1", "1.0", "10e-1", "0.1e1"}) {
    EXPECT_EQ(NumberFormOf(N(one)), NumberForm::kInteger);
    EXPECT_EQ(Encode(N(one)), std::string("\x02"));
  }
  EXPECT_EQ(Encode(N("1.50")), Encode(N("1.5")));
  EXPECT_EQ(Encode(N("1e30")), Encode(N("10e29")));
  EXPECT_EQ(Encode(N("1.5")), std::string("\x01\x01\x0f", 3));
  EXPECT_EQ(Encode(N("-12.8")), std::string("\x01\x01\x80", 3));
}

TEST(NumberCodec, RejectsDamage) {
  Number n;
  const auto read = [&](NumberForm form, std::string_view bytes) { return ReadNumberValue(form, &bytes, &n); };
  EXPECT_FALSE(read(NumberForm::kInteger, std::string(11, '\xff')));
  EXPECT_FALSE(read(NumberForm::kInteger, std::string(9, '\xff') + "\x02"));
  EXPECT_TRUE(read(NumberForm::kInteger, std::string(9, '\xff') + "\x01"));
  EXPECT_EQ(n, Number(std::numeric_limits<int64_t>::min()));
  EXPECT_FALSE(read(NumberForm::kDecimal, std::string("\x01\x00", 2)));
  EXPECT_FALSE(read(NumberForm::kDecimal, std::string("\x01\x11", 2) + std::string(17, '\x01')));
  EXPECT_FALSE(read(NumberForm::kDecimal, std::string("\x01\x01\x00", 3)));        // zero
  EXPECT_FALSE(read(NumberForm::kDecimal, "\x01\x10" + std::string(16, '\x7f')));  // >= 10^38
  EXPECT_FALSE(read(NumberForm::kDecimal, std::string("\xff\xff\xff\x7f\x01\x01", 6)));
  std::mt19937_64 random(6);
  for (int i = 0; i < 100000; ++i) {
    std::string bytes;
    for (uint64_t size = random() % 24; size-- > 0;) bytes += static_cast<char>(random());
    if (read(NumberForm::kDecimal, bytes)) {
      EXPECT_EQ(N(n.ToText()), n);
    }
    (void)read(NumberForm::kInteger, bytes);
  }
}

}  // namespace
}  // namespace parton
