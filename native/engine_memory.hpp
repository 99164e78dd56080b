// What a mini-batch needs on its way through the instructions.
#pragma once
#include "executor.hpp"
#include "layout.hpp"
#include "map.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

template <class T, int L> class EngineMemory {
 public:
  using Buffer = Panels<T, L>;

  EngineMemory(const Plan &plan, const Layer<T> *layers, long samples)
      : plan_(plan), layers_(layers), panels_(ceil_div(samples, L)) {}

  // Takes its memory from the slab: first to count, then for good.  With `apart` the first layer's outputs
  // are shared among the workers, and each has the inputs of all samples for itself.
  void place(Slab &slab, int workers, const Instruction *apart = nullptr) {
    apart_ = apart;
    inputs_ = slab.take<Buffer>(workers);
    buffers_ = slab.take<Buffer>(plan_.buffer_count);
    coefficients_ = slab.take<T>(panels_ * L);
    classes_ = slab.take<int64_t>(panels_ * L);
    losses_ = slab.take<double>(panels_);
    scratch_size_ = 0;
    for (int64_t i = 0; i < plan_.instruction_count; ++i) {
      const Instruction &instruction = plan_.instructions[i];
      if (instruction.tape < 0) continue;
      const long needed = tape_scratch<T>(plan_.tapes[instruction.tape].tape) + widest() * L;
      if (needed > scratch_size_) scratch_size_ = needed;
    }
    scratch_ = slab.take<T>(scratch_size_ * workers);
    const int outputs = int(plan_.features[plan_.output]);
    targets_ = {outputs, slab.take<T>(panels_ * (outputs + 1) * L)};
    for (int64_t b = 0; b < plan_.buffer_count; ++b) {
      const int features = int(plan_.features[b]);
      const Buffer buffer = {features, slab.take<T>(panels_ * (features + 1) * L)};
      if (buffers_ == nullptr) continue;
      buffers_[b] = buffer;
      for (long p = 0; p < panels_; ++p)
        for (int lane = 0; lane < L; ++lane) buffer.panel(p)[features * L + lane] = T(1);
    }
    place_inputs(slab, workers);
  }

 protected:
  const Plan &plan_;
  const Layer<T> *layers_;
  const long panels_;
  Buffer *buffers_ = nullptr;
  Buffer targets_ = {};  // of the fused losses
  const Instruction *apart_ = nullptr;
  Buffer *inputs_ = nullptr;  // of every worker, where the first layer is apart
  T *coefficients_ = nullptr;
  int64_t *classes_ = nullptr;
  double *losses_ = nullptr;
  T *scratch_ = nullptr;
  long scratch_size_ = 0;

 private:
  // The first worker's inputs are the program's.
  void place_inputs(Slab &slab, int workers) {
    if (apart_ == nullptr) return;
    for (int worker = 0; worker < workers; ++worker) {
      const Buffer &inputs =
          buffers_ ? buffers_[apart_->source] : Buffer{int(plan_.features[apart_->source]), nullptr};
      T *const own = worker == 0 ? inputs.data : slab.take<T>(panels_ * inputs.stride());
      if (buffers_ == nullptr) continue;
      inputs_[worker] = {inputs.features, own};
      if (worker > 0) memcpy(own, inputs.data, panels_ * inputs.stride() * sizeof(T));
    }
  }

  long widest() const {
    long most = 0;
    for (int64_t b = 0; b < plan_.buffer_count; ++b)
      most = plan_.features[b] > most ? plan_.features[b] : most;
    return most;
  }
};

}  // namespace chalkgrad::CHALKGRAD_ISA
