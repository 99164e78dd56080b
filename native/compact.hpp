// Training steps of a small network of dense layers, where calls and instructions would take longer than the
// arithmetic: everything stays in the first cache, in one function a pass.
//
// P samples are a panel, N lanes a vector.  With n_in, n_out of layer l:
//   θ, m, v       of all layers, each W (n_out × n_in), then b (n_out)
//   value, error  n_out × P
//   partial       |θ| × N: ∂L/∂θ_p, summed over panels but not over lanes; sums_of_rows ends it in the update
// Z has one chain of multiply-adds an entry, over the inputs in their order, dX one over the outputs; dW one
// a lane over the panels, then the tree over lanes.
#pragma once
#include "batch.hpp"
#include "layout.hpp"
#include "loss.hpp"
#include "sums.hpp"
#include "turn.hpp"
#include "update.hpp"

namespace chalkgrad::CHALKGRAD_ISA {

template <class T> struct CompactLayer {
  int n_in, n_out;
  bool has_bias;
  Activation kind;  // of the last layer: what squared_error applies
  T number;
  T *weights, *bias;         // in θ
  T *weight_sums, *bias_sums;  // in `partial`
  T *value, *error;          // of the last layer Z and ∂L/∂Z
};

// One mini-batch, gathered: panels of features × P.
template <class T> struct Gathered {
  T *x, *t;  // t is null where there are class numbers
  int64_t *classes;
  T *coefficients;
};

template <class T, int P> class CompactStep {
 public:
  static constexpr int N = lanes_of_panel<T, P>, V = P / N;
  using Layer = CompactLayer<T>;

  CompactStep(const Plan &plan, Loss loss, double coefficient)
      : plan_(plan), loss_(loss), coefficient_(T(coefficient)), depth_(int(plan.layer_count)),
        panels_(ceil_div(plan.batch_size, P)) {}

  // Takes its memory from the slab: first to count, then for good.  The kinds of the layers are yet to be
  // set.
  void place(Slab &slab) {
    long parameters = 0;
    for (int l = 0; l < depth_; ++l) parameters += (plan_.layers[l].n_in + 1) * plan_.layers[l].n_out;
    count_ = ceil_div(parameters, N) * N;
    layers_ = slab.take<Layer>(depth_);
    for (T *&array : state_) array = slab.take<T>(count_);
    partial_ = slab.take<T>(count_ * N);
    for (auto &part : gathered_)
      part = {slab.take<T>(panels_ * P * plan_.layers[0].n_in), slab.take<T>(panels_ * P * outputs()),
              slab.take<int64_t>(panels_ * P), slab.take<T>(panels_ * P)};
    long before = 0;
    for (int l = 0; l < depth_; ++l) {
      const LayerShape &shape = plan_.layers[l];
      T *const value = slab.take<T>(shape.n_out * P), *const error = slab.take<T>(shape.n_out * P);
      const long weights = shape.n_in * shape.n_out, bias = before + weights;
      if (layers_ != nullptr)
        layers_[l] = {int(shape.n_in),
                      int(shape.n_out),
                      shape.bias,
                      Activation::identity,
                      T(0),
                      state_[0] + before,
                      state_[0] + bias,
                      partial_ + before * N,
                      partial_ + bias * N,
                      value,
                      error};
      before = bias + shape.n_out;
    }
  }
  Layer &layer(int64_t l) { return layers_[l]; }
  // W and b of layer l in a slot; the slots are θ, m, v
  T *weights(int64_t l, Slot slot) const { return state_[int(slot)] + (layers_[l].weights - state_[0]); }
  T *bias(int64_t l, Slot slot) const { return state_[int(slot)] + (layers_[l].bias - state_[0]); }

  // Puts the rows of a mini-batch into one of two places.
  void gather(const Batch<T> &batch, int place) {
    const Gathered<T> &to = gathered_[place];
    for (long p = 0; p < ceil_div(batch.count, P); ++p) {
      gather_coefficients(batch, p, to.coefficients + p * P);
      for (long lane = 0; lane < P; lane += 4) {
        const long at = p * P + lane;
        const int64_t a = batch.row(at), b = batch.row(at + 1), c = batch.row(at + 2), d = batch.row(at + 3);
        gather_rows(batch.x, a, b, c, d, layers_[0].n_in, to.x + p * P * layers_[0].n_in + lane, P);
        if (batch.t) gather_rows(batch.t, a, b, c, d, outputs(), to.t + p * P * outputs() + lane, P);
        else {
          to.classes[at] = batch.classes[a];
          to.classes[at + 1] = batch.classes[b];
          to.classes[at + 2] = batch.classes[c];
          to.classes[at + 3] = batch.classes[d];
        }
      }
    }
  }

  // L of the mini-batch of `samples` in this place, and the partial sums of its gradient.
  double pass(long samples, int place, bool classes) {
    double loss = 0;
    for (long p = 0; p < ceil_div(samples, P); ++p) {
      const T *x = gathered_[place].x + p * P * layers_[0].n_in;
      forward(x);
      loss += loss_and_error(gathered_[place], p, int(smaller(P, samples - p * P)), classes);
      if (p == 0) backward<false>(x);
      else backward<true>(x);
    }
    return loss;
  }

  // ‖∂L/∂(W, b)‖ of layer l in the last pass.
  double norm(int64_t l) const {
    const long begin = layers_[l].weights - state_[0],
               end = l + 1 < depth_ ? layers_[l + 1].weights - state_[0] : count_;
    double total = 0;
    for (long i = begin; i < end; ++i) {
      const T slope = sum<T, N>(load<T, N>(partial_ + i * N));
      total += double(slope) * double(slope);
    }
    return __builtin_sqrt(total);
  }
  bool is_finite() const {
    for (long i = 0; i < count_; ++i)
      if (!__builtin_isfinite(state_[0][i])) return false;
    return true;
  }

  void update(double rate, int64_t step) {
    const Rates<T> rates = rates_of<T>(plan_.optimiser, rate, step);
    with_rule(plan_.optimiser.rule, [&]<Rule R>() {
      for (long i = 0; i < count_; i += N) {
        Vec<T, N> m{}, v{};
        if constexpr (has_m(R)) m = load<T, N>(state_[1] + i);
        if constexpr (has_v(R)) v = load<T, N>(state_[2] + i);
        const Vec<T, N> slope = sums_of_rows<T, N>(partial_ + i * N);
        store<T, N>(state_[0] + i,
                    chalkgrad::CHALKGRAD_ISA::update<R, T, N>(load<T, N>(state_[0] + i), slope, m, v, rates));
        if constexpr (has_m(R)) store<T, N>(state_[1] + i, m);
        if constexpr (has_v(R)) store<T, N>(state_[2] + i, v);
      }
    });
  }

 private:
  int outputs() const { return int(plan_.layers[depth_ - 1].n_out); }

  // c_i, 0 in the padding
  void gather_coefficients(const Batch<T> &batch, long p, T *to) const {
    for (int part = 0; part < P; part += N) {
      const long left = batch.count - p * P - part;
      const IntVec<T, N> real = first_lanes<T, N>(int(left > N ? N : left));
      store<T, N>(to + part, real ? broadcast<T, N>(T(batch.factor) * coefficient_) : Vec<T, N>{});
    }
    if (batch.weight)
      for (long i = 0; i < smaller(P, batch.count - p * P); ++i)
        to[i] = T(batch.factor * double(batch.weight[batch.row(p * P + i)])) * coefficient_;
  }

  CHALKGRAD_INLINE void forward(const T *x) {
    for (int l = 0; l < depth_; ++l) {
      const Layer &layer = layers_[l];
      with_activation(l == depth_ - 1 ? Activation::identity : layer.kind, [&]<Activation A>() {
        const T *w = layer.weights;
        for (int n = 0; n < layer.n_out; ++n) {
          Vec<T, N> z[V];
          for (int v = 0; v < V; ++v) z[v] = broadcast<T, N>(layer.bias[n]);
          for (int k = 0; k < layer.n_in; ++k, ++w)
            for (int v = 0; v < V; ++v) z[v] += broadcast<T, N>(*w) * load<T, N>(x + k * P + v * N);
          for (int v = 0; v < V; ++v)
            store<T, N>(layer.value + n * P + v * N, value<A, T, N>(z[v], layer.number));
        }
      });
      x = layer.value;
    }
  }

  CHALKGRAD_INLINE double loss_and_error(const Gathered<T> &from, long p, int rows, bool classes) {
    const Layer &last = layers_[depth_ - 1];
    const LossPanel<T> panel = {last.value,
                                classes ? nullptr : from.t + p * P * last.n_out,
                                classes ? from.classes + p * P : nullptr,
                                from.coefficients + p * P,
                                last.error,
                                last.n_out,
                                rows};
    return loss_of_panel<T, P, true>(loss_, last.kind, last.number, panel);
  }

  template <bool more> CHALKGRAD_INLINE void backward(const T *x) {
    for (int l = depth_ - 1; l >= 0; --l) {
      if (l > 0) backpropagate(layers_[l], layers_[l - 1]);
      add_gradient<more>(layers_[l], l > 0 ? layers_[l - 1].value : x);
    }
  }

  // the error of the layer below: (error W) ⊙ f′
  CHALKGRAD_INLINE void backpropagate(const Layer &layer, const Layer &below) {
    with_activation(below.kind, [&]<Activation A>() {
      if constexpr (has_slope_by_value(A))
        for (int k = 0; k < layer.n_in; ++k) {
          Vec<T, N> error[V] = {};
          for (int n = 0; n < layer.n_out; ++n)
            for (int v = 0; v < V; ++v)
              error[v] += broadcast<T, N>(layer.weights[n * layer.n_in + k]) *
                          load<T, N>(layer.error + n * P + v * N);
          for (int v = 0; v < V; ++v) {
            const Vec<T, N> a = load<T, N>(below.value + k * P + v * N);
            store<T, N>(below.error + k * P + v * N, error[v] * slope_by_value<A, T, N>(a, below.number));
          }
        }
    });
  }

  // the partial sums of errorᵀ x and errorᵀ 1, added to what is there if `more`
  template <bool more> CHALKGRAD_INLINE void add_gradient(const Layer &layer, const T *x) {
    T *to = layer.weight_sums;
    for (int n = 0; n < layer.n_out; ++n) {
      const T *error = layer.error + n * P;
      for (int k = 0; k < layer.n_in; ++k, to += N) {
        Vec<T, N> total = load<T, N>(error) * load<T, N>(x + k * P);
        for (int v = 1; v < V; ++v) total += load<T, N>(error + v * N) * load<T, N>(x + k * P + v * N);
        store<T, N>(to, more ? load<T, N>(to) + total : total);
      }
      if (!layer.has_bias) continue;
      Vec<T, N> total = load<T, N>(error);
      for (int v = 1; v < V; ++v) total += load<T, N>(error + v * N);
      T *const bias = layer.bias_sums + n * N;
      store<T, N>(bias, more ? load<T, N>(bias) + total : total);
    }
  }

  const Plan &plan_;
  const Loss loss_;
  const T coefficient_;
  const int depth_;
  const long panels_;
  long count_ = 0;  // parameters, a multiple of N
  Layer *layers_ = nullptr;
  T *state_[3] = {};  // θ, m, v
  T *partial_ = nullptr;
  Gathered<T> gathered_[2] = {};
};

}  // namespace chalkgrad::CHALKGRAD_ISA
