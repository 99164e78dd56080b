// The loss and the output layer's error ∂L/∂Z in one pass over a panel, without cancellation at saturated z.
//
//   cross_entropy         ℓ = Σ_j t_j ((z_k − z_j) + log(1 + R)), R = Σ_{j≠k} exp(z_j − z_k), z_k = max z
//                         error_j = c (p_j − t_j), at k: c ((1 − t_k) − R/(1 + R))
//   binary_cross_entropy  ℓ = z (1 − t) or −z t, the first for z > 0, + log(1 + exp(−|z|))
//                         error = c ((1 − t) − σ(−z)) for z > 0, else c (σ(z) − t)
//   squared_error         ℓ = (ŷ − t)², error = 2c (ŷ − t) f′(z), ŷ = f(z)
// c is the sample's coefficient; padding gives no loss and error 0, whatever it holds.
#pragma once
#include "activation.hpp"
#include "samples.hpp"
#include "softmax.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

template <class T> struct LossPanel {
  const T *z;              // features × P
  const T *target;         // features × P; null where `classes` stands instead
  const int64_t *classes;  // the class of each of the `rows` samples, in [0, features); cross_entropy only
  const T *coefficient;    // P numbers c_i
  T *error;                // features × P, or null: only the loss
  long features;
  int rows;                // samples in this panel, 0 … P
};

// The part [part, part + N) of a panel in vectors.
template <class T, int P> struct LossLanes {
  static constexpr int N = lanes_of_panel<T, P>;
  const LossPanel<T> &panel;
  int part;
  Vec<T, N> c;
  IntVec<T, N> real;

  CHALKGRAD_INLINE LossLanes(const LossPanel<T> &panel, int part)
      : panel(panel), part(part), c(load<T, N>(panel.coefficient + part)),
        real(first_lanes<T, N>(panel.rows - part)) {}
  CHALKGRAD_INLINE Vec<T, N> z(long j) const { return load<T, N>(panel.z + j * P + part); }
  CHALKGRAD_INLINE Vec<T, N> t(long j) const { return load<T, N>(panel.target + j * P + part); }
  CHALKGRAD_INLINE T *error(long j) const { return panel.error + j * P + part; }
  CHALKGRAD_INLINE void put(long j, Vec<T, N> error_j) const {
    store<T, N>(error(j), real ? error_j * c : Vec<T, N>{});
  }
};

template <class T, int P, bool with_error>
CHALKGRAD_INLINE double cross_entropy(const LossLanes<T, P> &samples) {
  constexpr int N = LossLanes<T, P>::N;
  const auto &panel = samples.panel;
  const auto top = largest<T, N, P>(panel.z + samples.part, panel.features);
  Vec<T, N> rest{}, linear{}, total = broadcast<T, N>(T(1));  // R, Σ t_j (z_k − z_j), Σ t_j
  int64_t classes[N] = {};
  if (panel.classes) {
    for (int i = 0; i < N && samples.part + i < panel.rows; i++) {
      classes[i] = panel.classes[samples.part + i];
      linear[i] = top.value[i] - panel.z[classes[i] * P + samples.part + i];
    }
  } else {
    total = Vec<T, N>{};
  }
  for (long j = 0; j < panel.features; j++) {
    const Vec<T, N> below = samples.z(j) - top.value;
    const Vec<T, N> e = exp_of_negative<T, N>(below);
    rest += top.place == broadcast_int<T, N>(Int<T>(j)) ? Vec<T, N>{} : e;
    if (!panel.classes) {
      const Vec<T, N> t = samples.t(j);
      total += t;
      linear -= t == T(0) ? Vec<T, N>{} : t * below;
    }
    if constexpr (with_error) store<T, N>(samples.error(j), e);
  }
  LaneSums<T, N> loss;
  loss.add(linear + total * log1p<T, N>(rest));
  if constexpr (with_error) {
    const Vec<T, N> inverse = T(1) / (rest + T(1)), beside = rest * inverse;
    for (long j = 0; j < panel.features; j++) {
      const Vec<T, N> p = load<T, N>(samples.error(j)) * inverse;
      const IntVec<T, N> at_top = top.place == broadcast_int<T, N>(Int<T>(j));
      if (panel.classes) {
        samples.put(j, p);
      } else {
        const Vec<T, N> t = samples.t(j);
        samples.put(j, at_top ? (T(1) - t) - beside : p - t);
      }
    }
    if (panel.classes)
      for (int i = 0; i < N && samples.part + i < panel.rows; i++) {
        T *error = samples.error(long(classes[i])) + i;
        *error = int64_t(top.place[i]) == classes[i] ? -beside[i] * samples.c[i] : *error - samples.c[i];
      }
  }
  return loss.weighted(samples.c, samples.real);
}

template <class T, int P, bool with_error>
CHALKGRAD_INLINE double binary_cross_entropy(const LossLanes<T, P> &samples) {
  constexpr int N = LossLanes<T, P>::N;
  LaneSums<T, N> loss;
  for (long j = 0; j < samples.panel.features; j++) {
    const Vec<T, N> z = samples.z(j), t = samples.t(j), left = T(1) - t;
    const IntVec<T, N> above = z > T(0);
    const Vec<T, N> e = exp_of_negative<T, N>(-abs<T, N>(z));
    loss.add((above ? z * left : -z * t) + log1p_of_fraction<T, N>(e));
    if constexpr (with_error) {
      const Vec<T, N> tail = e / (e + T(1));
      samples.put(j, above ? left - tail : tail - t);
    }
  }
  return loss.weighted(samples.c, samples.real);
}

template <class T, int N> struct Difference { Vec<T, N> difference, slope; };  // f(z) − t and f′(z)

// without cancellation where f saturates
template <Activation A, class T, int N>
CHALKGRAD_INLINE Difference<T, N> difference(Vec<T, N> z, Vec<T, N> t, T number) {
  if constexpr (A == Activation::sigmoid || A == Activation::tanh) {
    constexpr T factor = A == Activation::tanh ? 2 : 1;
    const Vec<T, N> e = exp_of_negative<T, N>(-factor * abs<T, N>(z)), inverse = T(1) / (e + T(1));
    const Vec<T, N> tail = factor * e * inverse,
                    lowest = broadcast<T, N>(A == Activation::tanh ? T(-1) : T(0));
    Vec<T, N> d = z > T(0) ? (T(1) - t) - tail : tail - (t - lowest);
    if constexpr (A == Activation::tanh) d = abs<T, N>(z) <= T(0.5) ? tanh<T, N>(z) - t : d;
    return {d, factor * factor * e * inverse * inverse};
  } else {
    return {value<A, T, N>(z, number) - t, slope<A, T, N>(z, number)};
  }
}

template <Activation A, class T, int P, bool with_error>
CHALKGRAD_INLINE double squared_error(const LossLanes<T, P> &samples, T number) {
  constexpr int N = LossLanes<T, P>::N;
  LaneSums<T, N> loss;
  for (long j = 0; j < samples.panel.features; j++) {
    const auto d = difference<A, T, N>(samples.z(j), samples.t(j), number);
    loss.add(d.difference * d.difference);
    if constexpr (with_error) samples.put(j, T(2) * d.difference * d.slope);
  }
  return loss.weighted(samples.c, samples.real);
}

template <class T, int P, bool with_error>
inline double loss_of_panel(Loss kind, Activation function, T number, const LossPanel<T> &panel) {
  double total = 0;
  for (int part = 0; part < P; part += LossLanes<T, P>::N) {
    const LossLanes<T, P> samples(panel, part);
    if (kind == Loss::cross_entropy) total += cross_entropy<T, P, with_error>(samples);
    else if (kind == Loss::binary_cross_entropy) total += binary_cross_entropy<T, P, with_error>(samples);
    else
      total += with_activation(
          function, [&]<Activation A>() { return squared_error<A, T, P, with_error>(samples, number); });
  }
  return total;
}

// Σ_i c_i Σ_j ℓ_ij of the panel, and its error.  `function` and `number` are f of squared_error.
template <class T, int P>
inline double loss_and_error(Loss kind, Activation function, T number, const LossPanel<T> &panel) {
  return panel.error ? loss_of_panel<T, P, true>(kind, function, number, panel)
                     : loss_of_panel<T, P, false>(kind, function, number, panel);
}

}  // namespace chalkgrad::CHALKGRAD_ISA
