#include "session/shown_row.h"

#include "types/item/item_codec.h"
#include "types/value/kept_bytes.h"

namespace parton {

namespace {

const Value kMissing;

}  // namespace

ShownRow::ShownRow() : row_(&kMissing) {}

void ShownRow::Clear() { row_ = &kMissing; }

// A value that the operators own is shown as it is, whoever holds it.
void ShownRow::ShowStreamed(const Value& row) {
  const internal::HeapItem* item = EncodedItem(row);
  if (item == nullptr || item->owned) {
    row_ = &row;
    if (item == nullptr && row.borrowed()) {
      KeepBytes(row, &shown_);
      row_ = &shown_;
    }
    return;
  }
  internal::HeapItem* shown = EncodedItem(shown_);
  if (shown == nullptr || shown->owned || shown->names != item->names) {
    shown = new internal::HeapItem;
    shown->names = item->names;
    shown_ = FromEncodedItem(shown);
  }
  shown->bytes = item->bytes;
  row_ = &shown_;
}

void ShownRow::KeepCopies() {
  internal::HeapItem* shown = EncodedItem(shown_);
  if (shown == nullptr || shown->owned || shown->Unique()) return;
  try {
    shown->storage = shown->bytes;
  } catch (...) {
    // The copies must not look at bytes that go.
    shown->storage.clear();
    shown->bytes = shown->storage;
    shown->Keep();
    throw;
  }
  shown->bytes = shown->storage;
  shown->Keep();
}

}  // namespace parton
