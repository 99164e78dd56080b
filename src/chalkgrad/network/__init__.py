"""What is the network?  A frozen, validated description that everything else reads."""

from chalkgrad.network.layers import Residual
from chalkgrad.network.model import Network
from chalkgrad.network.parameters import Parameter
from chalkgrad.network.parts import Activation, Layer, Loss

__all__ = ["Activation", "Layer", "Loss", "Network", "Parameter", "Residual"]
