// Predictions, and the loss over many rows.
#pragma once
#include "gradient_task.hpp"
#include "threads.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// Ŷ and the loss of any number of rows, a few panels at a time; the panels are wide, whatever the mini-batch.
template <class T> class Evaluation {
 public:
  static constexpr int L = kMostLanes<T>, kPanels = 4, kRows = L * kPanels;

  Evaluation(const Plan &plan, const Layer<T> *layers, const Rows &rows, T *outputs, int workers)
      : plan_(plan),
        layers_(layers),
        rows_(rows),
        outputs_(outputs),
        workers_(workers),
        engine_(plan, layers, workers * smaller(kRows, ceil_div(rows.count, L) * L)) {}

  bool reserve() {
    place();
    if (!memory_.reserve(memory_.used())) return false;
    place();
    return true;
  }
  double run(Team *team) {
    run_parts(team, workers_, [](void *argument, int worker, int workers, Barrier &) {
      static_cast<Evaluation *>(argument)->run_part(worker, workers);
    }, this);
    double total = 0;
    for (long p = 0; p < ceil_div(rows_.count, L); ++p) total += losses_[p];
    return total + penalty();
  }

 private:
  void place() {
    losses_ = memory_.take<double>(ceil_div(rows_.count, L));
    engine_.place(memory_, workers_);
  }

  // Each worker has kPanels panels, which it fills again and again.
  void run_part(int worker, int workers) {
    const long outputs = plan_.features[plan_.output];
    for (int64_t begin = worker * kRows; begin < rows_.count; begin += int64_t(workers) * kRows) {
      const long count = smaller(kRows, rows_.count - begin), before = worker * kRows;
      Batch<T> batch(plan_, rows_, begin, count, rows_.count);
      batch.move_to(before);
      const Range panels = {worker * kPanels, worker * kPanels + ceil_div(count, L)};
      engine_.run(batch, panels, {false, 0}, worker);
      for (long p = panels.begin; p < panels.end; ++p) {
        const long row = begin + (p - panels.begin) * L;
        losses_[row / L] = batch.has_targets() ? engine_.loss_of_panel(p) : 0;
        engine_.write_outputs(p, smaller(L, rows_.count - row), outputs_ + row * outputs);
      }
    }
  }

  double penalty() const {
    double total = 0;
    for (int64_t l = 0; l < plan_.layer_count; ++l)
      for (long block = 0; layers_[l].l2 != 0 && block < layers_[l].blocks; ++block)
        total += layers_[l].l2 *
                 sum_of_squares(layers_[l].weights + layers_[l].place(block, 0), layers_[l].n_in * kBlock);
    return total;
  }

  const Plan &plan_;
  const Layer<T> *layers_;
  const Rows rows_;
  T *outputs_;
  const int workers_;
  Slab memory_;
  Engine<T, L> engine_;
  double *losses_ = nullptr;
};

}  // namespace chalkgrad::CHALKGRAD_ISA
