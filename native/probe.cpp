// For the tests alone: the vector mathematics by a plain C interface, compiled for one instruction set.
#ifndef CHALKGRAD_ISA
#define CHALKGRAD_ISA probe
#endif
#include "loss.hpp"
#include "map.hpp"
#include "random.hpp"
#include "softmax.hpp"
#include "update.hpp"

using namespace chalkgrad;
using namespace chalkgrad::CHALKGRAD_ISA;

namespace {

template <class T> void operation(int which, const T *a, const T *b, const T *c, const T *d, T *out, long count) {
  run_operation<T>(Operation(which), {a, b, c, d}, out, count);
}

template <class T, int P>
double loss(int kind, int function, T number, const T *z, const T *t, const int64_t *classes, const T *c, T *error,
            long features, int rows) {
  return loss_and_error<T, P>(Loss(kind), Activation(function), number,
                              LossPanel<T>{z, t, classes, c, error, features, rows});
}

template <class T>
void updates(const Optimiser *o, double learning_rate, long first, double l2, T *w, const T *g, T *m, T *v, long count) {
  const Rates<T> rates = rates_of<T>(*o, learning_rate, first, l2);
  with_rule(o->rule, [&]<Rule R>() { update_row<R, T, lanes<T>>(w, g, m, v, count, rates); });
}

}  // namespace

#define CHALKGRAD_PROBE(T)                                                                                     \
  extern "C" int lanes_##T() { return lanes<T>; }                                                              \
  extern "C" void operation_##T(int which, const T *a, const T *b, const T *c, const T *d, T *out, long n) {   \
    operation<T>(which, a, b, c, d, out, n);                                                                   \
  }                                                                                                            \
  extern "C" void tape_##T(const Tape *tape, const T *const *inputs, T *out, long n, T *scratch) {             \
    run_tape<T>(*tape, inputs, out, n, scratch);                                                               \
  }                                                                                                            \
  extern "C" long tape_scratch_##T(const Tape *tape) { return tape_scratch<T>(*tape); }                        \
  extern "C" void value_##T(int a, T number, const T *z, T *out, long n) {                                     \
    apply_value<T, lanes<T>>(Activation(a), number, z, out, n);                                                \
  }                                                                                                            \
  extern "C" void slope_by_value_##T(int a, T number, const T *value, const T *error, T *out, long n) {        \
    apply_slope_by_value<T, lanes<T>>(Activation(a), number, value, error, out, n);                            \
  }                                                                                                            \
  extern "C" void slope_##T(int a, T number, const T *z, T *out, long n) {                                     \
    with_activation(Activation(a), [&]<Activation A>() {                                                       \
      constexpr int N = lanes<T>;                                                                              \
      for (long i = 0; i < n; i += N) store<T, N>(out + i, slope<A, T, N>(load<T, N>(z + i), number));         \
    });                                                                                                        \
  }                                                                                                            \
  extern "C" double loss_##T(int panel, int kind, int function, T number, const T *z, const T *t,              \
                             const int64_t *classes, const T *c, T *error, long features, int rows) {          \
    return panel == 8 ? loss<T, 8>(kind, function, number, z, t, classes, c, error, features, rows)            \
                      : loss<T, 16>(kind, function, number, z, t, classes, c, error, features, rows);          \
  }                                                                                                            \
  extern "C" void softmax_##T(const T *z, T *y, long features) { softmax_panel<T, 16>(z, y, features); }       \
  extern "C" void softmax_gradient_##T(const T *y, const T *g, T *out, long features) {                        \
    softmax_gradient_panel<T, 16>(y, g, out, features);                                                        \
  }                                                                                                            \
  extern "C" double weighted_sum_##T(const T *v, const T *c, int rows, long features) {                        \
    return weighted_sum<T, 16>(v, c, rows, features);                                                          \
  }                                                                                                            \
  extern "C" void scale_samples_##T(T *v, const T *c, int rows, long features) {                               \
    scale_samples<T, 16>(v, c, rows, features);                                                                \
  }                                                                                                            \
  extern "C" void update_##T(const Optimiser *o, double learning_rate, long step, double l2, T *w, const T *g, \
                             T *m, T *v, long n) {                                                             \
    updates<T>(o, learning_rate, step, l2, w, g, m, v, n);                                                     \
  }                                                                                                            \
  extern "C" void dropout_##T(const T *source, T *out, long features, unsigned first, uint64_t seed,           \
                              uint64_t step, uint64_t layer, double rate) {                                    \
    dropout_panel<T, 16>(source, out, features, first, dropout_key(seed, step, layer), Dropping<T>::of(rate)); \
  }

CHALKGRAD_PROBE(float)
CHALKGRAD_PROBE(double)

extern "C" unsigned key(uint64_t seed, uint64_t step, uint64_t layer) { return dropout_key(seed, step, layer); }
extern "C" const char *operation_name(int which) {
  return which < int(sizeof operation_names / sizeof *operation_names) ? operation_names[which] : nullptr;
}
// whether this machine can run what is compiled for an instruction set
#if defined(__x86_64__)
extern "C" int machine_has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
extern "C" int machine_has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif
