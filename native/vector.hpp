// Vectors of N numbers, in GCC and Clang vector extensions: one source for SSE2, AVX2, AVX-512 and NEON.
// Kernels use vectors of `lanes<T>` numbers, the machine's register, or fewer: wider ones compile, but
// comparisons of them are taken apart number by number.
//
// Everything is inside namespace CHALKGRAD_ISA, which each translation unit defines for its instruction set
// (sse2, avx2, avx512, neon): no symbol compiled for one can be picked by another.  For the same reason
// kernel files use no templates of the standard library.  Compile with -fno-math-errno -fno-trapping-math,
// without -ffast-math: NaN and infinity are numbers like others here.
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
template <> struct IntOf<float> { using type = int32_t; using bits = uint32_t; };
template <> struct IntOf<double> { using type = int64_t; using bits = uint64_t; };
template <class T> using Int = typename IntOf<T>::type;
template <class T, int N> using IntVec = typename VecOf<Int<T>, N>::type;   // also the result of a comparison
template <class T, int N> using BitsVec = typename VecOf<typename IntOf<T>::bits, N>::type;

#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif
template <class T> inline constexpr int lanes = register_bytes / int(sizeof(T));
// the widest vector that divides a panel of P samples
template <class T, int P> inline constexpr int lanes_of_panel = P < lanes<T> ? P : lanes<T>;

// p[0 … N−1], of any alignment
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> load(const T *p) {
  return *reinterpret_cast<const typename VecOf<T, N>::unaligned *>(p);
}
template <class T, int N> CHALKGRAD_INLINE void store(T *p, Vec<T, N> v) {
  *reinterpret_cast<typename VecOf<T, N>::unaligned *>(p) = v;
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> broadcast(T s) { return s - Vec<T, N>{}; }
template <class T, int N> CHALKGRAD_INLINE IntVec<T, N> broadcast_int(Int<T> s) { return s - IntVec<T, N>{}; }

// the same bits seen as integers, and back
template <class T, int N> CHALKGRAD_INLINE BitsVec<T, N> to_bits(Vec<T, N> v) {
  return reinterpret_cast<BitsVec<T, N>>(v);
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> from_bits(BitsVec<T, N> v) {
  return reinterpret_cast<Vec<T, N>>(v);
}

// numbers of one kind as the nearest of another; to integers towards zero
template <class To, class From, int N> CHALKGRAD_INLINE Vec<To, N> convert(Vec<From, N> v) {
  return __builtin_convertvector(v, Vec<To, N>);
}

// 0, 1, …, N − 1
template <class I, int N> CHALKGRAD_INLINE Vec<I, N> iota() {
  Vec<I, N> v{};
#pragma GCC unroll 16
  for (int i = 0; i < N; i++) v[i] = I(i);
  return v;
}
// all bits set in the first `count` lanes
template <class T, int N> CHALKGRAD_INLINE IntVec<T, N> first_lanes(int count) {
  return iota<Int<T>, N>() < broadcast_int<T, N>(count);
}

template <class T, int N>
CHALKGRAD_INLINE Vec<T, N> select(IntVec<T, N> mask, Vec<T, N> yes, Vec<T, N> no) {
  return mask ? yes : no;
}
// b where a comparison with NaN fails, as the machine's own instructions: min(NaN, b) = b, min(a, NaN) = NaN
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> min(Vec<T, N> a, Vec<T, N> b) { return a < b ? a : b; }
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> max(Vec<T, N> a, Vec<T, N> b) { return a > b ? a : b; }

template <class T> inline constexpr typename IntOf<T>::bits sign_bit =
    typename IntOf<T>::bits(1) << (8 * sizeof(T) - 1);
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> abs(Vec<T, N> v) {
  return from_bits<T, N>(to_bits<T, N>(v) & ~sign_bit<T>);
}
// |size| with the sign of `sign`
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> copysign(Vec<T, N> size, Vec<T, N> sign) {
  return from_bits<T, N>((to_bits<T, N>(size) & ~sign_bit<T>) | (to_bits<T, N>(sign) & sign_bit<T>));
}

// 1.5 · 2^(digits of T): adding it leaves the nearest integer in the low bits, for |v| below 2^22 or 2^51
template <class T> inline constexpr T rounding_number =
    sizeof(T) == 4 ? T(12582912.0) : T(6755399441055744.0);
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> round(Vec<T, N> v) {
  return (v + rounding_number<T>) - rounding_number<T>;
}

template <class T, int N> struct Halves { Vec<T, N / 2> low, high; };
template <class T, int N> CHALKGRAD_INLINE Halves<T, N> halves(Vec<T, N> v) {
  return __builtin_bit_cast(Halves<T, N>, v);
}
// Σ v_i, the upper half added to the lower again and again
template <class T, int N> CHALKGRAD_INLINE T sum(Vec<T, N> v) {
  if constexpr (N == 1) return v[0];
  else if constexpr (N == 2) return v[0] + v[1];
  else {
    const auto h = halves<T, N>(v);
    return sum<T, N / 2>(h.low + h.high);
  }
}
template <class I, int N> CHALKGRAD_INLINE I or_lanes(Vec<I, N> v) {
  if constexpr (N == 2) return v[0] | v[1];
  else {
    const auto h = halves<I, N>(v);
    return or_lanes<I, N / 2>(h.low | h.high);
  }
}
// whether a mask is set in some lane, in every lane
template <class T, int N> CHALKGRAD_INLINE bool any(IntVec<T, N> mask) {
  return or_lanes<Int<T>, N>(mask) != 0;
}
template <class T, int N> CHALKGRAD_INLINE bool all(IntVec<T, N> mask) { return !any<T, N>(~mask); }

}  // namespace chalkgrad::CHALKGRAD_ISA
