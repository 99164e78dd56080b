// A program as it comes from Python, in flat arrays, checked and made into a Plan.
#pragma once
#include <string>
#include <vector>

#include "executor.hpp"

namespace chalkgrad {

template <class T> struct Span {
  const T *data;
  int64_t size;
};

// The arrays as chalkgrad.train.executors.native writes them.
struct Arrays {
  Span<int64_t> layers;        // layers × (n_in, n_out, bias)
  Span<int64_t> features;      // of every buffer
  Span<int64_t> instructions;  // instructions × (op, out, source, second, value, layer, kind, tape, flag)
  Span<int64_t> tapes;  // each: inputs, constants, steps, result, sources …, steps × (operation, 4 places)
  Span<int64_t>
      settings;  // output, output_kind, mean, clipped, class_targets, seed, batch, threads, rule, bytes,
                 // rows_for_threads
  Span<double> l2;             // of every layer
  Span<double> numbers;        // instructions × (number, coefficient, rate)
  Span<double> constants;      // of all tapes, one after the other
  Span<double> reals;  // output_number, loss_factor, clip_norm, momentum, beta1, beta2, epsilon, weight_decay
};

// Owns what a Plan points to.
class PlanData {
 public:
  // Returns what is wrong, or nothing.
  std::string read(const Arrays &arrays);

  const Plan &plan() const { return plan_; }
  int bytes() const { return bytes_; }
  bool class_targets() const { return class_targets_; }
  int64_t inputs() const { return inputs_; }
  int64_t outputs() const { return features_[plan_.output]; }

 private:
  std::string read_tapes(const Arrays &arrays);
  std::string check(const Instruction &instruction);

  Plan plan_ = {};
  int bytes_ = 4;
  bool class_targets_ = false;
  int64_t inputs_ = -1;
  std::vector<LayerShape> layers_;
  std::vector<int64_t> features_;
  std::vector<Instruction> instructions_;
  std::vector<double> constants_;
  std::vector<std::vector<TapeStep>> steps_;
  std::vector<std::vector<int64_t>> sources_;
  std::vector<TapeCall> tapes_;
};

}  // namespace chalkgrad
