// Register tiles: the three matrix products of a training step, a few rows at a time.
//
// Every entry of a product is a chain of multiply-adds in the order of the summation index (a chain for each
// kDepth of them, added up), whatever the shape of the tile that computes it: splitting work over tiles or
// threads changes no bit.
#pragma once
#include "layout.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// acc[i][g, :] = Σ_k a(i, k) · b_g[k, :]      i < R rows, g < G groups of N numbers in V registers
template <class T, int N, int R, int G> struct Tile {
  static constexpr int W = lanes_of_panel<T, N>, V = N / W, kAcross = G * V;
  Vec<T, W> acc[R][kAcross];

  // a(i, k) = a[i · row_step + k · k_step];  b_g[k, :] = b[g · group + k · N …]
  CHALKGRAD_INLINE void multiply_add(const T *__restrict a, long row_step, long k_step, const T *__restrict b,
                                     long group, long depth) {
    for (long k = 0; k < depth; ++k) {
      Vec<T, W> right[kAcross];
#pragma GCC unroll 8
      for (int j = 0; j < kAcross; ++j) right[j] = load<T, W>(b + j / V * group + j % V * W);
#pragma GCC unroll 16
      for (int i = 0; i < R; ++i) {
        const Vec<T, W> left = broadcast<T, W>(a[i * row_step]);
#pragma GCC unroll 8
        for (int j = 0; j < kAcross; ++j) acc[i][j] += left * right[j];
      }
      a += k_step;
      b += N;
    }
  }

  CHALKGRAD_INLINE void clear() {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
      for (int j = 0; j < kAcross; ++j) acc[i][j] = Vec<T, W>{};
  }

  CHALKGRAD_INLINE void start_with(const T *bias) {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
      for (int j = 0; j < kAcross; ++j) acc[i][j] = broadcast<T, W>(bias[i]);
  }

  // acc[i][g, :] += out[g · group + i · N …]
  CHALKGRAD_INLINE void add(const T *out, long group) {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
      for (int j = 0; j < kAcross; ++j) acc[i][j] += load<T, W>(out + j / V * group + i * N + j % V * W);
  }

  // out[g · group + i · N …] = acc[i][g, :]
  CHALKGRAD_INLINE void write(T *out, long group) const {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
      for (int j = 0; j < kAcross; ++j) store<T, W>(out + j / V * group + i * N + j % V * W, acc[i][j]);
  }

  // out −= rate · acc
  CHALKGRAD_INLINE void descend(T *out, long group, T rate) const {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i)
#pragma GCC unroll 8
      for (int j = 0; j < kAcross; ++j) {
        T *place = out + j / V * group + i * N + j % V * W;
        store<T, W>(place, load<T, W>(place) - broadcast<T, W>(rate) * acc[i][j]);
      }
  }
};

// Z = X Wᵀ + 1 bᵀ for R outputs of one block and G panels, a part of the sum over features:
// out_g[i, :] = bias[i] + Σ_k weights[k, i] · source_g[k, :]
template <class T> struct Forward {
  const T *weights;  // depth × kBlock, from the first output of the tile
  const T *bias;     // R numbers, or null: add to what `out` holds
  const T *source;   // G panels of depth × L
  T *out;            // G panels of R × L
  long source_group, out_group, depth;

  template <int L, int R, int G> static void tile(const Forward &work) {
    Tile<T, L, R, G> tile;
    if (work.bias) tile.start_with(work.bias);
    else tile.clear();
    tile.multiply_add(work.weights, 1, kBlock, work.source, work.source_group, work.depth);
    if (!work.bias) tile.add(work.out, work.out_group);
    tile.write(work.out, work.out_group);
  }
};

// dX = dZ W for R features and G panels, a part of the sum over outputs:
// out_g[i, :] = Σ_n weights[n / kBlock][i, n % kBlock] · error_g[n, :]
template <class T> struct Backward {
  const T *weights;  // blocks, each from row i = 0 of the tile; `block` apart
  const T *error;    // G panels of depth × L
  T *out;            // G panels of R × L
  long error_group, out_group, block, depth;
  bool first;        // else add to what `out` holds

  template <int L, int R, int G> static void tile(const Backward &work) {
    Tile<T, L, R, G> tile;
    tile.clear();
    const T *weights = work.weights, *error = work.error;
    for (long n = 0; n < work.depth; n += kBlock, weights += work.block, error += kBlock * L)
      tile.multiply_add(weights, kBlock, 1, error, work.error_group, smaller(kBlock, work.depth - n));
    if (!work.first) tile.add(work.out, work.out_group);
    tile.write(work.out, work.out_group);
  }
};

// dW = dZᵀ X for R rows of weights and G blocks of outputs, over all samples; the last row is the bias:
// dw_g[i, :] = Σ_s source[s / L][i, s % L] · turned_g[s, :]
template <class T> struct Gradient {
  const T *source;  // panels, each from row i = 0 of the tile; `panel` apart
  const T *turned;  // G blocks of samples × kBlock
  long panel, turned_block, samples;

  template <int L, int R, int G> CHALKGRAD_INLINE void sum(Tile<T, kBlock, R, G> &tile) const {
    tile.clear();
    const T *x = source, *dz = turned;
    for (long s = 0; s < samples; s += L, x += panel, dz += L * kBlock)
      tile.multiply_add(x, L, 1, dz, turned_block, smaller(L, samples - s));
  }
  // out_g ← dw_g, blocks `out_block` apart
  template <int L, int R, int G> static void tile(const Gradient &work, T *out, long out_block) {
    Tile<T, kBlock, R, G> tile;
    work.template sum<L>(tile);
    tile.write(out, out_block);
  }
  // weights_g ← weights_g − rate · dw_g: plain gradient descent, where dW is in memory only if it is wanted
  template <int L, int R, int G>
  static void descent_tile(const Gradient &work, T *weights, long block, T rate, T *out) {
    Tile<T, kBlock, R, G> tile;
    work.template sum<L>(tile);
    tile.descend(weights, block, rate);
    if (out) tile.write(out, R * kBlock);
  }
};

// One row of dW where there are few outputs: the batch stays in the lanes.
// out[n] = Σ_s source[s / L][s % L] · error[s / L][n, s % L]      n < n_out ≤ kFewOutputs
constexpr int kFewOutputs = 4;
template <class T, int L>
void gradient_row(const T *source, long source_panel, const T *error, long error_panel, long samples,
                  int n_out, T *out) {
  constexpr int W = lanes_of_panel<T, L>;
  for (int n = 0; n < n_out; ++n) {
    Vec<T, W> total{};
    const T *x = source, *dz = error + n * L;
    for (long s = 0; s < samples; s += L, x += source_panel, dz += error_panel)
      for (int j = 0; j < L; j += W) {
        const Vec<T, W> product = load<T, W>(x + j) * load<T, W>(dz + j);
        total += samples - s >= j + W
                     ? product
                     : select<T, W>(first_lanes<T, W>(int(samples - s) - j), product, Vec<T, W>{});
      }
    out[n] = chalkgrad::CHALKGRAD_ISA::sum<T, W>(total);
  }
}

}  // namespace chalkgrad::CHALKGRAD_ISA
