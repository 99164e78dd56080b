#include "plan.hpp"

namespace chalkgrad {
namespace {

constexpr int64_t kWidest = int64_t(1) << 26;  // a panel's numbers are counted in 32 bits
constexpr int64_t kMostRows = int64_t(1) << 31;

bool is_within(int64_t number, int64_t least, int64_t most) { return number >= least && number <= most; }
// Whether a number is a place in a list, of words or of what was read.
template <class Number, class List> bool is_one_of(Number number, const List &list) {
  return is_within(int64_t(number), 0, int64_t(std::size(list)) - 1);
}
template <class T> std::vector<T> all_of(Span<T> span) { return {span.data, span.data + span.size}; }

}  // namespace

std::string PlanData::read(const Arrays &arrays) {
  if (arrays.settings.size != 1 || arrays.optimiser.size != 1) return "settings: must be one record";
  static_cast<Settings &>(plan_) = *arrays.settings.data;
  plan_.optimiser = *arrays.optimiser.data;
  layers_ = all_of(arrays.layers);
  if (layers_.empty()) return "layers: must be there";
  for (const LayerShape &layer : layers_)
    if (!is_within(layer.n_in, 1, kWidest) || !is_within(layer.n_out, 1, kWidest))
      return "layers: must have sizes";
  features_ = all_of(arrays.features);
  for (const int64_t features : features_)
    if (!is_within(features, 1, kWidest)) return "buffers: must have features";
  if (std::string fault = read_tapes(arrays); !fault.empty()) return fault;
  instructions_ = all_of(arrays.instructions);
  for (size_t i = 0; i < instructions_.size(); ++i)
    if (std::string fault = check(instructions_[i]); !fault.empty())
      return "instruction " + std::to_string(i) + ": " + fault;
  if (inputs_ < 0) return "must gather inputs";
  if (std::string fault = check_settings(); !fault.empty()) return fault;
  plan_.layers = layers_.data();
  plan_.features = features_.data();
  plan_.instructions = instructions_.data();
  plan_.tapes = tapes_.data();
  plan_.layer_count = int64_t(layers_.size());
  plan_.buffer_count = int64_t(features_.size());
  plan_.instruction_count = int64_t(instructions_.size());
  return {};
}

std::string PlanData::check_settings() {
  if (!is_one_of(plan_.output, features_)) return "output: must be a buffer";
  if (!plan_.output_softmax && !is_one_of(plan_.output_function, activation_names))
    return "output_function: must be known";
  if (plan_.batch_size < 1) return "batch_size: must be positive";
  if (!is_within(plan_.threads, 1, 4096)) return "threads: must be positive";
  if (!is_one_of(plan_.optimiser.rule, rule_names)) return "rule: must be known";
  if (plan_.bytes != 4 && plan_.bytes != 8) return "bytes: must be 4 or 8";
  if (!is_within(plan_.rows_to_start, 0, kMostRows) || !is_within(plan_.rows_to_wake, 0, kMostRows))
    return "rows_to_start, rows_to_wake: must be numbers of rows";
  return {};
}

std::string PlanData::read_tapes(const Arrays &arrays) {
  constexpr int64_t kMostSteps = (1 << 16) - 1;
  sources_ = all_of(arrays.sources);
  constants_ = all_of(arrays.constants);
  steps_ = all_of(arrays.steps);
  int64_t source = 0, constant = 0, step = 0;
  for (int64_t k = 0; k < arrays.tapes.size; ++k) {
    const TapeSize &tape = arrays.tapes.data[k];
    if (!is_within(tape.inputs, 1, kMostTapeInputs) || !is_within(tape.constants, 0, kMostSteps) ||
        !is_within(tape.steps, 0, kMostSteps) || source + tape.inputs > int64_t(sources_.size()) ||
        constant + tape.constants > int64_t(constants_.size()) || step + tape.steps > int64_t(steps_.size()))
      return "tapes: end too early";
    const int64_t *const sources = sources_.data() + source;
    for (int64_t i = 0; i < tape.inputs; ++i)
      if (!is_one_of(sources[i], features_) || features_[sources[i]] != features_[sources[0]])
        return "tapes: must read buffers of one size";
    const int64_t leaves = tape.inputs + tape.constants;
    for (int64_t s = 0; s < tape.steps; ++s) {
      if (!is_one_of(steps_[step + s].operation, operation_names)) return "tapes: must have known operations";
      for (const int32_t place : steps_[step + s].places)
        if (!is_within(place, 0, leaves + s - 1)) return "tapes: must read what is there";
    }
    if (!is_within(tape.result, 0, leaves + tape.steps - 1)) return "tapes: must have a result";
    tapes_.push_back({{int32_t(tape.inputs), int32_t(tape.constants), int32_t(tape.steps),
                       int32_t(tape.result), constants_.data() + constant, steps_.data() + step},
                      sources});
    source += tape.inputs;
    constant += tape.constants;
    step += tape.steps;
  }
  return {};
}

std::string PlanData::check(const Instruction &i) {
  const auto buffer = [&](int64_t b) { return is_one_of(b, features_); };
  const auto same = [&](int64_t a, int64_t b) {
    return buffer(a) && buffer(b) && features_[a] == features_[b];
  };
  const auto has = [&](int64_t b, int64_t features) { return buffer(b) && features_[b] == features; };
  const bool layer = is_one_of(i.layer, layers_);
  const bool activation = is_one_of(i.function, activation_names);
  const bool tape = is_one_of(i.tape, tapes_);
  const auto read_size = [&] { return features_[tapes_[i.tape].sources[0]]; };
  for (const int64_t b : {i.out, i.source, i.y, i.z, i.error, i.add, i.value})
    if (b >= 0 && !buffer(b)) return "must name buffers";
  if (i.tape >= 0 && !tape) return "must name a tape";
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
    case Op::softmax_gradient: good = same(i.y, i.out) && same(i.error, i.out); break;
    case Op::dropout: good = same(i.source, i.out) && i.layer >= 0 && i.rate >= 0 && i.rate < 1; break;
    case Op::loss_and_error:
      good = activation && is_one_of(i.kind, loss_names) && same(i.z, i.out) && i.z != i.out;
      break;
    case Op::loss_map: good = tape; break;
    case Op::backpropagate:
      good = layer && activation && has(i.error, layers_[i.layer].n_out) &&
             has(i.out, layers_[i.layer].n_in) && i.error != i.out && (i.add < 0 || same(i.add, i.out)) &&
             (i.value < 0 ? i.function == Activation::identity : same(i.value, i.out));
      break;
    case Op::weight_gradient:
      good = layer && has(i.error, layers_[i.layer].n_out) && has(i.source, layers_[i.layer].n_in);
      break;
    default: return "must be known";
  }
  return good ? std::string() : "must use buffers, layers and functions that fit";
}

}  // namespace chalkgrad
