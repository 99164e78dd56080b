// Whole epochs of a training, one after the other, and what is noted of each.
#pragma once
#include "executor.hpp"

namespace chalkgrad {

// What is noted of an epoch beside its losses and norms.
struct EpochMarks {
  double watched_loss;
  double right;  // how many of the rows watched are classified right
  double seconds, busy;  // all of it, and what was spent in steps
};

struct Epochs {
  Rows rows;              // those of an epoch; their order is written into `order`
  int64_t *order;
  const int64_t *chosen;  // the rows to visit, or null: all
  const uint32_t *seed;   // null: in their order
  int64_t seed_words;
  int64_t first_epoch, first_step, count;
  const double *rates;
  double *losses;      // of every step
  Rows watched;        // after every epoch; none if its count is 0
  void *outputs;       // of the rows watched
  double *norms;       // epochs × layers
  EpochMarks *marks;   // of every epoch
};

struct EpochsDone {
  int64_t epochs, steps;
  bool memory;  // false: there was none for the rows watched
};

// Stops within an epoch at a loss that is not finite, and after an epoch, which does not count then, at
// parameters that are not.
EpochsDone run_epochs(Executor &executor, const Plan &plan, int bytes, const Epochs &epochs);

}  // namespace chalkgrad
