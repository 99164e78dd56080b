// A program as it comes from Python, in arrays of records, checked and made into a Plan.
#pragma once
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

#include "executor.hpp"

namespace chalkgrad {

template <class T> struct Span {
  const T *data;
  int64_t size;
};

// How much of `sources`, `constants` and `steps` a tape has, and which of its places has its value.
#define CHALKGRAD_TAPE(X) \
  X(int64_t, inputs, 0) X(int64_t, constants, 0) X(int64_t, steps, 0) X(int64_t, result, 0)
CHALKGRAD_RECORD(TapeSize, CHALKGRAD_TAPE);

// The arrays as chalkgrad.train.executors.encoding writes them.
struct Arrays {
  Span<Settings> settings;    // one
  Span<Optimiser> optimiser;  // one
  Span<LayerShape> layers;
  Span<int64_t> features;  // of every buffer
  Span<Instruction> instructions;
  Span<TapeSize> tapes;
  Span<int64_t> sources;   // the buffers of all tapes, one after the other
  Span<double> constants;  // likewise
  Span<TapeStep> steps;    // likewise
};

// Owns what a Plan points to.
class PlanData {
 public:
  // Returns what is wrong, or nothing.
  std::string read(const Arrays &arrays);

  const Plan &plan() const { return plan_; }
  int bytes() const { return int(plan_.bytes); }
  bool class_targets() const { return plan_.class_targets; }
  int64_t inputs() const { return inputs_; }
  int64_t outputs() const { return features_[plan_.output]; }

 private:
  std::string read_tapes(const Arrays &arrays);
  std::string check(const Instruction &instruction);
  std::string check_settings();

  Plan plan_ = {};
  int64_t inputs_ = -1;
  std::vector<LayerShape> layers_;
  std::vector<int64_t> features_, sources_;
  std::vector<Instruction> instructions_;
  std::vector<double> constants_;
  std::vector<TapeStep> steps_;
  std::vector<TapeCall> tapes_;
};

}  // namespace chalkgrad
