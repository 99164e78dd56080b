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

// What early stopping watches: one number of every epoch, and the parameters of the best.
struct Watch {
  enum class On : int64_t { nothing, loss, watched_loss, right };  // right: the part of the rows watched
  On on;
  bool higher;           // more is better
  double least;          // better is what gains more than this
  double best;           // before the first epoch; NaN: none yet
  int64_t patience, left;  // epochs without a gain that end the training: after a gain, and from now on
  void *const *kept;     // W and b (or null) of every layer: where the best are written to; null: nowhere
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
  Watch watch;
};

struct EpochsDone {
  int64_t epochs, steps;
  bool memory;  // false: there was none for the rows watched
};

// Stops within an epoch at a loss that is not finite, and after an epoch, which does not count then, at
// parameters that are not; after a finished epoch where what is watched has not gained for too long.
EpochsDone run_epochs(Executor &executor, const Plan &plan, int bytes, const Epochs &epochs);

}  // namespace chalkgrad
