// The executors of all instruction sets that this processor has, over random networks, ragged mini-batches
// and numbers of threads: losses fall, and threads, kept or not, change no bit; nor do epochs taken at once.
// To be run under sanitizers (make sanitize).
#include <string>
#include <vector>

#include "../dispatch.hpp"
#include "../epochs.hpp"
#include "../order.hpp"
#include "../plan.hpp"
#include "../threads.hpp"
#include "check.hpp"

using namespace chalkgrad;
using check::expect;

namespace {

struct Case {
  std::vector<int64_t> sizes;  // n₀, n₁, …
  Activation activation;
  Loss loss;
  Rule rule;
  bool by_formula;  // the first layer's activation as a tape
  double dropout, clip_norm, l2;
  int64_t batch, bytes;
};

// A multi-layer perceptron's training step in the records that Python would write.
struct Encoded {
  Settings settings;
  Optimiser optimiser;
  std::vector<LayerShape> layers;
  std::vector<int64_t> features, sources;
  std::vector<Instruction> instructions;
  std::vector<TapeSize> tapes;
  std::vector<double> constants;
  std::vector<TapeStep> steps;

  void add(const Instruction &instruction) { instructions.push_back(instruction); }
  int64_t buffer(int64_t size) {
    features.push_back(size);
    return int64_t(features.size()) - 1;
  }
  void tape(const std::vector<int64_t> &from, const std::vector<double> &with, const std::vector<TapeStep> &to) {
    const int64_t inputs = int64_t(from.size()), numbers = int64_t(with.size()), count = int64_t(to.size());
    tapes.push_back({inputs, numbers, count, inputs + numbers + count - 1});
    sources.insert(sources.end(), from.begin(), from.end());
    constants.insert(constants.end(), with.begin(), with.end());
    steps.insert(steps.end(), to.begin(), to.end());
  }

  Encoded(const Case &s, int threads) {
    const int64_t count = int64_t(s.sizes.size()) - 1, outputs = s.sizes.back();
    const int64_t x = buffer(s.sizes[0]), t = buffer(outputs);
    std::vector<int64_t> value = {x}, error = {-1};
    constexpr double kNumber = 0.5;
    add({.op = Op::gather_inputs, .out = x});
    add({.op = Op::gather_targets, .out = t});
    int64_t z1 = -1;
    for (int64_t l = 0; l < count; l++) {
      layers.push_back({s.sizes[l], s.sizes[l + 1], true, s.l2});
      value.push_back(buffer(s.sizes[l + 1]));
      error.push_back(buffer(s.sizes[l + 1]));
      const bool last = l == count - 1, formula = l == 0 && !last && s.by_formula;
      add({.op = Op::linear,
           .function = last || formula ? Activation::identity : s.activation,
           .out = value[l + 1],
           .source = value[l],
           .layer = l,
           .number = kNumber});
      if (formula) {  // a = z·σ(z)
        z1 = value[1];
        value[1] = buffer(s.sizes[1]);
        tape({z1}, {}, {{Operation::sigmoid, {0}}, {Operation::multiply, {0, 1}}});
        add({.op = Op::map, .out = value[1], .tape = 0});
      }
      if (!last && s.dropout > 0)
        add({.op = Op::dropout, .out = value[l + 1], .source = value[l + 1], .layer = l, .rate = s.dropout});
    }
    add({.op = Op::loss_and_error,
         .function = Activation::identity,
         .kind = s.loss,
         .out = error[count],
         .z = value[count],
         .number = kNumber});
    for (int64_t l = count - 1; l > 0; l--) {
      const bool formula = l == 1 && s.by_formula, plain = s.dropout > 0 || formula;
      add({.op = Op::backpropagate,
           .function = plain ? Activation::identity : s.activation,
           .out = error[l],
           .error = error[l + 1],
           .value = plain ? -1 : value[l],
           .layer = l,
           .number = kNumber});
      if (s.dropout > 0)
        add({.op = Op::dropout, .out = error[l], .source = error[l], .layer = l - 1, .rate = s.dropout});
      if (formula) {  // times s + z s (1 − s)
        tape({z1, error[1]}, {1},
             {{Operation::sigmoid, {0}},
              {Operation::subtract, {2, 3}},
              {Operation::multiply, {3, 4}},
              {Operation::multiply, {0, 5}},
              {Operation::add, {3, 6}},
              {Operation::multiply, {1, 7}}});
        add({.op = Op::map, .out = error[1], .tape = 1});
      }
    }
    for (int64_t l = count - 1; l >= 0; l--)
      add({.op = Op::weight_gradient, .source = value[l], .error = error[l + 1], .layer = l});
    const bool classes = s.loss == Loss::cross_entropy;
    settings = {.output = value[count],
                .output_softmax = classes,
                .output_function = Activation::identity,
                .mean_over_samples = true,
                .class_targets = classes,
                .clipped = s.clip_norm > 0,
                .clip_norm = s.clip_norm,
                .seed = 7,
                .batch_size = s.batch,
                .bytes = s.bytes,
                .threads = threads};
    optimiser = {s.rule, s.rule == Rule::sgd ? 0 : 0.9, 0.9, 0.99, 1e-8, 0.001};
  }
  template <class T> static Span<T> span(const std::vector<T> &v) { return {v.data(), int64_t(v.size())}; }
  std::string read(PlanData &plan) const {
    return plan.read({{&settings, 1}, {&optimiser, 1}, span(layers), span(features), span(instructions),
                      span(tapes), span(sources), span(constants), span(steps)});
  }
};

struct Result {
  std::vector<double> losses, norms;
  std::vector<unsigned char> weights;
  bool operator==(const Result &) const = default;
};

// Room for W and b of every layer, and where they lie.
struct Room {
  std::vector<std::vector<unsigned char>> arrays;
  std::vector<void *> places;

  explicit Room(const Case &s) {
    for (size_t l = 0; l + 1 < s.sizes.size(); l++)
      for (int64_t count : {s.sizes[l] * s.sizes[l + 1], s.sizes[l + 1]})
        arrays.emplace_back(size_t(count * s.bytes));
    for (auto &array : arrays) places.push_back(array.data());
  }
};

// Takes a few epochs, at once or one step after the other, and returns every loss and the norms of the last.
std::vector<double> take_epochs(Executor &executor, const PlanData &plan, const Case &s, const Rows &rows,
                                void *outputs, bool at_once) {
  constexpr int64_t kEpochs = 3, kFirst = 100;
  const uint32_t seed = 9;
  const int64_t steps = (rows.count + s.batch - 1) / s.batch, layers = plan.plan().layer_count;
  const std::vector<double> rates(size_t(steps * kEpochs), 0.001);
  std::vector<double> found(size_t(steps * kEpochs)), norms(size_t(layers * kEpochs));
  std::vector<int64_t> order(size_t(rows.count));
  std::vector<EpochMarks> marks(kEpochs);
  if (at_once) {
    Room kept(s), last(s);
    const double none = std::nan("");
    const Watch watch = {Watch::On::watched_loss, false, 0, none, kEpochs, kEpochs, kept.places.data()};
    const Epochs epochs = {rows, order.data(), nullptr, &seed, 1, 4, kFirst, kEpochs, rates.data(),
                           found.data(), rows, outputs, norms.data(), marks.data(), watch};
    const EpochsDone done = run_epochs(executor, plan.plan(), plan.bytes(), epochs);
    expect(done.memory && done.epochs == kEpochs && done.steps == steps * kEpochs, "epochs");
    for (const EpochMarks &m : marks)
      expect(m.busy > 0 && m.seconds >= m.busy && m.right >= 0 && m.right <= double(rows.count), "marks");
    bool best = true;
    for (int64_t e = 0; e + 1 < kEpochs; e++) best &= marks[kEpochs - 1].watched_loss < marks[size_t(e)].watched_loss;
    for (int64_t l = 0; l < layers; l++)
      executor.store(l, Slot::weights, last.places[size_t(2 * l)], last.places[size_t(2 * l + 1)]);
    expect(!best || kept.arrays == last.arrays, "the best parameters");
  } else {
    for (int64_t e = 0, k = 0; e < kEpochs; e++) {
      order_rows(&seed, 1, uint32_t(4 + e), nullptr, rows.count, order.data());
      for (int64_t step = 0; step < steps; step++, k++) {
        Rows batch = rows;
        batch.order = order.data() + step * s.batch;
        batch.count = step + 1 < steps ? s.batch : rows.count - step * s.batch;
        executor.run(batch, kFirst + k, rates.data(), 1, found.data() + k);
      }
      executor.norms(norms.data() + e * layers);
    }
  }
  found.insert(found.end(), norms.begin(), norms.end());
  return found;
}

// Trains on random rows and returns every loss and the bytes of the weights.
template <class T> Result train(const InstructionSet &set, const Case &s, int threads, bool keep) {
  constexpr int64_t kRows = 61, kSteps = 12;
  check::Random random{11};
  PlanData plan;
  const std::string fault = Encoded(s, threads).read(plan);
  expect(fault.empty(), fault.c_str());
  std::unique_ptr<Executor> executor(set.create(plan.plan(), int(s.bytes)));
  expect(executor != nullptr, "memory");
  Team team;
  executor->team = keep ? &team : nullptr;
  for (size_t l = 0; l + 1 < s.sizes.size(); l++) {
    const double bound = std::sqrt(2.0 / double(s.sizes[l]));
    auto w = random.array<T>(s.sizes[l] * s.sizes[l + 1], -bound, bound),
         b = random.array<T>(s.sizes[l + 1], 0, 0.1);
    executor->load(int64_t(l), Slot::weights, w.at(), b.at());
  }
  const int64_t outputs = s.sizes.back();
  auto x = random.array<T>(kRows * s.sizes[0], -1, 1), t = random.array<T>(kRows * outputs, 0, 1);
  auto weight = random.array<T>(kRows, 0.5, 1.5);
  check::Array<int64_t> classes(kRows), order(kRows * kSteps);
  for (int64_t i = 0; i < kRows; i++) classes[i] = int64_t(random.uniform() * double(outputs));
  for (int64_t i = 0; i < kRows * kSteps; i++) order[i] = int64_t(random.uniform() * double(kRows));
  const bool by_class = s.loss == Loss::cross_entropy;
  const int64_t wanted = s.batch * kSteps - s.batch / 3, count = wanted < order.size ? wanted : order.size;
  const Rows rows{
      x.at(), by_class ? nullptr : t.at(), by_class ? classes.at() : nullptr, weight.at(), order.at(), count};

  const int64_t steps = (count + s.batch - 1) / s.batch, first = steps / 2;
  const std::vector<double> rates(size_t(steps), 0.01);
  Result result{std::vector<double>(size_t(steps)), std::vector<double>(s.sizes.size() - 1), {}};
  const Rows begin{x.at(), rows.t, rows.labels, weight.at(), order.at(), first * s.batch};
  const Rows rest{
      x.at(), rows.t, rows.labels, weight.at(), order.at() + first * s.batch, count - first * s.batch};
  if (first) expect(executor->run(begin, 0, rates.data(), first, result.losses.data()) == first, "steps");
  expect(
      executor->run(rest, first, rates.data(), steps - first, result.losses.data() + first) == steps - first,
      "steps");
  executor->norms(result.norms.data());
  for (double norm : result.norms) expect(std::isfinite(norm), "finite norm", norm);
  expect(executor->is_finite(), "finite parameters");
  for (double loss : result.losses) expect(std::isfinite(loss), "finite loss", loss);
  for (size_t l = 0; l + 1 < s.sizes.size(); l++) {
    check::Array<T> w(s.sizes[l] * s.sizes[l + 1]), b(s.sizes[l + 1]);
    executor->store(int64_t(l), Slot::weights, w.at(), b.at());
    const auto *bytes = reinterpret_cast<unsigned char *>(w.at());
    result.weights.insert(result.weights.end(), bytes, bytes + size_t(w.size) * sizeof(T));
  }
  const Rows all{x.at(), rows.t, rows.labels, nullptr, nullptr, kRows};
  check::Array<T> y(kRows * outputs);
  double loss = -1;
  expect(executor->evaluate(all, y.at(), &loss) && std::isfinite(loss), "evaluation", loss);
  expect(executor->gradients(all, 3, &loss) && std::isfinite(loss), "gradients", loss);
  if (threads > 1) executor->most_workers = 1 + threads % 2;
  const Rows whole{x.at(), rows.t, rows.labels, weight.at(), nullptr, kRows};
  const std::vector<double> epochs = take_epochs(*executor, plan, s, whole, y.at(), keep);
  result.losses.insert(result.losses.end(), epochs.begin(), epochs.end());
  return result;
}

const std::vector<std::vector<int64_t>> kShapes = {{1, 1},          {2, 2, 1},         {4, 3, 2, 1},
                                                   {13, 33, 17, 5}, {70, 48, 129, 10}, {300, 20, 3}, {260, 256, 7}};

Case a_case(size_t number, check::Random &random) {
  const auto pick = [&](int count) { return int(random.uniform() * count); };
  Case s;
  s.sizes = kShapes[number % kShapes.size()];
  s.activation = Activation(pick(7));
  s.loss = Loss(s.sizes.back() > 1 ? pick(3) : 1 + pick(2));
  s.rule = Rule(number / 2 % 6);
  s.by_formula = pick(2);
  s.dropout = pick(3) == 0 ? 0.25 : 0;
  s.clip_norm = pick(3) == 0 ? 0.5 : 0;
  s.l2 = pick(3) == 0 ? 0.001 : 0;
  constexpr int64_t batches[] = {1, 2, 3, 5, 8, 13, 16, 17, 32, 50};
  s.batch = batches[pick(10)];
  s.bytes = number % 2 ? 8 : 4;
  return s;
}

}  // namespace

int main(int arguments, char **argument) {
  const size_t many = arguments > 1 ? size_t(std::atol(argument[1])) : 48;
  for (const char *name : {"sse2", "avx2", "avx512", "neon"}) {
    const InstructionSet *set = find_instruction_set(name);
    if (!set) continue;
    check::Random random{5};
    for (size_t number = 0; number < many; number++) {
      const Case s = a_case(number, random);
      const auto run = [&](int threads, bool keep) {
        return s.bytes == 4 ? train<float>(*set, s, threads, keep) : train<double>(*set, s, threads, keep);
      };
      const Result alone = run(1, false);
      for (int threads : {2, 3, 5})
        expect(run(threads, threads != 3) == alone, "threads change nothing", double(number), threads);
    }
    std::printf("%s: %zu networks\n", name, many);
  }
  return check::report("executor");
}
