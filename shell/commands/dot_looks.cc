// Dot commands about how and where results show, and variables.
#include <fmt/format.h>

#include <cstdlib>

#include "shell/commands/dot_actions.h"
#include "shell/session.h"

namespace parton::shell::actions {

namespace {

Result<bool> OnOff(const std::string& text) {
  if (text == "on" || text == "true" || text == "1") return true;
  if (text == "off" || text == "false" || text == "0") return false;
  return Status::Validation(fmt::format("expected on or off, not {}", text));
}

Status Toggle(Session* s, const Args& args, std::string_view name, bool* value) {
  if (!args.empty()) {
    PARTON_ASSIGN_OR_RETURN(*value, OnOff(args[0]));
  }
  s->output()->Write(fmt::format("{} is {}\n", name, *value ? "on" : "off"));
  return Status::Ok();
}

std::string Joined(const Args& args) {
  std::string all;
  for (const std::string& a : args) all += (all.empty() ? "" : " ") + a;
  return all;
}

}  // namespace

Status Expand(Session* s, const Args& args) {
  if (!args.empty()) s->expand = args[0] == "off" ? Args() : args;
  std::string paths;
  for (const std::string& p : s->expand) paths += (paths.empty() ? "" : ", ") + p;
  s->output()->Write(paths.empty() ? "nothing is expanded\n" : fmt::format("expanded: {}\n", paths));
  return Status::Ok();
}

Status Explain(Session* s, const Args& args) {
  if (args.empty() || args[0] == "auto") {
    if (args.size() < 2)
      s->explain_auto = args.empty() ? s->explain_auto : true;
    else {
      PARTON_ASSIGN_OR_RETURN(s->explain_auto, OnOff(args[1]));
    }
  } else {
    PARTON_ASSIGN_OR_RETURN(s->explain_auto, OnOff(args[0]));
  }
  s->output()->Write(fmt::format("explain is {}\n", s->explain_auto ? "auto" : "off"));
  return Status::Ok();
}

Status Footer(Session* s, const Args& args) { return Toggle(s, args, "footer", &s->footer); }

Status SetMode(Session* s, const Args& args) {
  if (args.empty()) {
    for (const ModeInfo& m : AllModes()) {
      s->output()->Write(fmt::format("{} {:<10}{}\n", m.mode == s->options().mode ? "*" : " ", m.name, m.help));
    }
    return Status::Ok();
  }
  const ModeInfo* mode = FindMode(args[0]);
  if (mode == nullptr) {
    return Status::NotFound(fmt::format("no mode {}", args[0]), {}, ".mode lists the modes");
  }
  s->options().mode = mode->mode;
  return Status::Ok();
}

Status Once(Session* s, const Args& args) { return s->SetOutputOnce(Joined(args)); }

Status SetOutput(Session* s, const Args& args) { return s->SetOutput(Joined(args)); }

Status Pager(Session* s, const Args& args) { return Toggle(s, args, "pager", &s->pager); }

Status SetVariable(Session* s, const Args& args) {
  if (args.empty()) {
    for (const auto& [name, value] : s->variables) {
      s->output()->Write(fmt::format(":{} = {}\n", name, value.ToLiteral()));
    }
    return Status::Ok();
  }
  std::string name = args[0];
  if (name.front() == ':') name.erase(0, 1);
  if (args.size() == 1) {
    s->variables.erase(name);
    return Status::Ok();
  }
  PARTON_RETURN_IF_ERROR(NeedDatabase(s));
  std::string text;
  for (size_t i = 1; i < args.size(); ++i) text += (i > 1 ? " " : "") + args[i];
  return s->SetVariable(name, text);
}

Status Timer(Session* s, const Args& args) { return Toggle(s, args, "timer", &s->timer); }

Status Width(Session* s, const Args& args) {
  if (!args.empty()) {
    const int n = std::atoi(args[0].c_str());
    if (n < 0 || (n == 0 && args[0] != "0")) return Status::Validation("a number of columns, or 0");
    s->max_cell = n;
  }
  s->output()->Write(s->max_cell == 0 ? "cells fit the terminal\n"
                                      : fmt::format("cells have at most {} columns\n", s->max_cell));
  return Status::Ok();
}

}  // namespace parton::shell::actions
