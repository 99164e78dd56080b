"""Functions of PyTorch as people write them: right ones, and ones with a planted mistake."""

# mypy: disable-error-code="misc, no-untyped-def, no-untyped-call"

from __future__ import annotations

import torch
from torch.autograd import Function


class ReLU(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input <= 0] = 0
        return grad_input


class ReLUWithoutMask(ReLU):
    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


class ReLUWrongMask(ReLU):
    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * (input < 0)


class ReLUForgetsGradOutput(ReLU):
    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return (input > 0).to(grad_output.dtype)


class ReLUInPlace(ReLU):
    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_output[input <= 0] = 0
        return grad_output


class Tanh(Function):
    """Written in the newer style, with the value saved."""

    @staticmethod
    def forward(x):
        return torch.tanh(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (1 - y**2)


class Sigmoid(Function):
    @staticmethod
    def forward(ctx, z):
        a = 1 / (1 + torch.exp(-z))
        ctx.a = a
        return a

    @staticmethod
    def backward(ctx, g):
        return g * ctx.a * (1 - ctx.a)


class SigmoidAtActivation(Sigmoid):
    @staticmethod
    def backward(ctx, g):
        s = torch.sigmoid(ctx.a)
        return g * s * (1 - s)


class LeakyReLU(Function):
    @staticmethod
    def forward(ctx, z, slope):
        ctx.save_for_backward(z)
        ctx.slope = slope
        return torch.where(z > 0, z, slope * z)

    @staticmethod
    def backward(ctx, g):
        (z,) = ctx.saved_tensors
        return torch.where(z > 0, g, ctx.slope * g), None


class Linear(Function):
    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        return output if bias is None else output + bias

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


class LinearTransposed(Linear):
    @staticmethod
    def backward(ctx, grad_output):
        input, weight, _ = ctx.saved_tensors
        return grad_output.mm(weight), input.t().mm(grad_output), grad_output.sum(0)


class LinearMeanOfBias(Linear):
    @staticmethod
    def backward(ctx, grad_output):
        input, weight, _ = ctx.saved_tensors
        return grad_output.mm(weight), grad_output.t().mm(input), grad_output.mean(0)


class LinearOneTooFew(Linear):
    @staticmethod
    def backward(ctx, grad_output):
        input, weight, _ = ctx.saved_tensors
        return grad_output.mm(weight), grad_output.t().mm(input)


class LinearNone(Linear):
    @staticmethod
    def backward(ctx, grad_output):
        input, weight, _ = ctx.saved_tensors
        return grad_output.mm(weight), grad_output.t().mm(input), None


class LinearInOut(Function):
    @staticmethod
    def forward(ctx, x, W, b):
        ctx.save_for_backward(x, W)
        return x @ W + b

    @staticmethod
    def backward(ctx, g):
        x, W = ctx.saved_tensors
        return g @ W.T, x.T @ g, g.sum(0)


class ReLULayer(Function):
    @staticmethod
    def forward(ctx, x, w, b):
        z = x @ w.T + b
        ctx.save_for_backward(x, w, z)
        return z.relu()

    @staticmethod
    def backward(ctx, g):
        x, w, z = ctx.saved_tensors
        g = g * (z > 0)
        return g @ w, g.T @ x, g.sum(0)


class CrossEntropy(Function):
    @staticmethod
    def forward(ctx, logits, target):
        p = torch.softmax(logits, dim=1)
        ctx.save_for_backward(p, target)
        return -torch.log(p[torch.arange(len(p)), target]).mean()

    @staticmethod
    def backward(ctx, g):
        p, target = ctx.saved_tensors
        slope = p.clone()
        slope[torch.arange(len(p)), target] -= 1
        return g * slope / len(p), None


class CrossEntropyWithoutMean(CrossEntropy):
    @staticmethod
    def backward(ctx, g):
        p, target = ctx.saved_tensors
        slope = p.clone()
        slope[torch.arange(len(p)), target] -= 1
        return g * slope, None


class HalfSquares(Function):
    @staticmethod
    def forward(ctx, y_hat, y):
        ctx.save_for_backward(y_hat, y)
        return ((y_hat - y) ** 2).sum(dim=1).mean() / 2

    @staticmethod
    def backward(ctx, g):
        y_hat, y = ctx.saved_tensors
        return g * (y_hat - y) / len(y), None


class SquaredLossWithTwo(HalfSquares):
    @staticmethod
    def backward(ctx, g):
        y_hat, y = ctx.saved_tensors
        return g * 2 * (y_hat - y) / len(y), None


class TwoLayers(Function):
    @staticmethod
    def forward(ctx, X, W1, b1, W2, b2, y):
        z = X @ W1.T + b1
        a = z.relu()
        o = a @ W2.T + b2
        ctx.save_for_backward(X, z, a, W2, o, y)
        return ((o - y) ** 2).sum() / (2 * len(y))

    @staticmethod
    def backward(ctx, g):
        X, z, a, W2, o, y = ctx.saved_tensors
        d2 = g * (o - y) / len(y)
        d1 = (d2 @ W2) * (z > 0)
        return None, d1.T @ X, d1.sum(0), d2.T @ a, d2.sum(0), None


class Net(torch.nn.Module):
    """A module with somebody's Function inside."""

    function: type[Function] = ReLU

    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(4, 3)
        self.fc2 = torch.nn.Linear(3, 2)

    def forward(self, x):
        return self.fc2(self.function.apply(self.fc1(x)))


class NetWithoutMask(Net):
    function = ReLUWithoutMask
