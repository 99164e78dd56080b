// Which instruction set: the best that this processor has, or the one that CHALKGRAD_ISA names.
#include "dispatch.hpp"

#include <string.h>

namespace chalkgrad {

Executor::~Executor() = default;

namespace {

const InstructionSet kSets[] = {
#if defined(__x86_64__)
    {"avx512",
     [] {
       return bool(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"));
     },
     avx512::create},
    {"avx2", [] { return bool(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")); },
     avx2::create},
    {"sse2", [] { return true; }, sse2::create},
#elif defined(__aarch64__)
    {"neon", [] { return true; }, neon::create},
#endif
};

}  // namespace

const InstructionSet *find_instruction_set(const char *name) {
  for (const InstructionSet &set : kSets)
    if ((name == nullptr || strcmp(name, set.name) == 0) && set.available()) return &set;
  return nullptr;
}

}  // namespace chalkgrad
