#include "storage/local/recovery/upgrade.h"

#include "storage/local/bytes/key_layout.h"
#include "storage/local/engine.h"
#include "types/item/varint.h"

namespace parton {

const std::vector<UpgradeStep>& UpgradeSteps() {
  static const std::vector<UpgradeStep>& steps = *new std::vector<UpgradeStep>;
  return steps;
}

Status UpgradeFormat(Engine* engine, uint64_t from, const std::vector<UpgradeStep>& steps) {
  if (from == 0) return Status::Corruption("the format record is damaged");
  for (uint64_t version = from; version <= steps.size(); ++version) {
    PARTON_RETURN_IF_ERROR(steps[version - 1](engine));
    std::string value;
    PutVarint(version + 1, &value);
    leveldb::WriteBatch batch;
    batch.Put(NamedKey(KeySpace::kSystem, kFormatName), value);
    PARTON_RETURN_IF_ERROR(engine->WriteBatch(&batch, true));
  }
  return Status::Ok();
}

}  // namespace parton
