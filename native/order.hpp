// The order in which an epoch visits its rows: the one that chalkgrad.data.streams.order documents.
#pragma once
#include <stdint.h>

namespace chalkgrad {

// Random numbers of 64 bits from PCG64 (O'Neill 2014), seeded as NumPy's SeedSequence seeds it.
class Pcg64 {
 public:
  Pcg64(const uint32_t *entropy, int64_t words);
  uint32_t next32();  // the lower half of a number first, then its upper half

 private:
  uint64_t next64();
  unsigned __int128 state_, increment_;
  uint32_t kept_ = 0;
  bool has_kept_ = false;
};

constexpr int64_t kMostEntropy = 64, kMostOrderedRows = int64_t(1) << 32,
                  kMostEpochs = kMostOrderedRows;

// Writes the rows 0 … count − 1, or those of `chosen`, in the order of an epoch.  `seed` are the words of the
// seed, the lowest first, `words` < kMostEntropy − 1 of them.
void order_rows(const uint32_t *seed, int64_t words, uint32_t epoch, const int64_t *chosen, int64_t count,
                int64_t *order);

}  // namespace chalkgrad
