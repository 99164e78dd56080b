// Functions that training does not need, one number at a time by the system's libm.
#pragma once
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

enum class Libm { sin, cos, tan, atan, sinh, cosh };
template <Libm f> inline float libm(float x) {
  if constexpr (f == Libm::sin) return __builtin_sinf(x);
  else if constexpr (f == Libm::cos) return __builtin_cosf(x);
  else if constexpr (f == Libm::tan) return __builtin_tanf(x);
  else if constexpr (f == Libm::atan) return __builtin_atanf(x);
  else if constexpr (f == Libm::sinh) return __builtin_sinhf(x);
  else return __builtin_coshf(x);
}
template <Libm f> inline double libm(double x) {
  if constexpr (f == Libm::sin) return __builtin_sin(x);
  else if constexpr (f == Libm::cos) return __builtin_cos(x);
  else if constexpr (f == Libm::tan) return __builtin_tan(x);
  else if constexpr (f == Libm::atan) return __builtin_atan(x);
  else if constexpr (f == Libm::sinh) return __builtin_sinh(x);
  else return __builtin_cosh(x);
}
template <Libm f, class T, int N> inline Vec<T, N> by_libm(Vec<T, N> x) {
  for (int i = 0; i < N; i++) x[i] = libm<f>(T(x[i]));
  return x;
}
inline float power_of(float base, float exponent) { return __builtin_powf(base, exponent); }
inline double power_of(double base, double exponent) { return __builtin_pow(base, exponent); }
template <class T, int N> inline Vec<T, N> pow(Vec<T, N> base, Vec<T, N> exponent) {
  for (int i = 0; i < N; i++) base[i] = power_of(T(base[i]), T(exponent[i]));
  return base;
}

template <class T, int N> inline Vec<T, N> sin(Vec<T, N> x) { return by_libm<Libm::sin, T, N>(x); }
template <class T, int N> inline Vec<T, N> cos(Vec<T, N> x) { return by_libm<Libm::cos, T, N>(x); }
template <class T, int N> inline Vec<T, N> tan(Vec<T, N> x) { return by_libm<Libm::tan, T, N>(x); }
template <class T, int N> inline Vec<T, N> atan(Vec<T, N> x) { return by_libm<Libm::atan, T, N>(x); }
template <class T, int N> inline Vec<T, N> sinh(Vec<T, N> x) { return by_libm<Libm::sinh, T, N>(x); }
template <class T, int N> inline Vec<T, N> cosh(Vec<T, N> x) { return by_libm<Libm::cosh, T, N>(x); }

}  // namespace chalkgrad::CHALKGRAD_ISA
