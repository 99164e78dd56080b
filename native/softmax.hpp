// Softmax over the features of each sample of a panel (features × P), and its Jacobian.
#pragma once
#include "math.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// The largest of a sample's numbers and the first feature that has it.
template <class T, int N> struct Largest {
  Vec<T, N> value;
  IntVec<T, N> place;
};
template <class T, int N, int P> CHALKGRAD_INLINE Largest<T, N> largest(const T *z, long features) {
  Largest<T, N> top{load<T, N>(z), IntVec<T, N>{}};
  for (long j = 1; j < features; j++) {
    const Vec<T, N> zj = load<T, N>(z + j * P);
    const IntVec<T, N> above = zj > top.value;
    top.value = above ? zj : top.value;
    top.place = above ? broadcast_int<T, N>(Int<T>(j)) : top.place;
  }
  return top;
}

// y_j = exp(z_j − max z)/Σ_k exp(z_k − max z); y may be z
template <class T, int P> inline void softmax_panel(const T *z, T *y, long features) {
  constexpr int N = lanes_of_panel<T, P>;
  for (int part = 0; part < P; part += N) {
    Vec<T, N> top = load<T, N>(z + part), total{};
    for (long j = 1; j < features; j++) top = max<T, N>(top, load<T, N>(z + j * P + part));
    for (long j = 0; j < features; j++) {
      const Vec<T, N> e = exp_of_negative<T, N>(load<T, N>(z + j * P + part) - top);
      store<T, N>(y + j * P + part, e);
      total += e;
    }
    const Vec<T, N> factor = T(1) / total;
    for (long j = 0; j < features; j++) store<T, N>(y + j * P + part, load<T, N>(y + j * P + part) * factor);
  }
}

// y_j = z_j − max z − log Σ_k exp(z_k − max z); y may be z
template <class T, int P> inline void log_softmax_panel(const T *z, T *y, long features) {
  constexpr int N = lanes_of_panel<T, P>;
  for (int part = 0; part < P; part += N) {
    const auto top = largest<T, N, P>(z + part, features);
    Vec<T, N> rest{};
    for (long j = 0; j < features; j++) {
      const Vec<T, N> e = exp_of_negative<T, N>(load<T, N>(z + j * P + part) - top.value);
      rest += top.place == broadcast_int<T, N>(Int<T>(j)) ? Vec<T, N>{} : e;
    }
    const Vec<T, N> size = log1p<T, N>(rest);
    for (long j = 0; j < features; j++)
      store<T, N>(y + j * P + part, (load<T, N>(z + j * P + part) - top.value) - size);
  }
}

// out_j = y_j (g_j − Σ_k g_k y_k), which is (diag(y) − yyᵀ) g; out may be y or g
template <class T, int P> inline void softmax_gradient_panel(const T *y, const T *g, T *out, long features) {
  constexpr int N = lanes_of_panel<T, P>;
  for (int part = 0; part < P; part += N) {
    Vec<T, N> inner{};
    for (long j = 0; j < features; j++) inner += load<T, N>(g + j * P + part) * load<T, N>(y + j * P + part);
    for (long j = 0; j < features; j++) {
      const long at = j * P + part;
      store<T, N>(out + at, load<T, N>(y + at) * (load<T, N>(g + at) - inner));
    }
  }
}

// out_j = h_j − y_j Σ_k h_k, the same for h = g ⊙ y; out may be y or h
template <class T, int P> inline void softmax_pull_panel(const T *y, const T *h, T *out, long features) {
  constexpr int N = lanes_of_panel<T, P>;
  for (int part = 0; part < P; part += N) {
    Vec<T, N> total{};
    for (long j = 0; j < features; j++) total += load<T, N>(h + j * P + part);
    for (long j = 0; j < features; j++) {
      const long at = j * P + part;
      store<T, N>(out + at, load<T, N>(h + at) - load<T, N>(y + at) * total);
    }
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
