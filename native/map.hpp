// Any formula, entry by entry: its tape (chalkgrad.formula.tape) is run over blocks of numbers that stay in
// the first cache, with one choice of the operation a block.
#pragma once
#include "activation.hpp"
#include "libm.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// How many operands an operation takes.
constexpr int operands_of(Operation operation) {
  if (operation >= Operation::where_greater) return 4;
  switch (operation) {
    case Operation::add: case Operation::subtract: case Operation::multiply: case Operation::divide:
    case Operation::power: case Operation::max: case Operation::min:
    case Operation::sigmoid_minus: case Operation::tanh_minus: case Operation::erf_minus:
    case Operation::expm1_minus: return 2;
    default: return 1;
  }
}

// How many numbers are worked on at a time: every slot of the tape has a block of so many in the scratch.
template <class T> inline long tape_block(const Tape &tape) {
  constexpr long bytes = 16384, least = 4 * lanes<T>, most = 512;
  const long slots = tape.constants + tape.steps > 0 ? tape.constants + tape.steps : 1;
  const long fitting = bytes / (slots * long(sizeof(T))) / lanes<T> * lanes<T>;
  return fitting < least ? least : fitting > most ? most : fitting;
}
// How many numbers of scratch run_tape needs.
template <class T> inline long tape_scratch(const Tape &tape) {
  return (tape.constants + tape.steps) * tape_block<T>(tape) + (tape.inputs + 1) * lanes<T>;
}

// f(u) − t from what is accurate near 0, and from tail = 1 − f(|u|) far away, where f runs from `lowest` to 1
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> apart(Vec<T, N> u, Vec<T, N> t, T near, Vec<T, N> middle,
                                                           Vec<T, N> tail, T lowest) {
  const Vec<T, N> far = u > T(0) ? (T(1) - t) - tail : tail - (t - lowest);
  return abs<T, N>(u) <= near ? middle : far;
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> sigmoid_minus(Vec<T, N> u, Vec<T, N> t) {
  const Vec<T, N> middle = T(0.5) * tanh<T, N>(T(0.5) * u) + (T(0.5) - t);
  return apart<T, N>(u, t, T(1), middle, sigmoid<T, N>(-abs<T, N>(u)), T(0));
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> tanh_minus(Vec<T, N> u, Vec<T, N> t) {
  const Vec<T, N> tail = T(2) * sigmoid<T, N>(T(-2) * abs<T, N>(u));
  return apart<T, N>(u, t, T(0.5), tanh<T, N>(u) - t, tail, T(-1));
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> erf_minus(Vec<T, N> u, Vec<T, N> t) {
  return apart<T, N>(u, t, T(0.5), erf_near_zero<T, N>(u) - t, erfc_tail<T, N>(abs<T, N>(u)), T(-1));
}
template <class T, int N> CHALKGRAD_INLINE Vec<T, N> expm1_minus(Vec<T, N> u, Vec<T, N> t) {
  return u > T(-0.5) ? expm1<T, N>(u) - t : exp<T, N>(u) - (T(1) + t);
}

// One operation on `count` numbers, a multiple of lanes<T>; out may be one of the operands.
template <class T>
inline void run_operation(Operation operation, const T *const (&operand)[4], T *out, long count) {
  constexpr int N = lanes<T>;
  using V = Vec<T, N>;
  const auto each = [&](auto function) __attribute__((always_inline)) {
    for (long i = 0; i < count; i += N)
      store<T, N>(out + i,
                  function([&](int k) __attribute__((always_inline)) { return load<T, N>(operand[k] + i); }));
  };
  switch (operation) {
#define CHALKGRAD_CASE(name, expression) \
  case Operation::name: return each([](auto at) __attribute__((always_inline)) -> V { return expression; });
    CHALKGRAD_CASE(add, at(0) + at(1))
    CHALKGRAD_CASE(subtract, at(0) - at(1))
    CHALKGRAD_CASE(multiply, at(0) * at(1))
    CHALKGRAD_CASE(divide, at(0) / at(1))
    CHALKGRAD_CASE(negate, -at(0))
    CHALKGRAD_CASE(power, (pow<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(exp, (exp<T, N>(at(0))))
    CHALKGRAD_CASE(log, (log<T, N>(at(0))))
    CHALKGRAD_CASE(sqrt, (sqrt<T, N>(at(0))))
    CHALKGRAD_CASE(expm1, (expm1<T, N>(at(0))))
    CHALKGRAD_CASE(log1p, (log1p<T, N>(at(0))))
    CHALKGRAD_CASE(sigmoid, (sigmoid<T, N>(at(0))))
    CHALKGRAD_CASE(tanh, (tanh<T, N>(at(0))))
    CHALKGRAD_CASE(softplus, (softplus<T, N>(at(0))))
    CHALKGRAD_CASE(erf, (erf<T, N>(at(0))))
    CHALKGRAD_CASE(erfc, (erfc<T, N>(at(0))))
    CHALKGRAD_CASE(sigmoid_minus, (sigmoid_minus<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(tanh_minus, (tanh_minus<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(erf_minus, (erf_minus<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(expm1_minus, (expm1_minus<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(sin, (sin<T, N>(at(0))))
    CHALKGRAD_CASE(cos, (cos<T, N>(at(0))))
    CHALKGRAD_CASE(tan, (tan<T, N>(at(0))))
    CHALKGRAD_CASE(atan, (atan<T, N>(at(0))))
    CHALKGRAD_CASE(sinh, (sinh<T, N>(at(0))))
    CHALKGRAD_CASE(cosh, (cosh<T, N>(at(0))))
    CHALKGRAD_CASE(relu, (relu<T, N>(at(0))))
    CHALKGRAD_CASE(abs, (abs<T, N>(at(0))))
    CHALKGRAD_CASE(sign, (sign<T, N>(at(0))))
    CHALKGRAD_CASE(max, (maximum<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(min, (minimum<T, N>(at(0), at(1))))
    CHALKGRAD_CASE(where_greater, at(0) > at(1) ? at(2) : at(3))
    CHALKGRAD_CASE(where_greater_equal, at(0) >= at(1) ? at(2) : at(3))
    CHALKGRAD_CASE(where_less, at(0) < at(1) ? at(2) : at(3))
    CHALKGRAD_CASE(where_less_equal, at(0) <= at(1) ? at(2) : at(3))
#undef CHALKGRAD_CASE
  }
}

// Where the slots of a tape are while one block is run.
template <class T> struct TapeRun {
  const Tape &tape;
  T *scratch;
  long block;

  T *slot(int place) const { return scratch + (place - tape.inputs) * block; }
  void fill_constants() const {
    for (int k = 0; k < tape.constants; k++)
      for (long i = 0; i < block; i += lanes<T>)
        store<T, lanes<T>>(slot(tape.inputs + k) + i, broadcast<T, lanes<T>>(T(tape.constant[k])));
  }
  // The value of `count` entries; input k stands at at(k).
  template <class At> void run(At at, T *out, long count) const {
    const int steps = tape.inputs + tape.constants;
    for (int s = 0; s < tape.steps; s++) {
      const TapeStep &step = tape.step[s];
      const T *operand[4] = {};
      for (int k = 0; k < operands_of(step.operation); k++) {
        const int place = step.places[k];
        operand[k] = place < tape.inputs ? at(place) : slot(place);
      }
      const bool last = s == tape.steps - 1 && steps + s == tape.result;
      run_operation<T>(step.operation, operand, last ? out : slot(steps + s), count);
    }
    if (tape.steps && tape.result == steps + tape.steps - 1) return;
    const T *result = tape.result < tape.inputs ? at(tape.result) : slot(tape.result);
    for (long i = 0; i < count; i += lanes<T>) store<T, lanes<T>>(out + i, load<T, lanes<T>>(result + i));
  }
};

// out_i = tape(inputs_i) for `count` entries; scratch has tape_scratch<T>(tape) numbers; out may be an input.
template <class T>
inline void run_tape(const Tape &tape, const T *const *inputs, T *out, long count, T *scratch) {
  const TapeRun<T> run{tape, scratch, tape_block<T>(tape)};
  run.fill_constants();
  const long whole = count / lanes<T> * lanes<T>;
  for (long start = 0; start < whole; start += run.block) {
    const long size = whole - start < run.block ? whole - start : run.block;
    run.run([&](int k) { return inputs[k] + start; }, out + start, size);
  }
  if (whole == count) return;
  T *staged = scratch + (tape.constants + tape.steps) * run.block, *result = staged + tape.inputs * lanes<T>;
  for (int k = 0; k < tape.inputs; k++)
    for (long i = 0; i < lanes<T>; i++)
      staged[k * lanes<T> + i] = whole + i < count ? inputs[k][whole + i] : T(0);
  run.run([&](int k) { return staged + k * lanes<T>; }, result, lanes<T>);
  for (long i = whole; i < count; i++) out[i] = result[i - whole];
}

}  // namespace chalkgrad::CHALKGRAD_ISA
