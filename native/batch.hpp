// Which rows of the arrays a mini-batch has, and what they count.
#pragma once
#include "executor.hpp"
#include "vector.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// The rows of one mini-batch; sample i is row(i) of the arrays.  Padding repeats the last sample.
template <class T> struct Batch {
  const T *x, *t;
  const int64_t *classes;
  const T *weight;
  const int64_t *order;  // null: rows in their order, from `first`
  int64_t first, count;
  double factor;  // the constant part of c_i, the division by m included

  Batch(const Plan &plan, const Rows &rows, int64_t begin, int64_t count, int64_t mean_of)
      : x(static_cast<const T *>(rows.x)), t(static_cast<const T *>(rows.t)), classes(rows.labels),
        weight(static_cast<const T *>(rows.weight)), order(rows.order ? rows.order + begin : nullptr),
        first(begin), count(count),
        factor(plan.loss_factor / (plan.mean_over_samples ? double(mean_of) : 1.0)) {}

  int64_t row(int64_t sample) const {
    const int64_t i = sample < count ? sample : count - 1;
    return order ? order[i] : first + i;
  }
  // Lets sample 0 be sample `place` of the panels.
  void move_to(int64_t place) {
    first -= place;
    count += place;
    if (order) order -= place;
  }
  bool has_targets() const { return t != nullptr || classes != nullptr; }
};

}  // namespace chalkgrad::CHALKGRAD_ISA
