// Where every number lies.  L = lanes of a panel, m = samples of the mini-batch, P = ⌈m / L⌉ panels.
//
//   activations, errors   [P][features + 1][L]       batch in the vector lanes; the last row is all ones
//   weights, their state  [⌈n_out / 16⌉][n_in + 1][16]   outputs in the lanes; the last row is the bias
//   errors, turned        [⌈n_out / 16⌉][P · L][16]  the right factor of the weight gradient
//
// The bias is the weight of the row of ones, so that it needs no code of its own.  Lanes beyond m repeat the
// last sample, outputs beyond n_out are zero: neither is ever part of a sum over samples or features.
#pragma once
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

constexpr int kBlock = 16;  // outputs of a block of weights, on every instruction set
template <class T> constexpr int kMostLanes =
    sizeof(T) == 4 ? 16 : 8;  // fewer where the mini-batch is smaller

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif

// Rows of a register tile whose rows take `vectors` registers: the accumulators leave room for the operands.
constexpr int tile_rows(int vectors) {
  if (vectors == 1) return kRegisters == 32 ? 16 : 12;
  const int rows = (kRegisters - vectors - 1) / vectors;
  return rows < 1 ? 1 : rows > 12 ? 12 : rows;
}

constexpr long ceil_div(long a, long b) { return (a + b - 1) / b; }
constexpr long smaller(long a, long b) { return a < b ? a : b; }
// `count` things in equal chunks of at most `most`: the size of a chunk.
constexpr long even_chunk(long count, long most) { return ceil_div(count, ceil_div(count, most)); }

struct Range {
  long begin, end;
};
// The share of worker `t` of `workers` in things 0 … count − 1.
CHALKGRAD_INLINE Range share(long count, int t, int workers) {
  return {count * t / workers, count * (t + 1) / workers};
}

// One zeroed piece of memory that arrays are taken from.  With no memory behind it, it only counts.
class Slab {
 public:
  Slab() = default;
  Slab(const Slab &) = delete;
  Slab &operator=(const Slab &) = delete;
  ~Slab() { free(base_); }

  bool reserve(size_t bytes) {
    constexpr size_t kHuge = size_t(1) << 21;
    const bool huge = bytes > kHuge;
    const size_t unit = huge ? kHuge : 64;
    bytes = (bytes + 128 + unit - 1) / unit * unit;  // whole vectors may be read beyond the last number
    base_ = static_cast<char *>(aligned_alloc(unit, bytes));
    if (base_ == nullptr) return false;
#if defined(__linux__)
    if (huge) madvise(base_, bytes, MADV_HUGEPAGE);
#endif
    memset(base_, 0, bytes);
    used_ = 0;
    return true;
  }

  template <class T> T *take(size_t count) {
    T *place = base_ == nullptr ? nullptr : reinterpret_cast<T *>(base_ + used_);
    used_ += (count * sizeof(T) + 127) / 64 * 64;  // a cache line between neighbours
    return place;
  }

  void release() {
    free(base_);
    base_ = nullptr;
  }

  size_t used() const { return used_; }

 private:
  char *base_ = nullptr;
  size_t used_ = 0;
};

// One linear layer.  `rows` are the rows of weights that are learnt: n_in, and one more if it has a bias.
template <class T> struct Layer {
  int n_in, n_out, rows, blocks;
  double l2;
  T *weights;
  T *m, *v;     // what the optimiser remembers, like the weights
  T *gradient;  // kept only where the update waits for the norm, and for `gradients`

  long block_size() const { return long(n_in + 1) * kBlock; }
  long size() const { return blocks * block_size(); }
  long place(long block, long row) const { return block * block_size() + row * kBlock; }
};

// One buffer of activations or errors.
template <class T, int L> struct Panels {
  int features;
  T *data;

  long stride() const { return long(features + 1) * L; }
  T *panel(long p) const { return data + p * stride(); }
};

}  // namespace chalkgrad::CHALKGRAD_ISA
