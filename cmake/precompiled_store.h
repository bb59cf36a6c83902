// For layers that see the store (PARTON_PRECOMPILE).
#include "cmake/precompiled.h"
#include "parton/database.h"
#include "storage/table_store.h"
#include "types/expr/evaluate.h"
#include "types/schema/schema.h"
