// The actions of the dot commands; their table is in dot_commands.cc.
#ifndef PARTON_SHELL_COMMANDS_DOT_ACTIONS_H_
#define PARTON_SHELL_COMMANDS_DOT_ACTIONS_H_

#include <string>
#include <vector>

#include "parton/status.h"

namespace parton::shell {

class Session;

namespace actions {

using Args = std::vector<std::string>;

// An error if no database is open.
Status NeedDatabase(Session* s);

Status Advise(Session* s, const Args& args);
Status Check(Session* s, const Args& args);
Status Dump(Session* s, const Args& args);
Status Edit(Session* s, const Args& args);
Status Expand(Session* s, const Args& args);
Status Explain(Session* s, const Args& args);
Status Footer(Session* s, const Args& args);
Status Help(Session* s, const Args& args);
Status Import(Session* s, const Args& args);
Status Indexes(Session* s, const Args& args);
Status Last(Session* s, const Args& args);
Status Once(Session* s, const Args& args);
Status OpenDatabase(Session* s, const Args& args);
Status Pager(Session* s, const Args& args);
Status Quit(Session* s, const Args& args);
Status Read(Session* s, const Args& args);
Status Schema(Session* s, const Args& args);
Status SetMode(Session* s, const Args& args);
Status SetOutput(Session* s, const Args& args);
Status SetVariable(Session* s, const Args& args);
Status ShowHistory(Session* s, const Args& args);
Status Tables(Session* s, const Args& args);
Status Timer(Session* s, const Args& args);
Status Watch(Session* s, const Args& args);
Status Width(Session* s, const Args& args);

}  // namespace actions
}  // namespace parton::shell

#endif  // PARTON_SHELL_COMMANDS_DOT_ACTIONS_H_
