#include "session/transfer/segmented_scan.h"

#include <utility>

namespace parton {

Status SegmentedScan::OpenSegment(uint64_t number, uint64_t of, const std::string& after) {
  CursorSpec spec;
  spec.table = table_;
  spec.after = after;
  if (of > 1) {
    spec.hash_segment = static_cast<uint32_t>(number);
    spec.hash_segments = static_cast<uint32_t>(of);
  }
  PARTON_ASSIGN_OR_RETURN(segments_[number].cursor, store_.OpenCursor(store_.LatestView(), spec, &eval_, 0));
  return Status::Ok();
}

Status SegmentedScan::Open(uint64_t segments) {
  segments_.resize(segments);
  for (uint64_t i = 0; i < segments; ++i) PARTON_RETURN_IF_ERROR(OpenSegment(i, segments, ""));
  return Status::Ok();
}

Status SegmentedScan::Resume(const Value& position) {
  if (!position.is_collection() || position.Count() == 0) {
    return Status::Validation("how far the copy came is not noted", {}, "COPY it from the beginning");
  }
  const std::vector<Value> places = position.elements();
  segments_.resize(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].is_text()) PARTON_RETURN_IF_ERROR(OpenSegment(i, places.size(), std::string(places[i].bytes())));
  }
  return Status::Ok();
}

Result<bool> SegmentedScan::Next(Value* item) {
  for (size_t ended = 0; ended < segments_.size();) {
    Segment& segment = segments_[turn_];
    turn_ = (turn_ + 1) % segments_.size();
    if (segment.cursor == nullptr) {
      ++ended;
      continue;
    }
    const bool more = segment.cursor->Next(item);
    const double units = segment.cursor->stats().units - segment.units;
    segment.units += units;
    units_ += units;
    pace_.Spend(units);
    if (more) {
      *item = std::move(*item).Own();
      return true;
    }
    PARTON_RETURN_IF_ERROR(segment.cursor->status());
    segment.cursor.reset();
    ended = 0;
  }
  return false;
}

Value SegmentedScan::Position() const {
  std::vector<Value> out;
  for (const Segment& s : segments_) {
    out.push_back(s.cursor == nullptr ? Value::Null() : Value::String(s.cursor->Position()));
  }
  return Value::List(std::move(out));
}

}  // namespace parton
