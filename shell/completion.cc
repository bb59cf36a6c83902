#include "shell/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "shell/command_line.h"
#include "shell/serve_command.h"
#include "shell/test_runner/test_command.h"

namespace parton::shell {

namespace {

struct Command {
  std::string_view name;  // empty: none was given
  std::string_view help;
  const std::vector<OptionInfo>* options;
};

const std::vector<Command>& Commands() {
  static const std::vector<OptionInfo> kNone;
  static const std::vector<Command> kCommands = {
      {"", "", &AllOptions()},
      {"test", "run .sql scripts as tests", &TestOptionTable()},
      {"serve", "serve DynamoDB's protocol", &ServeOptionTable()},
      {"healthcheck", "whether a server answers", &kNone},
  };
  return kCommands;
}

std::string CommandNames() {
  std::string names;
  for (const Command& c : Commands()) {
    if (!c.name.empty()) names += (names.empty() ? "" : " ") + std::string(c.name);
  }
  return names;
}

// The words that an option takes, where its help ends with a list of them: "how results look: table|vertical|jsonl".
std::string Choices(const OptionInfo& o) {
  const size_t space = o.help.rfind(' ');
  std::string words(space == std::string_view::npos ? o.help : o.help.substr(space + 1));
  if (words.find('|') == std::string::npos) return "";
  std::replace(words.begin(), words.end(), '|', ' ');
  return words;
}

bool TakesFile(const OptionInfo& o) { return o.argument == "FILE"; }
bool TakesDirectory(const OptionInfo& o) { return o.argument == "DIR" || o.argument == "NEW"; }

std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(from)) {
      out += to;
      at += from.size();
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string OptionNames(const Command& command) {
  std::string names;
  for (const OptionInfo& o : *command.options) names += (names.empty() ? "" : " ") + std::string(o.name);
  return names;
}

std::string Bash() {
  std::string out = fmt::format(
      "# Completion of parton for bash: source <(parton --completion bash)\n"
      "_parton() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=\n"
      "  if ((COMP_CWORD > 1)); then\n"
      "    case ${{COMP_WORDS[1]}} in {}) command=${{COMP_WORDS[1]}} ;; esac\n"
      "  fi\n"
      "  case \"$command $before\" in\n",
      Replaced(CommandNames(), " ", "|"));
  for (const Command& c : Commands()) {
    for (const OptionInfo& o : *c.options) {
      if (o.argument.empty()) continue;
      const std::string choices = Choices(o);
      const std::string given = !choices.empty()    ? fmt::format("-W '{}'", choices)
                                : TakesDirectory(o) ? "-d"
                                : TakesFile(o)      ? "-f"
                                                    : "";
      const std::string reply =
          given.empty() ? "" : fmt::format("mapfile -t COMPREPLY < <(compgen {} -- \"$word\"); ", given);
      out += fmt::format("    '{} {}') {}return ;;\n", c.name, o.name, reply);
    }
  }
  out +=
      "  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    local options=\n"
      "    case $command in\n";
  for (const Command& c : Commands()) out += fmt::format("      '{}') options='{}' ;;\n", c.name, OptionNames(c));
  out += fmt::format(
      "    esac\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    local commands\n"
      "    mapfile -t commands < <(compgen -W '{}' -- \"$word\")\n"
      "    COMPREPLY+=(\"${{commands[@]}}\")\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _parton parton\n",
      CommandNames());
  return out;
}

// In single quotes of zsh and inside the brackets of _arguments.
std::string ZshText(std::string_view text) {
  std::string out = Replaced(text, "'", "'\\''");
  for (const std::string_view sign : {"[", "]", ":"}) out = Replaced(out, sign, "\\" + std::string(sign));
  return out;
}

std::string Zsh() {
  std::string out =
      "#compdef parton\n"
      "# Completion of parton for zsh: source <(parton --completion zsh)\n"
      "_parton() {\n"
      "  local -a options commands\n"
      "  commands=(";
  for (const Command& c : Commands()) {
    if (!c.name.empty()) out += fmt::format(" '{}:{}'", c.name, ZshText(c.help));
  }
  out += " )\n  case ${words[2]} in\n";
  for (size_t i = 1; i <= Commands().size(); ++i) {
    const Command& c = Commands()[i % Commands().size()];  // the one without a name is last
    out += fmt::format("    {}) options=(\n", c.name.empty() ? "*" : c.name);
    for (const OptionInfo& o : *c.options) {
      std::string taken;
      if (!o.argument.empty()) {
        const std::string choices = Choices(o);
        const std::string action = !choices.empty()    ? fmt::format("({})", choices)
                                   : TakesDirectory(o) ? "_files -/"
                                   : TakesFile(o)      ? "_files"
                                                       : " ";
        taken = fmt::format(":{}:{}", o.argument, action);
      }
      out += fmt::format("      '*{}[{}]{}'\n", o.name, ZshText(o.help), taken);
    }
    out += "    ) ;;\n";
  }
  out +=
      "  esac\n"
      "  if ((CURRENT == 2)) && [[ ${words[2]} != -* ]]; then\n"
      "    _describe command commands\n"
      "    _files\n"
      "  else\n"
      "    _arguments $options '*:file:_files'\n"
      "  fi\n"
      "}\n"
      "if [[ ${funcstack[1]} == _parton ]]; then _parton \"$@\"; else compdef _parton parton; fi\n";
  return out;
}

std::string Fish() {
  const std::string names = CommandNames();
  std::string out = "# Completion of parton for fish: parton --completion fish | source\n";
  for (const Command& c : Commands()) {
    const std::string when = c.name.empty() ? fmt::format("not __fish_seen_subcommand_from {}", names)
                                            : fmt::format("__fish_seen_subcommand_from {}", c.name);
    if (!c.name.empty()) {
      out += fmt::format("complete -c parton -n __fish_use_subcommand -a {} -d '{}'\n", c.name,
                         Replaced(c.help, "'", "\\'"));
    }
    for (const OptionInfo& o : *c.options) {
      const bool is_long = o.name.starts_with("--");
      const std::string choices = Choices(o);
      std::string taken;
      if (!choices.empty()) {
        taken = fmt::format(" -x -a '{}'", choices);
      } else if (TakesDirectory(o)) {
        taken = " -x -a '(__fish_complete_directories)'";
      } else if (!o.argument.empty()) {
        taken = TakesFile(o) ? " -r" : " -x";
      }
      out += fmt::format("complete -c parton -n '{}' -{} {} -d '{}'{}\n", when, is_long ? "l" : "s",
                         o.name.substr(is_long ? 2 : 1), Replaced(o.help, "'", "\\'"), taken);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> CompletionScript(std::string_view command_shell) {
  if (command_shell == "bash") return Bash();
  if (command_shell == "zsh") return Zsh();
  if (command_shell == "fish") return Fish();
  return std::nullopt;
}

}  // namespace parton::shell
