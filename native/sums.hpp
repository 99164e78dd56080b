// The sums over the lanes of several vectors at once, as one vector.
#pragma once
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

template <int... j> struct Indices {};
template <int N, int... j> struct CountTo : CountTo<N - 1, N - 1, j...> {};
template <int... j> struct CountTo<0, j...> { using type = Indices<j...>; };

// In every 2H lanes: a's lower H + its upper H, then b's.
template <class T, int N, int H, int... j>
CHALKGRAD_INLINE Vec<T, N> add_halves(Vec<T, N> a, Vec<T, N> b, Indices<j...>) {
  return __builtin_shufflevector(a, b, (j % (2 * H) < H ? j : N + j - H)...) +
         __builtin_shufflevector(a, b, (j % (2 * H) < H ? j + H : N + j)...);
}

// lane r ← Σ_i p[r · N + i] for r < N: each sum is taken in the order of sum<T, N>
template <class T, int N, int H = 1> CHALKGRAD_INLINE Vec<T, N> sums_of_rows(const T *p) {
  if constexpr (H == N) return load<T, N>(p);
  else
    return add_halves<T, N, H>(sums_of_rows<T, N, 2 * H>(p), sums_of_rows<T, N, 2 * H>(p + H * N),
                               typename CountTo<N>::type());
}

}  // namespace chalkgrad::CHALKGRAD_ISA
