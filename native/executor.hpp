// A training program as the native core reads it, and what its executors can do.  Plain data and
// declarations: this header is compiled for several instruction sets and must not define functions.
#pragma once
#include <stdint.h>

#include "vocabulary.hpp"

namespace chalkgrad {

// The instructions of chalkgrad.lower.program, in the order of their numbers.
enum class Op : int64_t {
  gather_inputs, gather_targets, linear, map, softmax, log_softmax, softmax_gradient, dropout, loss_and_error,
  loss_map, backpropagate, weight_gradient
};

// One instruction; buffers and layers by number, −1 where there is none.
struct Instruction {
  Op op;
  int64_t out, source;
  int64_t second;  // SoftmaxGradient's error, Backpropagate's add, WeightGradient's source
  int64_t value;   // the Loss of loss_and_error; else the buffer of Backpropagate's value
  int64_t layer;
  int64_t kind;  // an Activation
  int64_t tape;  // of map and loss_map
  int64_t flag;  // map: scaled, softmax_gradient: weighted
  double number;   // of the activation
  double coefficient, rate;
};

struct LayerShape {
  int64_t n_in, n_out;
  bool bias;
  double l2;
};

constexpr int kMostTapeInputs = 64;
// A tape and the buffers that its inputs are read from.
struct TapeCall {
  Tape tape;
  const int64_t *sources;
};

// All that is fixed for a training.  The memory belongs to whoever made it and outlives the executor.
struct Plan {
  const LayerShape *layers;
  const int64_t *features;  // of every buffer
  const Instruction *instructions;
  const TapeCall *tapes;
  int64_t layer_count, buffer_count, instruction_count;
  int64_t output;  // the buffer that a prediction reads
  int64_t output_kind;  // an Activation, or kSoftmax
  double output_number;
  double loss_factor;
  bool mean_over_samples, clipped;
  double clip_norm;
  Optimiser optimiser;
  int64_t seed, batch_size;
  int32_t threads;
  int64_t rows_for_threads;  // of a training call, from which starting threads pays
};
constexpr int64_t kSoftmax = -1;

// Rows at hand.  x is rows × n₀; t is rows × n_L, or `labels` are class numbers; `weight` may be null.
// `order` lists rows of the arrays; null: 0, 1, … count − 1.
struct Rows {
  const void *x, *t;
  const int64_t *labels;
  const void *weight;
  const int64_t *order;
  int64_t count;
};

// The arrays that an executor keeps for every layer.
enum class Slot : int64_t { weights, m, v, gradient };

class Team;

class Executor {
 public:
  virtual ~Executor();
  // Copies W, n_out × n_in, and b, n_out or null, in and out of a slot.
  virtual void load(int64_t layer, Slot slot, const void *weights, const void *bias) = 0;
  // Storing what is not there (yet) is false.
  virtual bool store(int64_t layer, Slot slot, void *weights, void *bias) = 0;
  // Takes steps of batch_size rows each and writes the loss of each, before its update; the last may be
  // shorter. Returns the number of losses written: a loss that is not finite is the last, its update is not
  // made.
  virtual int64_t run(const Rows &rows, int64_t first_step, const double *rates, int64_t steps,
                      double *losses) = 0;
  // Writes Ŷ, rows × n_L, and returns the loss over all rows, without dropout; 0 where there are no targets.
  // False where there is no memory for it.
  virtual bool evaluate(const Rows &rows, void *outputs, double *loss) = 0;
  // Puts ∂L/∂θ on these rows into Slot::gradient.
  virtual bool gradients(const Rows &rows, int64_t step, double *loss) = 0;
  // Gives their memory back, unless training needs it.
  virtual void forget_gradients() = 0;
  // Writes the norm of ∂L/∂(W, b) of every layer in the last step of `run`, before it was clipped.
  virtual void norms(double *to) = 0;
  // Whether every weight and bias is finite.
  virtual bool is_finite() = 0;

  // The threads of a training, or null: each call starts its own, where that pays.
  Team *team = nullptr;
  // At most so many threads take part.
  int32_t most_workers = INT32_MAX;
  // How many are worth a call with so many rows; a forward pass is a third of a step.
  int workers(const Plan &plan, int64_t rows, int passes) const {
    constexpr int64_t kWake = 100;  // waking a thread costs so much less than starting it
    const int64_t enough = team ? plan.rows_for_threads / kWake : plan.rows_for_threads;
    if (rows * passes < 3 * enough) return 1;
    return plan.threads < most_workers ? plan.threads : most_workers;
  }
};

// For one instruction set: an executor for numbers of `bytes` (4 or 8) bytes, or null without memory for it.
using Create = Executor *(const Plan &, int bytes);
namespace sse2 { Create create; }
namespace avx2 { Create create; }
namespace avx512 { Create create; }
namespace neon { Create create; }

}  // namespace chalkgrad
