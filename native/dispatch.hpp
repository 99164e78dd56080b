#pragma once
#include "executor.hpp"

namespace chalkgrad {

struct InstructionSet {
  const char *name;
  bool (*available)();
  Create *create;
};

// The set of this name, or the best, that this processor has; null if there is none.
const InstructionSet *find_instruction_set(const char *name);

}  // namespace chalkgrad
