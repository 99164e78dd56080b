"""What people call the things that code is given, and what each of these words means: one table of roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalkgrad.usercode.vocabulary.norm_names import LETTERS

CACHED = (*"ZAXYTM", *LETTERS)
"""What a forward pass may leave behind, by letter."""
MISSING = object()
"""What a name holds that stands for nothing yet."""


@dataclass(frozen=True)
class ArgumentRole:
    """What an argument, an attribute or a name at the top of a file is for.

    Attributes
    ----------
    words
        What it is called, plainly and without a number.
    value
        What it is given, from everything that there is.
    replaces
        Whether ours may stand in place of what a name at the top of a file holds.
    """

    words: tuple[str, ...]
    value: Callable[[Any], Any]
    replaces: Callable[[Any], bool]


def _of(name: str) -> Callable[[Any], Any]:
    return lambda supply: supply.get(name)


def is_array(held: Any) -> bool:
    """Whether a name holds an array, or nothing."""
    return held is MISSING or held is None or np.ndim(held) > 0


def _is_count(held: Any) -> bool:
    return held is MISSING or isinstance(held, int)


def _is_table(held: Any) -> bool:
    return held is MISSING or isinstance(held, dict)


def _is_missing(held: Any) -> bool:
    return held is MISSING


def _role(
    words: str, value: Callable[[Any], Any], replaces: Callable[[Any], bool] = lambda held: False
) -> ArgumentRole:
    return ArgumentRole(tuple(words.split()), value, replaces)


ROLES: dict[str, ArgumentRole] = {
    "X": _role(
        "x xs input inputs data features a0 xtrain xbatch xb images img inputslist inputlist "
        "inputdata inp layer0 traininginputs trainingsetinputs xi sample",
        _of("X"),
        is_array,
    ),
    "T": _role(
        "t target targets label labels ytrue targetslist targetlist trainingoutputs "
        "trainingsetoutputs expected desired yi actual ytrain ybatch yb truth onehot yonehot tt",
        _of("T"),
        is_array,
    ),
    "Y": _role(
        "yhat ypred ystar yp output outputs o out pred preds prediction predictions probs probas "
        "p al finaloutput finaloutputs yproba",
        _of("Y"),
        is_array,
    ),
    "dY": _role(
        "dout gradoutput outputgradient gradout upstream upstreamgrad dvalues lossgrad dal dloss",
        _of("dY"),
    ),
    "pairs": _role(
        "minibatch trainingdata samples traindata batch",
        _of("pairs"),
    ),
    "once": _role(
        "epochs iterations numiterations niters maxiter maxiters numiters nepochs numepochs niter "
        "iters steps numberoftrainingiterations numpasses",
        lambda _: 1,
    ),
    "m": _role(
        "m n batchsize nsamples numsamples nexamples numexamples numtrain bs",
        _of("m"),
        _is_count,
    ),
    "learning_rate": _role(
        "lr alpha eta learningrate rate learnrate lrate stepsize lrn",
        _of("learning_rate"),
        _is_missing,
    ),
    "l2": _role(
        "lam lambda lambd lmbda reg l2 weightdecay regstrength reglambda regularization lambdareg",
        _of("l2"),
        _is_missing,
    ),
    "params": _role(
        "params parameters model theta par weightsandbiases param paramsvalues parametervalues "
        "state network net",
        lambda supply: supply.spelled(),
        _is_table,
    ),
    "cache": _role(
        "cache caches memory forwardcache ctx context intermediates forwardinfo outs store fwd "
        "values activations",
        lambda supply: supply.spelled(CACHED),
    ),
    "weights": _role(
        "weights ws w weightlist coefs weightmatrices thetas",
        lambda supply: supply.layers("W"),
    ),
    "biases": _role(
        "biases bias bs b biaslist intercepts biasvectors",
        lambda supply: supply.layers("b"),
    ),
    "zs": _role(
        "zs z preactivations",
        lambda supply: supply.layers("Z"),
    ),
    "as": _role(
        "as a acts activationslist layeroutputs",
        lambda supply: supply.activations(),
    ),
    "widths": _role(
        "widths sizes layers layersdims layersdim layerdims dims layersizes architecture topology "
        "layer units structure nnarchitecture shape neurons layout",
        _of("widths"),
    ),
}

OF_A_CONSTRUCTOR: dict[str, ArgumentRole] = {
    "n_in": _role(
        "inputsize nin nx ni inputdim ninput ninputs inputs inputnodes numinputs d infeatures "
        "nfeatures numfeatures inputneurons inputlayer inputlayersize nfeature inputunits "
        "numinput din insize inputlayerneurons features indim inputshape noinputs noofinnodes",
        lambda supply: supply["widths"][0],
    ),
    "n_hidden": _role(
        "hiddensize nh nhid hiddendim nhidden hiddens hiddennodes numhidden hidden h "
        "hiddenneurons hiddenlayer hiddenlayersize hiddenunits nhiddenunits hiddenlayerneurons "
        "hiddendims hiddensizes hiddenlayers hiddenlayersizes noofhiddennodes units neurons "
        "hidden1size hidden2size hidden3size",
        lambda supply: supply["widths"][1:-1],
    ),
    "n_out": _role(
        "outputsize nout ny no outputdim noutput noutputs outputs numoutputs outputnodes "
        "numclasses nclasses c k outfeatures outputneurons outputlayer outputlayersize classes "
        "outputunits numoutput dout outsize outputlayerneurons outdim numlabels noofoutnodes",
        lambda supply: supply["widths"][-1],
    ),
    "seed": _role(
        "seed randomstate randomseed",
        lambda _: 0,
    ),
    "scale": _role(
        "std weightscale scale initscale sigma weightinitstd",
        lambda _: 0.01,
    ),
}
"""What only a constructor is asked for: the widths of a network, how its weights are drawn."""
