// A training program as the native core reads it, and what its executors can do.  Plain data and
// declarations: this header is compiled for several instruction sets and must not define functions.
#pragma once
#include <stdint.h>

#include "vocabulary.hpp"

namespace chalkgrad {

// The instructions of chalkgrad.lower.program.
#define CHALKGRAD_OPS(X)                                                                            \
  X(gather_inputs, "GatherInputs") X(gather_targets, "GatherTargets") X(linear, "Linear") X(map, "Map") \
  X(softmax, "Softmax") X(log_softmax, "LogSoftmax") X(softmax_gradient, "SoftmaxGradient")           \
  X(dropout, "Dropout") X(loss_and_error, "LossAndError") X(loss_map, "LossMap")                      \
  X(backpropagate, "Backpropagate") X(weight_gradient, "WeightGradient")
CHALKGRAD_ENUM(Op, int32_t, op_names, CHALKGRAD_OPS);

// One instruction, with the fields of all of them under their names in chalkgrad.lower.program; buffers,
// layers and tapes by number, −1 where there is none.
#define CHALKGRAD_INSTRUCTION(X)                                                                    \
  X(Op, op, Op(-1)) X(Activation, function, Activation(-1)) X(Loss, kind, Loss(-1))                 \
  X(bool, scaled, false) X(bool, weighted, false)                                                   \
  X(int64_t, out, -1) X(int64_t, source, -1) X(int64_t, y, -1) X(int64_t, z, -1)                    \
  X(int64_t, error, -1) X(int64_t, add, -1) X(int64_t, value, -1)                                   \
  X(int64_t, layer, -1) X(int64_t, tape, -1)                                                        \
  X(double, number, 0) X(double, coefficient, 1) X(double, rate, 0) /* number: of the function */
CHALKGRAD_RECORD(Instruction, CHALKGRAD_INSTRUCTION);

#define CHALKGRAD_LAYER(X) \
  X(int64_t, n_in, 0) X(int64_t, n_out, 0) X(bool, bias, false) X(double, l2, 0)
CHALKGRAD_RECORD(LayerShape, CHALKGRAD_LAYER);

// What a training has but one of.  `output` is the buffer that a prediction reads, through `output_function`,
// or softmax where `output_softmax`.  A training call starts threads for so many rows, and wakes those kept.
#define CHALKGRAD_SETTINGS(X)                                                                       \
  X(int64_t, output, -1) X(bool, output_softmax, false)                                             \
  X(Activation, output_function, Activation(-1)) X(double, output_number, 0)                        \
  X(double, loss_factor, 1) X(bool, mean_over_samples, false) X(bool, class_targets, false)         \
  X(bool, clipped, false) X(double, clip_norm, 0) X(int64_t, seed, 0) X(int64_t, batch_size, 0)     \
  X(int64_t, bytes, 4) X(int64_t, threads, 1) X(int64_t, rows_to_start, 0) X(int64_t, rows_to_wake, 0)
CHALKGRAD_RECORD(Settings, CHALKGRAD_SETTINGS);

constexpr int kMostTapeInputs = 64;
// A tape and the buffers that its inputs are read from.
struct TapeCall {
  Tape tape;
  const int64_t *sources;
};

// All that is fixed for a training.  The memory belongs to whoever made it and outlives the executor.
struct Plan : Settings {
  const LayerShape *layers;
  const int64_t *features;  // of every buffer
  const Instruction *instructions;
  const TapeCall *tapes;
  int64_t layer_count, buffer_count, instruction_count;
  Optimiser optimiser;
};

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
  // How many take part in a call with so many rows; a forward pass is a third of a step.
  int workers(const Plan &plan, int64_t rows, int passes) const {
    if (rows * passes < 3 * (team ? plan.rows_to_wake : plan.rows_to_start)) return 1;
    return plan.threads < most_workers ? int(plan.threads) : most_workers;
  }
};

// For one instruction set: an executor for numbers of `bytes` (4 or 8) bytes, or null without memory for it.
using Create = Executor *(const Plan &, int bytes);
namespace sse2 { Create create; }
namespace avx2 { Create create; }
namespace avx512 { Create create; }
namespace neon { Create create; }

}  // namespace chalkgrad
