// Dropout masks, the same bits as chalkgrad.train.executors.random: entry (i, j) of M_l in step k is 0 where
// u(key(seed, k, l), i·n_l + j) < rate · 2³², else 1/(1 − rate).
#pragma once
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
CHALKGRAD_INLINE uint64_t mix64(uint64_t z) {
  z += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}
// The key of one mask; seed modulo 2⁶⁴, layers counted from 1.
CHALKGRAD_INLINE uint32_t dropout_key(uint64_t seed, uint64_t step, uint64_t layer) {
  return uint32_t(mix64(mix64(mix64(seed) ^ step) ^ layer));
}

// What a rate means for the hash and for the numbers that stay.
template <class T> struct Dropping {
  uint32_t threshold;
  T kept;  // 1/(1 − rate)
  static Dropping of(double rate) {
    const double edge = __builtin_rint(rate * 4294967296.0);
    return {edge >= 4294967295.0 ? 4294967295u : uint32_t(edge), T(1.0 / (1.0 - rate))};
  }
};

template <int N> CHALKGRAD_INLINE Vec<uint32_t, N> hash(Vec<uint32_t, N> u, uint32_t key) {
  u = u * 0x9E3779B9u + key;
  u ^= u >> 16;
  u *= 0x21F0AAADu;
  u ^= u >> 15;
  u *= 0xD35A2D97u;
  return u ^ (u >> 15);
}

// M at `index` = i·n_l + j
template <class T, int N>
CHALKGRAD_INLINE Vec<T, N> dropout_mask(Vec<uint32_t, N> index, uint32_t key, Dropping<T> dropping) {
  const auto dropped = hash<N>(index, key) < dropping.threshold;
  const IntVec<T, N> mask = __builtin_convertvector(dropped, IntVec<T, N>);
  return mask ? Vec<T, N>{} : broadcast<T, N>(dropping.kept);
}

// out = source ⊙ M for one panel, features × P; lane 0 is sample `first` of the mini-batch; out may be source
template <class T, int P> inline void dropout_panel(const T *source, T *out, long features, uint32_t first,
                                                    uint32_t key, Dropping<T> dropping) {
  constexpr int N = lanes_of_panel<T, P>;
  for (int part = 0; part < P; part += N) {
    Vec<uint32_t, N> index = (iota<uint32_t, N>() + (first + uint32_t(part))) * uint32_t(features);
    for (long j = 0; j < features; j++, index += 1) {
      const long at = j * P + part;
      store<T, N>(out + at, load<T, N>(source + at) * dropout_mask<T, N>(index, key, dropping));
    }
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
