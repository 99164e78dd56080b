// A mini-batch in panels, and the instructions of a program on them.  Everything here works sample by sample:
// threads take panels of their own.
#pragma once
#include "batch.hpp"
#include "engine_memory.hpp"
#include "loss.hpp"
#include "map.hpp"
#include "products.hpp"
#include "random.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// What changes from step to step for the kernels on panels.
struct StepInfo {
  bool training;  // else no dropout
  int64_t number;
};

template <class T, int L>
__attribute__((noinline)) void activate(Activation kind, T number, T *numbers, long count) {
  apply_value<T, lanes_of_panel<T, L>>(kind, number, numbers, numbers, count);
}
template <class T, int L> __attribute__((noinline)) void multiply_by_slope(Activation kind, T number,
                                                                           const T *value, T *error,
                                                                           long count) {
  apply_slope_by_value<T, lanes_of_panel<T, L>>(kind, number, value, error, error, count);
}

template <class T, int L> class Engine : public EngineMemory<T, L> {
  using Memory = EngineMemory<T, L>;
  using Memory::plan_, Memory::layers_, Memory::buffers_, Memory::targets_, Memory::apart_, Memory::inputs_;
  using Memory::coefficients_, Memory::classes_, Memory::losses_, Memory::scratch_, Memory::scratch_size_;

 public:
  using Buffer = Panels<T, L>;
  using Memory::Memory;

  const Buffer &buffer(int64_t b) const { return buffers_[b]; }
  const Buffer &inputs(int worker) const { return inputs_[worker]; }
  double loss_of_panel(long p) const { return losses_[p]; }

  // The first layer, if it is apart: all samples, this worker's blocks of outputs.  Its weights are read
  // where they were updated, and so never pass from one processor to another.
  void run_apart(const Batch<T> &batch, int worker, int workers) {
    const Range all = {0, ceil_div(batch.count, L)};
    gather(inputs_[worker], batch.x, batch, all);
    linear(*apart_, inputs_[worker], all, share(layers_[apart_->layer].blocks, worker, workers));
  }

  // Carries out the instructions before the weight gradients on these panels, a few at a time.
  // Without training it ends after the loss, or before it where there are no targets.
  void run(const Batch<T> &batch, Range panels, StepInfo step, int worker) {
    prepare(batch, panels);
    for (int64_t i = 0; i < plan_.instruction_count; ++i) {
      const Instruction &instruction = plan_.instructions[i];
      if (apart_ && (&instruction == apart_ || instruction.op == Op::gather_inputs)) continue;
      const bool loss = instruction.op == Op::loss_and_error || instruction.op == Op::loss_map;
      if (loss && !batch.has_targets()) return;
      carry_out(instruction, batch, panels, step, worker);
      if (loss && !step.training) return;
    }
  }

  // Ŷ of the first `count` samples of panel p, rows × n_L.
  void write_outputs(long p, long count, T *out) const {
    const Buffer &from = buffers_[plan_.output];
    T *numbers = from.panel(p);
    if (plan_.output_softmax) softmax_panel<T, L>(numbers, numbers, from.features);
    else activate<T, L>(plan_.output_function, T(plan_.output_number), numbers, from.features * L);
    for (long i = 0; i < count; ++i)
      for (long j = 0; j < from.features; ++j) out[i * from.features + j] = numbers[j * L + i];
  }

 private:
  int rows_of(const Batch<T> &batch, long p) const {
    const long left = batch.count - p * L;
    return int(left < 0 ? 0 : left > L ? L : left);
  }

  // c_i and the classes of the samples of these panels
  void prepare(const Batch<T> &batch, Range panels) {
    for (long p = panels.begin; p < panels.end; ++p) {
      const long begin = p * L, rows = rows_of(batch, p);
      losses_[p] = 0;
      for (long i = 0; i < L; ++i) {
        const int64_t row = batch.row(begin + i);
        const double c = batch.weight ? batch.factor * double(batch.weight[row]) : batch.factor;
        coefficients_[begin + i] = i < rows ? T(c) : T(0);
        if (batch.classes) classes_[begin + i] = batch.classes[row];
      }
    }
  }

  void carry_out(const Instruction &i, const Batch<T> &batch, Range panels, StepInfo step, int worker) {
    switch (i.op) {
      case Op::gather_inputs: return gather(buffers_[i.out], batch.x, batch, panels);
      case Op::gather_targets: return gather_targets(buffers_[i.out], batch, panels);
      case Op::linear: return linear(i, buffers_[i.source], panels, {0, layers_[i.layer].blocks});
      case Op::map: return map(i, batch, panels, worker);
      case Op::softmax: return softmax(i, panels);
      case Op::log_softmax: return log_softmax(i, panels);
      case Op::softmax_gradient: return softmax_gradient(i, panels);
      case Op::dropout: return dropout(i, panels, step);
      case Op::loss_and_error: return loss_and_error(i, batch, panels);
      case Op::loss_map: return loss_map(i, batch, panels, worker);
      case Op::backpropagate: return backpropagate(i, panels);
      case Op::weight_gradient: return;  // when all panels are done
    }
  }

  // out[feature][lane] ← rows of `from`
  void gather(const Buffer &out, const T *from, const Batch<T> &batch, Range panels) {
    for (long p = panels.begin; p < panels.end; ++p)
      for (long lane = 0; lane < L; lane += 4) {
        const long at = p * L + lane;
        gather_rows(from, batch.row(at), batch.row(at + 1), batch.row(at + 2), batch.row(at + 3),
                    out.features, out.panel(p) + lane, L);
      }
  }

  void gather_targets(const Buffer &out, const Batch<T> &batch, Range panels) {
    if (!batch.has_targets()) return;
    if (batch.t) return gather(out, batch.t, batch, panels);
    for (long p = panels.begin; p < panels.end; ++p) {
      T *place = out.panel(p);
      memset(place, 0, out.features * L * sizeof(T));
      for (long i = 0; i < L; ++i) place[classes_[p * L + i] * L + i] = T(1);
    }
  }

  void linear(const Instruction &i, const Buffer &source, Range panels, Range blocks) {
    const Activation kind = i.function;
    const T number = T(i.number);
    Products<T, L>::forward(layers_[i.layer], source, buffers_[i.out], panels, blocks,
                            [=](T *numbers, long count) {
                              if (kind != Activation::identity) activate<T, L>(kind, number, numbers, count);
                            });
  }

  void backpropagate(const Instruction &i, Range panels) {
    const Activation kind = i.function;
    const T number = T(i.number);
    const Buffer add = i.add < 0 ? Buffer{} : buffers_[i.add];
    const Buffer value = i.value < 0 ? Buffer{} : buffers_[i.value];
    Products<T, L>::backward(
        layers_[i.layer], buffers_[i.error], buffers_[i.out], panels,
        [=](T *numbers, long count, long panel, long feature) {
          constexpr int N = lanes_of_panel<T, L>;
          if (add.data) {
            const T *other = add.panel(panel) + feature * L;
            for (long at = 0; at < count; at += N)
              store<T, N>(numbers + at, load<T, N>(numbers + at) + load<T, N>(other + at));
          }
          if (kind != Activation::identity)
            multiply_by_slope<T, L>(kind, number, value.panel(panel) + feature * L, numbers, count);
        });
  }

  // out ← tape(its sources) for panel p
  void run_on_panel(const TapeCall &call, long p, T *out, int worker) {
    const T *inputs[kMostTapeInputs];
    for (int k = 0; k < call.tape.inputs; ++k) inputs[k] = buffers_[call.sources[k]].panel(p);
    run_tape<T>(call.tape, inputs, out, buffers_[call.sources[0]].features * L,
                scratch_ + worker * scratch_size_);
  }

  void map(const Instruction &i, const Batch<T> &batch, Range panels, int worker) {
    const Buffer &out = buffers_[i.out];
    constexpr int N = lanes_of_panel<T, L>;
    for (long p = panels.begin; p < panels.end; ++p) {
      T *numbers = out.panel(p);
      run_on_panel(plan_.tapes[i.tape], p, numbers, worker);
      if (!i.scaled) continue;
      scale_samples<T, L>(numbers, coefficients_ + p * L, rows_of(batch, p), out.features);
      for (long at = 0; i.coefficient != 1 && at < out.features * L; at += N)
        store<T, N>(numbers + at, load<T, N>(numbers + at) * T(i.coefficient));
    }
  }

  void loss_map(const Instruction &i, const Batch<T> &batch, Range panels, int worker) {
    const TapeCall &call = plan_.tapes[i.tape];
    const long features = buffers_[call.sources[0]].features;
    T *out = scratch_ + (worker + 1) * scratch_size_ - features * L;  // behind what the tape needs
    for (long p = panels.begin; p < panels.end; ++p) {
      run_on_panel(call, p, out, worker);
      losses_[p] +=
          i.coefficient * weighted_sum<T, L>(out, coefficients_ + p * L, rows_of(batch, p), features);
    }
  }

  void softmax(const Instruction &i, Range panels) {
    const Buffer &source = buffers_[i.source], &out = buffers_[i.out];
    for (long p = panels.begin; p < panels.end; ++p)
      softmax_panel<T, L>(source.panel(p), out.panel(p), out.features);
  }

  void log_softmax(const Instruction &i, Range panels) {
    const Buffer &source = buffers_[i.source], &out = buffers_[i.out];
    for (long p = panels.begin; p < panels.end; ++p)
      log_softmax_panel<T, L>(source.panel(p), out.panel(p), out.features);
  }

  void softmax_gradient(const Instruction &i, Range panels) {
    const Buffer &y = buffers_[i.y], &error = buffers_[i.error], &out = buffers_[i.out];
    for (long p = panels.begin; p < panels.end; ++p)
      if (i.weighted) softmax_pull_panel<T, L>(y.panel(p), error.panel(p), out.panel(p), out.features);
      else softmax_gradient_panel<T, L>(y.panel(p), error.panel(p), out.panel(p), out.features);
  }

  void dropout(const Instruction &i, Range panels, StepInfo step) {
    const Buffer &source = buffers_[i.source], &out = buffers_[i.out];
    const uint32_t key = dropout_key(uint64_t(plan_.seed), uint64_t(step.number), uint64_t(i.layer) + 1);
    const auto dropping = Dropping<T>::of(i.rate);
    for (long p = panels.begin; p < panels.end; ++p) {
      if (step.training)
        dropout_panel<T, L>(source.panel(p), out.panel(p), out.features, uint32_t(p * L), key, dropping);
      else if (i.source != i.out) memcpy(out.panel(p), source.panel(p), out.features * L * sizeof(T));
    }
  }

  void loss_and_error(const Instruction &i, const Batch<T> &batch, Range panels) {
    const Buffer &z = buffers_[i.z];
    if (batch.t) gather(targets_, batch.t, batch, panels);
    for (long p = panels.begin; p < panels.end; ++p) {
      T coefficient[L];
      for (int lane = 0; lane < L; ++lane) coefficient[lane] = T(i.coefficient) * coefficients_[p * L + lane];
      LossPanel<T> panel;
      panel.z = z.panel(p);
      panel.target = batch.t ? targets_.panel(p) : nullptr;
      panel.classes = batch.t ? nullptr : classes_ + p * L;
      panel.coefficient = coefficient;
      panel.error = buffers_[i.out].panel(p);
      panel.features = z.features;
      panel.rows = rows_of(batch, p);
      losses_[p] += chalkgrad::CHALKGRAD_ISA::loss_of_panel<T, L, true>(i.kind, i.function, T(i.number), panel);
    }
  }
};

}  // namespace chalkgrad::CHALKGRAD_ISA
