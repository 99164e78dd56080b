#include "plan.hpp"

namespace chalkgrad {
namespace {

constexpr int64_t kCodes = 9, kNumbers = 3, kSettings = 11, kReals = 8, kLargest = int64_t(1) << 31;

template <class E> bool is_one_of(int64_t number, E last) { return number >= 0 && number <= int64_t(last); }

}  // namespace

std::string PlanData::read(const Arrays &arrays) {
  if (arrays.settings.size != kSettings || arrays.reals.size != kReals) return "settings of another version";
  const int64_t *settings = arrays.settings.data;
  const double *reals = arrays.reals.data;

  const int64_t layer_count = arrays.l2.size, instruction_count = arrays.instructions.size / kCodes;
  if (arrays.layers.size != 3 * layer_count || layer_count < 1) return "layers: must be rows of three";
  if (arrays.instructions.size != kCodes * instruction_count ||
      arrays.numbers.size != kNumbers * instruction_count)
    return "instructions: of another version";
  for (int64_t l = 0; l < layer_count; ++l) {
    const int64_t *shape = arrays.layers.data + 3 * l;
    if (shape[0] < 1 || shape[1] < 1 || shape[0] >= kLargest || shape[1] >= kLargest)
      return "layers: must have sizes";
    layers_.push_back({shape[0], shape[1], shape[2] != 0, arrays.l2.data[l]});
  }
  features_.assign(arrays.features.data, arrays.features.data + arrays.features.size);
  for (const int64_t features : features_)
    if (features < 1 || features >= kLargest) return "buffers: must have features";
  if (std::string fault = read_tapes(arrays); !fault.empty()) return fault;
  for (int64_t i = 0; i < instruction_count; ++i) {
    const int64_t *c = arrays.instructions.data + kCodes * i;
    const double *n = arrays.numbers.data + kNumbers * i;
    instructions_.push_back({Op(c[0]), c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], n[0], n[1], n[2]});
    if (std::string fault = check(instructions_.back()); !fault.empty())
      return "instruction " + std::to_string(i) + ": " + fault;
  }
  if (inputs_ < 0) return "must gather inputs";
  if (!is_one_of(settings[0], int64_t(features_.size()) - 1)) return "output: must be a buffer";
  if (settings[1] != kSoftmax && !is_one_of(settings[1], Activation::gelu))
    return "output: must have a known function";
  if (settings[6] < 1 || settings[7] < 1 || settings[7] > 4096) return "batch and threads: must be positive";
  if (!is_one_of(settings[8], Rule::rmsprop)) return "optimiser: must be known";
  if (settings[9] != 4 && settings[9] != 8) return "bytes: must be 4 or 8";
  if (settings[10] < 0 || settings[10] > kLargest) return "rows_for_threads: must be a number of rows";

  class_targets_ = settings[4] != 0;
  bytes_ = int(settings[9]);
  plan_.layers = layers_.data();
  plan_.features = features_.data();
  plan_.instructions = instructions_.data();
  plan_.tapes = tapes_.data();
  plan_.layer_count = layer_count;
  plan_.buffer_count = int64_t(features_.size());
  plan_.instruction_count = instruction_count;
  plan_.output = settings[0];
  plan_.output_kind = settings[1];
  plan_.mean_over_samples = settings[2] != 0;
  plan_.clipped = settings[3] != 0;
  plan_.seed = settings[5];
  plan_.batch_size = settings[6];
  plan_.threads = int32_t(settings[7]);
  plan_.rows_for_threads = settings[10];
  plan_.output_number = reals[0];
  plan_.loss_factor = reals[1];
  plan_.clip_norm = reals[2];
  plan_.optimiser = {Rule(settings[8]), reals[3], reals[4], reals[5], reals[6], reals[7]};
  return {};
}

std::string PlanData::read_tapes(const Arrays &arrays) {
  constants_.assign(arrays.constants.data, arrays.constants.data + arrays.constants.size);
  const int64_t *at = arrays.tapes.data, *end = at + arrays.tapes.size;
  int64_t constant = 0;
  while (at < end) {
    if (end - at < 4) return "tapes: end too early";
    const int64_t inputs = at[0], constants = at[1], steps = at[2], result = at[3];
    at += 4;
    const auto few = [](int64_t n) { return n >= 0 && n < 1 << 16; };
    if (!few(inputs) || inputs < 1 || inputs > kMostTapeInputs || !few(constants) || !few(steps) ||
        end - at < inputs + 5 * steps || constant + constants > int64_t(constants_.size()))
      return "tapes: end too early";
    sources_.emplace_back(at, at + inputs);
    for (const int64_t source : sources_.back())
      if (!is_one_of(source, int64_t(features_.size()) - 1) ||
          features_[source] != features_[sources_.back()[0]])
        return "tapes: must read buffers of one size";
    at += inputs;
    steps_.emplace_back();
    for (int64_t s = 0; s < steps; ++s, at += 5) {
      if (!is_one_of(at[0], Operation::where_less_equal)) return "tapes: must have known operations";
      TapeStep step = {Operation(at[0]), {}};
      for (int k = 0; k < 4; ++k) {
        if (!is_one_of(at[1 + k], inputs + constants + s - 1)) return "tapes: must read what is there";
        step.places[k] = int32_t(at[1 + k]);
      }
      steps_.back().push_back(step);
    }
    if (!is_one_of(result, inputs + constants + steps - 1)) return "tapes: must have a result";
    tapes_.push_back({{int32_t(inputs), int32_t(constants), int32_t(steps), int32_t(result),
                       constants_.data() + constant, nullptr}, nullptr});
    constant += constants;
  }
  for (size_t i = 0; i < tapes_.size(); ++i) {
    tapes_[i].tape.step = steps_[i].data();
    tapes_[i].sources = sources_[i].data();
  }
  return {};
}

std::string PlanData::check(const Instruction &i) {
  const auto buffer = [&](int64_t b) { return is_one_of(b, int64_t(features_.size()) - 1); };
  const auto same = [&](int64_t a, int64_t b) {
    return buffer(a) && buffer(b) && features_[a] == features_[b];
  };
  const auto has = [&](int64_t b, int64_t features) { return buffer(b) && features_[b] == features; };
  const bool layer = is_one_of(i.layer, int64_t(layers_.size()) - 1);
  const bool activation = is_one_of(i.kind, Activation::gelu);
  const bool tape = is_one_of(i.tape, int64_t(tapes_.size()) - 1);
  const auto read_size = [&] { return features_[tapes_[i.tape].sources[0]]; };
  bool good = false;
  switch (i.op) {
    case Op::gather_inputs:
      good = buffer(i.out) && (inputs_ < 0 || inputs_ == features_[i.out]);
      if (good) inputs_ = features_[i.out];
      break;
    case Op::gather_targets: good = buffer(i.out); break;
    case Op::linear:
      good = layer && activation && has(i.source, layers_[i.layer].n_in) &&
             has(i.out, layers_[i.layer].n_out) && i.source != i.out;
      break;
    case Op::map: good = tape && has(i.out, read_size()); break;
    case Op::softmax: case Op::log_softmax: good = same(i.source, i.out); break;
    case Op::softmax_gradient: good = same(i.source, i.out) && same(i.second, i.out); break;
    case Op::dropout: good = same(i.source, i.out) && i.layer >= 0 && i.rate >= 0 && i.rate < 1; break;
    case Op::loss_and_error:
      good =
          activation && is_one_of(i.value, Loss::squared_error) && same(i.source, i.out) && i.source != i.out;
      break;
    case Op::loss_map: good = tape; break;
    case Op::backpropagate:
      good = layer && activation && has(i.source, layers_[i.layer].n_out) &&
             has(i.out, layers_[i.layer].n_in) && i.source != i.out &&
             (i.second < 0 || same(i.second, i.out)) && (i.value < 0 ? i.kind == 0 : same(i.value, i.out));
      break;
    case Op::weight_gradient:
      good = layer && has(i.source, layers_[i.layer].n_out) && has(i.second, layers_[i.layer].n_in);
      break;
  }
  return good ? std::string() : "must use buffers, layers and functions that fit";
}

}  // namespace chalkgrad
