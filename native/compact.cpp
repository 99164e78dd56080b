// Which programs are small enough for compact steps, and their executor.
#include <new>

#include "compact.hpp"
#include "create.hpp"
#include "threads.hpp"

namespace chalkgrad::CHALKGRAD_ISA {
namespace {

constexpr int64_t kMostSamples = 64, kMostWidth = 16, kMostWeights = 256;

bool is_small(const Plan &plan) {
  int64_t weights = 0, widest = 0;
  for (int64_t l = 0; l < plan.layer_count; ++l) {
    const LayerShape &shape = plan.layers[l];
    if (shape.l2 != 0) return false;
    widest = shape.n_out > widest ? shape.n_out : widest;
    weights += (shape.n_in + 1) * shape.n_out;
  }
  return !plan.clipped && plan.batch_size <= kMostSamples && widest <= kMostWidth && weights <= kMostWeights;
}

// The instructions of layers one after the other, in their order: what is next is asked for, and must be it.
class Chain {
 public:
  explicit Chain(const Plan &plan) : at_(plan.instructions), end_(at_ + plan.instruction_count) {}
  const Instruction *next(Op op) { return at_ < end_ && at_->op == op ? at_++ : nullptr; }
  bool at_end() const { return at_ == end_; }

 private:
  const Instruction *at_, *end_;
};

// Whether the program is a chain of dense layers with fused activations and a fused loss; sets their kinds.
template <class Layer> const Instruction *read_chain(const Plan &plan, Layer layer) {
  Chain chain(plan);
  const Instruction *i = chain.next(Op::gather_inputs);
  if (i == nullptr) return nullptr;
  chain.next(Op::gather_targets);
  int64_t value = i->out;
  for (int64_t l = 0; l < plan.layer_count; ++l) {
    i = chain.next(Op::linear);
    if (i == nullptr || i->layer != l || i->source != value) return nullptr;
    value = i->out;
    layer(l, i->function, i->number);
  }
  const Instruction *const loss = chain.next(Op::loss_and_error);
  if (i->function != Activation::identity || loss == nullptr || loss->z != value) return nullptr;
  layer(plan.layer_count - 1, loss->function, loss->number);
  for (int64_t l = plan.layer_count - 1; l > 0; --l) {
    i = chain.next(Op::backpropagate);
    if (i == nullptr || i->layer != l || i->add >= 0) return nullptr;
  }
  while (chain.next(Op::weight_gradient)) {}
  return chain.at_end() ? loss : nullptr;
}

// Takes steps in compact form; everything else, and the arrays between runs, is with another executor.
template <class T, int P> class CompactExecutor final : public Executor {
 public:
  CompactExecutor(const Plan &plan, const Instruction &loss)
      : plan_(plan), step_(plan, loss.kind, loss.coefficient) {}
  ~CompactExecutor() override { delete whole_; }

  bool reserve() {
    step_.place(memory_);
    if (!memory_.reserve(memory_.used())) return false;
    step_.place(memory_);
    read_chain(plan_, [&](int64_t l, Activation kind, double number) {
      step_.layer(l).kind = kind;
      step_.layer(l).number = T(number);
    });
    return true;
  }
  void give(Executor *whole) { whole_ = whole; }

  void load(int64_t layer, Slot slot, const void *weights, const void *bias) override {
    give_back();
    whole_->load(layer, slot, weights, bias);
    taken_ = false;
  }
  bool store(int64_t layer, Slot slot, void *weights, void *bias) override {
    give_back();
    return whole_->store(layer, slot, weights, bias);
  }
  bool evaluate(const Rows &rows, void *outputs, double *loss) override {
    give_back();
    whole_->team = team;
    whole_->most_workers = most_workers;
    return whole_->evaluate(rows, outputs, loss);
  }
  bool gradients(const Rows &rows, int64_t step, double *loss) override {
    give_back();
    return whole_->gradients(rows, step, loss);
  }
  void forget_gradients() override { whole_->forget_gradients(); }
  void norms(double *to) override {
    for (int64_t l = 0; l < plan_.layer_count; ++l) to[l] = step_.norm(l);
  }
  bool is_finite() override { return taken_ ? step_.is_finite() : whole_->is_finite(); }

  int64_t run(const Rows &rows, int64_t first_step, const double *rates, int64_t steps,
              double *losses) override {
    take_over();
    int64_t done = 0;
    const auto work = [&] { done = run_steps(rows, first_step, rates, steps, losses); };
    run_parts(nullptr, 1, [](void *work_, int, int, Barrier &) { (*static_cast<decltype(work) *>(work_))(); },
              const_cast<void *>(static_cast<const void *>(&work)));
    ahead_ = true;
    return done;
  }

 private:
  // The numbers of the other executor, unless they are here; and back to it, unless they are there.
  void take_over() {
    if (!taken_)
      for_arrays([&](int64_t l, Slot slot, T *weights, T *bias) { whole_->store(l, slot, weights, bias); });
    taken_ = true;
  }
  void give_back() {
    if (ahead_)
      for_arrays([&](int64_t l, Slot slot, T *weights, T *bias) { whole_->load(l, slot, weights, bias); });
    ahead_ = false;
  }

  template <class F> void for_arrays(F f) {
    const Rule rule = plan_.optimiser.rule;
    const auto each_layer = [&](Slot slot) {
      for (int64_t l = 0; l < plan_.layer_count; ++l)
        f(l, slot, step_.weights(l, slot), plan_.layers[l].bias ? step_.bias(l, slot) : nullptr);
    };
    each_layer(Slot::weights);
    if (has_m(rule)) each_layer(Slot::m);
    if (has_v(rule)) each_layer(Slot::v);
  }

  // Each mini-batch is gathered while the one before is worked on: what is stored in parts is read whole
  // later.
  int64_t run_steps(const Rows &rows, int64_t first_step, const double *rates, int64_t steps,
                    double *losses) {
    const bool classes = rows.t == nullptr;
    const auto samples_of = [&](int64_t s) {
      return smaller(plan_.batch_size, rows.count - s * plan_.batch_size);
    };
    const auto gather = [&](int64_t s) {
      step_.gather(Batch<T>(plan_, rows, s * plan_.batch_size, samples_of(s), samples_of(s)), int(s & 1));
    };
    gather(0);
    for (int64_t s = 0; s < steps; ++s) {
      if (s + 1 < steps) gather(s + 1);
      losses[s] = step_.pass(samples_of(s), int(s & 1), classes);
      if (!__builtin_isfinite(losses[s])) return s + 1;
      step_.update(rates[s], first_step + s);
    }
    return steps;
  }

  const Plan &plan_;
  Slab memory_;
  CompactStep<T, P> step_;
  Executor *whole_ = nullptr;
  bool taken_ = false, ahead_ = false;  // whether the numbers here are as new as those of `whole_`, or newer
};

// Samples of a panel: the smallest that has them all, of at most two vectors.
template <class T, int P> Executor *create_for(const Plan &plan, const Instruction &loss, Executor *whole) {
  if constexpr (P > 4) {
    if (plan.batch_size <= P / 2) return create_for<T, P / 2>(plan, loss, whole);
  }
  auto *executor = new (std::nothrow) CompactExecutor<T, P>(plan, loss);
  if (executor == nullptr || !executor->reserve()) {
    delete executor;
    return whole;
  }
  executor->give(whole);
  return executor;
}

}  // namespace

Executor *make_compact(const Plan &plan, int bytes, Executor *whole) {
  const Instruction *const loss =
      is_small(plan) ? read_chain(plan, [](int64_t, Activation, double) {}) : nullptr;
  if (loss == nullptr) return whole;
  return bytes == 4 ? create_for<float, 2 * lanes<float>>(plan, *loss, whole)
                    : create_for<double, 2 * lanes<double>>(plan, *loss, whole);
}

}  // namespace chalkgrad::CHALKGRAD_ISA
