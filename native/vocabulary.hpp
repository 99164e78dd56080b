// The words of a training program that kernels are chosen by: plain data, the same for every instruction set.
// The names, as in chalkgrad.lower.program and chalkgrad.formula, stand in the order of the numbers.
#pragma once
#include <cstdint>

namespace chalkgrad {

// Each list is written once: its numbers and its names cannot differ.
#define CHALKGRAD_MEMBER(name, word) name,
#define CHALKGRAD_WORD(name, word) word,
#define CHALKGRAD_ENUM(Name, Number, names, LIST)                 \
  enum class Name : Number { LIST(CHALKGRAD_MEMBER) };            \
  inline constexpr const char *names[] = {LIST(CHALKGRAD_WORD)}

#define CHALKGRAD_ACTIVATIONS(X)                                                        \
  X(identity, "identity") X(relu, "relu") X(leaky_relu, "leaky_relu") X(elu, "elu")     \
  X(sigmoid, "sigmoid") X(tanh, "tanh") X(softplus, "softplus") X(silu, "silu") X(gelu, "gelu")
CHALKGRAD_ENUM(Activation, int32_t, activation_names, CHALKGRAD_ACTIVATIONS);

#define CHALKGRAD_LOSSES(X)                          \
  X(cross_entropy, "cross_entropy") X(binary_cross_entropy, "binary_cross_entropy") \
  X(squared_error, "squared_error")
CHALKGRAD_ENUM(Loss, int32_t, loss_names, CHALKGRAD_LOSSES);

// sgd: without momentum and so without state
#define CHALKGRAD_RULES(X)                                            \
  X(sgd, "sgd") X(momentum, "momentum") X(nesterov, "nesterov") X(adam, "adam") \
  X(adamw, "adamw") X(rmsprop, "rmsprop")
CHALKGRAD_ENUM(Rule, int32_t, rule_names, CHALKGRAD_RULES);

// The steps of a tape, as in chalkgrad.formula.tape.
#define CHALKGRAD_OPERATIONS(X)                                                                     \
  X(add, "+") X(subtract, "-") X(multiply, "*") X(divide, "/") X(negate, "negate") X(power, "power") \
  X(exp, "exp") X(log, "log") X(sqrt, "sqrt") X(expm1, "expm1") X(log1p, "log1p")                    \
  X(sigmoid, "sigmoid") X(tanh, "tanh") X(softplus, "softplus") X(erf, "erf") X(erfc, "erfc")        \
  X(sigmoid_minus, "sigmoid_minus") X(tanh_minus, "tanh_minus") X(erf_minus, "erf_minus")            \
  X(expm1_minus, "expm1_minus") X(sin, "sin") X(cos, "cos") X(tan, "tan") X(atan, "atan")            \
  X(sinh, "sinh") X(cosh, "cosh") X(relu, "relu") X(abs, "abs") X(sign, "sign") X(max, "max")        \
  X(min, "min") X(where_greater, "where >") X(where_greater_equal, "where >=")                       \
  X(where_less, "where <") X(where_less_equal, "where <=")
CHALKGRAD_ENUM(Operation, int32_t, operation_names, CHALKGRAD_OPERATIONS);

// The fields of a record that Python writes by name: type, name, what it is where nothing is written.
#define CHALKGRAD_FIELD(type, name, empty) type name = empty;
#define CHALKGRAD_RECORD(Name, FIELDS) \
  struct Name { FIELDS(CHALKGRAD_FIELD) }

// A formula as a list of steps.  Places: inputs, then constants, then the result of each step.
#define CHALKGRAD_STEP(X) X(Operation, operation, Operation(-1)) X(Places, places, {})
using Places = int32_t[4];
CHALKGRAD_RECORD(TapeStep, CHALKGRAD_STEP);
struct Tape {
  int32_t inputs, constants, steps, result;
  const double *constant;  // `constants` numbers
  const TapeStep *step;    // `steps` of them
};

// The numbers of an optimiser, as in chalkgrad.derive.optimisers; those that its rule does not use are 0.
#define CHALKGRAD_OPTIMISER(X)                                                                      \
  X(Rule, rule, Rule(-1)) X(double, momentum, 0) /* μ */                                            \
  X(double, beta1, 0) X(double, beta2, 0) /* RMSprop's α is beta2 */                                \
  X(double, epsilon, 0) X(double, weight_decay, 0) /* λ */
CHALKGRAD_RECORD(Optimiser, CHALKGRAD_OPTIMISER);

}  // namespace chalkgrad
