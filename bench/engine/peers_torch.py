"""PyTorch as its tutorials show it: the same networks, a plain training loop over tensors in memory.

PyTorch has no `fit`: batches are cut by index from a shuffled pass, which is faster than its DataLoader. TORCH_OPTIONS names, with
commas between, what its performance guides advise: `channels-last`, the other memory layout; `fused`, Adam in one kernel; `compile`,
the network by torch.compile, which needs a C++ compiler.
"""

import os
import time

import torch
from torch import nn
from torch.nn import functional

from serve import serve

# As our engine has it.
EVALUATION_BATCH = 128
OPTIONS = os.environ.get("TORCH_OPTIONS", "").split(",")
LAYOUT = torch.channels_last if "channels-last" in OPTIONS else torch.contiguous_format


def mnist_cnn(shape, classes, dropout_rate):
    """Source: Keras code examples, F. Chollet, "Simple MNIST convnet", on logits."""
    side = ((shape[0] - 2) // 2 - 2) // 2
    return nn.Sequential(
        nn.Conv2d(shape[2], 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(dropout_rate), nn.Linear(64 * side * side, classes),
    )


def conv_norm(channels, filters, kernel_size, stride):
    return nn.Sequential(nn.Conv2d(channels, filters, kernel_size, stride, padding=kernel_size // 2, bias=False), nn.BatchNorm2d(filters))


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.first = conv_norm(channels, filters, 3, stride)
        self.second = conv_norm(filters, filters, 3, 1)
        self.shortcut = nn.Identity() if stride == 1 and channels == filters else conv_norm(channels, filters, 1, stride)

    def forward(self, images):
        return functional.relu(self.second(functional.relu(self.first(images))) + self.shortcut(images))


def resnet20(shape, classes, dropout_rate):
    """Source: K. He et al., CVPR 2016, section 4.2, with projection shortcuts where the shape changes."""
    blocks, channels = [], 16
    for stage, filters in enumerate([16, 32, 64]):
        for i in range(3):
            blocks.append(Block(channels, filters, 2 if stage > 0 and i == 0 else 1))
            channels = filters
    return nn.Sequential(
        conv_norm(shape[2], 16, 3, 1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout_rate), nn.Linear(64, classes),
    )


NETWORKS = {"mnist-cnn": mnist_cnn, "resnet20": resnet20}


class TorchTrainer:
    def __init__(self, case):
        torch.manual_seed(1)
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        height, width, channels = case["shape"]
        self.images = torch.randint(0, 256, (case["examples"], channels, height, width)).float().div_(255).contiguous(memory_format=LAYOUT)
        self.labels = torch.randint(0, case["classes"], (case["examples"],))
        self.case = case

    def prepare(self):
        started = time.perf_counter()
        network = NETWORKS[self.case["model"]](self.case["shape"], self.case["classes"], self.case["dropoutRate"])
        network = network.to(memory_format=LAYOUT)
        self.model = torch.compile(network) if "compile" in OPTIONS else network
        self.optimizer = torch.optim.Adam(network.parameters(), fused="fused" in OPTIONS)
        self.fit(self.case["batchSize"])
        seconds = time.perf_counter() - started
        # As Keras counts them: with the moving statistics of batch normalization.
        state = [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]
        return {"firstStepSeconds": seconds, "parameters": sum(tensor.numel() for tensor in state), "versions": {"torch": torch.__version__}}

    def fit(self, examples):
        self.model.train()
        for indices in torch.randperm(examples).split(self.case["batchSize"]):
            self.optimizer.zero_grad(set_to_none=True)
            functional.cross_entropy(self.model(self.images[indices]), self.labels[indices]).backward()
            self.optimizer.step()

    def train(self):
        started = time.perf_counter()
        self.fit(len(self.images))
        return time.perf_counter() - started

    def evaluate(self):
        started = time.perf_counter()
        self.model.eval()
        loss, correct = 0.0, 0
        with torch.inference_mode():
            for images, labels in zip(self.images.split(EVALUATION_BATCH), self.labels.split(EVALUATION_BATCH)):
                logits = self.model(images)
                loss += functional.cross_entropy(logits, labels, reduction="sum").item()
                correct += (logits.argmax(1) == labels).sum().item()
        return time.perf_counter() - started


if __name__ == "__main__":
    serve(TorchTrainer)
