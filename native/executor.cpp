// The executor of one instruction set: compiled once for each, with CHALKGRAD_ISA as its namespace.
#include <new>

#include "create.hpp"
#include "descent.hpp"
#include "threads.hpp"

namespace chalkgrad::CHALKGRAD_ISA {
namespace {

// The first layer, where threads had better share its outputs than its samples: its weights are many, more than
// the inputs of a mini-batch, and nothing else reads the inputs.
const Instruction *layer_apart(const Plan &plan, int workers) {
  constexpr int64_t kManyWeights = 1 << 16;
  const Instruction &inputs = plan.instructions[0], *first = nullptr;
  if (inputs.op != Op::gather_inputs || plan.clipped) return nullptr;
  for (int64_t k = 1; k < plan.instruction_count; ++k) {
    const Instruction &i = plan.instructions[k];
    if (i.op == Op::weight_gradient) continue;
    if (i.tape >= 0 || i.second >= 0 || i.out == inputs.out) return nullptr;
    if (i.source != inputs.out) continue;
    if (first != nullptr || i.op != Op::linear) return nullptr;
    first = &i;
  }
  if (first == nullptr) return nullptr;
  const LayerShape &layer = plan.layers[first->layer];
  const int64_t blocks = ceil_div(layer.n_out, kBlock);
  const bool even = blocks % workers == 0 || blocks >= 8 * workers;
  return even && layer.n_out > plan.batch_size && layer.n_in * layer.n_out >= kManyWeights ? first : nullptr;
}

// Everything that a mini-batch of up to `samples` samples needs on its way through the program.
template <class T, int L> class Step {
 public:
  Step(const Plan &plan, const Layer<T> *layers, long samples)
      : plan_(plan), engine_(plan, layers, samples), descent_(plan, layers, samples) {
    for (int64_t l = 0; l < plan.layer_count; ++l) penalised_ |= plan.layers[l].l2 != 0;
  }
  bool reserve(int workers) {
    place(workers);
    if (!memory_.reserve(memory_.used())) return false;
    place(workers);
    return true;
  }

  // One worker's panels, forward and back.
  void run_panels(const Batch<T> &batch, int64_t number, int worker, int workers, Barrier &barrier) {
    if (apart_ != nullptr) {
      engine_.run_apart(batch, worker, workers);
      barrier.wait();
    }
    const Range mine = share(ceil_div(batch.count, L), worker, workers);
    engine_.run(batch, mine, {true, number}, worker);
    descent_.turn(mine);
    if (penalised_) descent_.square_weights(worker, workers);
  }
  // L, when all panels are done: a sum in their order.
  double loss(long samples) const {
    double total = 0;
    for (long p = 0; p < ceil_div(samples, L); ++p) total += engine_.loss_of_panel(p);
    return penalised_ ? total + descent_.penalty() : total;
  }
  const Descent<T, L> &descent() const { return descent_; }

 private:
  void place(int workers) {
    apart_ = workers > 1 ? layer_apart(plan_, workers) : nullptr;
    engine_.place(memory_, workers, apart_);
    descent_.place(memory_, engine_, apart_);
  }

  const Plan &plan_;
  const Instruction *apart_ = nullptr;
  Slab memory_;
  Engine<T, L> engine_;
  Descent<T, L> descent_;
  bool penalised_ = false;
};

// The weights and the optimiser's memory of all layers.
template <class T> class Model {
 public:
  explicit Model(const Plan &plan) : plan_(plan) {}
  bool reserve() {
    place();
    if (!memory_.reserve(memory_.used())) return false;
    place();
    return true;
  }
  // Gradients have memory only where they are wanted.
  bool reserve_gradients() {
    if (layers_[0].gradient != nullptr) return true;
    size_t bytes = 0;
    for (int64_t l = 0; l < plan_.layer_count; ++l) bytes += layers_[l].size() * sizeof(T) + 128;
    if (!gradients_.reserve(bytes)) return false;
    for (int64_t l = 0; l < plan_.layer_count; ++l) layers_[l].gradient = gradients_.take<T>(layers_[l].size());
    return true;
  }
  const Layer<T> *layers() const { return layers_; }
  T *array(const Layer<T> &layer, Slot slot) const {
    switch (slot) {
      case Slot::m: return layer.m;
      case Slot::v: return layer.v;
      case Slot::gradient: return layer.gradient;
      default: return layer.weights;
    }
  }

 private:
  void place() {
    Layer<T> *layers = memory_.take<Layer<T>>(plan_.layer_count);
    const Rule rule = plan_.optimiser.rule;
    for (int64_t l = 0; l < plan_.layer_count; ++l) {
      const LayerShape &shape = plan_.layers[l];
      Layer<T> layer = {int(shape.n_in), int(shape.n_out), int(shape.n_in + shape.bias),
                        int(ceil_div(shape.n_out, kBlock)), shape.l2, nullptr, nullptr, nullptr, nullptr};
      layer.weights = memory_.take<T>(layer.size());
      if (has_m(rule)) layer.m = memory_.take<T>(layer.size());
      if (has_v(rule)) layer.v = memory_.take<T>(layer.size());
      if (layers != nullptr) layers[l] = layer;
    }
    layers_ = layers;
  }

  const Plan &plan_;
  Slab memory_, gradients_;
  Layer<T> *layers_ = nullptr;
};

// Ŷ and the loss of any number of rows, a few panels at a time; the panels are wide, whatever the mini-batch.
template <class T> class Evaluation {
 public:
  static constexpr int L = kMostLanes<T>, kPanels = 4, kRows = L * kPanels;

  Evaluation(const Plan &plan, const Layer<T> *layers, const Rows &rows, T *outputs)
      : plan_(plan), layers_(layers), rows_(rows), outputs_(outputs), engine_(plan, layers, plan.threads * kRows) {}

  bool reserve() {
    place();
    if (!memory_.reserve(memory_.used())) return false;
    place();
    return true;
  }
  double run() {
    run_parts(plan_.threads, [](void *argument, int worker, int workers, Barrier &) {
      static_cast<Evaluation *>(argument)->run_part(worker, workers);
    }, this);
    double total = 0;
    for (long p = 0; p < ceil_div(rows_.count, L); ++p) total += losses_[p];
    return total + penalty();
  }

 private:
  void place() {
    losses_ = memory_.take<double>(ceil_div(rows_.count, L));
    engine_.place(memory_, plan_.threads);
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
        total += layers_[l].l2 * sum_of_squares(layers_[l].weights + layers_[l].place(block, 0), layers_[l].n_in * kBlock);
    return total;
  }

  const Plan &plan_;
  const Layer<T> *layers_;
  const Rows rows_;
  T *outputs_;
  Slab memory_;
  Engine<T, L> engine_;
  double *losses_ = nullptr;
};

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
  bool store(int64_t l, Slot slot, void *weights, void *bias) const override {
    const Layer<T> &layer = model_.layers()[l];
    if (model_.array(layer, slot) == nullptr) return false;
    copy(layer, [&, array = model_.array(layer, slot)](long place, long n, long k) {
      if (k < layer.n_in) static_cast<T *>(weights)[n * layer.n_in + k] = array[place];
      else if (bias) static_cast<T *>(bias)[n] = array[place];
    });
    return true;
  }

  int64_t run(const Rows &rows, int64_t first_step, const double *rates, int64_t steps, double *losses) override {
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
    run_parts(plan_.threads, [](void *argument, int worker, int workers, Barrier &barrier) {
      const Work &w = *static_cast<Work *>(argument);
      const int64_t done = w.self->run_steps(w.rows, w.first_step, w.rates, w.steps, w.losses, worker, workers, barrier);
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
    step.descent().keep_gradients(rows.count, 0, 1);
    return true;
  }

  bool evaluate(const Rows &rows, void *outputs, double *loss) override {
    Evaluation<T> evaluation(plan_, model_.layers(), rows, static_cast<T *>(outputs));
    if (!evaluation.reserve()) return false;
    *loss = evaluation.run();
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
      step_->run_panels(Batch<T>(plan_, rows, begin, samples, samples), first_step + s, worker, workers, barrier);
      barrier.wait();
      const double loss = step_->loss(samples);
      if (worker == 0) losses[s] = loss;
      if (!__builtin_isfinite(loss)) return s + 1;
      if (plan_.clipped) {
        descent.keep_gradients(samples, worker, workers);
        barrier.wait();
        const double norm = descent.gradient_norm(), factor = norm > plan_.clip_norm ? plan_.clip_norm / norm : 1;
        descent.descend_kept(factor, rates[s], first_step + s, worker, workers);
      } else {
        descent.descend(samples, rates[s], first_step + s, worker, workers);
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
