#include "executor/capacity/capacity_meter.h"

#include <fmt/format.h>

#include <algorithm>

#include "types/item/item_rules.h"

namespace parton {

namespace {

void AddCharge(const CapacityTarget& target, double units, std::vector<CapacityCharge>* charges) {
  for (CapacityCharge& c : *charges) {
    if (c.target.id() != target.id()) continue;
    c.units += units;
    return;
  }
  charges->push_back({target, units});
}

const IndexSchema* IndexById(const TableSchema& table, uint32_t id) {
  for (const IndexSchema& i : table.indexes) {
    if (i.id == id) return &i;
  }
  return nullptr;
}

// Only what got as far as its items costs.
bool IsCharged(const Status& error) {
  return error.ok() || error.code() == StatusCode::kConditionFailed || error.code() == StatusCode::kDuplicateItem ||
         error.code() == StatusCode::kTransactionCanceled;
}

std::string UnitsText(double read, double write) {
  std::string out;
  if (read > 0) out = fmt::format("{} read unit{}", read, read == 1 ? "" : "s");
  if (write > 0) {
    out += fmt::format("{}{} write unit{}", out.empty() ? "" : ", ", write, write == 1 ? "" : "s");
  }
  return out;
}

}  // namespace

uint64_t MeteredBytes(const Value& item) { return item.is_struct() ? ItemSize(item) : 0; }

std::string DescribeCapacity(const std::vector<ConsumedCapacity>& consumed, bool indexes) {
  std::string out;
  std::vector<std::string_view> done;
  for (const ConsumedCapacity& c : consumed) {
    if (std::find(done.begin(), done.end(), c.table) != done.end()) continue;
    done.push_back(c.table);
    double read = 0, write = 0;
    std::string table_part, parts;
    for (const ConsumedCapacity& part : consumed) {
      if (part.table != c.table) continue;
      read += part.read_units;
      write += part.write_units;
      const std::string units = UnitsText(part.read_units, part.write_units);
      if (part.index.empty()) {
        table_part = "table " + units;
      } else {
        parts += fmt::format("; {}index {} {}", part.local_index ? "local " : "", part.index, units);
      }
    }
    parts = table_part.empty() ? parts.substr(2) : table_part + parts;
    out += fmt::format("{}{} {}", out.empty() ? "" : "; ", c.table, UnitsText(read, write));
    if (indexes) out += " (" + parts + ")";
  }
  return out;
}

double CapacityMeter::ReadFactor(const IndexSchema* index, bool consistent) const {
  if (mode_.in_transaction && index == nullptr) return 2;
  return consistent ? 1 : 0.5;
}

Status CapacityMeter::AdmitItem(const TableSchema& table, bool consistent) {
  if (!checking_) return AdmitPage(table, nullptr, consistent);
  return mode_.throttle ? mode_.ledger->Admit(CapacityKind::kWrite, {{&table, nullptr}, 2}, Now()) : Status::Ok();
}

Status CapacityMeter::AdmitPage(const TableSchema& table, const IndexSchema* index, bool consistent) {
  if (!mode_.throttle) return Status::Ok();
  return mode_.ledger->Admit(CapacityKind::kRead, {{&table, index}, ReadFactor(index, consistent)}, Now());
}

double CapacityMeter::ReadItem(const TableSchema& table, uint64_t bytes, bool consistent) {
  if (!checking_) return ReadPage(table, nullptr, bytes, consistent);
  const double units = 2.0 * static_cast<double>(Blocks(bytes, kWriteBlockBytes));
  Spend(CapacityKind::kWrite, {{{&table, nullptr}, units}});
  return units;
}

double CapacityMeter::ReadPage(const TableSchema& table, const IndexSchema* index, uint64_t bytes, bool consistent) {
  const double units = static_cast<double>(Blocks(bytes, kReadBlockBytes)) * ReadFactor(index, consistent);
  Spend(CapacityKind::kRead, {{{&table, index}, units}});
  return units;
}

Status CapacityMeter::Write(const std::vector<WriteOp>& ops, const std::vector<WriteOutcome>& outcomes,
                            const Status& error) {
  if (!IsCharged(error)) return Status::Ok();
  std::vector<CapacityCharge> charges;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const WriteOutcome& o = outcomes[i];
    if (!o.judged) continue;
    const TableSchema& table = *ops[i].table;
    const double blocks = static_cast<double>(Blocks(std::max(o.old_size, o.new_size), kWriteBlockBytes));
    AddCharge({&table, nullptr}, mode_.in_transaction ? 2 * blocks : blocks, &charges);
    for (const auto& [id, units] : o.index_units) {
      if (const IndexSchema* index = IndexById(table, id)) {
        AddCharge({&table, index}, static_cast<double>(units), &charges);
      }
    }
  }
  if (!mode_.throttle) {
    Spend(CapacityKind::kWrite, charges);
    return Status::Ok();
  }
  short_table_ = nullptr;
  PARTON_RETURN_IF_ERROR(mode_.ledger->Take(CapacityKind::kWrite, charges, Now(), &short_table_));
  for (const CapacityCharge& c : charges) Note(CapacityKind::kWrite, c);
  return Status::Ok();
}

void CapacityMeter::Spend(CapacityKind kind, const std::vector<CapacityCharge>& charges) {
  mode_.ledger->Charge(kind, charges, mode_.clock->NowMs(), mode_.throttle);
  for (const CapacityCharge& c : charges) Note(kind, c);
}

void CapacityMeter::Note(CapacityKind kind, const CapacityCharge& charge) {
  const TableSchema& table = *charge.target.table;
  const IndexSchema* index = charge.target.index;
  const std::string_view name = index == nullptr ? std::string_view() : index->name;
  auto it = std::find_if(consumed_.begin(), consumed_.end(),
                         [&](const ConsumedCapacity& c) { return c.table == table.name && c.index == name; });
  if (it == consumed_.end()) {
    it = consumed_.insert(consumed_.end(), ConsumedCapacity{});
    it->table = table.name;
    it->index = name;
    it->local_index = index != nullptr && index->kind == IndexKind::kLocal;
  }
  (kind == CapacityKind::kRead ? it->read_units : it->write_units) += charge.units;
}

}  // namespace parton
