#include "shell/serve_command.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <functional>
#include <limits>
#include <map>
#include <string_view>

#include "server/server.h"
#include "shell/render/error_text.h"
#include "shell/render/output.h"
#include "shell/script_reader.h"
#include "shell/session.h"

namespace parton::shell {

namespace {

using server::ServeOptions;

// Reads `value` into the options; false: it is not what the option takes.
using Setter = std::function<bool(std::string_view value, ServeOptions* options)>;

template <typename T>
bool ToNumber(std::string_view text, T* number, T lowest = 0, T highest = std::numeric_limits<T>::max()) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < lowest || value > highest) return false;
  *number = value;
  return true;
}

bool ToText(std::string_view text, std::string* out) {
  *out = text;
  return !text.empty();
}

struct ServeOption {
  OptionInfo info;
  Setter set;
};

const std::vector<ServeOption>& ServeOptionList() {
  static const std::vector<ServeOption> kOptions = {
      {{"--port", "N", "the port, 8000 if not given; 0: one that is free"},
       [](std::string_view v, ServeOptions* o) { return ToNumber(v, &o->port); }},
      {{"--host", "ADDRESS",
        "the address to listen on, 127.0.0.1 if not given; any that other machines reach needs "
        "--credentials or --no-auth"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->host); }},
      {{"--credentials", "FILE",
        "the keys that may come in, as in ~/.aws/credentials, mode 0600; per key read_only = true and tables = a, b*; "
        "read again at SIGHUP"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->credentials); }},
      {{"--no-auth", "", "let everybody in who reaches the address"},
       [](std::string_view, ServeOptions* o) { return o->no_auth = true; }},
      {{"--tls-cert", "FILE", "serve https with this certificate chain (PEM)"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->transport.tls_certificate); }},
      {{"--tls-key", "FILE", "the private key of the certificate (PEM)"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->transport.tls_key); }},
      {{"--cors", "ORIGIN", "let web pages of this origin in; * is all"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->cors_origin); }},
      {{"--region", "NAME", "the region in ARNs, us-east-1 if not given"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->settings.region); }},
      {{"--dialect", "NAME", "dynamodb, or extended: statements are of the whole language"},
       [](std::string_view v, ServeOptions* o) {
         o->settings.extended = v == "extended";
         return v == "extended" || v == "dynamodb";
       }},
      {{"--s3", "DIR", "the directory that stands for S3 in exports and imports: a subdirectory is a bucket"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->settings.bucket_directory); }},
      {{"--files", "DIR",
        "statements of the whole language may read and write files there, and nowhere else; may be repeated"},
       [](std::string_view v, ServeOptions* o) {
         return ToText(v, &o->database_options.files.writable.emplace_back());
       }},
      {{"--throttle", "", "refuse what exceeds the provisioned throughput of tables"},
       [](std::string_view, ServeOptions* o) { return o->database_options.throttle = true; }},
      {{"--read-only", "", "only look: nothing is written, also if another process has the database open"},
       [](std::string_view, ServeOptions* o) { return o->database_options.read_only = true; }},
      {{"--no-sync", "", "do not wait for the disk: a crash of the machine may lose the last writes"},
       [](std::string_view, ServeOptions* o) {
         o->database_options.durable = false;
         return true;
       }},
      {{"--metrics-port", "N", "tell Prometheus there, at /metrics, on the loopback address"},
       [](std::string_view v, ServeOptions* o) { return ToNumber(v, &o->metrics_port.emplace()); }},
      {{"--access-log", "FILE", "write a line for each request; - is standard error"},
       [](std::string_view v, ServeOptions* o) { return ToText(v, &o->access_log); }},
      {{"--max-connections", "N", "1024 if not given; more are closed at once"},
       [](std::string_view v, ServeOptions* o) { return ToNumber(v, &o->transport.max_connections, size_t{1}); }},
      {{"--max-connections-per-address", "N", "of one remote address; more are closed at once"},
       [](std::string_view v, ServeOptions* o) {
         return ToNumber(v, &o->transport.max_connections_per_address, size_t{1});
       }},
      {{"--threads", "N", "how many requests run at a time; four for each core, at least 16, if not given"},
       [](std::string_view v, ServeOptions* o) { return ToNumber(v, &o->transport.workers, size_t{1}, size_t{1024}); }},
      {{"--queue", "N", "how many requests may wait, 1024 if not given; more are told to come again"},
       [](std::string_view v, ServeOptions* o) { return ToNumber(v, &o->transport.queue_limit); }},
      {{"--ready-fd", "N", "write the URL to this file descriptor when connections are accepted, and close it"},
       [](std::string_view v, ServeOptions* o) { return ToNumber(v, &o->ready_fd, 1); }},
      {{"--json-errors", "", "errors as JSON, one object a line"}, nullptr},
      {{"--help", "", "print this text"}, nullptr},
  };
  return kOptions;
}

int Usage(std::string_view command, const std::string& message) {
  WriteMessage(fmt::format("parton {}: {}\nparton {} --help shows the usage\n", command, message, command));
  return kExitUsage;
}

std::string ServeHelp() {
  std::string out =
      "usage: parton serve [DB] [OPTIONS]\n\n"
      "Serves a database by DynamoDB's own protocol, for every SDK and tool that takes an endpoint.\n"
      "DB is a directory, made if absent, or :memory: (the default). Prints its URL when it accepts\n"
      "connections. SIGTERM ends it when what runs is finished, a second one at once.\n\nOptions:\n";
  for (const OptionInfo& o : ServeOptionTable())
    out += fmt::format("  {:<24}{}\n", fmt::format("{} {}", o.name, o.argument), o.help);
  return out +
         "\nExit status:\n  0         ended by a signal\n  1         it cannot serve: the address, a file\n"
         "  2         wrong usage\n  3         the database cannot be opened\n";
}

// How `parton serve` is to go on, or the exit status.
struct ServeLine {
  ServeOptions options;
  bool json_errors = false;
  bool help = false;
};

int ParseServeLine(int argc, char** argv, ServeLine* line) {
  bool database = false;
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "-h") name = "--help";
    if (!name.starts_with("-")) {
      if (database) return Usage("serve", fmt::format("one database at a time, not also {}", name));
      database = true;
      line->options.database = name;
      continue;
    }
    std::optional<std::string_view> value;
    if (const size_t equals = name.find('='); equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const ServeOption* found = nullptr;
    for (const ServeOption& o : ServeOptionList()) {
      if (o.info.name == name) found = &o;
    }
    if (found == nullptr) return Usage("serve", fmt::format("no option {}", name));
    const bool flag = found->info.argument.empty();
    if (flag && value.has_value()) return Usage("serve", fmt::format("{} takes no value", name));
    if (!flag && !value.has_value()) {
      if (i + 1 == argc) return Usage("serve", fmt::format("{} needs {}", name, found->info.argument));
      value = argv[++i];
    }
    if (name == "--json-errors")
      line->json_errors = true;
    else if (name == "--help")
      line->help = true;
    else if (!found->set(value.value_or(""), &line->options))
      return Usage("serve", fmt::format("{} does not take {}", name, value.value_or("")));
  }
  return kExitOk;
}

}  // namespace

const std::vector<OptionInfo>& ServeOptionTable() {
  static const std::vector<OptionInfo> kTable = [] {
    std::vector<OptionInfo> table;
    for (const ServeOption& o : ServeOptionList()) table.push_back(o.info);
    return table;
  }();
  return kTable;
}

int RunServeCommand(int argc, char** argv) {
  ServeLine line;
  const int parsed = ParseServeLine(argc, argv, &line);
  if (parsed != kExitOk) return parsed;
  if (line.help) {
    fmt::print("{}", ServeHelp());
    return kExitOk;
  }
  const auto tell = [&](const Status& status) {
    const SourceStatement none;
    WriteMessage(line.json_errors ? FormatErrorJson(status, none) : Plain(FormatError(status, none, 0)));
  };
  const std::string& database = line.options.database;
  const Status served = server::Serve(
      line.options,
      [&](const std::string& url) {
        fmt::print("Parton serves {} at {}\n", database, url);
        std::fflush(stdout);
      },
      tell);
  if (served.ok()) return kExitOk;
  tell(served);
  if (served.code() == StatusCode::kValidation) return kExitUsage;
  const bool open_failed = served.code() == StatusCode::kLocked || served.code() == StatusCode::kOpenFailed ||
                           served.code() == StatusCode::kCorruption;
  return open_failed ? kExitCannotOpen : 1;
}

int RunHealthcheckCommand(int argc, char** argv) {
  std::string url = "http://127.0.0.1:8000";
  if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
    const std::string_view option = argv[1];
    const bool help = argc == 2 && (option == "--help" || option == "-h");
    if (!help) return Usage("healthcheck", "it takes a URL, and nothing else");
    fmt::print(
        "usage: parton healthcheck [URL]\n\nThe exit status is 0 if a server answers there: http://127.0.0.1:8000 if "
        "not "
        "given.\n");
    return kExitOk;
  }
  if (argc == 2) url = argv[1];
  const Status healthy = server::CheckHealth(url);
  if (healthy.ok()) return kExitOk;
  WriteMessage(fmt::format("parton healthcheck: {}\n", healthy.message()));
  return 1;
}

}  // namespace parton::shell
