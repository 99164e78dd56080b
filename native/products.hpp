// The three matrix products of a training step over panels or rows of weights, from tiles.
//
// Sums over features or outputs are taken at most kDepth at a time and added up in the result: what a tile
// reads stays in the nearest cache, and long sums round less.
#pragma once
#include "tiles.hpp"
#include "turn.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

constexpr long kDepth = 256;

// f<rows>(), 1 ≤ rows ≤ kMost: a number that is known when the program runs, as one known to the compiler
template <int kMost, class F> CHALKGRAD_INLINE void with_rows(long rows, F f) {
  if constexpr (kMost > 1) {
    if (rows != kMost) return with_rows<kMost - 1>(rows, f);
  }
  f.template operator()<kMost>();
}

template <class T, int L> struct Products {
  // a tile is one or two panels (blocks) across: two where they are one register each, and there are several
  static constexpr int kPanelVectors = L / lanes_of_panel<T, L>,
                       kBlockVectors = kBlock / lanes_of_panel<T, kBlock>;
  static constexpr int kPanelsAcross = kPanelVectors == 1 && L == kMostLanes<T> ? 2 : 1;
  static constexpr int kBlocksAcross = kBlockVectors == 1 ? 2 : 1;

  // f<G>(p) for the panels p, p + 1 … p + G − 1
  template <int G, class F> CHALKGRAD_INLINE static void by_groups(Range all, F f) {
    long p = all.begin;
    for (; p + G <= all.end; p += G) f.template operator()<G>(p);
    if constexpr (G > 1) by_groups<G - 1>({p, all.end}, f);
  }

  // out = finish(source Wᵀ + 1 bᵀ) on these panels, for these blocks of outputs
  // finish(numbers, count) sees each number once, a panel's neighbouring features at a time
  template <class Finish> static void forward(const Layer<T> &layer, Panels<T, L> source, Panels<T, L> out,
                                              Range panels, Range blocks, Finish finish) {
    if constexpr (L < kMostLanes<T>) return forward_few(layer, source, out, panels, blocks, finish);
    const long depth = even_chunk(layer.n_in, kDepth);
    for (long k = 0; k < layer.n_in; k += depth)
      for (long n = blocks.begin * kBlock; n < smaller(blocks.end * kBlock, layer.n_out); n += kBlock) {
        const T *block = layer.weights + n / kBlock * layer.block_size();
        const long outputs = smaller(kBlock, layer.n_out - n);
        const bool last = k + depth >= layer.n_in;
        by_groups<kPanelsAcross>(panels, [&]<int G>(long p) {
          constexpr int kMost = tile_rows(G * kPanelVectors);
          const long chunk = even_chunk(outputs, kMost);
          for (long i = 0; i < outputs; i += chunk) {
            const Forward<T> work = {block + k * kBlock + i,
                                     k == 0 ? block + layer.n_in * kBlock + i : nullptr,
                                     source.panel(p) + k * L,
                                     out.panel(p) + (n + i) * L,
                                     source.stride(),
                                     out.stride(),
                                     smaller(depth, layer.n_in - k)};
            with_rows<kMost>(smaller(chunk, outputs - i),
                             [&]<int R> { Forward<T>::template tile<L, R, G>(work); });
          }
          if (last)
            for (int g = 0; g < G; ++g) finish(out.panel(p + g) + n * L, outputs * L);
        });
      }
  }

  // The same where samples are few: outputs in the lanes, so that weights are read in whole vectors.
  template <class Finish> static void forward_few(const Layer<T> &layer, Panels<T, L> source,
                                                  Panels<T, L> out, Range panels, Range blocks,
                                                  Finish finish) {
    constexpr int kMost = tile_rows(kBlocksAcross * kBlockVectors), R = kMost >= L   ? L
                                                                        : kMost >= 4 ? 4
                                                                        : kMost >= 2 ? 2
                                                                                     : 1;
    const long depth = even_chunk(layer.n_in, kDepth);
    for (long p = panels.begin; p < panels.end; ++p)
      by_groups<kBlocksAcross>(blocks, [&]<int G>(long block) {
        alignas(64) T z[G][L][kBlock];
        for (int g = 0; g < G; ++g)
          for (int i = 0; i < L; ++i)
            memcpy(z[g][i], layer.weights + layer.place(block + g, layer.n_in), sizeof z[g][i]);
        for (long k = 0; k < layer.n_in; k += depth)
          for (int i = 0; i < L; i += R) {
            Tile<T, kBlock, R, G> tile;
            tile.clear();
            tile.multiply_add(source.panel(p) + k * L + i, 1, L, layer.weights + layer.place(block, k),
                              layer.block_size(), smaller(depth, layer.n_in - k));
            tile.add(z[0][i], L * kBlock);
            tile.write(z[0][i], L * kBlock);
          }
        for (int g = 0; g < G; ++g) {
          const long n = (block + g) * kBlock, outputs = smaller(kBlock, layer.n_out - n);
          alignas(64) T turned[kBlock * L];
          for (int i = 0; i < L; i += 4) {
            const T *const rows[4] = {z[g][i], z[g][i + 1], z[g][i + 2], z[g][i + 3]};
            turn_rows<T, kBlock>(rows, turned + i, L);
          }
          memcpy(out.panel(p) + n * L, turned, outputs * L * sizeof(T));
          finish(out.panel(p) + n * L, outputs * L);
        }
      });
  }

  // out = finish(error W) on these panels
  // finish(numbers, count, panel, feature) sees each number once
  template <class Finish> static void backward(const Layer<T> &layer, Panels<T, L> error, Panels<T, L> out,
                                               Range panels, Finish finish) {
    const long depth = ceil_div(even_chunk(layer.n_out, kDepth), kBlock) * kBlock;
    constexpr int kMost = tile_rows(kPanelsAcross * kPanelVectors);
    const long chunk = even_chunk(layer.n_in, kMost);
    for (long n = 0; n < layer.n_out; n += depth)
      for (long i = 0; i < layer.n_in; i += chunk) {
        const long rows = smaller(chunk, layer.n_in - i);
        by_groups<kPanelsAcross>(panels, [&]<int G>(long p) {
          const Backward<T> work = {layer.weights + n / kBlock * layer.block_size() + i * kBlock,
                                    error.panel(p) + n * L, out.panel(p) + i * L,
                                    error.stride(), out.stride(), layer.block_size(),
                                    smaller(depth, layer.n_out - n), n == 0};
          with_rows<kMost>(rows, [&]<int R> { Backward<T>::template tile<L, R, G>(work); });
          if (n + depth >= layer.n_out)
            for (int g = 0; g < G; ++g) finish(out.panel(p + g) + i * L, rows * L, p + g, i);
        });
      }
  }

  // turned[n / kBlock][sample][n % kBlock] ← error[panel][n][lane] on these panels; `samples` in a block
  static void turn_errors(Panels<T, L> error, Range panels, T *turned, long samples) {
    alignas(64) static constexpr T kZeros[L] = {};
    for (long p = panels.begin; p < panels.end; ++p)
      for (long n = 0; n < error.features; n += 4) {
        const T *rows[4];
        for (long i = 0; i < 4; ++i) rows[i] = n + i < error.features ? error.panel(p) + (n + i) * L : kZeros;
        T *out = turned + (n / kBlock * samples + p * L) * kBlock + n % kBlock;
        turn_rows<T, L>(rows, out, kBlock);
      }
  }
};

}  // namespace chalkgrad::CHALKGRAD_ISA
