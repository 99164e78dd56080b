#include "order.hpp"

#include <string.h>

namespace chalkgrad {

uint64_t Pcg64::next64() {
  constexpr auto kFactor = (unsigned __int128)(2549297995355413924u) << 64 | 4865540595714422341u;
  state_ = state_ * kFactor + increment_;
  const uint64_t folded = uint64_t(state_ >> 64) ^ uint64_t(state_);
  const int turn = int(state_ >> 122);
  return folded >> turn | folded << (-turn & 63);
}

uint32_t Pcg64::next32() {
  if (has_kept_) {
    has_kept_ = false;
    return kept_;
  }
  const uint64_t both = next64();
  kept_ = uint32_t(both >> 32);
  has_kept_ = true;
  return uint32_t(both);
}

namespace {

constexpr int kPool = 4;

// SeedSequence's hash: its constant moves on with every word.
class Hash {
 public:
  Hash(uint32_t constant, uint32_t factor) : constant_(constant), factor_(factor) {}
  uint32_t operator()(uint32_t word) {
    word ^= constant_;
    constant_ *= factor_;
    word *= constant_;
    return word ^ word >> 16;
  }

 private:
  uint32_t constant_;
  const uint32_t factor_;
};

uint32_t mix(uint32_t x, uint32_t y) {
  const uint32_t mixed = 0xca01f9ddu * x - 0x4973f715u * y;
  return mixed ^ mixed >> 16;
}

// Whole numbers up to most, most − 1, …, `count` of them, each as likely as the others: as many bits as
// `mask` has, again where they are more.  What is more is written too, and overwritten: nothing is guessed.
void draw(uint32_t most, uint32_t mask, long count, Pcg64 &random, uint32_t *found) {
  for (long n = 0; n < count;) {
    found[n] = random.next32() & mask;
    n += found[n] <= most - n;
  }
}

}  // namespace

Pcg64::Pcg64(const uint32_t *entropy, int64_t words) {
  uint32_t pool[kPool];
  Hash hash(0x43b0d7e5u, 0x931e8875u);
  for (int i = 0; i < kPool; ++i) pool[i] = hash(i < words ? entropy[i] : 0);
  for (int from = 0; from < kPool; ++from)
    for (int to = 0; to < kPool; ++to)
      if (from != to) pool[to] = mix(pool[to], hash(pool[from]));
  for (int64_t from = kPool; from < words; ++from)
    for (uint32_t &to : pool) to = mix(to, hash(entropy[from]));

  Hash last(0x8b51f9ddu, 0x58f38dedu);
  uint64_t part[kPool];
  for (int i = 0; i < 2 * kPool; i += 2) {
    const uint64_t low = last(pool[i % kPool]), high = last(pool[(i + 1) % kPool]);
    part[i / 2] = high << 32 | low;
  }
  using Wide = unsigned __int128;
  increment_ = (Wide(part[2]) << 64 | part[3]) << 1 | 1;
  state_ = 0;
  next64();
  state_ += Wide(part[0]) << 64 | part[1];
  next64();
}

void order_rows(const uint32_t *seed, int64_t words, uint32_t epoch, const int64_t *chosen, int64_t count,
                int64_t *order) {
  uint32_t entropy[kMostEntropy];
  memcpy(entropy, seed, size_t(words) * sizeof *seed);
  entropy[words] = epoch;
  Pcg64 random(entropy, words + 1);
  for (int64_t i = 0; i < count; ++i) order[i] = chosen ? chosen[i] : i;
  constexpr long kDrawn = 256;
  uint32_t drawn[kDrawn];
  for (int64_t last = count - 1; last > 0;) {
    const uint32_t mask = ~uint32_t(0) >> __builtin_clz(uint32_t(last));
    const int64_t with_mask = last - (mask >> 1);  // numbers of as many bits
    const long now = with_mask < kDrawn ? with_mask : kDrawn;
    draw(uint32_t(last), mask, now, random, drawn);
    for (long n = 0; n < now; ++n, --last) {
      const int64_t row = order[last];
      order[last] = order[drawn[n]];
      order[drawn[n]] = row;
    }
  }
}

}  // namespace chalkgrad
