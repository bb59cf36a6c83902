#include "session/requests/page_reader.h"

#include <utility>

#include "session/database_state.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_metering.h"
#include "types/item/item_rules.h"

namespace parton {

namespace {

class PageReader {
 public:
  PageReader(DatabaseState* db, const PagePlan& plan)
      : db_(db), plan_(plan), meter_(RequestMeter(db, false)), view_(db->store->NewView()), frame_(1) {
    ctx_.frame = &frame_;
    ctx_.parameters = plan.parameters;
    ctx_.logic = Logic::kDynamo;
    ctx_.now_nanos = db->NowNanos();
  }

  Result<ItemPage> Run() {
    PARTON_RETURN_IF_ERROR(meter_.AdmitPage(*plan_.table, plan_.index, plan_.consistent));
    PARTON_ASSIGN_OR_RETURN(const std::unique_ptr<ItemCursor> cursor, db_->store->OpenCursor(*view_, Spec(), &ctx_, 0));
    Value item;
    bool full = false;
    while (!full && cursor->Next(&item)) {
      ++page_.count;
      if (plan_.count_only && !plan_.fetch) continue;
      PARTON_RETURN_IF_ERROR(Add(std::move(item)));
      full = fetched_bytes_ > kPageBytes;
    }
    PARTON_RETURN_IF_ERROR(cursor->status());
    const ReadStats& stats = cursor->stats();
    meter_.ReadPage(*plan_.table, plan_.index, stats.bytes_examined, plan_.consistent);
    page_.scanned_count = static_cast<int64_t>(stats.items_examined);
    if (full || cursor->stopped_at_limit()) {
      page_.last_key = db_->store->KeyAt(*plan_.table, plan_.index, cursor->Position());
    }
    page_.capacity = meter_.TakeConsumed();
    return std::move(page_);
  }

 private:
  CursorSpec Spec() const {
    CursorSpec spec;
    spec.table = plan_.table;
    spec.index = plan_.index;
    spec.range = plan_.range;
    spec.backward = plan_.backward;
    spec.filter = plan_.filter;
    spec.after = plan_.after;
    spec.measure = true;
    spec.examine_items = plan_.limit;
    // The item that crosses the line is the page's last one.
    spec.examine_bytes = kPageBytes + 1;
    spec.hash_segment = plan_.segment;
    spec.hash_segments = plan_.segments;
    return spec;
  }

  Status Add(Value item) {
    if (plan_.fetch) {
      PARTON_ASSIGN_OR_RETURN(const Key key, ExtractKey(plan_.table->key, item));
      Value whole;
      PARTON_RETURN_IF_ERROR(meter_.AdmitItem(*plan_.table, plan_.consistent));
      PARTON_RETURN_IF_ERROR(db_->store->Get(*view_, *plan_.table, key, nullptr, &whole, nullptr));
      const uint64_t bytes = MeteredBytes(whole);
      meter_.ReadItem(*plan_.table, bytes, plan_.consistent);
      fetched_bytes_ += bytes;
      item = std::move(whole);
    }
    if (plan_.count_only) return Status::Ok();
    page_.items.push_back(Project(item, *plan_.paths).Own());
    return Status::Ok();
  }

  DatabaseState* db_;
  const PagePlan& plan_;
  CapacityMeter meter_;
  const std::unique_ptr<ReadView> view_;
  Frame frame_;
  EvalContext ctx_;
  uint64_t fetched_bytes_ = 0;
  ItemPage page_;
};

}  // namespace

Result<ItemPage> ReadItemPage(DatabaseState* db, const PagePlan& plan) { return PageReader(db, plan).Run(); }

}  // namespace parton
