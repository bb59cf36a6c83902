#include "executor/spill/spill_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "executor/rows.h"

namespace parton {

namespace {

constexpr char kPrefix[] = "parton-spill-";
constexpr size_t kBufferBytes = size_t{32} << 10;

}  // namespace

SpillFile::~SpillFile() { std::fclose(file_); }

SpillFilePtr SpillFile::Make(size_t width, ExecutionContext& ctx) {
  const std::string& dir = ctx.shared->temp_dir;
  std::string path = dir + "/" + kPrefix + "XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    ctx.Fail(Status::IoError(fmt::format("cannot make a temporary file in {}: {}", dir, std::strerror(errno))));
    return nullptr;
  }
  unlink(path.c_str());
  std::FILE* file = fdopen(fd, "w+b");
  if (file == nullptr) {
    close(fd);
    ctx.Fail(Status::IoError("cannot use a temporary file"));
    return nullptr;
  }
  std::setvbuf(file, nullptr, _IOFBF, kBufferBytes);
  return SpillFilePtr(new SpillFile(width, file, ctx));
}

bool SpillFile::Fail(const char* what) {
  ctx_.Fail(Status(StatusCode::kIoError, fmt::format("{} a temporary file: {}", what, std::strerror(errno)), {},
                   fmt::format("rows beyond the memory limit go to {}", ctx_.shared->temp_dir)));
  return false;
}

bool SpillFile::Write(const Value* row) {
  buffer_.assign(sizeof(uint64_t), '\0');
  for (size_t i = 0; i < width_; ++i) EncodeSpilled(row[i], &buffer_);
  const uint64_t size = buffer_.size() - sizeof(uint64_t);
  std::memcpy(buffer_.data(), &size, sizeof size);
  if (std::fwrite(buffer_.data(), buffer_.size(), 1, file_) != 1) return Fail("writing");
  ++rows_;
  ctx_.spilled_bytes += buffer_.size();
  return ctx_.Tick();
}

bool SpillFile::Rewind() {
  if (std::fflush(file_) != 0 || std::fseek(file_, 0, SEEK_SET) != 0) return Fail("writing");
  return true;
}

bool SpillFile::Read(std::vector<Value>* row) {
  uint64_t size;
  if (std::fread(&size, sizeof size, 1, file_) != 1) return std::ferror(file_) ? Fail("reading") : false;
  buffer_.resize(size);
  if (size > 0 && std::fread(buffer_.data(), size, 1, file_) != 1) return Fail("reading");
  // Without a store no value is an encoded item.
  const NameTable* names = ctx_.shared->store == nullptr ? nullptr : ctx_.shared->store->names();
  std::string_view in = buffer_;
  row->resize(width_);
  for (Value& v : *row) {
    if (!DecodeSpilled(&in, names, &v)) {
      ctx_.Fail(Status::IoError("a temporary file is damaged"));
      return false;
    }
  }
  return ctx_.Tick();
}

bool SpillPartitions::Add(size_t hash, const Value* row) {
  SpillFilePtr& file = files_[Of(hash, level_)];
  if (file == nullptr) file = SpillFile::Make(width_, ctx_);
  return file != nullptr && file->Write(row);
}

void RemoveSpillLeftovers(const std::string& dir) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->path().filename().string().starts_with(kPrefix)) std::filesystem::remove(it->path(), ignored);
  }
}

}  // namespace parton
