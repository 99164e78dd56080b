// Threads that work on one step together.  Compiled once, for the baseline: nothing here depends on vectors.
#pragma once
#include <stdint.h>

namespace chalkgrad {

// Where `workers` threads wait for each other.  Who waits spins shortly, then lets others run, then sleeps
// until the last one comes: a stolen core delays the step by the theft and no more.
class Barrier {
 public:
  explicit Barrier(int workers) : workers_(workers) {}
  void wait() { if (workers_ > 1) meet(); }

 private:
  void meet();
  const int workers_;
  alignas(64) int arrived_ = 0;
  alignas(64) int round_ = 0, sleepers_ = 0;
};

// A worker's part: called with its number, the number of workers, and their barrier.
using Part = void(void *argument, int worker, int workers, Barrier &barrier);

// Threads that are kept from one call to the next, asleep in between.  They start when they are first needed,
// on other processors than the caller's; a process that was forked starts its own.
class Team {
 public:
  Team() = default;
  ~Team();
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;

  // Runs `part` on up to `workers` threads, this one among them; fewer where the system gives no more.
  void run(int workers, Part *part, void *argument);

 private:
  struct State;
  State *state_ = nullptr;
};

// Runs `part` on up to `workers` threads: those of the team, or where there is none on threads that end
// then.  Numbers too small for full precision count as zero meanwhile: they would slow a step down tenfold.
void run_parts(Team *team, int workers, Part *part, void *argument);

// How many processors this process may use.
int available_processors();

}  // namespace chalkgrad
