// A mini-batch on its way through the program: its memory, and each worker's part of a pass.
#pragma once
#include "descent.hpp"
#include "threads.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// The first layer, where threads had better share its outputs than its samples: its weights are many, more
// than the inputs of a mini-batch, and nothing else reads the inputs.
inline const Instruction *layer_apart(const Plan &plan, int workers) {
  constexpr int64_t kManyWeights = 1 << 16;
  const Instruction &inputs = plan.instructions[0], *first = nullptr;
  if (inputs.op != Op::gather_inputs || plan.clipped) return nullptr;
  for (int64_t k = 1; k < plan.instruction_count; ++k) {
    const Instruction &i = plan.instructions[k];
    if (i.op == Op::weight_gradient) continue;
    if (i.tape >= 0 || i.y >= 0 || i.add >= 0 || i.out == inputs.out) return nullptr;
    if (i.source != inputs.out && i.z != inputs.out && i.error != inputs.out) continue;
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

}  // namespace chalkgrad::CHALKGRAD_ISA
