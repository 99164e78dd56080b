"""The mistakes by name: what each is called, and why the derivation has it otherwise."""

from __future__ import annotations

TITLES: dict[str, str] = {
    # a factor
    "batch-mean-missing": "not divided by the number of samples",
    "batch-mean-twice": "divided by the number of samples twice",
    "two-missing": "a factor of 2 is missing",
    "two-extra": "a factor of 2 too many",
    "output-mean-missing": "not divided by the number of outputs",
    "output-mean-extra": "divided by the number of outputs, which the loss is not",
    "sign": "the sign is the opposite",
    "learning-rate-inside": "the learning rate stands in the gradient",
    "learning-rate-missing": "the learning rate is missing in the step",
    "factor-other": "a constant factor is wrong",
    "zero": "zero everywhere",
    # the penalty
    "penalty-missing": "the penalty's gradient is missing",
    "penalty-doubled": "the penalty's gradient is there twice",
    "penalty-sign": "the penalty's gradient has the wrong sign",
    "penalty-factor": "the penalty's gradient has a wrong factor",
    "penalty-on-bias": "the penalty is applied to a bias",
    "penalty-extra": "a penalty that the loss does not have",
    # the activation's derivative
    "derivative-missing": "the activation's derivative is missing",
    "derivative-twice": "the activation's derivative is there twice",
    "derivative-of-another": "the derivative of another activation",
    "derivative-at-activation": "the derivative is taken at a, not at z",
    "derivative-at-error": "the derivative is taken at the propagated error",
    "derivative-at-other-layer": "the derivative is taken at another layer's z",
    "derivative-wrong-branch": "the derivative has its branches the wrong way round",
    "derivative-is-function": "the activation itself stands where its derivative belongs",
    "derivative-formula": "the derivative's formula is garbled",
    # the loss and the head
    "head-derivative-missing": "the output activation's derivative is missing",
    "head-derivative-on-top": "the output activation's derivative is applied on top of y − t",
    "softmax-diagonal": "the softmax Jacobian is reduced to its diagonal",
    "wrong-loss": "the derivative of another loss",
    "output-error-formula": "the output's error has a wrong formula",
    # matrices
    "transpose-weight": "a weight matrix is transposed wrongly",
    "transpose-product": "an outer product is the wrong way round",
    "hadamard-for-matmul": "an entry-by-entry product where a matrix product belongs",
    "matmul-for-hadamard": "a matrix product where an entry-by-entry product belongs",
    "wrong-activation": "another layer's activation",
    "pre-activation-for-activation": "z where a belongs",
    "wrong-weights": "another layer's weights",
    "weights-omitted": "the weights are left out on the way back",
    "updated-weights": "weights that were already updated",
    "wrong-error": "another layer's error",
    "error-of-activation": "∂L/∂a where δ = ∂L/∂z belongs",
    "skip-path-missing": "the path around a layer is missing",
    # the batch
    "batch-sum-missing": "not summed over the batch",
    "batch-sum-axis": "summed along the wrong axis",
    "batch-sum-everything": "summed over everything",
    "one-sample-only": "only one sample of the batch counts",
    "bias-from-weights": "a bias's gradient formed from dW",
    "broadcasting": "shapes (m,) and (m, 1) broadcast to m × m",
    # state, numbers, the call
    "accumulator": "an accumulator is never cleared",
    "inputs-changed": "inputs are changed in place",
    "not-deterministic": "every call gives other numbers",
    "integers": "numbers are cut to integers",
    "unstable": "an unstable formula",
    "forward-differs": "the forward pass is not the network's",
    "exception": "it raises an exception",
    "no-answer": "it gives no answer",
}
"""Rule → its name in words."""
