// Rows into columns.
#pragma once
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// out[j · out_step + i] = in[i][j]      i < 4, j < N
template <class T, int N> CHALKGRAD_INLINE void turn_rows(const T *const (&in)[4], T *out, long out_step) {
  for (int j = 0; j < N; j += 4, out += 4 * out_step) {
    const auto a = load<T, 4>(in[0] + j), b = load<T, 4>(in[1] + j), c = load<T, 4>(in[2] + j), d = load<T, 4>(in[3] + j);
    const auto ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const auto AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store<T, 4>(out, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
    store<T, 4>(out + out_step, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
    store<T, 4>(out + 2 * out_step, __builtin_shufflevector(AB, CD, 0, 1, 4, 5));
    store<T, 4>(out + 3 * out_step, __builtin_shufflevector(AB, CD, 2, 3, 6, 7));
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
