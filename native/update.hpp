// The optimisers' rules for a vector of parameters, as chalkgrad.derive.optimisers says (and torch does).
//
//   sgd       w ← w − ηg
//   momentum  v ← μv + g;  w ← w − ηv
//   nesterov  v ← μv + g;  w ← w − η(g + μv)
//   rmsprop   v ← v + (1 − α)(g² − v);  w ← w − ηg/(√v + ε)
//   adam      m ← m + (1 − β₁)(g − m);  v ← v + (1 − β₂)(g² − v)
//             w ← w − (η/(1 − β₁ᵗ)) m/(√v/√(1 − β₂ᵗ) + ε)
//   adamw     w ← w − ηλw, then adam
// where g is the gradient plus (λ + 2 l2) w, the first without adamw.
//
// Every constant is computed in double and rounded once.  1 − β₂ taken in float would be 1.3e-5 off; and the
// running means are written as a step towards the new value, so that they contain 1 − β alone:
// β₂v + (1 − β₂)g² with β₂ rounded to float has the same error, 1.3e-5, in what it tends to.
#pragma once
#include "math.hpp"
#include "vocabulary.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// The constants of one step.
template <class T> struct Rates {
  T step;       // η; with Adam η/(1 − β₁ᵗ)
  T decay;      // added to the gradient times w: λ + 2 l2, with AdamW 2 l2
  T shrink;     // AdamW: ηλ
  T momentum;   // μ
  T towards_m;  // 1 − β₁
  T towards_v;  // 1 − β₂, 1 − α
  T widen;      // 1/√(1 − β₂ᵗ)
  T epsilon;
};

// 1 − bᵗ, without cancellation
inline double one_minus_power(double b, int64_t t) {
  return b > 0 ? -__builtin_expm1(double(t) * __builtin_log(b)) : 1.0;
}
// The constants of step number `step` (from 0) of a training; l2 is that of the parameters it is for.
template <class T>
inline Rates<T> rates_of(const Optimiser &o, double learning_rate, int64_t step, double l2 = 0) {
  const bool adam = o.rule == Rule::adam || o.rule == Rule::adamw, decoupled = o.rule == Rule::adamw;
  Rates<T> rates;
  rates.step = T(adam ? learning_rate / one_minus_power(o.beta1, step + 1) : learning_rate);
  rates.decay = T((decoupled ? 0 : o.weight_decay) + 2 * l2);
  rates.shrink = T(decoupled ? learning_rate * o.weight_decay : 0);
  rates.momentum = T(o.momentum);
  rates.towards_m = T(1 - o.beta1);
  rates.towards_v = T(1 - o.beta2);
  rates.widen = T(adam ? 1 / __builtin_sqrt(one_minus_power(o.beta2, step + 1)) : 1);
  rates.epsilon = T(o.epsilon);
  return rates;
}

inline constexpr bool has_m(Rule rule) { return rule == Rule::adam || rule == Rule::adamw; }
inline constexpr bool has_v(Rule rule) { return rule != Rule::sgd; }

// The new w; m and v are renewed in place where the rule has them.
template <Rule R, class T, int N>
CHALKGRAD_INLINE Vec<T, N> update(Vec<T, N> w, Vec<T, N> g, Vec<T, N> &m, Vec<T, N> &v, const Rates<T> &r) {
  g = g + r.decay * w;
  if constexpr (R == Rule::sgd) return w - r.step * g;
  else if constexpr (R == Rule::momentum || R == Rule::nesterov) {
    v = r.momentum * v + g;
    return w - r.step * (R == Rule::nesterov ? g + r.momentum * v : v);
  } else if constexpr (R == Rule::rmsprop) {
    v = v + r.towards_v * (g * g - v);
    return w - r.step * g / (sqrt<T, N>(v) + r.epsilon);
  } else {
    m = m + r.towards_m * (g - m);
    v = v + r.towards_v * (g * g - v);
    if constexpr (R == Rule::adamw) w = w - r.shrink * w;
    return w - r.step * m / (sqrt<T, N>(v) * r.widen + r.epsilon);
  }
}

// Calls f.template operator()<R>() with R = rule: the switch stands outside of loops.
template <class F> CHALKGRAD_INLINE auto with_rule(Rule rule, F &&f) {
  switch (rule) {
    case Rule::momentum: return f.template operator()<Rule::momentum>();
    case Rule::nesterov: return f.template operator()<Rule::nesterov>();
    case Rule::adam: return f.template operator()<Rule::adam>();
    case Rule::adamw: return f.template operator()<Rule::adamw>();
    case Rule::rmsprop: return f.template operator()<Rule::rmsprop>();
    default: return f.template operator()<Rule::sgd>();
  }
}

// `count` parameters, a multiple of N; m, v may be null where the rule has none
template <Rule R, class T, int N>
inline void update_row(T *w, const T *g, T *m, T *v, long count, const Rates<T> &rates) {
  for (long i = 0; i < count; i += N) {
    Vec<T, N> mi{}, vi{};
    if constexpr (has_m(R)) mi = load<T, N>(m + i);
    if constexpr (has_v(R)) vi = load<T, N>(v + i);
    store<T, N>(w + i, update<R, T, N>(load<T, N>(w + i), load<T, N>(g + i), mi, vi, rates));
    if constexpr (has_m(R)) store<T, N>(m + i, mi);
    if constexpr (has_v(R)) store<T, N>(v + i, vi);
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
