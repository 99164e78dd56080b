// What the stand-alone test programs share: arrays of exactly the size that is used, so that a sanitizer sees
// every step beyond them; counted checks; numbers from a small generator.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cmath>
#include <memory>

namespace check {

inline long done = 0, failed = 0;

inline void expect(bool holds, const char *what, double got = 0, double wanted = 0) {
  done++;
  if (holds) return;
  if (failed++ < 20) std::fprintf(stderr, "failed: %s: got %.17g, wanted %.17g\n", what, got, wanted);
}
inline void expect_near(const char *what, double got, double wanted, double relative, double absolute) {
  const bool same = got == wanted || (std::isnan(got) && std::isnan(wanted));
  expect(same || std::fabs(got - wanted) <= relative * std::fabs(wanted) + absolute, what, got, wanted);
}
inline int report(const char *program) {
  std::printf("%s: %ld checks, %ld failed\n", program, done, failed);
  return failed != 0;
}

template <class T> struct Array {
  std::unique_ptr<T[]> numbers;
  long size;
  explicit Array(long size, T fill = T(0)) : numbers(new T[size_t(size)]), size(size) {
    for (long i = 0; i < size; i++) numbers[i] = fill;
  }
  T *at() { return numbers.get(); }
  T &operator[](long i) { return numbers[i]; }
};

struct Random {
  uint64_t state = 1;
  double uniform() {  // in [0, 1)
    state = state * 6364136223846793005u + 1442695040888963407u;
    return double(state >> 11) * 0x1p-53;
  }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  template <class T> Array<T> array(long size, double low, double high) {
    Array<T> a(size);
    for (long i = 0; i < size; i++) a[i] = T(between(low, high));
    return a;
  }
};

}  // namespace check
