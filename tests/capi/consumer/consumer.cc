#include <cstdio>

#include "parton/database.h"

int main() {
  auto db = parton::Database::Open(":memory:").value();
  auto connection = db->Connect();
  for (const parton::Value& row : *connection->Execute("SELECT x * 2 AS y FROM [21] AS x").value()) {
    std::printf("C++ %d\n", row.Get<int>("y").value());
  }
  return db->Close().ok() ? 0 : 1;
}
