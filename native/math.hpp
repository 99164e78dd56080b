// Functions of vectors, for float and double: own polynomials for what training needs, libm lane by lane for
// the rest.  NaN gives NaN; at ±inf and beyond the range of a number each gives the limit.
//
//   n = round(x / log 2), r = x − n log 2 in two parts (Cody & Waite), so |r| ≤ log(2)/2
//   exp(x)    = 2ⁿ (1 + p)       expm1(x) = 2ⁿ p + (2ⁿ − 1)       with p = r + r² E(r)
//   x = 2ᵏ (1 + f), √½ ≤ 1 + f < √2, s = f/(2 + f), as in fdlibm
//   log(x)    = k log 2 + f − (f²/2 − s (f²/2 + s² L(s²)))         log1p: the same with what 1 + x lost
//   tanh(x)   = −e/(2 + e), e = expm1(−2|x|)                       σ(x) from exp(−|x|)
//   erfc(x)   = exp(−x²) C((x − 2)/(x + 2)) / (1 + 2x)             erf(x) = x F(x²) near 0
// E, L, F, C stand in coefficients.hpp.
//
// Largest errors found, in units of the last place (float32: 200,000 arguments of all exponents; float64:
// 80,000; tests/native/test_math.py holds them).  Results too small for full precision round as they should.
//             exp  expm1  log  log1p  sigmoid  tanh  softplus  erf  erfc
//   float    0.95    1.5  0.8    0.8      2.1   2.5       1.5  2.3   2.9
//   double   0.96    1.9  0.8    0.8      2.3   2.5       1.6  1.6   2.9
#pragma once
#include "coefficients.hpp"
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

template <class T> struct Limits;
template <> struct Limits<float> {
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float log2_high = 0.693359375f, log2_low = -2.12194440e-4f;  // 9 bits, then the rest
  static constexpr float exp_lowest = -104.0f, exp_highest = 89.0f;             // beyond: 0 and infinity
  static constexpr float expm1_lowest = -20.0f;                                 // below: −1
  static constexpr float erfc_furthest = 10.2f;
  static constexpr float smallest_normal = __FLT_MIN__;
  static constexpr int32_t square_mask = ~0xFFF;                                // keeps 12 bits
  static constexpr int32_t sqrt_half = 0x3F3504F3;
};
template <> struct Limits<double> {
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double log2_high = 6.93147180369123816490e-01, log2_low = 1.90821492927058770002e-10;
  static constexpr double exp_lowest = -746.0, exp_highest = 710.0;
  static constexpr double expm1_lowest = -40.0;
  static constexpr double erfc_furthest = 28.0;
  static constexpr double smallest_normal = __DBL_MIN__;
  static constexpr int64_t square_mask = ~int64_t(0x7FFFFFF);
  static constexpr int64_t sqrt_half = 0x3FE6A09E667F3BCD;
};
template <class T> inline constexpr T infinity = T(__builtin_inf());
template <class T> inline constexpr T not_a_number = T(__builtin_nan(""));

// c[0] + c[1] x + … by Horner's rule
template <class T, int N, int terms>
CHALKGRAD_INLINE Vec<T, N> polynomial(Vec<T, N> x, const T (&c)[terms]) {
  Vec<T, N> p = broadcast<T, N>(c[terms - 1]);
#pragma GCC unroll 32
  for (int i = terms - 2; i >= 0; i--) p = p * x + c[i];
  return p;
}

// 2ⁿ for n a whole number of the range of normal numbers, given as n + rounding_number
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> power_of_two(Vec<T, N> shifted) {
  using L = Limits<T>;
  const typename IntOf<T>::bits one = typename IntOf<T>::bits(L::bias) << L::mantissa;
  return from_bits<T, N>((to_bits<T, N>(shifted) << L::mantissa) + one);
}
// p · 2ⁿ in two steps, so that it overflows and underflows as it should
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> scale(Vec<T, N> p, Vec<T, N> n) {
  const Vec<T, N> half = n * T(0.5) + rounding_number<T>;
  const Vec<T, N> rest = (n - (half - rounding_number<T>)) + rounding_number<T>;
  return p * power_of_two<T, N>(half) * power_of_two<T, N>(rest);
}

template <class T, int N> struct Reduced { Vec<T, N> n, p; };  // x + y = n log 2 + log(1 + p)
template <class T, int N> CHALKGRAD_INLINE Reduced<T, N> reduce_exp(Vec<T, N> x, Vec<T, N> y) {
  using L = Limits<T>;
  const Vec<T, N> n = round<T, N>((x + y) * T(1.44269504088896340736));
  const Vec<T, N> r = ((x - n * L::log2_high) - n * L::log2_low) + y;
  return {n, r + (r * r) * polynomial<T, N>(r, Coefficients<T>::expm1_tail)};
}
template <class T, int N> CHALKGRAD_INLINE Reduced<T, N> reduce_exp(Vec<T, N> x) {
  using L = Limits<T>;
  const Vec<T, N> n = round<T, N>(x * T(1.44269504088896340736));
  const Vec<T, N> r = (x - n * L::log2_high) - n * L::log2_low;
  return {n, r + (r * r) * polynomial<T, N>(r, Coefficients<T>::expm1_tail)};
}
// x cut to [low, high]; NaN stays
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> clamp(Vec<T, N> x, T low, T high) {
  return min<T, N>(broadcast<T, N>(high), max<T, N>(broadcast<T, N>(low), x));
}

template <class T, int N> CHALKGRAD_INLINE Vec<T, N> exp(Vec<T, N> x) {
  const auto e = reduce_exp<T, N>(clamp<T, N>(x, Limits<T>::exp_lowest, Limits<T>::exp_highest));
  return scale<T, N>(e.p + T(1), e.n);
}
// for x ≤ 0, as after the largest was subtracted: cannot overflow
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> exp_of_negative(Vec<T, N> x) {
  const auto e = reduce_exp<T, N>(max<T, N>(broadcast<T, N>(Limits<T>::exp_lowest), x));
  return scale<T, N>(e.p + T(1), e.n);
}

template <class T, int N> CHALKGRAD_INLINE Vec<T, N> expm1(Vec<T, N> x) {
  const auto e = reduce_exp<T, N>(clamp<T, N>(x, Limits<T>::expm1_lowest, Limits<T>::exp_highest));
  const Vec<T, N> half = power_of_two<T, N>((e.n - T(1)) + rounding_number<T>);  // 2ⁿ itself may overflow
  return T(2) * (half * e.p + (half - T(0.5)));
}

// for x ≤ 0: 2ⁿ cannot overflow
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> expm1_of_negative(Vec<T, N> x) {
  const auto e = reduce_exp<T, N>(max<T, N>(broadcast<T, N>(Limits<T>::expm1_lowest), x));
  const Vec<T, N> power = power_of_two<T, N>(e.n + rounding_number<T>);
  return power * e.p + (power - T(1));
}

// k log 2 + log(1 + f) + c, |f| small
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> log_of(Vec<T, N> k, Vec<T, N> f, Vec<T, N> c) {
  using L = Limits<T>;
  const Vec<T, N> s = f / (f + T(2)), z = s * s, half = T(0.5) * f * f;
  const Vec<T, N> tail = z * polynomial<T, N>(z, Coefficients<T>::log_tail);
  return k * L::log2_high - ((half - (s * (half + tail) + (k * L::log2_low + c))) - f);
}
template <class T, int N> struct Split { Vec<T, N> k, m; };  // x = 2ᵏ m, √½ ≤ m < √2, for normal x
template <class T, int N> CHALKGRAD_INLINE Split<T, N> split_power(Vec<T, N> x) {
  using L = Limits<T>;
  const BitsVec<T, N> lifted = to_bits<T, N>(x) - typename IntOf<T>::bits(L::sqrt_half);
  // the exponent is put into the low bits of rounding_number, so that no machine needs long integers to
  // floats
  const typename IntOf<T>::bits sign = typename IntOf<T>::bits(1) << (8 * sizeof(T) - 1);
  const BitsVec<T, N> shifted = (lifted ^ sign) >> L::mantissa;
  const int offset = 1 << (8 * int(sizeof(T)) - 1 - L::mantissa);
  const Vec<T, N> magic = broadcast<T, N>(rounding_number<T>);
  const Vec<T, N> k = from_bits<T, N>(to_bits<T, N>(magic) + shifted) - (rounding_number<T> + T(offset));
  const BitsVec<T, N> exponent = (shifted - typename IntOf<T>::bits(offset)) << L::mantissa;
  return {k, from_bits<T, N>(to_bits<T, N>(x) - exponent)};
}
// what log gives at 0, below 0, at infinity and for NaN
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> log_limits(Vec<T, N> x, Vec<T, N> inside) {
  Vec<T, N> y = x < infinity<T> ? inside : x;
  y = x > T(0) ? y : broadcast<T, N>(not_a_number<T>);
  return x == T(0) ? broadcast<T, N>(-infinity<T>) : y;
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> log(Vec<T, N> x) {
  using L = Limits<T>;
  const T lift = sizeof(T) == 4 ? T(33554432.0) : T(18014398509481984.0);  // 2^25, 2^54
  const IntVec<T, N> tiny = x < L::smallest_normal;
  const auto parts = split_power<T, N>(tiny ? x * lift : x);
  const Vec<T, N> k = tiny ? parts.k - T(sizeof(T) == 4 ? 25 : 54) : parts.k;
  return log_limits<T, N>(x, log_of<T, N>(k, parts.m - T(1), Vec<T, N>{}));
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> log1p(Vec<T, N> x) {
  const Vec<T, N> u = x + T(1);
  const auto parts = split_power<T, N>(u);
  // u = 1 + x was rounded; what it lost, over u
  const Vec<T, N> lost = u > T(2) ? T(1) - (u - x) : x - (u - T(1));
  const IntVec<T, N> near = parts.k == T(0);  // there f = x itself
  const Vec<T, N> f = near ? x : parts.m - T(1);
  const Vec<T, N> y = log_of<T, N>(parts.k, f, near ? Vec<T, N>{} : lost / u);
  return log_limits<T, N>(u, y);
}
// log(1 + x) for 0 ≤ x ≤ 1
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> log1p_of_fraction(Vec<T, N> x) {
  const IntVec<T, N> near = x < T(0.41421356237309503);
  const Vec<T, N> u = x + T(1);
  const Vec<T, N> lost = x - (u - T(1));
  const Vec<T, N> f = near ? x : u * T(0.5) - T(1);
  const Vec<T, N> k = near ? Vec<T, N>{} : broadcast<T, N>(T(1));
  const Vec<T, N> inverse = T(1.19833) - T(0.353553) * u;  // 1/u within 1 % for √2 ≤ u ≤ 2
  return log_of<T, N>(k, f, near ? Vec<T, N>{} : lost * inverse);
}

template <class T, int N> CHALKGRAD_INLINE Vec<T, N> tanh(Vec<T, N> x) {
  const Vec<T, N> e = expm1_of_negative<T, N>(T(-2) * abs<T, N>(x));
  return copysign<T, N>(e / (e + T(2)), x);
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> sigmoid(Vec<T, N> x) {
  const Vec<T, N> e = exp_of_negative<T, N>(-abs<T, N>(x));
  return (x < T(0) ? e : broadcast<T, N>(T(1))) / (e + T(1));
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> softplus(Vec<T, N> x) {
  const Vec<T, N> e = exp_of_negative<T, N>(-abs<T, N>(x));
  return (x < T(0) ? Vec<T, N>{} : x) + log1p_of_fraction<T, N>(e);
}

// exp(−x²) without the error of rounding x²: x = h + l with h short, x² = h² + l (x + h)
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> bell(Vec<T, N> x) {
  const Vec<T, N> h = from_bits<T, N>(to_bits<T, N>(x) & typename IntOf<T>::bits(Limits<T>::square_mask));
  const auto e = reduce_exp<T, N>(-(h * h), -((x - h) * (x + h)));
  return scale<T, N>(e.p + T(1), e.n);
}
// erf(x) for |x| ≤ 1/2
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> erf_near_zero(Vec<T, N> x) {
  return x * polynomial<T, N>(x * x, Coefficients<T>::erf_core);
}
// erfc(x) for x ≥ 1/2; NaN stays
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> erfc_tail(Vec<T, N> x) {
  x = min<T, N>(broadcast<T, N>(Limits<T>::erfc_furthest), x);
  const Vec<T, N> y = (x - T(2)) / (x + T(2));
  return polynomial<T, N>(y, Coefficients<T>::erfc_core) * bell<T, N>(x) / (T(1) + T(2) * x);
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> erf(Vec<T, N> x) {
  const Vec<T, N> size = abs<T, N>(x);
  const Vec<T, N> outer = T(1) - erfc_tail<T, N>(size);
  return size <= T(0.5) ? erf_near_zero<T, N>(x) : copysign<T, N>(outer, x);
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> erfc(Vec<T, N> x) {
  const Vec<T, N> size = abs<T, N>(x);
  const Vec<T, N> tail = erfc_tail<T, N>(size);
  return size <= T(0.5) ? T(1) - erf_near_zero<T, N>(x) : (x < T(0) ? T(2) - tail : tail);
}

template <class T, int N> CHALKGRAD_INLINE Vec<T, N> sign(Vec<T, N> x) {
  const Vec<T, N> one = broadcast<T, N>(T(1));
  return x > T(0) ? one : (x < T(0) ? -one : (x == T(0) ? Vec<T, N>{} : x));
}
// the larger, the smaller; NaN if one is
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> maximum(Vec<T, N> a, Vec<T, N> b) {
  return a != a ? a : max<T, N>(a, b);
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> minimum(Vec<T, N> a, Vec<T, N> b) {
  return a != a ? a : min<T, N>(a, b);
}

// One number at a time, by libm.  The compiler joins square roots to one instruction.
CHALKGRAD_INLINE float sqrt_of(float x) { return __builtin_sqrtf(x); }
CHALKGRAD_INLINE double sqrt_of(double x) { return __builtin_sqrt(x); }
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> sqrt(Vec<T, N> x) {
  Vec<T, N> y{};
#pragma GCC unroll 16
  for (int i = 0; i < N; i++) y[i] = sqrt_of(x[i]);
  return y;
}

}  // namespace chalkgrad::CHALKGRAD_ISA
