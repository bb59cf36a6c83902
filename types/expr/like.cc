// LIKE: `%` any run of code points, `_` one. A pattern is cut at its `%` into parts, which are found one after the
// other, each as early as possible. A part of plain text is found in time linear in the text; in a part with `_`
// all its beginnings are followed at once, 64 to a machine word.
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parton/text.h"
#include "types/expr/evaluate.h"
#include "types/status/bounds.h"
#include "types/text/unicode.h"

namespace parton {
namespace {

constexpr size_t kNone = std::string_view::npos;
// Compiled, by each thread.
constexpr size_t kPatternsKept = 8;

// Bytes of the code point at `p`; malformed input counts byte by byte.
size_t CodePointLength(std::string_view s, size_t p) {
  const auto c = static_cast<unsigned char>(s[p]);
  size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  return n < s.size() - p ? n : s.size() - p;
}

// The text between two `%`.
class Part {
 public:
  void Add(std::string_view code_point) {
    text_ += code_point;
    lengths_.push_back(static_cast<char>(code_point.size()));
  }
  void AddAny() {
    lengths_.push_back(0);
    any_ = true;
  }
  bool empty() const { return lengths_.empty(); }
  // Code points.
  size_t size() const { return lengths_.size(); }

  // Where the part ends that begins at `at`; kNone if it does not.
  size_t MatchAt(std::string_view text, size_t at) const {
    if (!any_) return text.substr(at, text_.size()) == text_ ? at + text_.size() : kNone;
    size_t own = 0;
    for (const char length : lengths_) {
      if (at == text.size()) return kNone;
      const size_t n = CodePointLength(text, at);
      if (length != 0 && text.substr(at, n) != PointAt(own, length)) return kNone;
      own += static_cast<size_t>(length);
      at += n;
    }
    return at;
  }

  // Where the first occurrence from `from` on ends; kNone if there is none.
  size_t EndOfFirst(std::string_view text, size_t from) {
    if (!any_) {
      const size_t hit = FindText(text, text_, from);
      return hit == kNone ? kNone : hit + text_.size();
    }
    return lengths_.size() <= kShort ? EndOfFirstShort(text, from) : EndOfFirstLong(text, from);
  }

 private:
  static constexpr size_t kShort = 32;

  std::string_view PointAt(size_t offset, char length) const {
    return std::string_view(text_).substr(offset, static_cast<size_t>(length));
  }

  size_t EndOfFirstShort(std::string_view text, size_t from) const {
    CheckPoints points;
    for (; from < text.size(); from += CodePointLength(text, from)) {
      points.Tick();
      if (const size_t end = MatchAt(text, from); end != kNone) return end;
    }
    return kNone;
  }

  // Bit i of the state: the last i + 1 code points are those the part begins with.
  size_t EndOfFirstLong(std::string_view text, size_t from) {
    if (any_mask_.empty()) MakeMasks();
    const size_t words = any_mask_.size();
    std::vector<uint64_t> state(words);
    const size_t last = lengths_.size() - 1;
    const size_t points_per_check = 1 + 65536 / words;
    size_t until_check = 1;
    while (from < text.size()) {
      if (--until_check == 0) {
        CheckPoint();
        until_check = points_per_check;
      }
      const size_t n = CodePointLength(text, from);
      const auto mask = masks_.find(text.substr(from, n));
      const std::vector<uint64_t>& fits = mask == masks_.end() ? any_mask_ : mask->second;
      uint64_t carry = 1;
      for (size_t w = 0; w < words; ++w) {
        const uint64_t out = state[w] >> 63;
        state[w] = (state[w] << 1 | carry) & fits[w];
        carry = out;
      }
      from += n;
      if ((state[last / 64] >> (last % 64) & 1) != 0) return from;
    }
    return kNone;
  }

  void MakeMasks() {
    const size_t words = (lengths_.size() + 63) / 64;
    std::vector<uint64_t> any(words);
    std::unordered_map<std::string_view, std::vector<uint64_t>> masks;
    for (size_t i = 0; i < lengths_.size(); ++i) {
      if (lengths_[i] == 0) any[i / 64] |= uint64_t{1} << (i % 64);
    }
    size_t own = 0;
    for (size_t i = 0; i < lengths_.size(); ++i) {
      if (lengths_[i] == 0) continue;
      auto [it, fresh] = masks.try_emplace(PointAt(own, lengths_[i]));
      own += static_cast<size_t>(lengths_[i]);
      if (fresh) {
        CheckPoint();
        CheckRoomFor(masks.size() * words * sizeof(uint64_t));
        it->second = any;
      }
      it->second[i / 64] |= uint64_t{1} << (i % 64);
    }
    any_mask_ = std::move(any);
    masks_ = std::move(masks);
  }

  std::string text_;     // without the `_`
  std::string lengths_;  // in bytes, of one code point after another; 0: `_`
  bool any_ = false;     // there is a `_`
  std::unordered_map<std::string_view, std::vector<uint64_t>> masks_;  // where a code point may stand
  std::vector<uint64_t> any_mask_;                                     // where every one may
};

class LikePattern {
 public:
  LikePattern(std::string_view pattern, std::string_view escape) : pattern_(pattern), escape_(escape) {
    parts_.emplace_back();
    for (size_t p = 0; p < pattern.size();) {
      const bool escaped = !escape.empty() && pattern.substr(p, escape.size()) == escape;
      if (escaped) {
        p += escape.size();
        if (p == pattern.size()) {
          ok_ = false;
          return;
        }
      }
      const size_t n = CodePointLength(pattern, p);
      if (!escaped && pattern[p] == '%') {
        if (parts_.size() == 1 || !parts_.back().empty()) parts_.emplace_back();
      } else if (!escaped && pattern[p] == '_') {
        parts_.back().AddAny();
      } else {
        parts_.back().Add(pattern.substr(p, n));
      }
      p += n;
    }
  }

  bool Is(std::string_view pattern, std::string_view escape) const { return pattern == pattern_ && escape == escape_; }
  bool ok() const { return ok_; }

  bool Matches(std::string_view text) {
    size_t at = parts_[0].MatchAt(text, 0);
    if (parts_.size() == 1 || at == kNone) return at == text.size();
    for (size_t i = 1; i + 1 < parts_.size(); ++i) {
      at = parts_[i].EndOfFirst(text, at);
      if (at == kNone) return false;
    }
    // The last part ends where the text does.
    const Part& last = parts_.back();
    size_t start = text.size();
    for (size_t n = 0; n < last.size(); ++n) {
      if (start <= at) return false;
      --start;
      while (start > at && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    }
    return last.MatchAt(text, start) == text.size();
  }

 private:
  const std::string pattern_;
  const std::string escape_;
  std::vector<Part> parts_;  // the first is at the start, the last at the end
  bool ok_ = true;
};

}  // namespace

std::optional<bool> LikeMatches(std::string_view text, std::string_view pattern, std::string_view escape) {
  // Patterns are nearly always constants, a few in a statement.
  struct Compiled {
    std::array<std::unique_ptr<LikePattern>, kPatternsKept> patterns;
    size_t last = 0;  // used
    size_t next = 0;  // to be replaced
  };
  static thread_local Compiled kept;
  for (size_t n = 0; n < kPatternsKept; ++n) {
    const size_t i = (kept.last + n) % kPatternsKept;
    LikePattern* p = kept.patterns[i].get();
    if (p == nullptr || !p->Is(pattern, escape)) continue;
    kept.last = i;
    if (!p->ok()) return std::nullopt;
    return p->Matches(text);
  }
  std::unique_ptr<LikePattern>& fresh = kept.patterns[kept.next];
  fresh.reset();
  fresh = std::make_unique<LikePattern>(pattern, escape);
  kept.last = kept.next;
  kept.next = (kept.next + 1) % kPatternsKept;
  if (!fresh->ok()) return std::nullopt;
  return fresh->Matches(text);
}

}  // namespace parton
