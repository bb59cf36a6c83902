// Change feeds.
#ifndef PARTON_NODE_FEED_H_
#define PARTON_NODE_FEED_H_

#include "support.h"

namespace parton::node {

void ExportFeed(napi_env env, napi_value exports);

}  // namespace parton::node

#endif  // PARTON_NODE_FEED_H_
