#include "server/base64.h"

#include <array>
#include <cstdint>

namespace parton::server {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> MakeDigits() {
  std::array<int8_t, 256> digits{};
  for (int8_t& d : digits) d = -1;
  for (size_t i = 0; i < kAlphabet.size(); ++i) digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  return digits;
}
constexpr std::array<int8_t, 256> kDigits = MakeDigits();

}  // namespace

std::optional<size_t> DecodeBase64(char* text, size_t size) {
  if (size % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < size && text[size - 1 - padding] == '=') ++padding;
  const size_t digits = size - padding;
  size_t written = 0;
  uint32_t bits = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int8_t digit = kDigits[static_cast<uint8_t>(text[i])];
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if (i % 4 != 0) text[written++] = static_cast<char>(bits >> (6 - 2 * (i % 4)));
  }
  return written;
}

void AppendBase64(std::string_view bytes, std::string* out) {
  const auto at = [&](size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0U; };
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t three = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    out->push_back(kAlphabet[three >> 18 & 63]);
    out->push_back(kAlphabet[three >> 12 & 63]);
    out->push_back(i + 1 < bytes.size() ? kAlphabet[three >> 6 & 63] : '=');
    out->push_back(i + 2 < bytes.size() ? kAlphabet[three & 63] : '=');
  }
}

}  // namespace parton::server
