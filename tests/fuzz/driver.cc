// Runs fuzz targets on mutated inputs: fuzz_tests [TARGET...] [--seconds N | --runs N] [--seed N] [--input FILE]
//
// The same seed gives the same inputs. An input that crashes, aborts or takes longer than kHangSeconds is written to
// fuzz-<target>.input in the current directory; --input runs it again.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/fuzz/fuzz_target.h"

namespace parton::fuzz {
namespace {

constexpr unsigned kHangSeconds = 30;
constexpr size_t kMaxInput = 1 << 16;

std::string current_input;
char input_file[200];

// Only calls that are allowed in signal handlers.
void KeepInput(int signal) {
  const int fd = ::open(input_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd >= 0) {
    ssize_t written = ::write(fd, current_input.data(), current_input.size());
    (void)written;
    ::close(fd);
  }
  const char* text = signal == SIGALRM ? "a hang; input in " : "a crash; input in ";
  for (const char* part : {text, static_cast<const char*>(input_file), "\n"}) {
    ssize_t written = ::write(2, part, std::strlen(part));
    (void)written;
  }
  ::signal(signal, SIG_DFL);
  if (signal == SIGALRM) ::_exit(1);
  ::raise(signal);
}

class Mutator {
 public:
  Mutator(const Target& target, const std::vector<std::string>& seeds, uint32_t seed)
      : target_(target), seeds_(seeds), random_(seed) {}

  std::string Next() {
    std::string s = seeds_[Below(seeds_.size())];
    for (size_t n = 1 + Below(Below(4) == 0 ? 16 : 3); n > 0; --n) Mutate(&s);
    if (s.size() > kMaxInput) s.resize(kMaxInput);
    return s;
  }

 private:
  size_t Below(size_t n) { return n == 0 ? 0 : random_() % n; }
  size_t At(const std::string& s) { return Below(s.size() + 1); }

  void Mutate(std::string* s) {
    switch (Below(target_.tokens.empty() ? 9 : 12)) {
      case 0:
        if (!s->empty()) (*s)[Below(s->size())] ^= static_cast<char>(1 << Below(8));
        return;
      case 1:
        if (!s->empty()) (*s)[Below(s->size())] = static_cast<char>(random_());
        return;
      case 2: s->insert(At(*s), 1, static_cast<char>(random_())); return;
      case 3: s->erase(At(*s), 1 + Below(8)); return;
      case 4: s->resize(At(*s)); return;
      case 5: {  // a piece again, maybe many times
        const size_t from = At(*s);
        const std::string piece = s->substr(from, 1 + Below(12));
        const size_t to = At(*s);
        for (size_t n = Below(8) == 0 ? 1 + Below(400) : 1; n > 0 && s->size() < kMaxInput; --n) s->insert(to, piece);
        return;
      }
      case 6: {  // the head of this one, the tail of another one
        const std::string& other = seeds_[Below(seeds_.size())];
        *s = s->substr(0, At(*s)) + other.substr(At(other));
        return;
      }
      case 7: {  // numbers that are limits
        static constexpr unsigned char kLimits[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
        for (size_t at = At(*s), n = 1 + Below(5); n > 0 && at < s->size(); --n, ++at) {
          (*s)[at] = static_cast<char>(kLimits[Below(sizeof(kLimits))]);
        }
        return;
      }
      case 8:
        if (s->size() > 1) std::swap((*s)[Below(s->size())], (*s)[Below(s->size())]);
        return;
      default: s->insert(At(*s), target_.tokens[Below(target_.tokens.size())]); return;
    }
  }

  const Target& target_;
  const std::vector<std::string>& seeds_;
  std::mt19937 random_;
};

void RunOne(const Target& target, std::string input) {
  current_input = std::move(input);
  ::alarm(kHangSeconds);
  target.run(current_input);
  ::alarm(0);
}

struct Options {
  std::vector<std::string> targets;
  double seconds = 0;
  long runs = 0;
  uint32_t seed = 1;
  std::string input;
};

void Fuzz(const Target& target, const Options& options) {
  using Clock = std::chrono::steady_clock;
  std::snprintf(input_file, sizeof(input_file), "fuzz-%s.input", target.name);
  if (!options.input.empty()) {
    std::ifstream in(options.input, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    return RunOne(target, bytes.str());
  }
  const std::vector<std::string> seeds = target.seeds();
  // Quick runs look at some seeds as they are.
  const size_t step = options.seconds > 0 ? 1 : 1 + seeds.size() / 100;
  for (size_t i = 0; i < seeds.size(); i += step) RunOne(target, seeds[i]);
  RunOne(target, "");
  Mutator mutator(target, seeds, options.seed);
  const auto start = Clock::now();
  auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  long runs = 0;
  const long wanted = options.runs > 0 ? options.runs : target.quick_runs;
  while (options.seconds > 0 ? elapsed() < options.seconds : runs < wanted) {
    RunOne(target, mutator.Next());
    ++runs;
  }
  std::printf("%-12s %zu seeds, %ld mutated inputs, %.1f s\n", target.name, seeds.size(), runs, elapsed());
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (a == "--seconds") {
      options.seconds = std::atof(value);
      ++i;
    } else if (a == "--runs") {
      options.runs = std::atol(value);
      ++i;
    } else if (a == "--seed") {
      options.seed = static_cast<uint32_t>(std::atol(value));
      ++i;
    } else if (a == "--input") {
      options.input = value;
      ++i;
    } else
      options.targets.push_back(a);
  }
  for (int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM}) ::signal(signal, KeepInput);
  size_t found = 0;
  for (const auto* list : {&StorageTargets(), &TextTargets(), &FileTargets(), &WireTargets(), &ApiTargets()}) {
    for (const Target& target : *list) {
      if (!options.targets.empty() &&
          std::find(options.targets.begin(), options.targets.end(), target.name) == options.targets.end()) {
        continue;
      }
      ++found;
      Fuzz(target, options);
    }
  }
  if (found == 0 || found < options.targets.size()) {
    std::fprintf(stderr, "no such target\n");
    return 2;
  }
  std::printf("%zu passed, 0 failed\n", found);
  return 0;
}

}  // namespace
}  // namespace parton::fuzz

int main(int argc, char** argv) { return parton::fuzz::Main(argc, argv); }
