// The parts of one instruction set that are compiled apart.
#pragma once
#include "executor.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// An executor of compact steps around `whole`, which it owns then; `whole` itself where the program is not
// small.
Executor *make_compact(const Plan &plan, int bytes, Executor *whole);

}  // namespace chalkgrad::CHALKGRAD_ISA
