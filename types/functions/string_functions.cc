// String functions. Positions and lengths count code points, from 1.
#include <algorithm>

#include "types/functions/registry.h"
#include "types/status/bounds.h"
#include "types/text/unicode.h"

namespace parton::functions {
namespace {

const char* const kGroup = "string";

Value CharLength(const Value* args, int, EvalContext&) {
  return Value::Int(static_cast<int64_t>(CodePointCount(args[0].bytes())));
}

// Code points [from, from + count) of s, from may be anything.
std::string_view Slice(std::string_view s, int64_t from, int64_t to) {
  from = std::max<int64_t>(from, 0);
  if (to <= from) return {};
  return CodePointSubstring(s, static_cast<size_t>(from), static_cast<size_t>(to - from));
}

Value Substring(const Value* args, int count, EvalContext& ctx) {
  int64_t start, length = 0;
  if (!SmallInt(args[1], &start, ctx)) return Value::Missing();
  if (count > 2 && !SmallInt(args[2], &length, ctx)) return Value::Missing();
  if (length < 0) return ctx.Mismatch("SUBSTRING: the length must not be negative");
  int64_t from, end = std::numeric_limits<int64_t>::max();
  if (__builtin_sub_overflow(start, 1, &from)) from = std::numeric_limits<int64_t>::min();
  if (count > 2 && __builtin_add_overflow(from, length, &end)) {
    end = std::numeric_limits<int64_t>::max();
  }
  return Value::String(Slice(args[0].bytes(), from, end));
}

// ---- TRIM ---------------------------------------------------------------------------------------

class CodePointSet {
 public:
  explicit CodePointSet(std::string_view set) {
    for (size_t p = 0; p < set.size();) {
      const size_t start = p;
      (void)NextCodePoint(set, &p);
      points_.push_back(set.substr(start, p - start));
    }
    std::sort(points_.begin(), points_.end());
  }
  bool Has(std::string_view point) const { return std::binary_search(points_.begin(), points_.end(), point); }

 private:
  std::vector<std::string_view> points_;
};

std::string_view TrimLeft(std::string_view s, const CodePointSet& set) {
  size_t p = 0;
  while (p < s.size()) {
    size_t next = p;
    (void)NextCodePoint(s, &next);
    if (!set.Has(s.substr(p, next - p))) break;
    p = next;
  }
  return s.substr(p);
}

std::string_view TrimRight(std::string_view s, const CodePointSet& set) {
  while (!s.empty()) {
    size_t p = s.size() - 1;
    while (p > 0 && (static_cast<unsigned char>(s[p]) & 0xC0) == 0x80) --p;
    if (!set.Has(s.substr(p))) break;
    s = s.substr(0, p);
  }
  return s;
}

bool IsWord(const Value& v, std::string_view upper) {
  const std::string_view s = v.bytes();
  return std::equal(s.begin(), s.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; });
}

Value Trim(const Value* args, int count, EvalContext& ctx) {
  const CodePointSet set(count == 3 ? args[1].bytes() : " ");
  std::string_view s = args[count - 1].bytes();
  bool left = true, right = true;
  if (count == 2) return ctx.Fail(Status::Validation("TRIM takes 1 or 3 arguments, not 2"));
  if (count == 3) {
    right = !IsWord(args[0], "LEADING");
    left = !IsWord(args[0], "TRAILING");
    if (left && right && !IsWord(args[0], "BOTH")) {
      return ctx.Fail(Status::Validation("TRIM does not know " + std::string(args[0].bytes())));
    }
  }
  if (left) s = TrimLeft(s, set);
  if (right) s = TrimRight(s, set);
  return Value::String(s);
}

template <bool left, bool right>
Value TrimSide(const Value* args, int count, EvalContext&) {
  const CodePointSet set(count > 1 ? args[1].bytes() : " ");
  std::string_view s = args[0].bytes();
  if (left) s = TrimLeft(s, set);
  if (right) s = TrimRight(s, set);
  return Value::String(s);
}

// ---- Searching and replacing ----------------------------------------------------------------------

int64_t PositionOf(std::string_view part, std::string_view s) {
  const size_t p = FindText(s, part);
  return p == std::string_view::npos ? 0 : static_cast<int64_t>(CodePointCount(s.substr(0, p))) + 1;
}

Value Replace(const Value* args, int, EvalContext& ctx) {
  const std::string_view s = args[0].bytes(), from = args[1].bytes(), to = args[2].bytes();
  std::string out;
  const auto too_long = [&] { return out.size() > s.size() + kMaxBuiltText; };
  CheckPoints points;
  size_t p = 0;
  if (from.empty()) {
    // Before each code point and at the end.
    while (p < s.size() && !too_long()) {
      points.Tick();
      const size_t start = p;
      (void)NextCodePoint(s, &p);
      out.append(to).append(s.substr(start, p - start));
    }
    out += to;
  } else {
    for (size_t hit; (hit = FindText(s, from, p)) != std::string_view::npos && !too_long();) {
      points.Tick();
      out.append(s.substr(p, hit - p)).append(to);
      p = hit + from.size();
    }
    out += s.substr(p);
  }
  if (too_long()) return ctx.Fail(Status::Validation("REPLACE: the result is too long"));
  return Value::String(out);
}

Value Overlay(const Value* args, int count, EvalContext& ctx) {
  const std::string_view s = args[0].bytes(), patch = args[1].bytes();
  int64_t start, length = static_cast<int64_t>(CodePointCount(patch));
  if (!SmallInt(args[2], &start, ctx)) return Value::Missing();
  if (count > 3 && !SmallInt(args[3], &length, ctx)) return Value::Missing();
  if (start < 1 || length < 0) {
    return ctx.Mismatch("OVERLAY: the start must be positive and the length not negative");
  }
  int64_t end;
  if (__builtin_add_overflow(start - 1, length, &end)) end = std::numeric_limits<int64_t>::max();
  if (!MayBuild("OVERLAY", s.size() + patch.size(), ctx)) return Value::Missing();
  std::string out(Slice(s, 0, start - 1));
  out += patch;
  out += Slice(s, end, std::numeric_limits<int64_t>::max());
  return Value::String(out);
}

Value Split(const Value* args, int, EvalContext&) {
  const std::string_view s = args[0].bytes(), separator = args[1].bytes();
  std::vector<Value> parts;
  CheckPoints points;
  size_t p = 0;
  if (separator.empty()) {
    while (p < s.size()) {
      const size_t start = p;
      (void)NextCodePoint(s, &p);
      points.Tick();
      PushBuilt(&parts, Value::String(s.substr(start, p - start)));
    }
    return Value::List(std::move(parts));
  }
  for (size_t hit; (hit = FindText(s, separator, p)) != std::string_view::npos; p = hit + separator.size()) {
    points.Tick();
    PushBuilt(&parts, Value::String(s.substr(p, hit - p)));
  }
  parts.push_back(Value::String(s.substr(p)));
  return Value::List(std::move(parts));
}

Value SplitPart(const Value* args, int, EvalContext& ctx) {
  std::string_view s = args[0].bytes();
  const std::string_view separator = args[1].bytes();
  int64_t n;
  if (!SmallInt(args[2], &n, ctx)) return Value::Missing();
  if (n < 1) return ctx.Mismatch("SPLIT_PART: parts count from 1");
  if (separator.empty()) return Value::String(n == 1 ? s : std::string_view());
  for (; n > 1; --n) {
    const size_t hit = FindText(s, separator);
    if (hit == std::string_view::npos) return Value::String("");
    s.remove_prefix(hit + separator.size());
  }
  return Value::String(s.substr(0, FindText(s, separator)));
}

// ---- Parts and padding ------------------------------------------------------------------------------

// LEFT and RIGHT; a negative number leaves out that many at the other end.
template <bool left>
Value Side(const Value* args, int, EvalContext& ctx) {
  const std::string_view s = args[0].bytes();
  int64_t n;
  if (!SmallInt(args[1], &n, ctx)) return Value::Missing();
  const auto length = static_cast<int64_t>(CodePointCount(s));
  const int64_t kept = n >= 0 ? std::min(n, length) : std::max<int64_t>(0, length + std::max(n, -length));
  return Value::String(left ? Slice(s, 0, kept) : Slice(s, length - kept, length));
}

// Repeats code points of `fill` up to exactly `count`.
std::string Fill(std::string_view fill, int64_t count) {
  std::string out;
  size_t p = 0;
  for (; count > 0; --count) {
    if (p == fill.size()) p = 0;
    const size_t start = p;
    (void)NextCodePoint(fill, &p);
    out += fill.substr(start, p - start);
  }
  return out;
}

template <bool left>
Value Pad(const Value* args, int count, EvalContext& ctx) {
  const std::string_view s = args[0].bytes(), fill = count > 2 ? args[2].bytes() : " ";
  int64_t n;
  if (!SmallInt(args[1], &n, ctx)) return Value::Missing();
  if (n > kMaxBuiltText / 4) return ctx.Fail(Status::Validation("LPAD, RPAD: the length is too big"));
  const auto length = static_cast<int64_t>(CodePointCount(s));
  if (n <= length || fill.empty()) return Value::String(Slice(s, 0, n));
  const std::string padding = Fill(fill, n - length);
  return Value::String(left ? padding + std::string(s) : std::string(s) + padding);
}

Value Reverse(const Value* args, int, EvalContext&) {
  const std::string_view s = args[0].bytes();
  std::string out;
  out.reserve(s.size());
  for (size_t end = s.size(); end > 0;) {
    size_t p = end - 1;
    while (p > 0 && (static_cast<unsigned char>(s[p]) & 0xC0) == 0x80) --p;
    out += s.substr(p, end - p);
    end = p;
  }
  return Value::String(out);
}

Value Repeat(const Value* args, int, EvalContext& ctx) {
  const std::string_view s = args[0].bytes();
  int64_t n;
  if (!SmallInt(args[1], &n, ctx)) return Value::Missing();
  if (n < 0) n = 0;
  if (!s.empty() && n > kMaxBuiltText / static_cast<int64_t>(s.size())) {
    return ctx.Fail(Status::Validation("REPEAT: the result is too long"));
  }
  std::string out;
  out.reserve(s.size() * static_cast<size_t>(n));
  if (!s.empty()) {
    for (; n > 0; --n) out += s;
  }
  return Value::String(out);
}

Value ConcatWs(const Value* args, int count, EvalContext& ctx) {
  if (args[0].is_absent()) return args[0];
  size_t bytes = 0;
  for (int i = 1; i < count; ++i) {
    if (!args[i].is_absent()) bytes += args[0].bytes().size() + args[i].bytes().size();
  }
  if (!MayBuild("CONCAT_WS", bytes, ctx)) return Value::Missing();
  std::string out;
  bool first = true;
  for (int i = 1; i < count; ++i) {
    if (args[i].is_absent()) continue;
    if (!first) out += args[0].bytes();
    out += args[i].bytes();
    first = false;
  }
  return Value::String(out);
}

Value InitCap(const Value* args, int, EvalContext&) {
  const std::string_view s = args[0].bytes();
  std::string out;
  bool inside = false;
  for (size_t p = 0; p < s.size();) {
    const size_t start = p;
    const char32_t c = NextCodePoint(s, &p);
    const std::string_view point = s.substr(start, p - start);
    const bool letter =
        c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
    out += inside ? ToLower(point) : ToUpper(point);
    inside = letter;
  }
  return Value::String(out);
}

}  // namespace

void AddStringFunctions(Registry& r) {
  r.Add("UPPER(s STRING) -> STRING", kGroup, "The string in upper case, by Unicode's full mapping.",
        "UPPER('straße') = 'STRASSE'", 1, 1, {kText},
        [](const Value* a, int, EvalContext&) { return Value::String(ToUpper(a[0].bytes())); });
  r.Add("LOWER(s STRING) -> STRING", kGroup, "The string in lower case, by Unicode's full mapping.",
        "LOWER('ÀB') = 'àb'", 1, 1, {kText},
        [](const Value* a, int, EvalContext&) { return Value::String(ToLower(a[0].bytes())); });
  r.Add("INITCAP(s STRING) -> STRING", kGroup, "The string with each word's first letter in upper case.",
        "INITCAP('new york') = 'New York'", 1, 1, {kText}, InitCap);
  r.Add("CHAR_LENGTH(s STRING) -> INT", kGroup, "How many code points the string has.", "CHAR_LENGTH('😁é') = 2", 1, 1,
        {kText}, CharLength);
  r.Alias("CHARACTER_LENGTH");
  r.Alias("LENGTH");
  r.Add("OCTET_LENGTH(s STRING | BLOB) -> INT", kGroup, "How many bytes the string has in UTF-8.",
        "OCTET_LENGTH('é') = 2", 1, 1, {ArgType::kTextOrLob},
        [](const Value* a, int, EvalContext&) { return Value::Int(static_cast<int64_t>(a[0].bytes().size())); });
  r.Add("BIT_LENGTH(s STRING | BLOB) -> INT", kGroup, "How many bits the string has in UTF-8.", "BIT_LENGTH('é') = 16",
        1, 1, {ArgType::kTextOrLob},
        [](const Value* a, int, EvalContext&) { return Value::Int(static_cast<int64_t>(a[0].bytes().size()) * 8); });
  r.Add("SUBSTRING(s STRING, start INT [, length INT]) -> STRING", kGroup,
        "A part of the string; a start before 1 uses up some of the length.", "SUBSTRING('parton', 1, 4) = 'part'", 2,
        3, {kText, kInt, kInt}, Substring);
  r.Alias("SUBSTR");
  r.Add("TRIM([LEADING | TRAILING | BOTH] [chars STRING FROM] s STRING) -> STRING", kGroup,
        "The string without the characters out of `chars` (a blank) at its ends.", "TRIM('BOTH', 'xy', 'xyay') = 'a'",
        1, 3, {kText}, Trim)
      .keywords = {"LEADING", "TRAILING", "BOTH"};
  r.Add("BTRIM(s STRING [, chars STRING]) -> STRING", kGroup, "TRIM at both ends.", "BTRIM('  a ') = 'a'", 1, 2,
        {kText}, TrimSide<true, true>);
  r.Add("LTRIM(s STRING [, chars STRING]) -> STRING", kGroup, "TRIM at the start.", "LTRIM('xxa', 'x') = 'a'", 1, 2,
        {kText}, TrimSide<true, false>);
  r.Add("RTRIM(s STRING [, chars STRING]) -> STRING", kGroup, "TRIM at the end.", "RTRIM('a  ') = 'a'", 1, 2, {kText},
        TrimSide<false, true>);
  r.Add("POSITION(part STRING IN s STRING) -> INT", kGroup,
        "Where the part begins in the string, from 1; 0 if it is not there.", "POSITION('t', 'parton') = 4", 2, 2,
        {kText}, [](const Value* a, int, EvalContext&) { return Value::Int(PositionOf(a[0].bytes(), a[1].bytes())); });
  r.Add("STRPOS(s STRING, part STRING) -> INT", kGroup, "POSITION with its arguments the other way round.",
        "STRPOS('parton', 't') = 4", 2, 2, {kText},
        [](const Value* a, int, EvalContext&) { return Value::Int(PositionOf(a[1].bytes(), a[0].bytes())); });
  r.Add("OVERLAY(s STRING PLACING patch STRING FROM start INT [FOR length INT]) -> STRING", kGroup,
        "The string with a part of it, by default as long as the patch, replaced by the patch.",
        "OVERLAY('parton', 'xx', 2, 3) = 'pxxon'", 3, 4, {kText, kText, kInt, kInt}, Overlay);
  r.Add("REPLACE(s STRING, from STRING, to STRING) -> STRING", kGroup,
        "The string with every occurrence of `from` replaced.", "REPLACE('abcabc', 'bc', 'x') = 'axax'", 3, 3, {kText},
        Replace);
  r.Alias("TEXT_REPLACE");
  r.Add("SPLIT(s STRING, separator STRING) -> LIST", kGroup,
        "The parts of the string between the separators; its characters if the separator is empty.",
        "SPLIT('a,b', ',') = ['a', 'b']", 2, 2, {kText}, Split);
  r.Add("SPLIT_PART(s STRING, separator STRING, n INT) -> STRING", kGroup,
        "The n-th of the parts between the separators, from 1; empty if there is none.",
        "SPLIT_PART('a,b', ',', 2) = 'b'", 3, 3, {kText, kText, kInt}, SplitPart);
  r.Add("LEFT(s STRING, n INT) -> STRING", kGroup, "The first n characters; all but the last -n if n is negative.",
        "LEFT('parton', 4) = 'part'", 2, 2, {kText, kInt}, Side<true>);
  r.Add("RIGHT(s STRING, n INT) -> STRING", kGroup, "The last n characters; all but the first -n if n is negative.",
        "RIGHT('parton', 2) = 'on'", 2, 2, {kText, kInt}, Side<false>);
  r.Add("LPAD(s STRING, length INT [, fill STRING]) -> STRING", kGroup,
        "The string filled up at its start, or cut at its end, to the length.", "LPAD('7', 3, '0') = '007'", 2, 3,
        {kText, kInt, kText}, Pad<true>);
  r.Add("RPAD(s STRING, length INT [, fill STRING]) -> STRING", kGroup,
        "The string filled up, or cut, at its end to the length.", "RPAD('a', 3, '.') = 'a..'", 2, 3,
        {kText, kInt, kText}, Pad<false>);
  r.Add("REVERSE(s STRING) -> STRING", kGroup, "The code points in reverse order.", "REVERSE('abc') = 'cba'", 1, 1,
        {kText}, Reverse);
  r.Add("REPEAT(s STRING, n INT) -> STRING", kGroup, "The string n times.", "REPEAT('ab', 2) = 'abab'", 2, 2,
        {kText, kInt}, Repeat);
  r.Add("STARTS_WITH(s STRING, prefix STRING) -> BOOL", kGroup, "Whether the string begins with the prefix.",
        "STARTS_WITH('parton', 'par')", 2, 2, {kText},
        [](const Value* a, int, EvalContext&) { return Value::Bool(a[0].bytes().starts_with(a[1].bytes())); });
  r.Add("ENDS_WITH(s STRING, suffix STRING) -> BOOL", kGroup, "Whether the string ends with the suffix.",
        "ENDS_WITH('parton', 'ton')", 2, 2, {kText},
        [](const Value* a, int, EvalContext&) { return Value::Bool(a[0].bytes().ends_with(a[1].bytes())); });
  r.Add("CONCAT(s STRING, ...) -> STRING", kGroup, "The strings one after the other.", "CONCAT('a', 'b', 'c') = 'abc'",
        1, -1, {kText}, [](const Value* a, int n, EvalContext& ctx) {
          size_t bytes = 0;
          for (int i = 0; i < n; ++i) bytes += a[i].bytes().size();
          if (!MayBuild("CONCAT", bytes, ctx)) return Value::Missing();
          std::string out;
          out.reserve(bytes);
          for (int i = 0; i < n; ++i) out += a[i].bytes();
          return Value::String(out);
        });
  r.Add("CONCAT_WS(separator STRING, s STRING, ...) -> STRING", kGroup,
        "The strings that are present, with the separator between them.", "CONCAT_WS('-', 'a', NULL, 'b') = 'a-b'", 2,
        -1, {kText}, ConcatWs)
      .absent = AbsentRule::kCustom;
}

}  // namespace parton::functions
