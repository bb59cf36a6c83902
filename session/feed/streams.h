// include/parton/streams.h on top of the store.
#ifndef PARTON_SESSION_FEED_STREAMS_H_
#define PARTON_SESSION_FEED_STREAMS_H_

#include <memory>

#include "parton/streams.h"

namespace parton {

struct DatabaseState;

// `db` must outlive it.
std::unique_ptr<Streams> MakeStreams(DatabaseState* db);

}  // namespace parton

#endif  // PARTON_SESSION_FEED_STREAMS_H_
