// The shell from its command line to its exit status.
#ifndef PARTON_SHELL_SHELL_H_
#define PARTON_SHELL_SHELL_H_

namespace parton::shell {

int RunShell(int argc, char** argv);

}  // namespace parton::shell

#endif  // PARTON_SHELL_SHELL_H_
