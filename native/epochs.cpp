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

// Products are rounded before they are added, on every machine.
double mean_loss(const double *losses, int64_t steps, int64_t batch, int64_t rows) {
  double total = 0;
  for (int64_t s = 0; s < steps; ++s) {
    const volatile double part = losses[s] * double(s + 1 < steps ? batch : rows - s * batch);
    total += part;
  }
  return total / double(rows);
}

// Follows what is watched through the epochs of one call.
class Watcher {
 public:
  Watcher(Executor &executor, const Plan &plan, const Epochs &epochs, int64_t steps)
      : executor_(executor), plan_(plan), e_(epochs), steps_(steps), watch_(epochs.watch) {}

  // Takes note of epoch k; whether the training goes on.
  bool goes_on(int64_t k) {
    if (watch_.on == Watch::On::nothing) return true;
    const double value = value_of(k), gain = watch_.higher ? value - watch_.best : watch_.best - value;
    if (watch_.best != watch_.best ? !__builtin_isfinite(value) : !(gain > watch_.least))
      return --watch_.left > 0;
    watch_.best = value;
    watch_.left = watch_.patience;
    for (int64_t l = 0; watch_.kept && l < plan_.layer_count; ++l)
      executor_.store(l, Slot::weights, watch_.kept[2 * l], watch_.kept[2 * l + 1]);
    return true;
  }

 private:
  double value_of(int64_t k) const {
    switch (watch_.on) {
      case Watch::On::loss: return mean_loss(e_.losses + k * steps_, steps_, plan_.batch_size, e_.rows.count);
      case Watch::On::watched_loss: return e_.marks[k].watched_loss;
      default: return e_.marks[k].right / double(e_.watched.count);
    }
  }

  Executor &executor_;
  const Plan &plan_;
  const Epochs &e_;
  const int64_t steps_;
  Watch watch_;
};

}  // namespace

EpochsDone run_epochs(Executor &executor, const Plan &plan, int bytes, const Epochs &e) {
  const int64_t steps = (e.rows.count + plan.batch_size - 1) / plan.batch_size;
  const int64_t outputs = plan.features[plan.output];
  EpochsDone done = {0, 0, true};
  Watcher watcher(executor, plan, e, steps);
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
    if (!watcher.goes_on(k)) return {k + 1, done.steps, true};
  }
  return done;
}

}  // namespace chalkgrad
