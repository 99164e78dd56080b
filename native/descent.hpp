// The weight gradients of a mini-batch, and what the optimiser makes of them.
//
// The rows of each layer's weights fall into chunks that depend on shapes alone; threads take whole chunks.
#pragma once
#include "gradient_task.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

template <class T, int L> class Descent {
 public:
  using Task = GradientTask<T, L>;

  Descent(const Plan &plan, const Layer<T> *layers, long samples)
      : plan_(plan), layers_(layers), padded_(ceil_div(samples, L) * L) {}

  void place(Slab &slab, const Engine<T, L> &engine, const Instruction *apart) {
    engine_ = &engine;
    tasks_ = slab.take<Task>(plan_.instruction_count);
    count_ = 0;
    for (int64_t i = 0; i < plan_.instruction_count; ++i) {
      const Instruction &instruction = plan_.instructions[i];
      if (instruction.op != Op::weight_gradient) continue;
      const LayerShape &shape = plan_.layers[instruction.layer];
      const long rows = shape.n_in + shape.bias, chunk = even_chunk(rows, kMostRows);
      const bool few = shape.n_out <= kFewOutputs;
      T *turned = few ? nullptr : slab.take<T>(ceil_div(shape.n_out, kBlock) * kBlock * padded_);
      double *weight_squares = slab.take<double>(ceil_div(rows, chunk));
      double *gradient_squares = slab.take<double>(ceil_div(rows, chunk));
      double *tile_squares = slab.take<double>(ceil_div(rows, chunk) * ceil_div(shape.n_out, kBlock));
      if (tasks_ != nullptr)
        tasks_[count_] = {&layers_[instruction.layer],
                          engine.buffer(instruction.error),
                          engine.buffer(instruction.source),
                          apart && apart->layer == instruction.layer,
                          turned,
                          chunk,
                          ceil_div(rows, chunk),
                          weight_squares,
                          gradient_squares,
                          tile_squares};
      ++count_;
    }
  }

  // Errors are turned by those who made them, while they are near.
  void turn(Range panels) const {
    for (long i = 0; i < count_; ++i)
      if (tasks_[i].turned) Products<T, L>::turn_errors(tasks_[i].error, panels, tasks_[i].turned, padded_);
  }

  // The penalty Σ l2 Σ W²: the squares of this worker's chunks; when all are there, their sum.
  void square_weights(int worker, int workers) const {
    for_chunks(worker, workers, [&](const Task &task, long chunk) {
      const Range rows = task.rows(chunk), weights = {rows.begin, smaller(rows.end, task.layer->n_in)};
      if (task.layer->l2 != 0) task.weight_squares[chunk] = squares(task, task.layer->weights, weights);
    });
  }
  double penalty() const {
    double total = 0;
    for (long i = 0; i < count_; ++i)
      if (tasks_[i].layer->l2 != 0)
        total += tasks_[i].layer->l2 * sum(tasks_[i].weight_squares, tasks_[i].chunks);
    return total;
  }

  // dW and the update, for this worker's chunks; the squares of ∂L/∂θ too where they are `wanted`.
  void descend(long samples, double rate, int64_t step, int worker, int workers, bool wanted) const {
    const auto work = [&](const Task &task, Range chunks, Range blocks) {
      const Pace pace(plan_.optimiser, rate, step, task.layer->l2);
      if (task.turned != nullptr && plan_.optimiser.rule == Rule::sgd && pace.weights.decay == 0) {
        alignas(64) T gradient[kBlocksAcross * kMostRows * kBlock];
        for_tiles(task, chunks, blocks, [&]<int R, int G>(long block, Range rows) {
          Gradient<T>::template descent_tile<L, R, G>(
              work_of(task, samples, block, rows.begin),
              task.layer->weights + task.layer->place(block, rows.begin), task.layer->block_size(),
              pace.weights.step, wanted ? gradient : nullptr);
          for (int g = 0; wanted && g < G; ++g)
            note_squares(task, gradient + g * R * kBlock, block + g, rows);
        });
      } else {
        for_gradients(task, chunks, blocks, samples, &pace, wanted);
      }
    };
    for (long i = 0; i < count_; ++i) {
      if (!tasks_[i].apart) continue;
      Task own = tasks_[i];
      own.source = engine_->inputs(worker);
      work(own, {0, own.chunks}, share(own.layer->blocks, worker, workers));
    }
    for_tasks(worker, workers, [](const Task &task) { return !task.apart; },
              [&](const Task &task, Range chunks) { work(task, chunks, task.all_blocks()); });
  }

  // dW + 2 l2 W into the layers' `gradient`, and the squares of this worker's chunks.
  void keep_gradients(long samples, int worker, int workers, bool wanted) const {
    for_tasks(worker, workers, all_tasks, [&](const Task &task, Range chunks) {
      for_gradients(task, chunks, task.all_blocks(), samples, nullptr, wanted);
      for (long c = chunks.begin; c < chunks.end; ++c)
        task.gradient_squares[c] = squares(task, task.layer->gradient, task.rows(c));
    });
  }
  double gradient_norm() const {
    double total = 0;
    for (long i = 0; i < count_; ++i) total += sum(tasks_[i].gradient_squares, tasks_[i].chunks);
    return __builtin_sqrt(total);
  }
  // ‖∂L/∂(W, b)‖ of a layer in the last step whose squares were wanted
  double layer_norm(int64_t l) const {
    double total = 0;
    for (long i = 0; i < count_; ++i)
      if (tasks_[i].layer == &layers_[l])
        total += sum(tasks_[i].tile_squares, tasks_[i].chunks * tasks_[i].layer->blocks);
    return __builtin_sqrt(total);
  }
  // The update with the gradients kept, times `factor`.
  void descend_kept(double factor, double rate, int64_t step, int worker, int workers) const {
    const Pace pace(plan_.optimiser, rate, step, 0);
    for_chunks(worker, workers, [&](const Task &task, long chunk) {
      const Range rows = task.rows(chunk);
      for (long block = 0; block < task.layer->blocks; ++block) {
        T *gradient = task.layer->gradient + task.layer->place(block, rows.begin);
        for (long i = 0; i < (rows.end - rows.begin) * kBlock; ++i) gradient[i] *= T(factor);
        update(*task.layer, gradient, block, rows, pace);
      }
    });
  }

 private:
  static constexpr int kBlockVectors = Products<T, L>::kBlockVectors,
                       kBlocksAcross = Products<T, L>::kBlocksAcross;
  static constexpr int kMostRows = tile_rows(kBlocksAcross * kBlockVectors);

  // The constants of a step: the bias has no penalty.
  struct Pace {
    Rates<T> weights, bias;
    Pace(const Optimiser &optimiser, double rate, int64_t step, double l2)
        : weights(rates_of<T>(optimiser, rate, step, l2)), bias(rates_of<T>(optimiser, rate, step)) {}
  };

  static bool all_tasks(const Task &) { return true; }

  // f(task, chunks) for this worker's share, equal in cost, of the chunks of the tasks that are `wanted`
  template <class Wanted, class F> void for_tasks(int worker, int workers, Wanted wanted, F f) const {
    long total = 0, before = 0;
    for (long i = 0; i < count_; ++i) total += wanted(tasks_[i]) ? tasks_[i].chunks * tasks_[i].cost() : 0;
    const Range mine = share(total, worker, workers);
    for (long i = 0; i < count_; ++i) {
      const Task &task = tasks_[i];
      if (!wanted(task)) continue;
      const auto chunk_at = [&](long cost) {
        return cost <= before ? 0 : smaller(ceil_div(cost - before, task.cost()), task.chunks);
      };
      const Range chunks = {chunk_at(mine.begin), chunk_at(mine.end)};
      if (chunks.begin < chunks.end) f(task, chunks);
      before += task.chunks * task.cost();
    }
  }
  template <class F> void for_chunks(int worker, int workers, F f) const {
    for_tasks(worker, workers, all_tasks, [&](const Task &task, Range chunks) {
      for (long c = chunks.begin; c < chunks.end; ++c) f(task, c);
    });
  }

  // f<R, G>(block, rows) for tiles of R rows and G blocks; the activations of a group of chunks stay in the
  // second cache while all blocks of errors pass
  template <class F> void for_tiles(const Task &task, Range chunks, Range blocks, F f) const {
    constexpr long kBytes = 128 * 1024;
    const long near = kBytes / (padded_ * long(sizeof(T)) * task.chunk_rows), group = near < 1 ? 1 : near;
    for (long first = chunks.begin; first < chunks.end; first += group)
      Products<T, L>::template by_groups<kBlocksAcross>(blocks, [&]<int G>(long block) {
        for (long c = first; c < smaller(first + group, chunks.end); ++c) {
          const Range rows = task.rows(c);
          with_rows<kMostRows>(rows.end - rows.begin,
                               [&]<int R> { f.template operator()<R, G>(block, rows); });
        }
      });
  }

  Gradient<T> work_of(const Task &task, long samples, long block, long row) const {
    return {task.source.panel(0) + row * L, task.turned + block * padded_ * kBlock, task.source.stride(),
            padded_ * kBlock, samples};
  }

  // The gradients of these chunks, used for the update at this pace; kept where there is none.
  void for_gradients(const Task &task, Range chunks, Range blocks, long samples, const Pace *pace,
                     bool wanted) const {
    alignas(64) T gradient[kBlocksAcross * kMostRows * kBlock];
    const auto use = [&](const T *numbers, long block, Range rows) {
      if (wanted) note_squares(task, numbers, block, rows);
      if (pace) update(*task.layer, numbers, block, rows, *pace);
      else keep(*task.layer, numbers, block, rows);
    };
    if (task.turned)
      return for_tiles(task, chunks, blocks, [&]<int R, int G>(long block, Range rows) {
        Gradient<T>::template tile<L, R, G>(work_of(task, samples, block, rows.begin), gradient, R * kBlock);
        for (int g = 0; g < G; ++g) use(gradient + g * R * kBlock, block + g, rows);
      });
    memset(gradient, 0, sizeof gradient);
    for (long c = chunks.begin; c < chunks.end; ++c) {
      const Range rows = task.rows(c);
      for (long k = rows.begin; k < rows.end; ++k)
        gradient_row<T, L>(task.source.panel(0) + k * L, task.source.stride(), task.error.panel(0),
                           task.error.stride(), samples, task.layer->n_out,
                           gradient + (k - rows.begin) * kBlock);
      use(gradient, 0, rows);
    }
  }

  __attribute__((noinline)) void keep(const Layer<T> &layer, const T *gradient, long block,
                                      Range rows) const {
    const T *weights = layer.weights + layer.place(block, rows.begin);
    T *kept = layer.gradient + layer.place(block, rows.begin);
    const T penalty = T(2 * layer.l2);
    const long count = (rows.end - rows.begin) * kBlock;
    const long penalised = (smaller(rows.end, layer.n_in) - rows.begin) * kBlock;
    for (long i = 0; i < penalised; ++i) kept[i] = gradient[i] + penalty * weights[i];
    for (long i = penalised; i < count; ++i) kept[i] = gradient[i];
  }

  __attribute__((noinline)) void update(const Layer<T> &layer, const T *gradient, long block, Range rows,
                                        const Pace &pace) const {
    const long weights = (smaller(rows.end, layer.n_in) - rows.begin) * kBlock;
    const long place = layer.place(block, rows.begin);
    update_numbers(plan_.optimiser.rule, layer, place, gradient, weights, pace.weights);
    if (rows.end > layer.n_in)
      update_numbers(plan_.optimiser.rule, layer, place + weights, gradient + weights, kBlock, pace.bias);
  }

  // The squares of a tile of ∂L/∂θ: dW, and the penalty's 2 l2 W with weights that are not updated yet
  __attribute__((noinline)) void note_squares(const Task &task, const T *gradient, long block,
                                              Range rows) const {
    const Layer<T> &layer = *task.layer;
    const T *weights = layer.weights + layer.place(block, rows.begin);
    const T penalty = T(2 * layer.l2);
    const long penalised = (smaller(rows.end, layer.n_in) - rows.begin) * kBlock;
    const long count = (rows.end - rows.begin) * kBlock;
    alignas(64) T numbers[kMostRows * kBlock];
    for (long i = 0; i < count; ++i)
      numbers[i] = layer.l2 != 0 && i < penalised ? gradient[i] + penalty * weights[i] : gradient[i];
    task.tile_squares[rows.begin / task.chunk_rows * layer.blocks + block] =
        wide_sum_of_squares(numbers, count);
  }

  double squares(const Task &task, const T *numbers, Range rows) const {
    double total = 0;
    for (long block = 0; block < task.layer->blocks; ++block)
      total +=
          sum_of_squares(numbers + task.layer->place(block, rows.begin), (rows.end - rows.begin) * kBlock);
    return total;
  }
  static double sum(const double *numbers, long count) {
    double total = 0;
    for (long i = 0; i < count; ++i) total += numbers[i];
    return total;
  }

  const Plan &plan_;
  const Layer<T> *layers_;
  const long padded_;  // samples, a multiple of L
  const Engine<T, L> *engine_ = nullptr;
  Task *tasks_ = nullptr;
  long count_ = 0;
};

}  // namespace chalkgrad::CHALKGRAD_ISA
