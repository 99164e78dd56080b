#include "threads.hpp"

#include <pthread.h>
#include <time.h>

#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>
#if defined(__linux__)
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace chalkgrad {
namespace {

void pause() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// While it lives, denormal numbers are read and written as zeros on this thread.
class DenormalsAreZero {
 public:
#if defined(__SSE2__)
  DenormalsAreZero() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~DenormalsAreZero() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#elif defined(__aarch64__)
  DenormalsAreZero() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" : : "r"(before_ | (uint64_t(1) << 24)));
  }
  ~DenormalsAreZero() { asm volatile("msr fpcr, %0" : : "r"(before_)); }

 private:
  uint64_t before_;
#endif
};

// Sleeps while `*word` is `value`, unless it is woken; it may wake for no reason.
void sleep_while(int *word, int value) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
  const timespec little = {0, 50'000};
  if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value) nanosleep(&little, nullptr);
#endif
}
void wake_all(int *word) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
#endif
}

// How often the process was forked on the way to this one: threads are not there any more after a fork.
int forks = 0;
const int watching_forks = pthread_atfork(nullptr, nullptr, [] { ++forks; });

}  // namespace

void Barrier::meet() {
  constexpr int kSpins = 2000, kYields = 50;
  const int round = __atomic_load_n(&round_, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&arrived_, 1, __ATOMIC_ACQ_REL) == workers_) {
    __atomic_store_n(&arrived_, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&round_, round + 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&sleepers_, __ATOMIC_SEQ_CST) != 0) wake_all(&round_);
    return;
  }
  for (int tries = 0; __atomic_load_n(&round_, __ATOMIC_ACQUIRE) == round; ++tries) {
    if (tries < kSpins) pause();
    else if (tries < kSpins + kYields) std::this_thread::yield();
    else {
      __atomic_add_fetch(&sleepers_, 1, __ATOMIC_SEQ_CST);
      sleep_while(&round_, round);
      __atomic_sub_fetch(&sleepers_, 1, __ATOMIC_RELAXED);
    }
  }
}

// What the threads of a team have in common.  Under `mutex`: the call, and how many of its parts are open.
struct Team::State {
  const int forks_before = forks;
  std::mutex mutex;
  std::condition_variable called, done;
  std::vector<std::thread> threads;
  Part *part = nullptr;
  void *argument = nullptr;
  Barrier *barrier = nullptr;
  int workers = 0, open = 0;
  int call = 0;  // its number; also read without the mutex
  bool ending = false;
  int avoided = -1;  // the processor that is left to the caller

  void serve(int worker, int seen) {
    for (;;) {
      constexpr int kSpins = 1000;
      for (int tries = 0; tries < kSpins && __atomic_load_n(&call, __ATOMIC_ACQUIRE) == seen; ++tries) pause();
      std::unique_lock<std::mutex> lock(mutex);
      called.wait(lock, [&] { return ending || call != seen; });
      if (ending) return;
      seen = call;
      if (worker >= workers) continue;
      Part *const given = part;
      void *const with = argument;
      Barrier *const meeting = barrier;
      const int team = workers;
      lock.unlock();
      {
        const DenormalsAreZero zeros;
        given(with, worker, team, *meeting);
      }
      lock.lock();
      if (--open == 0) done.notify_one();
    }
  }

  // Starts threads until there are `wanted` workers, or as many as the system gives.
  void start(int wanted) {
    try {
      threads.reserve(size_t(wanted));
      while (int(threads.size()) + 1 < wanted) {
        const int worker = int(threads.size()) + 1;
        threads.emplace_back([this, worker, seen = call] { serve(worker, seen); });
        avoided = -1;
      }
    } catch (const std::system_error &) {
    } catch (const std::bad_alloc &) {
    }
  }

  // Keeps the threads off the processor that the caller is on, as long as they may use another: the system
  // starts a thread beside its creator, and takes a tenth of a second to move it.
  void avoid_caller() {
#if defined(__linux__)
    const int here = sched_getcpu();
    cpu_set_t others;
    if (here == avoided || here < 0 || here >= CPU_SETSIZE) return;
    avoided = here;
    if (sched_getaffinity(0, sizeof others, &others) != 0) return;
    if (CPU_COUNT(&others) > 1) CPU_CLR(here, &others);
    for (std::thread &thread : threads) pthread_setaffinity_np(thread.native_handle(), sizeof others, &others);
#endif
  }

  void run(int wanted, Part *given, void *with) {
    start(wanted);
    const int team = wanted < int(threads.size()) + 1 ? wanted : int(threads.size()) + 1;
    avoid_caller();
    Barrier meeting(team);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      part = given;
      argument = with;
      barrier = &meeting;
      workers = team;
      open = team - 1;
      __atomic_store_n(&call, call + 1, __ATOMIC_RELEASE);
    }
    if (team > 1) called.notify_all();
    {
      const DenormalsAreZero zeros;
      given(with, 0, team, meeting);
    }
    std::unique_lock<std::mutex> lock(mutex);
    done.wait(lock, [&] { return open == 0; });
  }

  void end() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      ending = true;
    }
    called.notify_all();
    for (std::thread &thread : threads) thread.join();
  }
};

// After a fork nothing of the parent's state can be used, and nothing be given back.
Team::~Team() {
  if (state_ == nullptr || state_->forks_before != forks) return;
  state_->end();
  delete state_;
}

void Team::run(int workers, Part *part, void *argument) {
  if (state_ == nullptr || state_->forks_before != forks) state_ = new (std::nothrow) State;
  if (state_ == nullptr) return run_parts(nullptr, 1, part, argument);
  state_->run(workers, part, argument);
}

void run_parts(Team *team, int workers, Part *part, void *argument) {
  if (workers > 1) {
    Team own;
    return (team ? team : &own)->run(workers, part, argument);
  }
  Barrier alone(1);
  const DenormalsAreZero zeros;
  part(argument, 0, 1, alone);
}

int available_processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  const unsigned count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : int(count);
}

}  // namespace chalkgrad
