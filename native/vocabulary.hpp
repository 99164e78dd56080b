// The words of a training program that kernels are chosen by: plain data, the same for every instruction set.
// The names, as in chalkgrad.lower.program and chalkgrad.formula, stand in the order of the numbers.
#pragma once
#include <cstdint>

namespace chalkgrad {

enum class Activation : int32_t { identity, relu, leaky_relu, elu, sigmoid, tanh, softplus, silu, gelu };
inline constexpr const char *activation_names[] = {
    "identity", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "silu", "gelu"};

enum class Loss : int32_t { cross_entropy, binary_cross_entropy, squared_error };
inline constexpr const char *loss_names[] = {"cross_entropy", "binary_cross_entropy", "squared_error"};

// sgd: without momentum and so without state
enum class Rule : int32_t { sgd, momentum, nesterov, adam, adamw, rmsprop };
inline constexpr const char *rule_names[] = {"sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop"};

// The steps of a tape, as in chalkgrad.formula.tape.
enum class Operation : int32_t {
  add, subtract, multiply, divide, negate, power,
  exp, log, sqrt, expm1, log1p, sigmoid, tanh, softplus, erf, erfc,
  sigmoid_minus, tanh_minus, erf_minus, expm1_minus,
  sin, cos, tan, atan, sinh, cosh, relu, abs, sign, max, min,
  where_greater, where_greater_equal, where_less, where_less_equal
};
inline constexpr const char *operation_names[] = {
    "+", "-", "*", "/", "negate", "power",
    "exp", "log", "sqrt", "expm1", "log1p", "sigmoid", "tanh", "softplus", "erf", "erfc",
    "sigmoid_minus", "tanh_minus", "erf_minus", "expm1_minus",
    "sin", "cos", "tan", "atan", "sinh", "cosh", "relu", "abs", "sign", "max", "min",
    "where >", "where >=", "where <", "where <="};

// A formula as a list of steps.  Places: inputs, then constants, then the result of each step.
struct TapeStep {
  Operation operation;
  int32_t places[4];
};
struct Tape {
  int32_t inputs, constants, steps, result;
  const double *constant;  // `constants` numbers
  const TapeStep *step;    // `steps` of them
};

// The numbers of an optimiser, as in chalkgrad.train.setup.optimisers; those that its rule does not use are 0.
struct Optimiser {
  Rule rule;
  double momentum;      // μ
  double beta1, beta2;  // RMSprop's α is beta2
  double epsilon;
  double weight_decay;  // λ
};

}  // namespace chalkgrad
