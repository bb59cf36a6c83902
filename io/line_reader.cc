#include "io/line_reader.h"

#include <fmt/format.h>

#include <cstring>

namespace parton {

Result<bool> LineReader::Next(std::string_view* line) {
  size_t searched = begin_;
  for (;;) {
    const void* found = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
    if (found != nullptr || (ended_ && begin_ < end_)) {
      const size_t stop =
          found != nullptr ? static_cast<size_t>(static_cast<const char*>(found) - buffer_.data()) + 1 : end_;
      *line = std::string_view(buffer_.data() + begin_, stop - begin_);
      begin_ = stop;
      if (++line_ == 1 && line->starts_with("\xEF\xBB\xBF")) line->remove_prefix(3);
      return true;
    }
    if (ended_) return false;
    searched = end_ - begin_;
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == buffer_.size()) {
      if (end_ >= kMaxLine) {
        return Status::Validation(fmt::format("Line {} is longer than {} MB", line_ + 1, kMaxLine >> 20));
      }
      buffer_.resize(2 * buffer_.size());
    }
    PARTON_ASSIGN_OR_RETURN(size_t got, source_->Read(buffer_.data() + end_, buffer_.size() - end_));
    end_ += got;
    ended_ = got == 0;
  }
}

}  // namespace parton
