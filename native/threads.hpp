// Threads that work on one step together.  Compiled once, for the baseline: nothing here depends on vectors.
#pragma once
#include <stdint.h>

namespace chalkgrad {

// Where `workers` threads wait for each other.  Who waits spins shortly, then lets others run, then sleeps a
// little at a time: a stolen core delays the step by the theft and no more.
class Barrier {
 public:
  explicit Barrier(int workers) : workers_(workers) {}
  void wait() { if (workers_ > 1) meet(); }

 private:
  void meet();
  const int workers_;
  alignas(64) int arrived_ = 0;
  alignas(64) int round_ = 0;
};

// A worker's part: called with its number, the number of workers, and their barrier.
using Part = void(void *argument, int worker, int workers, Barrier &barrier);

// Runs `part` on up to `workers` threads, this one among them; fewer where the system gives no more.
// Numbers too small for full precision count as zero meanwhile: they would slow a step down tenfold.
void run_parts(int workers, Part *part, void *argument);

// How many processors this process may use.
int available_processors();

}  // namespace chalkgrad
