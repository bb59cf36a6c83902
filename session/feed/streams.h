// include/parton/streams.h on top of the store.
#ifndef PARTON_SESSION_FEED_STREAMS_H_
#define PARTON_SESSION_FEED_STREAMS_H_

#include <cstddef>
#include <memory>

#include "parton/streams.h"
#include "storage/table_store.h"

namespace parton {

// `store` must outlive it. `memory_limit_bytes`: of each call.
std::unique_ptr<Streams> MakeStreams(TableStore* store, size_t memory_limit_bytes);

}  // namespace parton

#endif  // PARTON_SESSION_FEED_STREAMS_H_
