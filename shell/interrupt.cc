#include "shell/interrupt.h"

#include <pthread.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "types/sync/mutex.h"

namespace parton::shell {

namespace {

Mutex g_mutex;
std::function<void()> g_action GUARDED_BY(g_mutex);
std::atomic<bool> g_interrupted{false};
std::atomic<int> g_termination{0};
termios g_terminal;
bool g_has_terminal = false;

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Every commit is atomic, so leaving at any moment loses and tears nothing. The line editor may
// have changed the terminal.
[[noreturn]] void Leave(int signal) {
  if (g_has_terminal) {
    constexpr char kPasteOff[] = "\033[?2004l";
    if (isatty(1) != 0) (void)!::write(1, kPasteOff, sizeof kPasteOff - 1);
    tcsetattr(0, TCSANOW, &g_terminal);
  }
  _exit(128 + signal);
}

void TakeSignals() {
  const sigset_t signals = Signals();
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    const MutexLock lock(g_mutex);
    const bool again = signal == SIGINT ? g_interrupted.exchange(true) : g_termination.exchange(signal) != 0;
    if (g_action) {
      g_action();
      if (again && signal != SIGINT) Leave(signal);  // it was cancelled before, and still runs
    } else if (signal != SIGINT || isatty(0) == 0) {
      Leave(signal);
    }
  }
}

}  // namespace

void StartSignalThread() {
  std::signal(SIGPIPE, SIG_IGN);
  g_has_terminal = isatty(0) != 0 && tcgetattr(0, &g_terminal) == 0;
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(TakeSignals).detach();
}

OnInterrupt::OnInterrupt(std::function<void()> action) {
  const MutexLock lock(g_mutex);
  g_action = std::move(action);
}

OnInterrupt::~OnInterrupt() {
  const MutexLock lock(g_mutex);
  g_action = nullptr;
}

bool Interrupted() { return g_interrupted; }
void ClearInterrupt() { g_interrupted = false; }
int TerminationSignal() { return g_termination; }

FILE* StartCommand(const std::string& command) {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  FILE* file = popen(command.c_str(), "we");
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return file;
}

}  // namespace parton::shell
