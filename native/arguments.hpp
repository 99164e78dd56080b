// What Python gives, checked and made into what the core takes: whatever is wrong becomes a Python exception.
#pragma once
#include <string.h>

#include "executor.hpp"
#include "plan.hpp"
#include "python.hpp"

namespace chalkgrad {

// A buffer that Python lends, given back at the end.
class View {
 public:
  View() = default;
  View(const View &) = delete;
  View &operator=(const View &) = delete;
  ~View() { if (held_) PyBuffer_Release(&buffer_); }

  // C-contiguous, `dimensions` of them, of numbers of one of these formats
  bool take(PyObject *object, const char *name, const char *formats, int dimensions, bool writable = false) {
    const int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0);
    if (PyObject_GetBuffer(object, &buffer_, flags) != 0) return false;
    held_ = true;
    const char *format = buffer_.format ? buffer_.format : "B";
    if (*format == '@' || *format == '=' || *format == '<') ++format;
    if (format[0] == 0 || format[1] != 0 || strchr(formats, format[0]) == nullptr)
      return fail("%s: must hold numbers of type %s; got %s", name, formats, buffer_.format);
    if (buffer_.ndim != dimensions)
      return fail("%s: must have %d dimensions; got %d", name, dimensions, buffer_.ndim);
    format_ = format[0];
    return true;
  }
  // One after the other, as _native.SCHEMA tells
  template <class Record> bool take_records(PyObject *object, const char *name) {
    if (PyObject_GetBuffer(object, &buffer_, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) != 0) return false;
    held_ = true;
    if (buffer_.ndim == 1 && buffer_.itemsize == sizeof(Record) && buffer_.format && *buffer_.format == 'T')
      return true;
    return fail("%s: must be records of the schema", name);
  }
  template <class T> T *data() const { return static_cast<T *>(buffer_.buf); }
  template <class T> Span<T> all() const { return {data<T>(), Py_ssize_t(buffer_.len / sizeof(T))}; }
  Py_ssize_t size(int dimension) const { return buffer_.shape[dimension]; }
  bool whole_numbers() const { return format_ == 'l' || format_ == 'q'; }
  bool held() const { return held_; }

  bool has_shape(const char *name, Py_ssize_t rows, Py_ssize_t columns = -1) const {
    if (size(0) == rows && (columns < 0 || size(1) == columns)) return true;
    return fail("%s: has the wrong shape; %zd rows were expected", name, rows);
  }
  template <class... A> static bool fail(const char *text, A... values) {
    PyErr_Format(PyExc_ValueError, text, values...);
    return false;
  }

 private:
  Py_buffer buffer_;
  bool held_ = false;
  char format_ = 0;
};

constexpr const char *kIntegers = "lq";

struct Native {
  PyObject_HEAD
  PlanData *data;
  Executor *executor;
  Team *team;  // null: none was asked for
  const char *isa;
  bool busy;  // in a call that runs without Python's lock

  const char *reals() const { return data->bytes() == 8 ? "d" : "f"; }
};

// Runs f without Python's lock, unless another thread does so already.
template <class F> bool without_lock(Native *self, F f) {
  if (self->busy) {
    PyErr_SetString(PyExc_RuntimeError, "another thread is using this executor");
    return false;
  }
  self->busy = true;
  Py_BEGIN_ALLOW_THREADS
  f();
  Py_END_ALLOW_THREADS
  self->busy = false;
  return true;
}

// The arguments that name rows: x, t, weight, order.
struct RowArguments {
  View x, t, weight, order;
  Rows rows = {};

  bool take(const Native *self, PyObject *const *arguments, bool with_order) {
    const PlanData &plan = *self->data;
    if (!x.take(arguments[0], "x", self->reals(), 2) || !x.has_shape("x", x.size(0), plan.inputs()))
      return false;
    rows.x = x.data<void>();
    rows.count = x.size(0);
    if (arguments[2] != Py_None) {
      if (!weight.take(arguments[2], "weight", self->reals(), 1) || !weight.has_shape("weight", x.size(0)))
        return false;
      rows.weight = weight.data<void>();
    }
    if (with_order) {
      if (!order.take(arguments[3], "order", kIntegers, 1)) return false;
      rows.order = order.data<int64_t>();
      rows.count = order.size(0);
      for (int64_t i = 0; i < rows.count; ++i)
        if (rows.order[i] < 0 || rows.order[i] >= x.size(0))
          return View::fail("order[%lld]: must be a row of x, 0 to %lld; got %lld", (long long)i,
                            (long long)x.size(0) - 1, (long long)rows.order[i]);
    }
    if (rows.count < 1) return View::fail("x: must have rows; got %d", 0);
    return arguments[1] == Py_None || take_targets(self, arguments[1]);
  }

 private:
  bool take_targets(const Native *self, PyObject *targets) {
    const PlanData &plan = *self->data;
    if (!plan.class_targets() || !is_vector(targets)) {
      PyErr_Clear();
      if (!t.take(targets, "t", self->reals(), 2) || !t.has_shape("t", x.size(0), plan.outputs()))
        return false;
      rows.t = t.data<void>();
      return true;
    }
    if (!t.take(targets, "t", kIntegers, 1) || !t.has_shape("t", x.size(0))) return false;
    rows.labels = t.data<int64_t>();
    for (int64_t i = 0; i < rows.count; ++i) {
      const int64_t label = rows.labels[rows.order ? rows.order[i] : i];
      if (label < 0 || label >= plan.outputs())
        return View::fail("t: must hold classes 0 to %lld; got %lld", (long long)plan.outputs() - 1,
                          (long long)label);
    }
    return true;
  }
  static bool is_vector(PyObject *object) {
    Py_buffer buffer;
    if (PyObject_GetBuffer(object, &buffer, PyBUF_STRIDES) != 0) return false;
    const bool vector = buffer.ndim == 1;
    PyBuffer_Release(&buffer);
    return vector;
  }
};

inline bool count_is(Py_ssize_t count, Py_ssize_t expected) {
  if (count == expected) return true;
  PyErr_Format(PyExc_TypeError, "takes %zd arguments; got %zd", expected, count);
  return false;
}

// layer, slot, W, b or None
struct SlotArguments {
  View weights, bias;
  int64_t layer = 0;
  Slot slot = Slot::weights;

  bool take(const Native *self, PyObject *const *arguments, Py_ssize_t count, bool writable) {
    const Plan &plan = self->data->plan();
    if (!count_is(count, 4)) return false;
    layer = PyLong_AsLongLong(arguments[0]);
    const int64_t number = PyLong_AsLongLong(arguments[1]);
    if (PyErr_Occurred()) return false;
    if (layer < 0 || layer >= plan.layer_count) return View::fail("layer: must be one of the network's");
    slot = Slot(number);
    const Rule rule = plan.optimiser.rule;
    const bool there = slot == Slot::weights ||
                       (slot == Slot::m && (rule == Rule::adam || rule == Rule::adamw)) ||
                       (slot == Slot::v && rule != Rule::sgd) || (slot == Slot::gradient && writable);
    if (!there) return View::fail("slot: must be one that the optimiser has");
    const LayerShape &shape = plan.layers[layer];
    if (!weights.take(arguments[2], "weights", self->reals(), 2, writable)) return false;
    if (!weights.has_shape("weights", shape.n_out, shape.n_in)) return false;
    if ((arguments[3] != Py_None) != shape.bias)
      return View::fail("bias: must be given where the layer has one");
    if (!shape.bias) return true;
    return bias.take(arguments[3], "bias", self->reals(), 1, writable) && bias.has_shape("bias", shape.n_out);
  }
};

}  // namespace chalkgrad
