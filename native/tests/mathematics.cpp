// The headers of vector mathematics over many shapes and numbers, against libm: a program of its own, to be
// run under sanitizers (make sanitize) and on machines without Python.
#ifndef CHALKGRAD_ISA
#define CHALKGRAD_ISA checked
#endif
#include "../loss.hpp"
#include "../map.hpp"
#include "../random.hpp"
#include "../softmax.hpp"
#include "../update.hpp"

#include <thread>
#include <vector>

#include "check.hpp"

using namespace chalkgrad;
namespace isa = chalkgrad::CHALKGRAD_ISA;
using check::Array;
using check::expect;
using check::expect_near;

namespace {

constexpr double kNaN = __builtin_nan(""), kInfinity = __builtin_inf();
template <class T> constexpr double kError = sizeof(T) == 4 ? 3e-6 : 1e-14;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::log1p(std::exp(-std::fabs(x))) + std::fmax(x, 0); }

double by_libm(Operation operation, const double (&x)[4]) {
  switch (operation) {
    case Operation::add: return x[0] + x[1];
    case Operation::subtract: return x[0] - x[1];
    case Operation::multiply: return x[0] * x[1];
    case Operation::divide: return x[0] / x[1];
    case Operation::negate: return -x[0];
    case Operation::power: return std::pow(x[0], x[1]);
    case Operation::exp: return std::exp(x[0]);
    case Operation::log: return std::log(x[0]);
    case Operation::sqrt: return std::sqrt(x[0]);
    case Operation::expm1: return std::expm1(x[0]);
    case Operation::log1p: return std::log1p(x[0]);
    case Operation::sigmoid: return sigmoid(x[0]);
    case Operation::tanh: return std::tanh(x[0]);
    case Operation::softplus: return softplus(x[0]);
    case Operation::erf: return std::erf(x[0]);
    case Operation::erfc: return std::erfc(x[0]);
    case Operation::sigmoid_minus: return sigmoid(x[0]) - x[1];
    case Operation::tanh_minus: return std::tanh(x[0]) - x[1];
    case Operation::erf_minus: return std::erf(x[0]) - x[1];
    case Operation::expm1_minus: return std::expm1(x[0]) - x[1];
    case Operation::sin: return std::sin(x[0]);
    case Operation::cos: return std::cos(x[0]);
    case Operation::tan: return std::tan(x[0]);
    case Operation::atan: return std::atan(x[0]);
    case Operation::sinh: return std::sinh(x[0]);
    case Operation::cosh: return std::cosh(x[0]);
    case Operation::relu: return x[0] < 0 ? 0 : x[0];
    case Operation::abs: return std::fabs(x[0]);
    case Operation::sign: return x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0];
    case Operation::max: return x[0] > x[1] || std::isnan(x[0]) ? x[0] : x[1];
    case Operation::min: return x[0] < x[1] || std::isnan(x[0]) ? x[0] : x[1];
    case Operation::where_greater: return x[0] > x[1] ? x[2] : x[3];
    case Operation::where_greater_equal: return x[0] >= x[1] ? x[2] : x[3];
    case Operation::where_less: return x[0] < x[1] ? x[2] : x[3];
    case Operation::where_less_equal: return x[0] <= x[1] ? x[2] : x[3];
  }
  return 0;
}

constexpr int kOperations = int(sizeof operation_names / sizeof *operation_names);

template <class T> void operations(check::Random &random) {
  constexpr double special[] = {0,    -0.0, 1,    -1,        0.5,        -0.5, 88.8,
                                -104, 710,  -746, kInfinity, -kInfinity, kNaN, 1e-41};
  constexpr long specials = sizeof special / sizeof *special;
  for (long vectors : {1, 2, 7, 40}) {
    const long count = vectors * isa::lanes<T>;
    Array<T> x[4] = {random.array<T>(count, -12, 12), random.array<T>(count, -3, 3),
                     random.array<T>(count, -1, 1), random.array<T>(count, -1, 1)};
    for (long i = 0; i < count && i < specials; i++) x[0][i] = T(special[i]);
    for (int which = 0; which < kOperations; which++) {
      Array<T> out(count);
      isa::run_operation<T>(Operation(which), {x[0].at(), x[1].at(), x[2].at(), x[3].at()}, out.at(), count);
      for (long i = 0; i < count; i++) {
        const double operands[4] = {double(x[0][i]), double(x[1][i]), double(x[2][i]), double(x[3][i])};
        const double wanted = by_libm(Operation(which), operands);
        const double tiny = sizeof(T) == 4 ? 1e-37 : 1e-300;
        const bool difference = isa::operands_of(Operation(which)) == 2;
        expect_near(operation_names[which], out[i], double(T(wanted)), kError<T>,
                    difference ? kError<T> : tiny);
      }
    }
  }
}

// a·tanh(b) + c where a > b, else a, with an unused constant
template <class T> void tapes(check::Random &random) {
  const double constants[] = {0.5, 2};
  const TapeStep steps[] = {{Operation::tanh, {1}},
                            {Operation::multiply, {0, 4}},
                            {Operation::add, {5, 2}},
                            {Operation::where_greater, {0, 1, 6, 0}}};
  for (int length : {0, 1, 4}) {
    const int result = length == 0 ? 2 : 3 + length;
    const Tape tape{2, 2, length, result, constants, steps};
    for (long count = 1; count < 2100; count += count < 70 ? 1 : 97) {
      Array<T> a = random.array<T>(count, -2, 2), b = random.array<T>(count, -2, 2), out(count);
      Array<T> scratch(isa::tape_scratch<T>(tape));
      const T *inputs[] = {a.at(), b.at()};
      isa::run_tape<T>(tape, inputs, out.at(), count, scratch.at());
      for (long i = 0; i < count; i++) {
        const double t = std::tanh(double(b[i]));
        const double wanted = length == 0 ? 0.5 : length == 1 ? t : a[i] > b[i] ? a[i] * t + 0.5 : a[i];
        expect_near("tape", out[i], wanted, kError<T>, kError<T>);
      }
    }
  }
}

template <class T, int P> void losses(check::Random &random) {
  for (long features : {1, 2, 3, 10, 37})
    for (int rows = 0; rows <= P; rows++)
      for (int kind = 0; kind < 3; kind++)
        for (int function = 0; function < 9; function++) {
          if (kind != 2 && function) continue;
          Array<T> z = random.array<T>(features * P, -9, 9), t = random.array<T>(features * P, 0, 1);
          Array<T> c = random.array<T>(P, 0.5, 1), error(features * P, T(3));
          Array<int64_t> classes(rows);
          for (int i = 0; i < rows; i++) classes[i] = int64_t(random.uniform() * double(features));
          for (long j = 0; j < features; j++)
            for (int i = rows; i < P; i++) z[j * P + i] = t[j * P + i] = T(kNaN);
          for (bool by_class : {false, true}) {
            if (by_class && kind != 0) continue;
            isa::LossPanel<T> panel{z.at(), by_class ? nullptr : t.at(), by_class ? classes.at() : nullptr,
                                    c.at(), error.at(), features, rows};
            const double loss = isa::loss_and_error<T, P>(Loss(kind), Activation(function), T(0.3), panel);
            expect(std::isfinite(loss) && loss >= 0, "loss", loss);
            for (long j = 0; j < features; j++)
              for (int i = 0; i < P; i++)
                expect(i < rows ? std::isfinite(error[j * P + i]) : error[j * P + i] == 0, "error",
                       error[j * P + i]);
            panel.error = nullptr;
            const double alone = isa::loss_and_error<T, P>(Loss(kind), Activation(function), T(0.3), panel);
            expect_near("loss alone", alone, loss, kError<T>, 0);
          }
        }
}

template <class T, int P> void panels(check::Random &random) {
  for (long features : {1, 2, 5, 64}) {
    Array<T> z = random.array<T>(features * P, -30, 30), y(features * P), back(features * P),
             masked(features * P);
    isa::softmax_panel<T, P>(z.at(), y.at(), features);
    isa::softmax_gradient_panel<T, P>(y.at(), y.at(), back.at(), features);
    for (int i = 0; i < P; i++) {
      double total = 0, zero = 0;
      for (long j = 0; j < features; j++) total += y[j * P + i], zero += back[j * P + i];
      expect_near("Σ softmax", total, 1, kError<T>, 0);
      expect_near("Σ of the Jacobian's product", zero, 0, 0, kError<T>);
    }
    const uint32_t key = isa::dropout_key(5, 6, 7);
    isa::dropout_panel<T, P>(z.at(), masked.at(), features, 32, key, isa::Dropping<T>::of(0.25));
    for (long k = 0; k < features * P; k++)
      expect_near("dropout", masked[k], masked[k] == 0 ? 0 : double(z[k]) / 0.75, kError<T>, 0);
    Array<T> c = random.array<T>(P, 0, 1);
    for (int rows = 0; rows <= P; rows++) {
      double wanted = 0;
      for (long j = 0; j < features; j++)
        for (int i = 0; i < rows; i++) wanted += double(c[i]) * double(z[j * P + i]);
      expect_near("weighted sum", isa::weighted_sum<T, P>(z.at(), c.at(), rows, features), wanted, 1e-12,
                  1e-11);
    }
    isa::scale_samples<T, P>(z.at(), c.at(), P / 2, features);
    expect(z[P - 1] == 0, "padding", z[P - 1]);
  }
}

template <class T> void activations(check::Random &random) {
  const long count = 64;
  for (int a = 0; a < 9; a++) {
    Array<T> z = random.array<T>(count, -8, 8), value(count), error(count, T(1)), slope(count, T(-1));
    isa::apply_value<T, isa::lanes<T>>(Activation(a), T(0.5), z.at(), value.at(), count);
    isa::apply_slope_by_value<T, isa::lanes<T>>(Activation(a), T(0.5), value.at(), error.at(), slope.at(),
                                                count);
    for (long i = 0; i < count; i++) {
      expect(value[i] >= std::fmin(-0.5, z[i]) && value[i] <= std::fmax(1.0, z[i] + 0.7), activation_names[a],
             value[i]);
      if (isa::has_slope_by_value(Activation(a), 0.5))
        expect(slope[i] >= 0 && slope[i] <= 1, activation_names[a], slope[i]);
    }
  }
}

template <class T> void updates(check::Random &random) {
  const long count = 5 * isa::lanes<T>;
  for (int rule = 0; rule < 6; rule++) {
    const Optimiser optimiser{Rule(rule), 0.9, 0.9, 0.999, 1e-8, 0.0};
    Array<T> w(count), g = random.array<T>(count, 0.5, 1), m(count), v(count);
    const bool has_m = isa::has_m(Rule(rule)), has_v = isa::has_v(Rule(rule));
    for (int64_t step = 0; step < 10; step++) {
      const auto rates = isa::rates_of<T>(optimiser, 0.01, step);
      isa::with_rule(Rule(rule), [&]<Rule R>() {
        isa::update_row<R, T, isa::lanes<T>>(w.at(), g.at(), has_m ? m.at() : nullptr,
                                             has_v ? v.at() : nullptr, count, rates);
      });
    }
    for (long i = 0; i < count; i++) expect(w[i] < 0 && w[i] > -2, rule_names[rule], w[i]);
  }
}

template <class T> void all(uint64_t seed) {
  check::Random random{seed};
  operations<T>(random);
  tapes<T>(random);
  losses<T, 8>(random);
  losses<T, 16>(random);
  panels<T, 8>(random);
  panels<T, 16>(random);
  activations<T>(random);
  updates<T>(random);
}

// Panels of one buffer by several threads at once: nothing is shared but what is read.
template <class T> void threads() {
  constexpr int P = 16;
  constexpr long features = 20, panel = features * P, many = 12;
  check::Random random{3};
  Array<T> z = random.array<T>(many * panel, -5, 5), t = random.array<T>(many * panel, 0, 1),
           error(many * panel);
  Array<T> c(P, T(1)), alone(many * panel);
  double losses[many], wanted[many];
  const auto work = [&](long k, T *out, double *loss) {
    const isa::LossPanel<T> samples{z.at() + k * panel, t.at() + k * panel, nullptr, c.at(),
                                    out + k * panel,    features,           P};
    loss[k] = isa::loss_and_error<T, P>(Loss::cross_entropy, Activation::identity, T(0), samples);
    isa::dropout_panel<T, P>(out + k * panel, out + k * panel, features, uint32_t(k * P), 9,
                             isa::Dropping<T>::of(0.5));
  };
  std::vector<std::thread> running;
  for (int id = 0; id < 4; id++)
    running.emplace_back([&, id] {
      for (long k = id; k < many; k += 4) work(k, error.at(), losses);
    });
  for (auto &thread : running) thread.join();
  for (long k = 0; k < many; k++) {
    work(k, alone.at(), wanted);
    expect(losses[k] == wanted[k], "loss by threads", losses[k], wanted[k]);
  }
  for (long k = 0; k < many * panel; k++)
    expect(error[k] == alone[k], "error by threads", error[k], alone[k]);
}

}  // namespace

int main() {
  all<float>(1);
  all<double>(2);
  threads<float>();
  threads<double>();
  return check::report("mathematics");
}
