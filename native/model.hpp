// What is learnt.
#pragma once
#include "executor.hpp"
#include "layout.hpp"
#include "update.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

// The weights and the optimiser's memory of all layers.
template <class T> class Model {
 public:
  explicit Model(const Plan &plan) : plan_(plan) {}
  bool reserve() {
    place();
    if (!memory_.reserve(memory_.used())) return false;
    place();
    return true;
  }
  // Gradients have memory only where they are wanted.
  bool reserve_gradients() {
    if (layers_[0].gradient != nullptr) return true;
    size_t bytes = 0;
    for (int64_t l = 0; l < plan_.layer_count; ++l) bytes += layers_[l].size() * sizeof(T) + 128;
    if (!gradients_.reserve(bytes)) return false;
    for (int64_t l = 0; l < plan_.layer_count; ++l)
      layers_[l].gradient = gradients_.take<T>(layers_[l].size());
    return true;
  }
  const Layer<T> *layers() const { return layers_; }
  T *array(const Layer<T> &layer, Slot slot) const {
    switch (slot) {
      case Slot::m: return layer.m;
      case Slot::v: return layer.v;
      case Slot::gradient: return layer.gradient;
      default: return layer.weights;
    }
  }

 private:
  void place() {
    Layer<T> *layers = memory_.take<Layer<T>>(plan_.layer_count);
    const Rule rule = plan_.optimiser.rule;
    for (int64_t l = 0; l < plan_.layer_count; ++l) {
      const LayerShape &shape = plan_.layers[l];
      Layer<T> layer = {int(shape.n_in), int(shape.n_out), int(shape.n_in + shape.bias),
                        int(ceil_div(shape.n_out, kBlock)), shape.l2, nullptr, nullptr, nullptr, nullptr};
      layer.weights = memory_.take<T>(layer.size());
      if (has_m(rule)) layer.m = memory_.take<T>(layer.size());
      if (has_v(rule)) layer.v = memory_.take<T>(layer.size());
      if (layers != nullptr) layers[l] = layer;
    }
    layers_ = layers;
  }

  const Plan &plan_;
  Slab memory_, gradients_;
  Layer<T> *layers_ = nullptr;
};

}  // namespace chalkgrad::CHALKGRAD_ISA
