#include "storage/table_writer.h"

#include <algorithm>

#include "types/value/value_compare.h"

namespace parton {

bool PremisesHold(const std::vector<WritePremise>& premises, const Value& item) {
  return std::all_of(premises.begin(), premises.end(), [&](const WritePremise& p) {
    if (p.attribute.empty()) return DeepEqual(item, p.value);
    return DeepEqual(item.is_struct() ? item.Get(p.attribute) : Value(), p.value);
  });
}

}  // namespace parton
