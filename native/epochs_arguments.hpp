// What Python gives to a training of whole epochs, checked.
#pragma once
#include <vector>

#include "arguments.hpp"
#include "epochs.hpp"
#include "order.hpp"

namespace chalkgrad {

// What a training of whole epochs is given: x, t, weight, and after them order (to write into), chosen or
// None, seed or None, first epoch, first step, rates, losses, norms, marks, the rows to watch: None or a tuple
// (x, t, weight or None, outputs); and early stopping: None or a tuple (on, higher, least, best, patience, left,
// kept), `kept` being None or a tuple of W and b (or None) of every layer.
struct EpochsArguments {
  RowArguments given, watched;
  View order, chosen, seed, rates, losses, norms, marks, outputs;
  std::vector<View> kept;
  std::vector<void *> places;
  Epochs epochs = {};

  bool take(const Native *self, PyObject *const *arguments) {
    if (!given.take(self, arguments, false)) return false;
    if (arguments[1] == Py_None) return View::fail("t: must be given");
    if (!take_order(arguments + 3, given.x.size(0))) return false;
    epochs.first_epoch = PyLong_AsLongLong(arguments[6]);
    epochs.first_step = PyLong_AsLongLong(arguments[7]);
    if (PyErr_Occurred()) return false;
    if (!take_notes(self->data->plan(), arguments + 8)) return false;
    if (epochs.first_epoch < 0 || epochs.first_epoch + epochs.count > kMostEpochs)
      return View::fail("first_epoch: must be fewer");
    return take_watched(self, arguments[12]) && take_watch(self, arguments[13]);
  }

 private:
  bool take_order(PyObject *const *arguments, int64_t rows) {
    if (!order.take(arguments[0], "order", kIntegers, 1, true)) return false;
    epochs.rows = given.rows;
    epochs.rows.count = order.size(0);
    epochs.order = order.data<int64_t>();
    if (epochs.rows.count < 1 || epochs.rows.count >= kMostOrderedRows)
      return View::fail("order: must have rows");
    if (arguments[1] == Py_None && epochs.rows.count != rows)
      return View::fail("order: must have a place for each row of x");
    if (arguments[1] != Py_None) {
      if (!chosen.take(arguments[1], "chosen", kIntegers, 1)) return false;
      if (!chosen.has_shape("chosen", epochs.rows.count)) return false;
      epochs.chosen = chosen.data<int64_t>();
      for (int64_t i = 0; i < epochs.rows.count; ++i)
        if (epochs.chosen[i] < 0 || epochs.chosen[i] >= rows) return View::fail("chosen: must be rows of x");
    }
    if (arguments[2] == Py_None) return true;
    if (!seed.take(arguments[2], "seed", "I", 1)) return false;
    epochs.seed = seed.data<uint32_t>();
    epochs.seed_words = seed.size(0);
    return epochs.seed_words < kMostEntropy || View::fail("seed: must have fewer words");
  }
  bool take_notes(const Plan &plan, PyObject *const *arguments) {
    if (!rates.take(arguments[0], "rates", "d", 1) || !losses.take(arguments[1], "losses", "d", 1, true) ||
        !norms.take(arguments[2], "norms", "d", 2, true) || !marks.take(arguments[3], "marks", "d", 2, true))
      return false;
    constexpr Py_ssize_t kMarks = sizeof(EpochMarks) / sizeof(double);
    const Py_ssize_t count = marks.size(0);
    const int64_t steps = count * ((epochs.rows.count + plan.batch_size - 1) / plan.batch_size);
    if (!marks.has_shape("marks", count, kMarks) || !norms.has_shape("norms", count, plan.layer_count) ||
        !rates.has_shape("rates", steps) || !losses.has_shape("losses", steps))
      return false;
    epochs.count = count;
    epochs.rates = rates.data<double>();
    epochs.losses = losses.data<double>();
    epochs.norms = norms.data<double>();
    epochs.marks = marks.data<EpochMarks>();
    return true;
  }
  bool take_watched(const Native *self, PyObject *rows) {
    if (rows == Py_None) return true;
    PyObject *part[4];
    if (!PyTuple_Check(rows) || PyTuple_Size(rows) != 4) return View::fail("watched: must be four arrays");
    for (int i = 0; i < 4; ++i) part[i] = PyTuple_GetItem(rows, i);
    if (!watched.take(self, part, false)) return false;
    if (part[1] == Py_None) return View::fail("t: must be given");
    if (!outputs.take(part[3], "outputs", self->reals(), 2, true)) return false;
    if (!outputs.has_shape("outputs", watched.rows.count, self->data->outputs())) return false;
    epochs.watched = watched.rows;
    epochs.outputs = outputs.data<void>();
    return true;
  }
  bool take_watch(const Native *self, PyObject *given) {
    if (given == Py_None) return true;
    if (!PyTuple_Check(given) || PyTuple_Size(given) != 7) return View::fail("watch: must be seven values");
    Watch &watch = epochs.watch;
    const auto part = [&](int i) { return PyTuple_GetItem(given, i); };
    const long long on = PyLong_AsLongLong(part(0));
    watch.on = Watch::On(on);
    watch.higher = PyObject_IsTrue(part(1)) == 1;
    watch.least = PyFloat_AsDouble(part(2));
    watch.best = PyFloat_AsDouble(part(3));
    watch.patience = PyLong_AsLongLong(part(4));
    watch.left = PyLong_AsLongLong(part(5));
    if (PyErr_Occurred()) return false;
    if (on < 1 || on > 3 || (on > 1 && epochs.watched.count < 1))
      return View::fail("watch: must be on what is measured");
    if (watch.patience < 1 || watch.left < 1) return View::fail("watch: must leave an epoch");
    return part(6) == Py_None || take_kept(self, part(6));
  }
  bool take_kept(const Native *self, PyObject *arrays) {
    const Plan &plan = self->data->plan();
    const int64_t count = 2 * plan.layer_count;
    if (!PyTuple_Check(arrays) || PyTuple_Size(arrays) != count)
      return View::fail("kept: must be two arrays a layer");
    kept = std::vector<View>(size_t(count));
    places.assign(size_t(count), nullptr);
    for (int64_t i = 0; i < count; ++i) {
      const LayerShape &shape = plan.layers[i / 2];
      PyObject *array = PyTuple_GetItem(arrays, i);
      View &view = kept[size_t(i)];
      if (i % 2 == 1 && (array != Py_None) != shape.bias)
        return View::fail("kept: must have a bias where the layer has one");
      if (i % 2 == 1 && !shape.bias) continue;
      if (!view.take(array, "kept", self->reals(), i % 2 ? 1 : 2, true)) return false;
      if (!view.has_shape("kept", shape.n_out, i % 2 ? -1 : shape.n_in)) return false;
      places[size_t(i)] = view.data<void>();
    }
    epochs.watch.kept = places.data();
    return true;
  }
};

}  // namespace chalkgrad
