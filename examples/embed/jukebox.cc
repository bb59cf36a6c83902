// A jukebox: counts plays, keeps a chart. Shows a program's whole way with Parton: open, tables, prepared
// statements, rows as they come, errors as values, and what a conditional write that fails looks like.
#include <cstdio>
#include <string>

#include "parton/database.h"

namespace {

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS songs (
    artist STRING, title STRING, genre STRING, plays NUMBER,
    PRIMARY KEY (artist, title),
    GLOBAL INDEX chart (genre, plays)
  );
)";

parton::Status AddSong(parton::Connection& connection, const char* artist, const char* title, const char* genre) {
  // INSERT refuses a key that is there already.
  auto added = connection.Execute("INSERT INTO songs VALUE {'artist': ?, 'title': ?, 'genre': ?, 'plays': 0}",
                                  {artist, title, genre});
  return added.ok() ? parton::Status::Ok() : added.status();
}

parton::Status Run(const std::string& path) {
  PARTON_ASSIGN_OR_RETURN(auto db, parton::Database::Open(path));
  auto connection = db->Connect();
  PARTON_RETURN_IF_ERROR(connection->ExecuteScript(kTables));
  PARTON_RETURN_IF_ERROR(AddSong(*connection, "Mara Vance", "Glass Harbour", "jazz"));
  PARTON_RETURN_IF_ERROR(AddSong(*connection, "Mara Vance", "Late Tram", "jazz"));
  PARTON_RETURN_IF_ERROR(AddSong(*connection, "The Sundials", "Noon", "folk"));

  const parton::Status again = AddSong(*connection, "The Sundials", "Noon", "folk");
  std::printf("second time: %s\n", std::string(again.ExceptionName()).c_str());

  // Prepared once, run often: nothing is parsed again.
  PARTON_ASSIGN_OR_RETURN(auto play, connection->Prepare("UPDATE songs SET plays = plays + 1 "
                                                         "WHERE artist = ? AND title = ?"));
  for (int i = 0; i < 3; ++i) PARTON_RETURN_IF_ERROR(play->Execute({"Mara Vance", "Late Tram"}).status());
  PARTON_RETURN_IF_ERROR(play->Execute({"Mara Vance", "Glass Harbour"}).status());

  // A Query of the index, in its order; rows come while it runs. Songs without plays are not in the index: only a
  // condition that leaves them out allows its use.
  PARTON_ASSIGN_OR_RETURN(auto chart,
                          connection->Execute("SELECT title, plays FROM songs WHERE genre = ? AND plays > 0 "
                                              "ORDER BY plays DESC LIMIT 10",
                                              {"jazz"}));
  while (chart->Next()) {
    const parton::Value& song = chart->row();
    std::printf("%-15s %s\n", std::string(song.Get("title").bytes()).c_str(), song.Get("plays").ToLiteral().c_str());
  }
  PARTON_RETURN_IF_ERROR(chart->status());
  std::printf("path: %s\n", chart->stats().access_path.c_str());
  return parton::Status::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  const parton::Status status = Run(argc > 1 ? argv[1] : ":memory:");
  if (status.ok()) return 0;
  std::fprintf(stderr, "jukebox: %s\n", status.ToString().c_str());
  if (!status.hint().empty()) std::fprintf(stderr, "hint: %s\n", status.hint().c_str());
  return 1;
}
