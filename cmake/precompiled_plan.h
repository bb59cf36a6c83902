// For layers that see plans (PARTON_PRECOMPILE).
#include "cmake/precompiled_store.h"
#include "planner/plan/plan.h"
#include "types/functions/functions.h"
