// The built-in activations a = f(z), their slopes f′(z), and the slopes written through the value a.
//
//              a = f(z)                f′ through a            where it has no slope
//   identity   z                       1
//   relu       max(z, 0)               1 if a > 0 else 0       f′(0) = 0
//   leaky_relu z if z > 0 else κz      1 if a > 0 else κ       f′(0) = κ      (through a: κ ≥ 0)
//   elu        z if z > 0 else κ(eᶻ−1) 1 if a > 0 else a + κ   f′(0) = κ      (through a: κ ≥ 0)
//   sigmoid    1/(1 + e⁻ᶻ)             a(1 − a)
//   tanh       tanh z                  1 − a²
//   softplus   log(1 + eᶻ)             1 − e⁻ᵃ
//   silu       zσ(z)                   –
//   gelu       zΦ(z)                   –
// κ is the one number of leaky_relu (slope) and elu (alpha).
#pragma once
#include "math.hpp"
#include "vocabulary.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// Calls f.template operator()<A>() with A = activation: the switch stands outside of loops.
template <class F> CHALKGRAD_INLINE auto with_activation(Activation activation, F &&f) {
  switch (activation) {
    case Activation::relu: return f.template operator()<Activation::relu>();
    case Activation::leaky_relu: return f.template operator()<Activation::leaky_relu>();
    case Activation::elu: return f.template operator()<Activation::elu>();
    case Activation::sigmoid: return f.template operator()<Activation::sigmoid>();
    case Activation::tanh: return f.template operator()<Activation::tanh>();
    case Activation::softplus: return f.template operator()<Activation::softplus>();
    case Activation::silu: return f.template operator()<Activation::silu>();
    case Activation::gelu: return f.template operator()<Activation::gelu>();
    default: return f.template operator()<Activation::identity>();
  }
}

// Whether f′ can be written through a; for κ < 0 the sign of a no longer tells the branch.
inline constexpr bool has_slope_by_value(Activation activation, double number = 0) {
  switch (activation) {
    case Activation::leaky_relu: case Activation::elu: return number >= 0;
    case Activation::silu: case Activation::gelu: return false;
    default: return true;
  }
}

template <class T, int N> CHALKGRAD_INLINE Vec<T, N> relu(Vec<T, N> z) { return T(0) > z ? Vec<T, N>{} : z; }

template <class T, int N> struct Normal { Vec<T, N> below, density; };  // Φ(z) and φ(z)
template <class T, int N> CHALKGRAD_INLINE Normal<T, N> normal(Vec<T, N> z) {
  const Vec<T, N> x = z * T(0.70710678118654752440);
  const Vec<T, N> size = min<T, N>(broadcast<T, N>(Limits<T>::erfc_furthest * T(1.41421356)), abs<T, N>(z));
  // φ = exp(−z²/2)/√(2π), from z itself: z/√2 is rounded
  const Vec<T, N> h = from_bits<T, N>(to_bits<T, N>(size) & typename IntOf<T>::bits(Limits<T>::square_mask));
  const auto e = reduce_exp<T, N>(T(-0.5) * (h * h), T(-0.5) * ((size - h) * (size + h)));
  const Vec<T, N> bell = scale<T, N>(e.p + T(1), e.n);
  const Vec<T, N> u = size * T(0.70710678118654752440);
  const Vec<T, N> y = (u - T(2)) / (u + T(2));
  const Vec<T, N> tail =
      T(0.5) * polynomial<T, N>(y, Coefficients<T>::erfc_core) * bell / (T(1) + T(2) * u);
  const Vec<T, N> outer = z > T(0) ? T(1) - tail : tail;
  const Vec<T, N> inner = T(0.5) + T(0.5) * erf_near_zero<T, N>(x);
  return {abs<T, N>(x) <= T(0.5) ? inner : outer, bell * T(0.39894228040143267794)};
}

template <Activation A, class T, int N> CHALKGRAD_INLINE Vec<T, N> value(Vec<T, N> z, T number = T(0)) {
  if constexpr (A == Activation::relu) return relu<T, N>(z);
  else if constexpr (A == Activation::leaky_relu) return z > T(0) ? z : number * z;
  else if constexpr (A == Activation::elu) return z > T(0) ? z : number * expm1<T, N>(z);
  else if constexpr (A == Activation::sigmoid) return sigmoid<T, N>(z);
  else if constexpr (A == Activation::tanh) return tanh<T, N>(z);
  else if constexpr (A == Activation::softplus) return softplus<T, N>(z);
  else if constexpr (A == Activation::silu) return z * sigmoid<T, N>(z);
  else if constexpr (A == Activation::gelu) return z * normal<T, N>(z).below;
  else return z;
}

template <Activation A, class T, int N>
CHALKGRAD_INLINE Vec<T, N> slope_by_value(Vec<T, N> a, T number = T(0)) {
  static_assert(has_slope_by_value(A));
  const Vec<T, N> one = broadcast<T, N>(T(1));
  if constexpr (A == Activation::relu) return a > T(0) ? one : Vec<T, N>{};
  else if constexpr (A == Activation::leaky_relu) return a > T(0) ? one : broadcast<T, N>(number);
  else if constexpr (A == Activation::elu) return a > T(0) ? one : a + number;
  else if constexpr (A == Activation::sigmoid) return a * (T(1) - a);
  else if constexpr (A == Activation::tanh) return T(1) - a * a;
  else if constexpr (A == Activation::softplus) return -expm1<T, N>(-a);
  else return one;
}

// f′(z), accurate where f saturates
template <Activation A, class T, int N> CHALKGRAD_INLINE Vec<T, N> slope(Vec<T, N> z, T number = T(0)) {
  const Vec<T, N> one = broadcast<T, N>(T(1));
  if constexpr (A == Activation::relu) return z > T(0) ? one : Vec<T, N>{};
  else if constexpr (A == Activation::leaky_relu) return z > T(0) ? one : broadcast<T, N>(number);
  else if constexpr (A == Activation::elu) return z > T(0) ? one : number * exp<T, N>(z);
  else if constexpr (A == Activation::sigmoid || A == Activation::tanh) {
    constexpr T factor = A == Activation::tanh ? 2 : 1;  // tanh z = 2σ(2z) − 1
    const Vec<T, N> e = exp_of_negative<T, N>(-factor * abs<T, N>(z)), whole = e + T(1);
    return factor * factor * e / (whole * whole);
  } else if constexpr (A == Activation::softplus) return sigmoid<T, N>(z);
  else if constexpr (A == Activation::silu) {  // σ(z)(1 + zσ(−z))
    const Vec<T, N> s = sigmoid<T, N>(z);
    return s * (T(1) + z * sigmoid<T, N>(-z));
  } else if constexpr (A == Activation::gelu) {  // Φ(z) + zφ(z)
    const auto p = normal<T, N>(z);
    return p.below + clamp<T, N>(z, T(-40), T(40)) * p.density;
  } else return one;
}

// out = f(z) and out = error ⊙ f′ for `count` numbers, a multiple of N; out may be z, a or error
template <class T, int N>
inline void apply_value(Activation activation, T number, const T *z, T *out, long count) {
  with_activation(activation, [&]<Activation A>() {
    for (long i = 0; i < count; i += N) store<T, N>(out + i, value<A, T, N>(load<T, N>(z + i), number));
  });
}
template <class T, int N> inline void apply_slope_by_value(Activation activation, T number, const T *a,
                                                           const T *error, T *out, long count) {
  with_activation(activation, [&]<Activation A>() {
    if constexpr (has_slope_by_value(A))
      for (long i = 0; i < count; i += N)
        store<T, N>(out + i, load<T, N>(error + i) * slope_by_value<A, T, N>(load<T, N>(a + i), number));
  });
}

}  // namespace chalkgrad::CHALKGRAD_ISA
