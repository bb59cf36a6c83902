// An ordered map of which a copy costs nothing: it shares all nodes, and a later change of either side makes anew only
// the nodes on the way down to it. A treap, so the way is logarithmic in every order of insertion.
//
// Threads: each map is used by one thread at a time; maps that share nodes may be used by several at once.
#ifndef PARTON_STORAGE_LOCAL_PERSISTENT_MAP_H_
#define PARTON_STORAGE_LOCAL_PERSISTENT_MAP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace parton {

template <typename K, typename V>
class PersistentMap {
  struct Node;

 public:
  PersistentMap() = default;
  PersistentMap(const PersistentMap& o)
      : root_(Share(o.root_)), size_(o.size_), copied_(o.copied_), random_(o.random_) {}
  PersistentMap(PersistentMap&& o) noexcept { Swap(&o); }
  PersistentMap& operator=(PersistentMap o) noexcept {
    Swap(&o);
    return *this;
  }
  ~PersistentMap() { Drop(root_); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Nodes that changes had to make anew because another map shares them, and the bytes of one.
  uint64_t copied() const { return copied_; }
  static constexpr size_t kNodeBytes = 64;

  // Null: it is not there. Valid until the key is put again.
  template <typename Key>
  const V* Find(const Key& key) const {
    for (const Node* n = root_; n != nullptr;) {
      const auto order = key <=> n->entry->first;
      if (order == 0) return &n->entry->second;
      n = order < 0 ? n->left : n->right;
    }
    return nullptr;
  }

  // In the place of what the key had. If there is no memory, nothing is changed.
  void Put(K key, V value) {
    auto entry = std::make_shared<const Entry>(std::move(key), std::move(value));
    Insert(&root_, &entry);
  }

  // Of the map as it was when the iterator was made.
  class Iterator {
   public:
    explicit Iterator(const PersistentMap& map) : map_(map) {}

    bool Valid() const { return !path_.empty(); }
    // REQUIRES: Valid().
    const K& key() const { return path_.back()->entry->first; }
    const V& value() const { return path_.back()->entry->second; }

    void SeekToFirst() {
      path_.clear();
      Descend(map_.root_, &Node::left);
    }
    void SeekToLast() {
      path_.clear();
      Descend(map_.root_, &Node::right);
    }
    // To the first key at or behind `key`.
    template <typename Key>
    void Seek(const Key& key) {
      Find(key, true);
    }
    // To the last key before `key`.
    template <typename Key>
    void SeekBefore(const Key& key) {
      Find(key, false);
    }
    void Next() { Step(&Node::right, &Node::left); }
    void Prev() { Step(&Node::left, &Node::right); }

   private:
    using Side = Node* Node::*;

    void Descend(const Node* n, Side side) {
      for (; n != nullptr; n = n->*side) path_.push_back(n);
    }
    void Step(Side onward, Side back) {
      const Node* child = path_.back();
      if (child->*onward != nullptr) return Descend(child->*onward, back);
      path_.pop_back();
      while (!path_.empty() && path_.back()->*onward == child) {
        child = path_.back();
        path_.pop_back();
      }
    }
    template <typename Key>
    void Find(const Key& key, bool behind) {
      path_.clear();
      size_t found = 0;
      for (const Node* n = map_.root_; n != nullptr;) {
        path_.push_back(n);
        const bool before = n->entry->first < key;
        if (before != behind) found = path_.size();
        n = before ? n->right : n->left;
      }
      path_.resize(found);
    }

    const PersistentMap map_;
    std::vector<const Node*> path_;  // from the root to the current node
  };

 private:
  using Entry = std::pair<K, V>;

  struct Node {
    Node(std::shared_ptr<const Entry> e, uint32_t p) : priority(p), entry(std::move(e)) {}

    std::atomic<uint32_t> owners{1};
    const uint32_t priority;  // no child has a higher one
    std::shared_ptr<const Entry> entry;
    Node* left = nullptr;
    Node* right = nullptr;
  };

  static Node* Share(Node* n) {
    if (n != nullptr) n->owners.fetch_add(1, std::memory_order_relaxed);
    return n;
  }
  static void Drop(Node* n) {
    if (n == nullptr || n->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    Drop(n->left);
    Drop(n->right);
    delete n;
  }
  void Swap(PersistentMap* o) noexcept {
    std::swap(root_, o->root_);
    std::swap(size_, o->size_);
    std::swap(copied_, o->copied_);
    std::swap(random_, o->random_);
  }

  // Makes **slot this map's alone.
  void Own(Node** slot) {
    Node* n = *slot;
    if (n->owners.load(std::memory_order_acquire) == 1) return;
    Node* copy = new Node(n->entry, n->priority);
    copy->left = Share(n->left);
    copy->right = Share(n->right);
    Drop(n);
    *slot = copy;
    ++copied_;
  }

  void Insert(Node** slot, std::shared_ptr<const Entry>* entry) {
    if (*slot == nullptr) {
      *slot = new Node(std::move(*entry), Random());
      ++size_;
      return;
    }
    Own(slot);
    Node* n = *slot;
    const auto order = (*entry)->first <=> n->entry->first;
    if (order == 0) {
      n->entry = std::move(*entry);
      return;
    }
    const bool left = order < 0;
    Node** child = left ? &n->left : &n->right;
    Insert(child, entry);
    if ((*child)->priority <= n->priority) return;
    Node* top = *child;
    Node** inner = left ? &top->right : &top->left;
    *child = *inner;
    *inner = n;
    *slot = top;
  }

  uint32_t Random() {
    random_ += 0x9e3779b97f4a7c15;
    uint64_t z = random_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<uint32_t>(z >> 32);
  }

  Node* root_ = nullptr;
  size_t size_ = 0;
  uint64_t copied_ = 0;
  uint64_t random_ = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_PERSISTENT_MAP_H_
