// Change feeds.
#include "feed.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "link.h"

namespace py = pybind11;

namespace parton::python {
namespace {

class Feed {
  // Calls `body` with the feed to itself and the interpreter unlocked.
  template <typename Body>
  auto Locked(Body body) {
    if (feed_ == nullptr) RaiseNamed("InterfaceError", "the feed is closed");
    if (link_->closed()) RaiseNamed("InterfaceError", "the connection is closed");
    const Unlocked unlocked;
    const std::lock_guard<std::mutex> lock(mutex_);
    return body(*feed_);
  }

 public:
  Feed(std::shared_ptr<Link> link, const std::string& table, const std::string& start, uint64_t sequence,
       const std::string& consumer)
      : link_(std::move(link)), database_(link_->database()) {
    FeedOptions options;
    options.start = StartOf(start);
    options.sequence = sequence;
    options.consumer = consumer;
    feed_ = ValueOf(link_->OnDatabase([&](Database& d) { return d.OpenFeed(table, options); }));
  }
  ~Feed() { Close(); }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // The next changes; waits up to `seconds` for the first (negative: without end). Ctrl-C raises.
  py::list Read(size_t limit, double seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    for (;;) {
      const Result<std::vector<Change>> changes = Locked([&](ChangeFeed& feed) {
        if (seconds == 0) return feed.Read(limit);
        std::chrono::milliseconds wait{100};
        if (seconds > 0) {
          const auto left = until - std::chrono::steady_clock::now();
          wait = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0}, wait);
        }
        return feed.Wait(limit, wait);
      });
      if (!changes.ok()) Raise(changes.status());
      const bool late = seconds >= 0 && std::chrono::steady_clock::now() >= until;
      if (!changes->empty() || stopped_ || seconds == 0 || late) return ListOf(*changes);
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  uint64_t position() {
    return Locked([](ChangeFeed& feed) { return feed.position(); });
  }
  void Seek(const std::string& start, uint64_t sequence) {
    RaiseIfError(Locked([&](ChangeFeed& feed) { return feed.Seek(StartOf(start), sequence); }));
  }
  // In the transaction that the connection has open, or at once.
  void Acknowledge(const std::shared_ptr<Link>& transaction) {
    RaiseIfError(Locked([&](ChangeFeed& feed) {
      if (transaction == nullptr) return feed.Acknowledge();
      const py::gil_scoped_acquire locked;
      return transaction->Call([&](Connection& connection) { return feed.AcknowledgeIn(connection); });
    }));
  }
  void Forget() {
    RaiseIfError(Locked([](ChangeFeed& feed) { return feed.Forget(); }));
  }
  // From any thread.
  void Stop() {
    stopped_ = true;
    const Unlocked unlocked;
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    if (feed_ != nullptr) (void)feed_->Stop();
  }
  bool stopped() const { return stopped_; }
  void Close() {
    if (feed_ == nullptr) return;
    Stop();
    const Unlocked unlocked;
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::lock_guard<std::mutex> stop_lock(stop_mutex_);
    feed_.reset();
    database_.reset();
  }

 private:
  static FeedOptions::Start StartOf(const std::string& word) {
    if (word == "latest") return FeedOptions::Start::kLatest;
    if (word == "beginning") return FeedOptions::Start::kTrimHorizon;
    if (word == "at") return FeedOptions::Start::kAt;
    if (word == "after") return FeedOptions::Start::kAfter;
    throw py::value_error("start is latest, beginning, at or after");
  }

  py::list ListOf(const std::vector<Change>& changes) const {
    py::list out;
    for (const Change& c : changes) {
      const auto value = [&](const Value& v) {
        return v.is_missing() ? py::object(py::none()) : ToObject(v, link_->numbers());
      };
      const char* event = c.event == Change::Event::kInsert   ? "INSERT"
                          : c.event == Change::Event::kModify ? "MODIFY"
                                                              : "REMOVE";
      out.append(py::make_tuple(event, value(c.keys), value(c.new_image), value(c.old_image), c.sequence,
                                static_cast<double>(c.created_ms) / 1000.0, c.by_ttl));
    }
    return out;
  }

  std::shared_ptr<Link> link_;
  std::shared_ptr<SharedDatabase> database_;
  std::unique_ptr<ChangeFeed> feed_;
  std::mutex mutex_;
  std::mutex stop_mutex_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

void DefineFeed(py::module_& module) {
  py::class_<Feed>(module, "Feed")
      .def(py::init<std::shared_ptr<Link>, const std::string&, const std::string&, uint64_t, const std::string&>())
      .def("read", &Feed::Read)
      .def("seek", &Feed::Seek)
      .def("acknowledge", &Feed::Acknowledge)
      .def("forget", &Feed::Forget)
      .def("stop", &Feed::Stop)
      .def("close", &Feed::Close)
      .def_property_readonly("stopped", &Feed::stopped)
      .def_property_readonly("position", &Feed::position);
}

}  // namespace parton::python
