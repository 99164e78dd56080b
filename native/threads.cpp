#include "threads.hpp"

#include <time.h>

#include <new>
#include <system_error>
#include <thread>
#include <vector>
#if defined(__linux__)
#include <sched.h>
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

}  // namespace

void Barrier::meet() {
  constexpr int kSpins = 2000, kYields = 200;
  const int round = __atomic_load_n(&round_, __ATOMIC_RELAXED);
  if (__atomic_add_fetch(&arrived_, 1, __ATOMIC_ACQ_REL) == workers_) {
    __atomic_store_n(&arrived_, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&round_, round + 1, __ATOMIC_RELEASE);
    return;
  }
  for (int tries = 0; __atomic_load_n(&round_, __ATOMIC_ACQUIRE) == round; ++tries) {
    if (tries < kSpins) pause();
    else if (tries < kSpins + kYields) std::this_thread::yield();
    else {
      const timespec little = {0, 50'000};
      nanosleep(&little, nullptr);
    }
  }
}

void run_parts(int workers, Part *part, void *argument) {
  // Nobody begins before it is known how many began: 0 until then.
  int team = 0;
  Barrier *barrier = nullptr;
  const auto begin = [&](int worker) {
    while (__atomic_load_n(&team, __ATOMIC_ACQUIRE) == 0) std::this_thread::yield();
    const DenormalsAreZero zeros;
    part(argument, worker, team, *barrier);
  };
  std::vector<std::thread> others;
  try {
    for (int worker = 1; worker < workers; ++worker) others.emplace_back(begin, worker);
  } catch (const std::system_error &) {
  } catch (const std::bad_alloc &) {
  }
  Barrier meeting(int(others.size()) + 1);
  barrier = &meeting;
  __atomic_store_n(&team, int(others.size()) + 1, __ATOMIC_RELEASE);
  begin(0);
  for (std::thread &other : others) other.join();
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
