// The executor of one instruction set: compiled once for each, with CHALKGRAD_ISA as its namespace.
#include <new>

#include "create.hpp"
#include "evaluation.hpp"
#include "model.hpp"
#include "step.hpp"

namespace chalkgrad::CHALKGRAD_ISA {
namespace {

template <class T, int L> class PanelExecutor final : public Executor {
 public:
  explicit PanelExecutor(const Plan &plan) : plan_(plan), model_(plan) {}
  ~PanelExecutor() override { delete step_; }

  bool reserve() {
    if (!model_.reserve() || (plan_.clipped && !model_.reserve_gradients())) return false;
    step_ = new (std::nothrow) Step<T, L>(plan_, model_.layers(), plan_.batch_size);
    return step_ != nullptr && step_->reserve(plan_.threads);
  }

  void load(int64_t l, Slot slot, const void *weights, const void *bias) override {
    const Layer<T> &layer = model_.layers()[l];
    copy(layer, [&, array = model_.array(layer, slot)](long place, long n, long k) {
      if (k < layer.n_in) array[place] = static_cast<const T *>(weights)[n * layer.n_in + k];
      else array[place] = bias ? static_cast<const T *>(bias)[n] : T(0);
    });
  }
  bool store(int64_t l, Slot slot, void *weights, void *bias) override {
    const Layer<T> &layer = model_.layers()[l];
    if (model_.array(layer, slot) == nullptr) return false;
    copy(layer, [&, array = model_.array(layer, slot)](long place, long n, long k) {
      if (k < layer.n_in) static_cast<T *>(weights)[n * layer.n_in + k] = array[place];
      else if (bias) static_cast<T *>(bias)[n] = array[place];
    });
    return true;
  }

  int64_t run(const Rows &rows, int64_t first_step, const double *rates, int64_t steps,
              double *losses) override {
    int64_t done = 0;
    struct Work {
      PanelExecutor *self;
      const Rows &rows;
      int64_t first_step;
      const double *rates;
      int64_t steps;
      double *losses;
      int64_t &done;
    } work = {this, rows, first_step, rates, steps, losses, done};
    run_parts(team, workers(plan_, rows.count, 3), [](void *argument, int worker, int workers, Barrier &barrier) {
      const Work &w = *static_cast<Work *>(argument);
      const int64_t done =
          w.self->run_steps(w.rows, w.first_step, w.rates, w.steps, w.losses, worker, workers, barrier);
      if (worker == 0) w.done = done;
    }, &work);
    return done;
  }

  bool gradients(const Rows &rows, int64_t number, double *loss) override {
    Step<T, L> step(plan_, model_.layers(), rows.count);
    if (!model_.reserve_gradients() || !step.reserve(1)) return false;
    const Batch<T> batch(plan_, rows, 0, rows.count, rows.count);
    Barrier alone(1);
    step.run_panels(batch, number, 0, 1, alone);
    *loss = step.loss(rows.count);
    step.descent().keep_gradients(rows.count, 0, 1, false);
    return true;
  }

  void forget_gradients() override {
    if (!plan_.clipped) model_.release_gradients();
  }

  bool evaluate(const Rows &rows, void *outputs, double *loss) override {
    const int workers = this->workers(plan_, rows.count, 1);
    Evaluation<T> evaluation(plan_, model_.layers(), rows, static_cast<T *>(outputs), workers);
    if (!evaluation.reserve()) return false;
    *loss = evaluation.run(team);
    return true;
  }

  void norms(double *to) override {
    for (int64_t l = 0; l < plan_.layer_count; ++l) to[l] = step_->descent().layer_norm(l);
  }
  bool is_finite() override {
    for (int64_t l = 0; l < plan_.layer_count; ++l)
      if (!are_finite(model_.layers()[l].weights, model_.layers()[l].size())) return false;
    return true;
  }

 private:
  // f(place in the array of a layer, output, row) for all weights and biases
  template <class F> static void copy(const Layer<T> &layer, F f) {
    for (long n = 0; n < layer.n_out; ++n)
      for (long k = 0; k <= layer.n_in; ++k) f(layer.place(n / kBlock, k) + n % kBlock, n, k);
  }

  int64_t run_steps(const Rows &rows, int64_t first_step, const double *rates, int64_t steps, double *losses,
                    int worker, int workers, Barrier &barrier) {
    const Descent<T, L> &descent = step_->descent();
    for (int64_t s = 0; s < steps; ++s) {
      const int64_t begin = s * plan_.batch_size, samples = smaller(plan_.batch_size, rows.count - begin);
      step_->run_panels(Batch<T>(plan_, rows, begin, samples, samples), first_step + s, worker, workers,
                        barrier);
      barrier.wait();
      const double loss = step_->loss(samples);
      if (worker == 0) losses[s] = loss;
      if (!__builtin_isfinite(loss)) return s + 1;
      if (plan_.clipped) {
        descent.keep_gradients(samples, worker, workers, s + 1 == steps);
        barrier.wait();
        const double norm = descent.gradient_norm(),
                     factor = norm > plan_.clip_norm ? plan_.clip_norm / norm : 1;
        descent.descend_kept(factor, rates[s], first_step + s, worker, workers);
      } else {
        descent.descend(samples, rates[s], first_step + s, worker, workers, s + 1 == steps);
      }
      barrier.wait();
    }
    return steps;
  }

  const Plan &plan_;
  Model<T> model_;
  Step<T, L> *step_ = nullptr;
};

// Lanes of a panel: 16, or fewer where the mini-batch is small.
template <class T, int L> Executor *create_for(const Plan &plan) {
  if constexpr (L > 4) {
    if (plan.batch_size <= L / 2) return create_for<T, L / 2>(plan);
  }
  auto *executor = new (std::nothrow) PanelExecutor<T, L>(plan);
  if (executor != nullptr && executor->reserve()) return executor;
  delete executor;
  return nullptr;
}

}  // namespace

Executor *create(const Plan &plan, int bytes) {
  Executor *const executor =
      bytes == 4 ? create_for<float, kMostLanes<float>>(plan) : create_for<double, kMostLanes<double>>(plan);
  return executor == nullptr ? nullptr : make_compact(plan, bytes, executor);
}

}  // namespace chalkgrad::CHALKGRAD_ISA
