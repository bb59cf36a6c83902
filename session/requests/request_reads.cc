#include "session/requests/request_reads.h"

#include <fmt/format.h>

#include <utility>

#include "executor/capacity/capacity_meter.h"
#include "executor/transaction_items.h"
#include "session/database_state.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_expressions.h"

namespace parton {

Status InOperation(const Status& s, size_t position) {
  std::string hint = fmt::format("in operation {}", position + 1);
  if (!s.hint().empty()) hint += ", " + s.hint();
  return Status(s.code(), s.message(), s.span(), std::move(hint));
}

Status CheckReads(DatabaseState* db, const std::vector<ReadOperation>& reads, std::vector<ItemRead>* out) {
  for (size_t i = 0; i < reads.size(); ++i) {
    const ReadOperation& read = reads[i];
    ItemRead& resolved = out->emplace_back();
    RequestExpressions expressions(&db->expressions, OperationKind::kGet, read.expressions, nullptr);
    Status s = expressions.CheckParameters();
    if (s.ok()) s = read.key_error;
    if (s.ok()) s = expressions.Compile();
    if (s.ok() && !read.projection.empty() && read.expressions.projection) {
      s = Status::Validation("a read has either a projection of PartiQL or a ProjectionExpression");
    }
    if (s.ok()) {
      auto projection = ParseProjection(read.projection);
      s = projection.status();
      if (s.ok()) resolved.projection = std::move(*projection);
    }
    if (!s.ok()) return InOperation(s, i);
    if (read.expressions.projection) resolved.projection = expressions.paths();
  }
  return Status::Ok();
}

Status ResolveReads(DatabaseState* db, const std::vector<ReadOperation>& reads, const char* duplicate,
                    std::vector<ItemRead>* out, Status* reason, size_t* at) {
  DistinctItems items;
  for (size_t i = 0; i < reads.size(); ++i) {
    ItemRead& read = (*out)[i];
    PARTON_ASSIGN_OR_RETURN(read.table, FindRequestTable(db, reads[i].table));
    Result<Key> key = ToRequestKey(*read.table, reads[i].key);
    if (!key.ok()) {
      if (reason->ok()) {
        *reason = std::move(key).status();
        *at = i;
      }
      continue;
    }
    read.key = std::move(*key);
    if (!items.Insert(*read.table, read.key)) return Status::Validation(duplicate);
  }
  return Status::Ok();
}

Value ShowItem(const Value& item, const ItemRead& read) {
  return item.is_missing() ? item : Project(item, read.projection).Materialize();
}

Result<Value> ReadOne(DatabaseState* db, ReadView& view, const ItemRead& read, size_t* size) {
  Value item;
  PARTON_RETURN_IF_ERROR(db->store->Get(view, *read.table, read.key, nullptr, &item, nullptr));
  *size = MeteredBytes(item);
  return ShowItem(item, read);
}

Status ReadTogether(DatabaseState* db, ReadView& view, const std::vector<ItemRead>& reads, std::vector<Value>* items) {
  items->assign(reads.size(), Value());
  std::vector<bool> done(reads.size(), false);
  for (size_t i = 0; i < reads.size(); ++i) {
    if (done[i]) continue;
    const TablePtr& table = reads[i].table;
    std::vector<Key> keys;
    std::vector<size_t> places;
    for (size_t j = i; j < reads.size(); ++j) {
      if (reads[j].table->id != table->id) continue;
      done[j] = true;
      keys.push_back(reads[j].key);
      places.push_back(j);
    }
    std::vector<Value> found;
    PARTON_RETURN_IF_ERROR(db->store->BatchGet(view, *table, keys, nullptr, &found, nullptr));
    for (size_t k = 0; k < places.size(); ++k) (*items)[places[k]] = std::move(found[k]);
  }
  return Status::Ok();
}

}  // namespace parton
