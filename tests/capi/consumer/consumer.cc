#include <cstdio>

#include "parton/database.h"

int main() {
  auto db = parton::Database::Open(":memory:").value();
  auto connection = db->Connect();
  const auto rows = connection->Execute("SELECT x * 2 AS y FROM [21] AS x").value();
  for (const parton::Value& row : *rows) {
    std::printf("C++ %d\n", row.Get<int>("y").value());
  }
  return db->Close().ok() ? 0 : 1;
}
