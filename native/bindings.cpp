// chalkgrad._native: the executor as a Python type.  Every argument is checked: the kernels may trust what
// they are given.
#include <memory>
#include <new>
#include <string>

#include "dispatch.hpp"
#include "epochs_arguments.hpp"
#include "schema.hpp"
#include "threads.hpp"

namespace chalkgrad {
namespace {

// run(x, t, weight, order, first_step, rates, losses) -> steps taken
PyObject *run(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  auto *self = reinterpret_cast<Native *>(object);
  RowArguments given;
  View rates, losses;
  if (!count_is(count, 7) || !given.take(self, arguments, true)) return nullptr;
  if (arguments[1] == Py_None) return View::fail("t: must be given"), nullptr;
  const int64_t first_step = PyLong_AsLongLong(arguments[4]);
  if (first_step == -1 && PyErr_Occurred()) return nullptr;
  if (!rates.take(arguments[5], "rates", "d", 1) || !losses.take(arguments[6], "losses", "d", 1, true))
    return nullptr;
  const int64_t steps = rates.size(0), batch = self->data->plan().batch_size;
  if (!losses.has_shape("losses", steps)) return nullptr;
  if ((given.rows.count + batch - 1) / batch != steps)
    return View::fail("rates: must be %lld, one a mini-batch of the order; got %lld",
                      (long long)((given.rows.count + batch - 1) / batch), (long long)steps), nullptr;
  int64_t taken = 0;
  if (!without_lock(self, [&] {
        taken =
            self->executor->run(given.rows, first_step, rates.data<double>(), steps, losses.data<double>());
      }))
    return nullptr;
  return PyLong_FromLongLong(taken);
}

// run_epochs(…) -> (epochs finished, steps taken); see EpochsArguments
PyObject *take_epochs(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  auto *self = reinterpret_cast<Native *>(object);
  EpochsArguments given;
  if (!count_is(count, 14) || !given.take(self, arguments)) return nullptr;
  EpochsDone done = {};
  if (!without_lock(self, [&] {
        done = run_epochs(*self->executor, self->data->plan(), self->data->bytes(), given.epochs);
      }))
    return nullptr;
  return done.memory ? Py_BuildValue("LL", (long long)done.epochs, (long long)done.steps) : PyErr_NoMemory();
}

// norms(out): those of every layer in the last step
PyObject *norms(PyObject *object, PyObject *out) {
  auto *self = reinterpret_cast<Native *>(object);
  View view;
  if (!view.take(out, "norms", "d", 1, true)) return nullptr;
  if (!view.has_shape("norms", self->data->plan().layer_count)) return nullptr;
  if (!without_lock(self, [&] { self->executor->norms(view.data<double>()); })) return nullptr;
  Py_RETURN_NONE;
}

PyObject *is_finite(PyObject *object, PyObject *) {
  auto *self = reinterpret_cast<Native *>(object);
  bool finite = false;
  if (!without_lock(self, [&] { finite = self->executor->is_finite(); })) return nullptr;
  return PyBool_FromLong(finite);
}

// keep_threads(whether): from now on they stay between calls, or end
PyObject *keep_threads(PyObject *object, PyObject *whether) {
  auto *self = reinterpret_cast<Native *>(object);
  const int keep = PyObject_IsTrue(whether);
  if (keep < 0) return nullptr;
  if (!without_lock(self, [&] {
        if (!keep) delete self->team;
        if (!keep) self->team = nullptr;
        else if (self->team == nullptr) self->team = new (std::nothrow) Team;
        self->executor->team = self->team;
      }))
    return nullptr;
  Py_RETURN_NONE;
}

// limit_threads(most): so many take part at most
PyObject *limit_threads(PyObject *object, PyObject *most) {
  auto *self = reinterpret_cast<Native *>(object);
  const long long limit = PyLong_AsLongLong(most);
  if (limit == -1 && PyErr_Occurred()) return nullptr;
  if (limit < 1 || limit > INT32_MAX) return View::fail("most: must be at least 1"), nullptr;
  if (!without_lock(self, [&] { self->executor->most_workers = int32_t(limit); })) return nullptr;
  Py_RETURN_NONE;
}

// evaluate(x, t or None, weight or None, outputs) -> loss
PyObject *evaluate(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  auto *self = reinterpret_cast<Native *>(object);
  RowArguments given;
  View outputs;
  if (!count_is(count, 4) || !given.take(self, arguments, false)) return nullptr;
  if (!outputs.take(arguments[3], "outputs", self->reals(), 2, true)) return nullptr;
  if (!outputs.has_shape("outputs", given.rows.count, self->data->outputs())) return nullptr;
  double loss = 0;
  bool done = false;
  if (!without_lock(self, [&] { done = self->executor->evaluate(given.rows, outputs.data<void>(), &loss); }))
    return nullptr;
  return done ? PyFloat_FromDouble(loss) : PyErr_NoMemory();
}

// gradients(x, t, weight or None, order, step) -> loss; the gradients are then in the slot of that name
PyObject *gradients(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  auto *self = reinterpret_cast<Native *>(object);
  RowArguments given;
  if (!count_is(count, 5) || !given.take(self, arguments, true)) return nullptr;
  if (arguments[1] == Py_None) return View::fail("t: must be given"), nullptr;
  const int64_t step = PyLong_AsLongLong(arguments[4]);
  if (step == -1 && PyErr_Occurred()) return nullptr;
  double loss = 0;
  bool done = false;
  if (!without_lock(self, [&] { done = self->executor->gradients(given.rows, step, &loss); })) return nullptr;
  return done ? PyFloat_FromDouble(loss) : PyErr_NoMemory();
}

PyObject *forget_gradients(PyObject *object, PyObject *) {
  auto *self = reinterpret_cast<Native *>(object);
  if (!without_lock(self, [&] { self->executor->forget_gradients(); })) return nullptr;
  Py_RETURN_NONE;
}

PyObject *load(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  auto *self = reinterpret_cast<Native *>(object);
  SlotArguments given;
  if (!given.take(self, arguments, count, false)) return nullptr;
  if (self->busy) return without_lock(self, [] {}), nullptr;
  self->executor->load(given.layer, given.slot, given.weights.data<void>(),
                       given.bias.held() ? given.bias.data<void>() : nullptr);
  Py_RETURN_NONE;
}

PyObject *store(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  auto *self = reinterpret_cast<Native *>(object);
  SlotArguments given;
  if (!given.take(self, arguments, count, true)) return nullptr;
  if (self->busy) return without_lock(self, [] {}), nullptr;
  if (!self->executor->store(given.layer, given.slot, given.weights.data<void>(),
                             given.bias.held() ? given.bias.data<void>() : nullptr))
    return View::fail("slot: has nothing yet"), nullptr;
  Py_RETURN_NONE;
}

// Executor((settings, optimiser, layers, features, instructions, tapes, sources, constants, steps), isa or None)
PyObject *create(PyTypeObject *type, PyObject *arguments, PyObject *) {
  if (!count_is(PyTuple_Size(arguments), 2)) return nullptr;
  PyObject *arrays = PyTuple_GetItem(arguments, 0), *wanted = PyTuple_GetItem(arguments, 1);
  if (!PyTuple_Check(arrays) || !count_is(PyTuple_Size(arrays), 9)) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "arrays: must be a tuple");
    return nullptr;
  }
  View view[9];
  const auto array = [&](int i) { return PyTuple_GetItem(arrays, i); };
  if (!view[0].take_records<Settings>(array(0), "settings") ||
      !view[1].take_records<Optimiser>(array(1), "optimiser") ||
      !view[2].take_records<LayerShape>(array(2), "layers") ||
      !view[3].take(array(3), "features", kIntegers, 1) ||
      !view[4].take_records<Instruction>(array(4), "instructions") ||
      !view[5].take_records<TapeSize>(array(5), "tapes") ||
      !view[6].take(array(6), "sources", kIntegers, 1) || !view[7].take(array(7), "constants", "d", 1) ||
      !view[8].take_records<TapeStep>(array(8), "steps"))
    return nullptr;
  const char *isa = nullptr;
  if (wanted != Py_None && (isa = PyUnicode_AsUTF8AndSize(wanted, nullptr)) == nullptr) return nullptr;
  const InstructionSet *set = find_instruction_set(isa);
  if (set == nullptr)
    return View::fail("isa: must be an instruction set of this processor; got %s", isa), nullptr;

  std::unique_ptr<PlanData> data;
  std::string fault;
  try {
    data = std::make_unique<PlanData>();
    fault = data->read({view[0].all<Settings>(), view[1].all<Optimiser>(), view[2].all<LayerShape>(),
                        view[3].all<int64_t>(), view[4].all<Instruction>(), view[5].all<TapeSize>(),
                        view[6].all<int64_t>(), view[7].all<double>(), view[8].all<TapeStep>()});
  } catch (const std::bad_alloc &) {
    return PyErr_NoMemory();
  }
  if (!fault.empty()) return View::fail("program: %s", fault.c_str()), nullptr;
  std::unique_ptr<Executor> executor(set->create(data->plan(), data->bytes()));
  if (executor == nullptr) return PyErr_NoMemory();
  const auto allocate = reinterpret_cast<allocfunc>(PyType_GetSlot(type, Py_tp_alloc));
  auto *self = reinterpret_cast<Native *>(allocate(type, 0));
  if (self == nullptr) return nullptr;
  self->data = data.release();
  self->executor = executor.release();
  self->team = nullptr;
  self->isa = set->name;
  self->busy = false;
  return reinterpret_cast<PyObject *>(self);
}

void destroy(PyObject *object) {
  auto *self = reinterpret_cast<Native *>(object);
  PyTypeObject *type = Py_TYPE(object);
  delete self->executor;
  delete self->team;
  delete self->data;
  const auto release = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
  release(object);
  Py_DECREF(type);
}

PyObject *isa_of(PyObject *object, void *) {
  return PyUnicode_FromString(reinterpret_cast<Native *>(object)->isa);
}

template <class F> PyCFunction method(F f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

PyMethodDef methods[] = {
    {"load", method(load), METH_FASTCALL, "load(layer, slot, weights, bias): copy W and b into a slot."},
    {"store", method(store), METH_FASTCALL, "store(layer, slot, weights, bias): copy W and b out of a slot."},
    {"run", method(run), METH_FASTCALL,
     "run(x, t, weight, order, first_step, rates, losses): take steps; how many."},
    {"evaluate", method(evaluate), METH_FASTCALL,
     "evaluate(x, t, weight, outputs): write the outputs; the loss."},
    {"gradients", method(gradients), METH_FASTCALL,
     "gradients(x, t, weight, order, step): keep them; the loss."},
    {"run_epochs", method(take_epochs), METH_FASTCALL,
     "run_epochs(x, t, weight, order, chosen, seed, first_epoch, first_step, rates, losses, norms, marks, "
     "watched, watch): take whole epochs; how many, and how many steps."},
    {"norms", norms, METH_O, "norms(out): the norms of the last step's gradients, by layer."},
    {"is_finite", is_finite, METH_NOARGS, "is_finite(): whether every parameter is."},
    {"keep_threads", keep_threads, METH_O, "keep_threads(whether): let threads stay between calls, or end."},
    {"limit_threads", limit_threads, METH_O, "limit_threads(most): how many take part at most."},
    {"forget_gradients", forget_gradients, METH_NOARGS, "forget_gradients(): give their memory back."},
    {nullptr, nullptr, 0, nullptr}};
PyGetSetDef properties[] = {{"isa", isa_of, nullptr, "The instruction set in use.", nullptr},
                            {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void *>(create)},
                       {Py_tp_dealloc, reinterpret_cast<void *>(destroy)},
                       {Py_tp_methods, methods},
                       {Py_tp_getset, properties},
                       {Py_tp_doc, const_cast<char *>("A training program on this machine.")},
                       {0, nullptr}};
PyType_Spec executor_type = {"chalkgrad._native.Executor", sizeof(Native), 0, Py_TPFLAGS_DEFAULT, slots};

PyObject *instruction_set(PyObject *, PyObject *name) {
  const char *wanted = name == Py_None ? nullptr : PyUnicode_AsUTF8AndSize(name, nullptr);
  if (wanted == nullptr && name != Py_None) return nullptr;
  const InstructionSet *set = find_instruction_set(wanted);
  if (set == nullptr) Py_RETURN_NONE;
  return PyUnicode_FromString(set->name);
}
// epoch_order(out, seed, epoch)
PyObject *epoch_order(PyObject *, PyObject *const *arguments, Py_ssize_t count) {
  View out, seed;
  if (!count_is(count, 3) || !out.take(arguments[0], "out", kIntegers, 1, true)) return nullptr;
  if (!seed.take(arguments[1], "seed", "I", 1)) return nullptr;
  const unsigned long long epoch = PyLong_AsUnsignedLongLong(arguments[2]);
  if (PyErr_Occurred()) return nullptr;
  if (out.size(0) >= kMostOrderedRows || seed.size(0) >= kMostEntropy || epoch > UINT32_MAX)
    return View::fail("epoch_order: must have fewer rows, and a smaller seed and epoch"), nullptr;
  Py_BEGIN_ALLOW_THREADS
  order_rows(seed.data<uint32_t>(), seed.size(0), uint32_t(epoch), nullptr, out.size(0), out.data<int64_t>());
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
PyObject *processors(PyObject *, PyObject *) { return PyLong_FromLong(available_processors()); }

PyMethodDef functions[] = {
    {"instruction_set", instruction_set, METH_O,
     "instruction_set(name): the set of this name, or with None the best, or None."},
    {"epoch_order", method(epoch_order), METH_FASTCALL,
     "epoch_order(out, seed, epoch): write the order of an epoch's rows."},
    {"processors", processors, METH_NOARGS, "processors(): how many this process may use."},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "chalkgrad._native",
                          "Training programs on this machine's vector units.",
                          -1,
                          functions,
                          nullptr,
                          nullptr,
                          nullptr,
                          nullptr};

}  // namespace
}  // namespace chalkgrad

PyMODINIT_FUNC PyInit__native() {
  using namespace chalkgrad;
  PyObject *module = PyModule_Create(&definition);
  if (module == nullptr) return nullptr;
  PyObject *type = PyType_FromSpec(&executor_type), *words = schema();
  const bool complete = type != nullptr && PyModule_AddObjectRef(module, "Executor", type) == 0 &&
                        words != nullptr && PyModule_AddObjectRef(module, "SCHEMA", words) == 0;
  Py_XDECREF(words);
  Py_XDECREF(type);
  if (complete) return module;
  Py_DECREF(module);
  return nullptr;
}
