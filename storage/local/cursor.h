// Cursors over items and index entries.
#ifndef PARTON_STORAGE_LOCAL_CURSOR_H_
#define PARTON_STORAGE_LOCAL_CURSOR_H_

#include <memory>

#include "storage/local/engine.h"
#include "storage/local/views.h"
#include "storage/table_store.h"

namespace parton {

Result<std::unique_ptr<ItemCursor>> OpenLocalCursor(Engine* engine, LocalView& view, const CursorSpec& spec,
                                                    EvalContext* ctx, int slot);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_CURSOR_H_
