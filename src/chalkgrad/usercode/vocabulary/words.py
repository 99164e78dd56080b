"""The words by which people call the things that a backward function is given: a table."""

from __future__ import annotations

_WORDS = {
    "X": (
        "x xs input inputs data features a0 xtrain xbatch xb images img inputslist inputlist inputdata "
        "inp layer0 traininginputs trainingsetinputs xi sample"
    ),
    "T": (
        "t target targets label labels ytrue targetslist targetlist trainingoutputs trainingsetoutputs "
        "expected desired yi actual ytrain ybatch yb truth onehot yonehot tt"
    ),
    "Y": (
        "yhat ypred ystar yp output outputs o out pred preds prediction predictions probs probas p al "
        "finaloutput finaloutputs yproba"
    ),
    "dY": "dout gradoutput outputgradient gradout upstream upstreamgrad dvalues lossgrad dal dloss",
    "pairs": "minibatch trainingdata samples traindata batch",
    "once": (
        "epochs iterations numiterations niters maxiter maxiters numiters nepochs numepochs niter iters "
        "steps numberoftrainingiterations numpasses"
    ),
    "m": "m n batchsize nsamples numsamples nexamples numexamples numtrain bs",
    "learning_rate": "lr alpha eta learningrate rate learnrate lrate stepsize lrn",
    "l2": ("lam lambda lambd lmbda reg l2 weightdecay regstrength reglambda regularization lambdareg"),
    "params": (
        "params parameters model theta par weightsandbiases param paramsvalues parametervalues state "
        "network net"
    ),
    "cache": (
        "cache caches memory forwardcache ctx context intermediates forwardinfo outs store fwd values "
        "activations"
    ),
    "weights": "weights ws w weightlist coefs weightmatrices thetas",
    "biases": "biases bias bs b biaslist intercepts biasvectors",
    "zs": "zs z preactivations",
    "as": "as a acts activationslist layeroutputs",
    "widths": (
        "widths sizes layers layersdims layersdim layerdims dims layersizes architecture topology layer "
        "units structure nnarchitecture shape neurons layout"
    ),
}
ROLES: dict[str, tuple[str, ...]] = {role: tuple(words.split()) for role, words in _WORDS.items()}
