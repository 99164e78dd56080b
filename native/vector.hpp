// Vectors of N numbers, in GCC and Clang vector extensions: one source for SSE2, AVX2, AVX-512 and NEON.
// A vector wider than the machine's registers is split by the compiler.
//
// Everything is inside namespace CHALKGRAD_ISA, which each translation unit defines for its instruction set
// (sse2, avx2, avx512, neon): no symbol compiled for one can be picked by another.  For the same reason
// kernel files use no templates of the standard library.
#pragma once
#include <cstddef>
#include <cstdint>

#define CHALKGRAD_INLINE inline __attribute__((always_inline))

namespace chalkgrad::CHALKGRAD_ISA {

template <class T, int N> struct VecOf {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
  typedef T unaligned __attribute__((vector_size(N * sizeof(T)), aligned(sizeof(T)), may_alias));
};
template <class T, int N> using Vec = typename VecOf<T, N>::type;

template <class T> struct IntOf;
template <> struct IntOf<float> { using type = int32_t; };
template <> struct IntOf<double> { using type = int64_t; };
template <class T, int N> using IntVec = typename VecOf<typename IntOf<T>::type, N>::type;

// p[0 … N−1], of any alignment
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> load(const T *p) {
  return *reinterpret_cast<const typename VecOf<T, N>::unaligned *>(p);
}
template <class T, int N> CHALKGRAD_INLINE void store(T *p, Vec<T, N> v) {
  *reinterpret_cast<typename VecOf<T, N>::unaligned *>(p) = v;
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> broadcast(T s) { return s - Vec<T, N>{}; }

}  // namespace chalkgrad::CHALKGRAD_ISA
