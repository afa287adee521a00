"""Fitting a ranker with PyTorch: a list at a time, the liked titles to the front."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.recommend.features import ALL
from app.domain.recommend.ranker import Ranker, Samples

if TYPE_CHECKING:
    import torch

HIDDEN: Final = 8
NETWORKS: Final = 24
"""Networks whose mean is the ranker: less hangs on where one of them began."""

_STEPS: Final = 60
_LISTS_AT_ONCE: Final = 64
_RATE: Final = 0.01
_DECAY: Final = 0.1
_FAR: Final = 6.0
_STEADY: Final = 1e-6
"""A feature that varies less is the same for all, and not scaled up."""

_NOWHERE: Final = -1e9


def fit_ranker(
    samples: Samples, names: Sequence[str], hidden: int = HIDDEN, networks: int = NETWORKS
) -> Ranker:
    """A ranker by listwise softmax loss (Z. Cao et al., Learning to Rank, 2007).

    Each list counts the same, however many of its titles were liked. `hidden` 0 makes a linear
    one. The same samples give the same ranker on the same machine.
    """
    import torch  # noqa: PLC0415 -- seconds to load, and only fitting needs it

    columns = [ALL.index(name) for name in names]
    rows = samples.rows[:, :, columns]
    flat = rows[samples.real].astype(np.float64)
    mean, scale = flat.mean(axis=0), flat.std(axis=0)
    scale = np.where(scale > _STEADY, scale, 1.0)
    given = torch.tensor(np.clip((rows - mean) / scale, -_FAR, _FAR).astype(np.float32))
    targets = torch.tensor(samples.targets.astype(np.float32))
    targets = targets / targets.sum(dim=1, keepdim=True)
    barred = torch.tensor(np.where(samples.real, 0.0, _NOWHERE).astype(np.float32))
    made = [
        _fitted(given, targets, barred, hidden, seed) for seed in range(networks if hidden else 1)
    ]
    if not hidden:
        return Ranker(tuple(names), mean, scale, made[0][0])
    return Ranker(
        names=tuple(names),
        mean=mean,
        scale=scale,
        inner=np.concatenate([inner for _, inner, _ in made], axis=1),
        bias=np.concatenate([bias for _, _, bias in made]),
        outer=np.concatenate([outer for outer, _, _ in made]) / networks,
    )


def _fitted(
    given: "torch.Tensor", targets: "torch.Tensor", barred: "torch.Tensor", hidden: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Outer weights, inner weights, biases; the latter two empty for a linear one."""
    import torch  # noqa: PLC0415 -- see above
    from torch import nn  # noqa: PLC0415 -- see above

    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    width = given.shape[2]
    outer = nn.Linear(hidden or width, 1, bias=False)
    inner = nn.Linear(width, hidden) if hidden else None
    parameters = [*outer.parameters(), *(inner.parameters() if inner else ())]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=_DECAY)
    for _ in range(_STEPS):
        for some in torch.randperm(len(given), generator=chance).split(_LISTS_AT_ONCE):  # type: ignore[no-untyped-call]
            rows = given[some]
            if inner is not None:
                rows = nn.functional.gelu(inner(rows), approximate="tanh")
            scores = outer(rows)[..., 0] + barred[some]
            loss = -(targets[some] * torch.log_softmax(scores, dim=1)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    empty = np.zeros(0)
    with torch.no_grad():
        found = outer.weight[0].numpy().astype(np.float64)
        if inner is None:
            return found, empty, empty
        return (
            found,
            inner.weight.T.numpy().astype(np.float64),
            inner.bias.numpy().astype(np.float64),
        )
