// The weight gradient of one layer as work to be shared, and what is done with rows of it.
#pragma once
#include "engine.hpp"
#include "update.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// dW = errorᵀ source of one layer.
template <class T, int L> struct GradientTask {
  const Layer<T> *layer;
  Panels<T, L> error, source;
  bool apart;       // threads share the outputs, not the rows
  T *turned;        // the errors with the outputs in the lanes; null where there are few outputs
  long chunk_rows, chunks;
  double *weight_squares, *gradient_squares;  // one for every chunk, to be summed in their order
  double *tile_squares;  // of ∂L/∂θ: one for every block of every chunk, to be summed in their order

  long cost() const { return chunk_rows * layer->blocks; }  // of a chunk, in proportion
  Range all_blocks() const { return {0, layer->blocks}; }
  Range rows(long chunk) const {
    return {chunk * chunk_rows, smaller((chunk + 1) * chunk_rows, layer->rows)};
  }
};

// w ← the optimiser's rule, for `count` neighbouring parameters
template <class T>
__attribute__((noinline)) void update_numbers(Rule rule, const Layer<T> &layer, long place, const T *gradient,
                                              long count, const Rates<T> &rates) {
  with_rule(rule, [&]<Rule R> {
    update_row<R, T, lanes_of_panel<T, kBlock>>(layer.weights + place, gradient, layer.m + place,
                                                layer.v + place, count, rates);
  });
}

// Σ v² over `count` numbers, a multiple of kBlock
template <class T> double sum_of_squares(const T *v, long count) {
  constexpr int N = lanes_of_panel<T, kBlock>;
  LaneSums<T, N> sums;
  for (long i = 0; i < count; i += N) sums.add(load<T, N>(v + i) * load<T, N>(v + i));
  return sums.weighted(broadcast<T, N>(T(1)), first_lanes<T, N>(N));
}

// The same in double throughout: nothing overflows, nothing vanishes
template <class T> double wide_sum_of_squares(const T *v, long count) {
  double sums[kBlock] = {}, total = 0;
  for (long i = 0; i < count; i += kBlock)
    for (int j = 0; j < kBlock; ++j) sums[j] += double(v[i + j]) * double(v[i + j]);
  for (double part : sums) total += part;
  return total;
}

// Whether each of `count` numbers, a multiple of kBlock, is finite
template <class T> bool are_finite(const T *v, long count) {
  constexpr int N = lanes_of_panel<T, kBlock>;
  Vec<T, N> zeros{};
  for (long i = 0; i < count; i += N) zeros += load<T, N>(v + i) * T(0);
  return sum<T, N>(zeros) == 0;
}

}  // namespace chalkgrad::CHALKGRAD_ISA
