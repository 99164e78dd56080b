// Rows into columns.
#pragma once
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// out[j · out_step + i] = in[i][j]      i < 4, j < N
template <class T, int N> CHALKGRAD_INLINE void turn_rows(const T *const (&in)[4], T *out, long out_step) {
  for (int j = 0; j < N; j += 4, out += 4 * out_step) {
    const auto a = load<T, 4>(in[0] + j), b = load<T, 4>(in[1] + j), c = load<T, 4>(in[2] + j),
               d = load<T, 4>(in[3] + j);
    const auto ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const auto AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store<T, 4>(out, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
    store<T, 4>(out + out_step, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
    store<T, 4>(out + 2 * out_step, __builtin_shufflevector(AB, CD, 0, 1, 4, 5));
    store<T, 4>(out + 3 * out_step, __builtin_shufflevector(AB, CD, 2, 3, 6, 7));
  }
}

// a number of its own: four of them would be computed as a vector, and taken apart again
CHALKGRAD_INLINE int64_t alone(int64_t number) {
  asm("" : "+r"(number));
  return number;
}
// out[feature · out_step + i] ← from[row i][feature], rows a, b, c, d
template <class T> CHALKGRAD_INLINE void gather_rows(const T *from, int64_t a, int64_t b, int64_t c,
                                                     int64_t d, long features, T *out, long out_step) {
  const T *const row[4] = {from + alone(a * features), from + alone(b * features), from + alone(c * features),
                           from + alone(d * features)};
  long j = 0;
  for (; j + 4 <= features; j += 4) {
    const T *const part[4] = {row[0] + j, row[1] + j, row[2] + j, row[3] + j};
    turn_rows<T, 4>(part, out + j * out_step, out_step);
  }
  for (; j < features; ++j) {
    out[j * out_step] = row[0][j];
    out[j * out_step + 1] = row[1][j];
    out[j * out_step + 2] = row[2][j];
    out[j * out_step + 3] = row[3][j];
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
