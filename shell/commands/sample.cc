#include "shell/commands/sample.h"

namespace parton::shell {

std::string_view SampleScript() {
  return R"SQL(
CREATE TABLE songs (
  artist STRING, title STRING, genre STRING, plays NUMBER,
  PRIMARY KEY (artist, title),
  GLOBAL INDEX by_genre (genre, plays)
);
CREATE TABLE listeners (id NUMBER, PRIMARY KEY (id));

INSERT INTO songs <<
  {'artist': 'The Paper Kites', 'title': 'Northern Rain', 'genre': 'folk', 'plays': 5120, 'year': 2011,
   'credits': [{'role': 'vocals', 'name': 'Ada Finch'}, {'role': 'guitar', 'name': 'Tom Reed'}]},
  {'artist': 'The Paper Kites', 'title': 'Ember Street', 'genre': 'folk', 'plays': 880, 'year': 2013},
  {'artist': 'Ada Finch', 'title': 'Small Hours', 'genre': 'folk', 'plays': 2043, 'year': 2019,
   'tags': <<'acoustic', 'live'>>},
  {'artist': 'Mara Vance', 'title': 'Glass Harbour', 'genre': 'jazz', 'plays': 3200, 'year': 1998,
   'length': {'minutes': 6, 'seconds': 12}, 'credits': [{'role': 'trumpet', 'name': 'Mara Vance'}]},
  {'artist': 'Mara Vance', 'title': 'Late Tram', 'genre': 'jazz', 'plays': 410, 'year': 2001,
   'credits': [{'role': 'trumpet', 'name': 'Mara Vance'}, {'role': 'bass', 'name': 'Tom Reed'}]},
  {'artist': 'Kilowatt', 'title': 'Overload', 'genre': 'electronic', 'plays': 15400, 'year': 2022,
   'tags': <<'club', 'loud'>>},
  {'artist': 'Kilowatt', 'title': 'Static Bloom', 'genre': 'electronic', 'plays': 9900, 'year': 2023},
  {'artist': 'Demo Tape', 'title': 'Untitled', 'year': 2024}
>>;
INSERT INTO listeners <<
  {'id': 1, 'name': 'Ines', 'likes': ['folk', 'jazz']},
  {'id': 2, 'name': 'Jonah', 'likes': ['electronic'], 'since': 2020},
  {'id': 3, 'name': 'Priya', 'likes': []}
>>;
)SQL";
}

std::string_view SampleGreeting() {
  return R"(A sample is loaded: songs (with the index by_genre) and listeners. Try:

  SELECT * FROM songs WHERE artist = 'Mara Vance';
  SELECT title, plays FROM songs WHERE genre = 'folk' ORDER BY plays DESC;
  EXPLAIN SELECT title FROM songs WHERE genre = 'jazz' AND plays > 1000;
  SELECT s.title, c.name FROM songs AS s, s.credits AS c WHERE c.role = 'trumpet';
  UPDATE songs SET plays = plays + 1 WHERE artist = 'Kilowatt' RETURNING MODIFIED NEW *;

)";
}

}  // namespace parton::shell
