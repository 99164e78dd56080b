// What Python may know of the records and words of a program: _native.SCHEMA, made of the definitions themselves.
#pragma once
#include <stddef.h>

#include "plan.hpp"
#include "python.hpp"

namespace chalkgrad {

// A number's type in the letters of NumPy.
template <class T> constexpr const char *format_of() {
  if constexpr (std::is_same_v<T, bool>) return "?";
  else if constexpr (std::is_same_v<T, double>) return "f8";
  else if constexpr (std::is_same_v<T, Places>) return "(4,)i4";
  else return sizeof(T) == 8 ? "i8" : "i4";
}

// A tuple of words.
template <size_t N> PyObject *words_of(const char *const (&words)[N]) {
  PyObject *tuple = PyTuple_New(N);
  for (size_t i = 0; tuple != nullptr && i < N; ++i)
    PyTuple_SetItem(tuple, Py_ssize_t(i), PyUnicode_FromString(words[i]));
  return tuple;
}

// A record's fields, (name, format, offset) each, and its bytes where nothing is written.
struct FieldOf {
  const char *name, *format;
  size_t offset;
};
template <class Record, size_t N> PyObject *record_of(const FieldOf (&fields)[N]) {
  PyObject *tuple = PyTuple_New(N);
  for (size_t i = 0; tuple != nullptr && i < N; ++i)
    PyTuple_SetItem(tuple, Py_ssize_t(i),
                    Py_BuildValue("ssn", fields[i].name, fields[i].format, Py_ssize_t(fields[i].offset)));
  static const Record empty = {};
  return Py_BuildValue("Ny#", tuple, reinterpret_cast<const char *>(&empty), Py_ssize_t(sizeof empty));
}

#define CHALKGRAD_FIELD_OF(type, name, empty) {#name, format_of<type>(), offsetof(Record, name)},
#define CHALKGRAD_RECORD_OF(Name, FIELDS) [] {                         \
    using Record = Name;                                               \
    return record_of<Record>({FIELDS(CHALKGRAD_FIELD_OF)});            \
  }()

// A new dictionary, or null.
inline PyObject *schema() {
  return Py_BuildValue("{sNsNsNsNsNsNsNsNsNsNsN}",
                       "Op", words_of(op_names),
                       "Activation", words_of(activation_names),
                       "Loss", words_of(loss_names),
                       "Rule", words_of(rule_names),
                       "Operation", words_of(operation_names),
                       "instruction", CHALKGRAD_RECORD_OF(Instruction, CHALKGRAD_INSTRUCTION),
                       "layer", CHALKGRAD_RECORD_OF(LayerShape, CHALKGRAD_LAYER),
                       "settings", CHALKGRAD_RECORD_OF(Settings, CHALKGRAD_SETTINGS),
                       "optimiser", CHALKGRAD_RECORD_OF(Optimiser, CHALKGRAD_OPTIMISER),
                       "tape", CHALKGRAD_RECORD_OF(TapeSize, CHALKGRAD_TAPE),
                       "step", CHALKGRAD_RECORD_OF(TapeStep, CHALKGRAD_STEP));
}

}  // namespace chalkgrad
