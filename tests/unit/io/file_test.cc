// Files that are packed, cut short, or cannot be written; statistics' counting of distinct values.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/csv_reader.h"
#include "io/error_file.h"
#include "io/file_sink.h"
#include "io/file_source.h"
#include "io/line_reader.h"
#include "session/commands/statistics_collector.h"

namespace parton {
namespace {

class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string name = ::testing::TempDir() + "/file_test_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  void Write(const std::string& path, Compression compression, const std::string& text) {
    FileSink sink;
    ASSERT_TRUE(sink.Open(path, compression, FileAccess()).ok());
    for (size_t at = 0; at < text.size(); at += 1000) ASSERT_TRUE(sink.Write(text.substr(at, 1000)).ok());
    ASSERT_TRUE(sink.Finish().ok());
  }
  Result<std::string> Read(const std::string& path) {
    PARTON_ASSIGN_OR_RETURN(auto file, OpenFileSource(path, FileAccess()));
    std::string text;
    char buffer[777];
    for (;;) {
      PARTON_ASSIGN_OR_RETURN(size_t got, file->Read(buffer, sizeof(buffer)));
      if (got == 0) return text;
      text.append(buffer, got);
    }
  }

  std::string folder_;
};

std::string LongText() {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += std::to_string(i * 7919 % 100003) + "\n";
  return text;
}

TEST_F(FileTest, PacksAndUnpacks) {
  for (Compression c : {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    for (const std::string& text : {std::string(), std::string("x"), LongText()}) {
      Write(Path("f"), c, text);
      Result<std::string> read = Read(Path("f"));
      ASSERT_TRUE(read.ok()) << read.status().ToString();
      EXPECT_EQ(*read, text);
    }
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing else is left";
}

TEST_F(FileTest, ReadsSeveralMembers) {
  for (Compression c : {Compression::kGzip, Compression::kZstd}) {
    Write(Path("a"), c, "one\n");
    Write(Path("b"), c, "two\n");
    std::ofstream both(Path("both"), std::ios::binary);
    both << std::ifstream(Path("a"), std::ios::binary).rdbuf() << std::ifstream(Path("b"), std::ios::binary).rdbuf();
    both.close();
    EXPECT_EQ(Read(Path("both")).value(), "one\ntwo\n");
  }
}

TEST_F(FileTest, NoticesWhatIsCutShortOrDamaged) {
  for (Compression c : {Compression::kGzip, Compression::kZstd}) {
    Write(Path("f"), c, LongText());
    const auto size = std::filesystem::file_size(Path("f"));
    for (uintmax_t cut : {size - 1, size / 2, uintmax_t{20}}) {
      std::filesystem::copy_file(Path("f"), Path("cut"), std::filesystem::copy_options::overwrite_existing);
      std::filesystem::resize_file(Path("cut"), cut);
      Result<std::string> read = Read(Path("cut"));
      ASSERT_FALSE(read.ok()) << cut;
      EXPECT_EQ(read.status().code(), StatusCode::kIoError);
      EXPECT_NE(read.status().message().find("cut short"), std::string::npos) << read.status().ToString();
    }
    std::fstream damaged(Path("f"), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(static_cast<std::streamoff>(size / 2));
    damaged.write("\0\1\2\3\4\5\6\7", 8);
    damaged.close();
    EXPECT_FALSE(Read(Path("f")).ok());
  }
}

TEST_F(FileTest, AFileAppearsOnlyWhenItIsWhole) {
  Write(Path("f"), Compression::kNone, "old");
  {
    FileSink sink;
    ASSERT_TRUE(sink.Open(Path("f"), Compression::kNone, FileAccess()).ok());
    ASSERT_TRUE(sink.Write("new").ok());
    EXPECT_EQ(Read(Path("f")).value(), "old");
  }
  EXPECT_EQ(Read(Path("f")).value(), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  FileSink full;
  ASSERT_TRUE(full.Open("/dev/full", Compression::kGzip, FileAccess()).ok());
  ASSERT_TRUE(full.Write("x").ok());
  EXPECT_EQ(full.Finish().code(), StatusCode::kIoError);
}

TEST_F(FileTest, LinesOfAnyLength) {
  const std::string long_line(700000, 'x');
  Write(Path("f"), Compression::kNone,
        "\xEF\xBB\xBF"
        "a\n\n" +
            long_line + "\nlast");
  auto file = OpenFileSource(Path("f"), FileAccess()).value();
  LineReader lines(file.get());
  std::vector<std::string> all;
  std::string_view line;
  while (lines.Next(&line).value()) all.emplace_back(line);
  EXPECT_EQ(all, (std::vector<std::string>{"a\n", "\n", long_line + "\n", "last"}));
  EXPECT_EQ(lines.line(), 4u);
}

TEST_F(FileTest, ALineWithoutEndIsRefused) {
  Write(Path("f"), Compression::kGzip, std::string(LineReader::kMaxLine + 100, 'x'));
  auto file = OpenFileSource(Path("f"), FileAccess()).value();
  LineReader lines(file.get());
  std::string_view line;
  EXPECT_EQ(lines.Next(&line).status().code(), StatusCode::kValidation);
}

uint64_t Hash(uint64_t n) {
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9ULL;
  n = (n ^ (n >> 27)) * 0x94d049bb133111ebULL;
  return n ^ (n >> 31);
}

std::vector<uint64_t> LinesOf(const std::string& text) {
  std::vector<uint64_t> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    Result<Value> entry = ParseJson(text.substr(at, end - at));
    lines.push_back(entry.ok() ? static_cast<uint64_t>(entry->Get("line").int_value()) : 0);
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

TEST_F(FileTest, RejectsOfAnEarlierRunAreNeverWrittenAgain) {
  const std::string path = Path("rejects");
  {
    ErrorFile file;
    ASSERT_TRUE(file.Open(path, 0, FileAccess()).ok());
    for (uint64_t line : {5, 7, 12}) {
      ASSERT_TRUE(file.Add(line, Status::Validation("bad"), "record " + std::to_string(line)).ok());
    }
    ASSERT_TRUE(file.Flush().ok());
  }
  std::ofstream(path, std::ios::app) << "{\"line\": 13, \"rea";  // a crash cut it short

  // No byte can be written: what is kept must be there nevertheless.
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit none = before;
  none.rlim_cur = 0;
  setrlimit(RLIMIT_FSIZE, &none);
  {
    ErrorFile file;
    (void)file.Open(path, 10, FileAccess());
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(LinesOf(*Read(path)), (std::vector<uint64_t>{5, 7}));

  ErrorFile file;
  ASSERT_TRUE(file.Open(path, 10, FileAccess()).ok());
  ASSERT_TRUE(file.Add(11, Status::Validation("bad"), "record 11").ok());
  ASSERT_TRUE(file.Flush().ok());
  EXPECT_EQ(LinesOf(*Read(path)), (std::vector<uint64_t>{5, 7, 11}));
}

TEST_F(FileTest, AGuessFromAPartOfTheRecordsHoldsForTheRest) {
  Write(Path("f"), Compression::kNone, "a,b\n1,x\n2,y\n003,z\n4,\n");
  auto file = OpenFileSource(Path("f"), FileAccess());
  Result<CsvGuess> guess = GuessCsvTypes(file->get(), {}, {}, 2);
  ASSERT_TRUE(guess.ok());
  EXPECT_FALSE(guess->whole);
  EXPECT_EQ(guess->types[0].second, CsvType::kNumber);
  file = OpenFileSource(Path("f"), FileAccess());
  CsvOptions options;
  options.types = guess->types;
  options.guessed = guess->guessed;
  CsvReader reader(file->get(), options);
  Value row;
  ASSERT_TRUE(*reader.Next(&row));
  ASSERT_TRUE(*reader.Next(&row));
  Result<bool> third = reader.Next(&row);
  EXPECT_EQ(third.status().message(),
            "csv: line 4: the field a is '003', and was NUMBER in the records that types are guessed from");
  EXPECT_TRUE(reader.recoverable());
  EXPECT_TRUE(*reader.Next(&row));

  file = OpenFileSource(Path("f"), FileAccess());
  guess = GuessCsvTypes(file->get(), {}, {{"b", CsvType::kBinary}}, 1000);
  ASSERT_TRUE(guess.ok());
  EXPECT_TRUE(guess->whole);
  EXPECT_EQ(guess->types[0].second, CsvType::kString);
  EXPECT_EQ(guess->types[1].second, CsvType::kBinary);
}

TEST(DistinctCounter, ExactUpToItsBoundAndCloseBeyond) {
  DistinctCounter few(1000);
  for (uint64_t i = 0; i < 50000; ++i) few.Add(Hash(i % 900));
  EXPECT_TRUE(few.exact());
  EXPECT_EQ(few.Estimate(50000, 50000), 900);

  DistinctCounter many(4096);
  for (uint64_t i = 0; i < 300000; ++i) many.Add(Hash(i % 100000));
  EXPECT_FALSE(many.exact());
  EXPECT_NEAR(many.Estimate(300000, 300000), 100000, 10000);
}

TEST(DistinctCounter, ASampleStandsForTheWhole) {
  DistinctCounter unique(4096), few(4096);
  for (uint64_t i = 0; i < 20000; ++i) {
    unique.Add(Hash(i));
    few.Add(Hash(i % 40));
  }
  EXPECT_NEAR(unique.Estimate(20000, 1000000), 1000000, 100000);
  EXPECT_EQ(few.Estimate(20000, 1000000), 40);
}

}  // namespace
}  // namespace parton
