// Regular expressions: RE2's syntax, in time linear in the text.
#include <re2/re2.h>

#include <array>
#include <memory>
#include <unordered_map>

#include "types/functions/registry.h"
#include "types/status/bounds.h"
#include "types/text/unicode.h"

namespace parton::functions {
namespace {

const char* const kGroup = "string";

// The patterns a thread used last. A pattern is nearly always one constant.
const re2::RE2* Compiled(std::string_view pattern, std::string_view flags, EvalContext& ctx) {
  constexpr size_t kMaxCached = 64;
  static thread_local std::unordered_map<std::string, std::unique_ptr<re2::RE2>> cache;
  std::string key(flags);
  key += '/';
  key += pattern;
  if (const auto it = cache.find(key); it != cache.end()) return it->second.get();
  re2::RE2::Options options;
  options.set_log_errors(false);
  std::string prefix;
  for (char flag : flags) {
    switch (flag) {
      case 'i': options.set_case_sensitive(false); break;
      case 'c': options.set_case_sensitive(true); break;
      case 's': options.set_dot_nl(true); break;
      case 'm': prefix = "(?m)"; break;
      default:
        (void)ctx.Fail(
            Status::Validation("regular expressions have the flags c, i, m and s, not " + std::string(1, flag)));
        return nullptr;
    }
  }
  auto regex = std::make_unique<re2::RE2>(prefix + std::string(pattern), options);
  if (!regex->ok()) {
    (void)ctx.Fail(Status::Validation("bad regular expression: " + regex->error()));
    return nullptr;
  }
  if (cache.size() >= kMaxCached) cache.clear();
  return cache.emplace(std::move(key), std::move(regex)).first->second.get();
}

re2::StringPiece Piece(std::string_view s) { return re2::StringPiece(s.data(), s.size()); }

std::string_view Flags(const Value* args, int count, int i) { return count > i ? args[i].bytes() : std::string_view(); }

Value Like(const Value* args, int count, EvalContext& ctx) {
  const re2::RE2* regex = Compiled(args[1].bytes(), Flags(args, count, 2), ctx);
  if (regex == nullptr) return Value::Missing();
  return Value::Bool(re2::RE2::PartialMatch(Piece(args[0].bytes()), *regex));
}

Value Replace(const Value* args, int count, EvalContext& ctx) {
  const re2::RE2* regex = Compiled(args[1].bytes(), Flags(args, count, 3), ctx);
  if (regex == nullptr) return Value::Missing();
  std::string error, out;
  const std::string_view s = args[0].bytes(), rewrite = args[2].bytes();
  if (!regex->CheckRewriteString(Piece(rewrite), &error)) {
    return ctx.Fail(Status::Validation("REGEXP_REPLACE: " + error));
  }
  // As RE2::GlobalReplace, but for the bound on the result.
  const re2::StringPiece text = Piece(s);
  std::array<re2::StringPiece, 10> groups;
  const int count_of_groups = 1 + re2::RE2::MaxSubmatch(Piece(rewrite));
  const size_t most = s.size() + kMaxBuiltText;
  size_t p = 0, last_end = std::string_view::npos;
  while (p <= s.size() && regex->Match(text, p, text.size(), re2::RE2::UNANCHORED, groups.data(), count_of_groups)) {
    CheckPoint();
    const auto at = static_cast<size_t>(groups[0].data() - s.data());
    out.append(s.substr(p, at - p));
    p = at;
    if (groups[0].empty() && at == last_end) {
      // No empty match right behind another match.
      if (p == s.size()) break;
      (void)NextCodePoint(s, &p);
      out.append(s.substr(at, p - at));
      continue;
    }
    regex->Rewrite(&out, Piece(rewrite), groups.data(), count_of_groups);
    if (out.size() > most && !MayBuild("REGEXP_REPLACE", out.size(), ctx)) return Value::Missing();
    p = last_end = at + groups[0].size();
  }
  if (p < s.size()) out.append(s.substr(p));
  return Value::String(out);
}

// The match's group: the one asked for, or the whole.
Value Substr(const Value* args, int count, EvalContext& ctx) {
  const re2::RE2* regex = Compiled(args[1].bytes(), Flags(args, count, 3), ctx);
  int64_t group = 0;
  if (regex == nullptr || (count > 2 && !SmallInt(args[2], &group, ctx))) return Value::Missing();
  if (group < 0 || group > regex->NumberOfCapturingGroups()) {
    return ctx.Fail(Status::Validation("REGEXP_SUBSTR: the expression has no group " + std::to_string(group)));
  }
  const re2::StringPiece text = Piece(args[0].bytes());
  std::vector<re2::StringPiece> groups(static_cast<size_t>(group) + 1);
  if (!regex->Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size())) ||
      groups.back().data() == nullptr) {
    return Value::Null();
  }
  return Value::String(std::string_view(groups.back().data(), groups.back().size()));
}

// Calls fn(match) for each match that does not overlap the one before, until it returns false.
template <typename Fn>
void ForEachMatch(const re2::RE2& regex, std::string_view s, Fn fn) {
  const re2::StringPiece text = Piece(s);
  size_t p = 0;
  re2::StringPiece match;
  while (p <= s.size() && regex.Match(text, p, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
    CheckPoint();
    const auto at = static_cast<size_t>(match.data() - s.data());
    if (!fn(std::string_view(match.data(), match.size()))) return;
    p = at + match.size();
    if (match.empty()) {
      if (p >= s.size()) return;
      (void)NextCodePoint(s, &p);
    }
  }
}

Value CountMatches(const Value* args, int count, EvalContext& ctx) {
  const re2::RE2* regex = Compiled(args[1].bytes(), Flags(args, count, 2), ctx);
  if (regex == nullptr) return Value::Missing();
  int64_t matches = 0;
  ForEachMatch(*regex, args[0].bytes(), [&](std::string_view) {
    ++matches;
    return true;
  });
  return Value::Int(matches);
}

Value ExtractAll(const Value* args, int count, EvalContext& ctx) {
  const re2::RE2* regex = Compiled(args[1].bytes(), Flags(args, count, 2), ctx);
  if (regex == nullptr) return Value::Missing();
  std::vector<Value> matches;
  ForEachMatch(*regex, args[0].bytes(), [&](std::string_view match) {
    PushBuilt(&matches, Value::String(match));
    return true;
  });
  return Value::List(std::move(matches));
}

Value Position(const Value* args, int count, EvalContext& ctx) {
  const re2::RE2* regex = Compiled(args[1].bytes(), Flags(args, count, 2), ctx);
  if (regex == nullptr) return Value::Missing();
  const std::string_view s = args[0].bytes();
  int64_t position = 0;
  ForEachMatch(*regex, s, [&](std::string_view match) {
    position = static_cast<int64_t>(CodePointCount(s.substr(0, static_cast<size_t>(match.data() - s.data())))) + 1;
    return false;
  });
  return Value::Int(position);
}

}  // namespace

void AddRegexFunctions(Registry& r) {
  r.Add("REGEXP_LIKE(s STRING, pattern STRING [, flags STRING]) -> BOOL", kGroup,
        "Whether a part of the string matches the regular expression (RE2; flags i, m, s).",
        "REGEXP_LIKE('parton', '^p.*n$')", 2, 3, {kText}, Like);
  r.Add("REGEXP_REPLACE(s STRING, pattern STRING, to STRING [, flags STRING]) -> STRING", kGroup,
        "The string with every match replaced; \\1 to \\9 are its groups.",
        "REGEXP_REPLACE('a1b22', '[0-9]+', '#') = 'a#b#'", 3, 4, {kText}, Replace);
  r.Add("REGEXP_SUBSTR(s STRING, pattern STRING [, group INT [, flags STRING]]) -> STRING", kGroup,
        "The first match, or one of its groups; NULL if there is none.", "REGEXP_SUBSTR('a1b22', '[0-9]+') = '1'", 2, 4,
        {kText, kText, kInt, kText}, Substr);
  r.Add("REGEXP_EXTRACT_ALL(s STRING, pattern STRING [, flags STRING]) -> LIST", kGroup, "All matches.",
        "REGEXP_EXTRACT_ALL('a1b22', '[0-9]+') = ['1', '22']", 2, 3, {kText}, ExtractAll);
  r.Add("REGEXP_COUNT(s STRING, pattern STRING [, flags STRING]) -> INT", kGroup, "How many matches there are.",
        "REGEXP_COUNT('a1b22', '[0-9]') = 3", 2, 3, {kText}, CountMatches);
  r.Add("REGEXP_POSITION(s STRING, pattern STRING [, flags STRING]) -> INT", kGroup,
        "Where the first match begins, from 1; 0 if there is none.", "REGEXP_POSITION('abc', '[b-c]') = 2", 2, 3,
        {kText}, Position);
}

}  // namespace parton::functions
