// One panel of samples: features × P numbers, sample i in lane i.  The first `rows` lanes hold samples; the
// others are padding, which may hold anything and must not reach a result.
#pragma once
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// One sum a lane, in double
template <class T, int N> struct LaneSums {
  static constexpr int parts = sizeof(T) == 4 && N > 1 ? 2 : 1;
  Vec<double, N / parts> part[parts] = {};

  CHALKGRAD_INLINE void add(Vec<T, N> v) {
    if constexpr (parts == 2) {
      const auto h = halves<T, N>(v);
      part[0] += convert<double, T, N / 2>(h.low);
      part[1] += convert<double, T, N / 2>(h.high);
    } else {
      part[0] += convert<double, T, N>(v);
    }
  }
  // Σ_i c_i · sum_i over the lanes in `mask`; the others may hold NaN
  CHALKGRAD_INLINE double weighted(Vec<T, N> c, IntVec<T, N> mask) const {
    if constexpr (parts == 2) {
      const auto weight = halves<T, N>(c);
      const auto real = halves<Int<T>, N>(mask);
      return sum<double, N / 2>(product(part[0], weight.low, real.low) +
                                product(part[1], weight.high, real.high));
    } else {
      return sum<double, N>(product(part[0], c, mask));
    }
  }

 private:
  static constexpr int n = N / parts;
  static CHALKGRAD_INLINE Vec<double, n> product(Vec<double, n> sums, Vec<T, n> c, IntVec<T, n> mask) {
    const auto real = __builtin_convertvector(mask, IntVec<double, n>);
    return real ? convert<double, T, n>(c) * sums : Vec<double, n>{};
  }
};

// Σ_i c_i Σ_j v_ij over the panel, in double
template <class T, int P> inline double weighted_sum(const T *v, const T *c, int rows, long features) {
  constexpr int N = lanes_of_panel<T, P>;
  double total = 0;
  for (int part = 0; part < P; part += N) {
    LaneSums<T, N> sums;
    for (long j = 0; j < features; j++) sums.add(load<T, N>(v + j * P + part));
    total += sums.weighted(load<T, N>(c + part), first_lanes<T, N>(rows - part));
  }
  return total;
}

// v_ij ← c_i v_ij, and 0 in the padding
template <class T, int P> inline void scale_samples(T *v, const T *c, int rows, long features) {
  constexpr int N = lanes_of_panel<T, P>;
  for (int part = 0; part < P; part += N) {
    const Vec<T, N> factor = load<T, N>(c + part);
    const IntVec<T, N> real = first_lanes<T, N>(rows - part);
    for (long j = 0; j < features; j++) {
      T *at = v + j * P + part;
      store<T, N>(at, real ? load<T, N>(at) * factor : Vec<T, N>{});
    }
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
