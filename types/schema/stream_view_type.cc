#include "types/schema/stream_view_type.h"

namespace parton {

std::string_view StreamViewType(StreamView view) {
  switch (view) {
    case StreamView::kOff: return "OFF";
    case StreamView::kKeysOnly: return "KEYS_ONLY";
    case StreamView::kNewImage: return "NEW_IMAGE";
    case StreamView::kOldImage: return "OLD_IMAGE";
    case StreamView::kBothImages: return "NEW_AND_OLD_IMAGES";
  }
  return "OFF";
}

}  // namespace parton
