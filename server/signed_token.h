// Texts that a client keeps for the server and cannot change: shard iterators and the like. Nothing is kept here.
#ifndef PARTON_SERVER_SIGNED_TOKEN_H_
#define PARTON_SERVER_SIGNED_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "parton/database.h"
#include "parton/status.h"

namespace parton::server {

// Base64 of the payload and its MAC under the database's secret. Tokens of one purpose are none of another.
Result<std::string> Seal(Database* db, std::string_view purpose, std::string_view payload);
// The payload; nullopt: it is no such token of this database.
Result<std::optional<std::string>> Unseal(Database* db, std::string_view purpose, std::string_view token);

}  // namespace parton::server

#endif  // PARTON_SERVER_SIGNED_TOKEN_H_
