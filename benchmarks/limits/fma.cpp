// The most float32 multiply-adds a second that this machine does: independent chains in registers, no memory.
//     fma THREADS  →  GFLOP/s, the best of many short runs

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int bytes = 64;
#elif defined(__AVX__)
constexpr int bytes = 32;
#else
constexpr int bytes = 16;
#endif
using Vector = float __attribute__((vector_size(bytes)));

constexpr int chains = 12;  // more than latency × units of today's CPUs
constexpr long turns = 2'000'000;
constexpr int runs = 250;

static std::atomic<float> sink;

// chains × turns steps a ← a·x + y; the values stay near 1.
static void multiply_add() {
    const Vector x = Vector{} + 0.999999f, y = Vector{} + 0.000001f;
    Vector a[chains];
    for (int c = 0; c < chains; ++c) a[c] = Vector{} + 1.0f;
    for (long turn = 0; turn < turns; ++turn) {
#pragma GCC unroll 16
        for (int c = 0; c < chains; ++c) a[c] = a[c] * x + y;
    }
    for (int c = 1; c < chains; ++c) a[0] += a[c];
    sink = a[0][0];
}

// Seconds in which every one of the threads has done its share, all having started together.
static double run(int threads) {
    std::atomic<int> waiting{threads};
    std::vector<std::thread> others;
    auto share = [&] {
        --waiting;
        while (waiting > 0) {
        }
        multiply_add();
    };
    for (int k = 1; k < threads; ++k) others.emplace_back(share);
    while (waiting > 1) {
    }
    const auto start = std::chrono::steady_clock::now();
    share();
    for (auto& other : others) other.join();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int main(int count, char** arguments) {
    const int threads = count > 1 ? std::atoi(arguments[1]) : 1;
    double best = 1e9;
    for (int k = 0; k < runs; ++k) {
        const double seconds = run(threads);
        if (seconds < best) best = seconds;
    }
    const double operations = 2.0 * chains * (bytes / 4) * turns * threads;
    std::printf("%.1f\n", operations / best / 1e9);
}
