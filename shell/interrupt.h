// Ctrl-C and SIGTERM. Signals are blocked in all threads and taken by one of our own, which cancels
// the statement that runs; nothing happens inside a signal handler.
#ifndef PARTON_SHELL_INTERRUPT_H_
#define PARTON_SHELL_INTERRUPT_H_

#include <cstdio>
#include <functional>
#include <string>

namespace parton::shell {

// Call once, before any thread is started.
void StartSignalThread();

// Sets the action of a signal while this object lives: usually Connection::Cancel. Called on the signal
// thread.
class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> action);
  ~OnInterrupt();
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;
};

// SIGINT came since the last call of ClearInterrupt.
bool Interrupted();
void ClearInterrupt();
// SIGTERM or SIGHUP came: finish, then exit with 128 + this; 0 if none.
int TerminationSignal();

// popen(command, "w") whose process takes signals as usual.
FILE* StartCommand(const std::string& command);

}  // namespace parton::shell

#endif  // PARTON_SHELL_INTERRUPT_H_
