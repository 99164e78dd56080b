#include "epochs.hpp"

#include <time.h>

#include "order.hpp"

namespace chalkgrad {
namespace {

double now() {
  timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return double(at.tv_sec) + 1e-9 * double(at.tv_nsec);
}

// Of several numbers the place of the largest, or of the first that is none; one is decided at ½.
template <class T> int64_t class_of(const T *numbers, int64_t count) {
  if (count == 1) return numbers[0] > T(0.5);
  int64_t best = 0;
  for (int64_t j = 1; j < count && numbers[best] == numbers[best]; ++j)
    if (!(numbers[j] <= numbers[best])) best = j;
  return best;
}

template <class T> int64_t count_right(const T *y, const Rows &rows, int64_t outputs) {
  const T *t = static_cast<const T *>(rows.t);
  int64_t right = 0;
  for (int64_t i = 0; i < rows.count; ++i) {
    const int64_t found = class_of(y + i * outputs, outputs);
    if (rows.labels) right += found == rows.labels[i];
    else if (outputs == 1) right += T(found) == t[i];
    else right += found == class_of(t + i * outputs, outputs);
  }
  return right;
}

}  // namespace

EpochsDone run_epochs(Executor &executor, const Plan &plan, int bytes, const Epochs &e) {
  const int64_t steps = (e.rows.count + plan.batch_size - 1) / plan.batch_size;
  const int64_t outputs = plan.features[plan.output];
  EpochsDone done = {0, 0, true};
  Rows rows = e.rows;
  rows.order = e.order;
  double began = now();
  for (; done.epochs < e.count; ++done.epochs) {
    const int64_t k = done.epochs;
    if (e.seed) order_rows(e.seed, e.seed_words, uint32_t(e.first_epoch + k), e.chosen, rows.count, e.order);
    else
      for (int64_t i = 0; i < rows.count && k == 0; ++i) e.order[i] = e.chosen ? e.chosen[i] : i;
    const int64_t taken =
        executor.run(rows, e.first_step + done.steps, e.rates + k * steps, steps, e.losses + k * steps);
    done.steps += taken;
    if (taken < steps || !__builtin_isfinite(e.losses[done.steps - 1]) || !executor.is_finite()) return done;
    executor.norms(e.norms + k * plan.layer_count);
    EpochMarks &marks = e.marks[k];
    marks.busy = now() - began;
    marks.watched_loss = marks.right = 0;
    if (e.watched.count > 0) {
      if (!executor.evaluate(e.watched, e.outputs, &marks.watched_loss)) return {k, done.steps, false};
      marks.right = double(bytes == 4 ? count_right(static_cast<float *>(e.outputs), e.watched, outputs)
                                      : count_right(static_cast<double *>(e.outputs), e.watched, outputs));
    }
    const double ended = now();
    marks.seconds = ended - began;
    began = ended;
  }
  return done;
}

}  // namespace chalkgrad
