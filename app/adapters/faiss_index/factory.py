"""Which FAISS index to build for how many vectors, and how to search it."""

from __future__ import annotations

import threading
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InvalidInput
from app.domain.ports import Vector

EXACT_BELOW: Final = 20_000
CODES_FROM: Final = 100_000
_FEWEST: Final = 1_000
_TRAINING_POINTS: Final = 48
_TRAINING_ROUNDS: Final = 8
_LISTS_TOGETHER: Final = 16
_WRAPPERS: Final = ("IDMap2,", "IDMap,")

_thread = threading.local()


def chosen(factory: str, count: int, dimension: int) -> str:
    """The FAISS factory string for `count` vectors.

    ``auto``: exact below 20,000; inverted lists (about 4 times the square root of the count) of
    whole vectors above; of 1-bit RaBitQ codes from 100,000. A given string is used as it is, but
    without an ``IDMap`` wrapper, since the generation keeps the ids itself, and with an exact index
    where there are under 1,000 vectors, or fewer than its lists need for training.
    """
    if factory == "auto":
        if count < EXACT_BELOW:
            return "Flat"
        nlist = round(4 * count**0.5)
        return f"IVF{nlist},Flat" if count < CODES_FROM else f"IVF{nlist},RaBitQfs"
    for wrapper in _WRAPPERS:
        factory = factory.removeprefix(wrapper)
    ivf = inner_ivf(made(factory, dimension))
    fewest = max(_FEWEST, 2 * ivf.nlist if ivf is not None else 0)
    return "Flat" if count < fewest else factory


def made(factory: str, dimension: int) -> Any:  # noqa: ANN401 -- faiss carries no types
    """An untrained index for cosines. Raises `InvalidInput` for a string FAISS doesn't know."""
    try:
        index = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    except RuntimeError as error:
        raise InvalidInput(
            f"VECTOR_INDEX_FACTORY: FAISS can't build {factory!r} for {dimension} dimensions. "
            "Use auto, or a factory string such as IDMap,IVF100,Flat."
        ) from error
    ivf = inner_ivf(index)
    if ivf is not None:
        ivf.cp.niter = _TRAINING_ROUNDS
        ivf.cp.max_points_per_centroid = _TRAINING_POINTS
        ivf.cp.min_points_per_centroid = 1
    return index


def training_rows(index: Any, count: int) -> int:  # noqa: ANN401 -- faiss carries no types
    """How many of `count` vectors to train on."""
    ivf = inner_ivf(index)
    wanted = _TRAINING_POINTS * ivf.nlist if ivf is not None else 100_000
    return min(count, max(wanted, 20_000))


def inner_ivf(index: Any) -> Any | None:  # noqa: ANN401 -- faiss carries no types
    """The inverted file within an index, or None."""
    return faiss.try_extract_index_ivf(index)


def by_list(index: Any) -> NDArray[np.int64] | None:  # noqa: ANN401 -- faiss carries no types
    """All rows (n,), those of a list and of near lists together; None where there are no lists."""
    ivf = inner_ivf(index)
    if ivf is None:
        return None
    lists = ivf.invlists
    return np.concatenate(
        [
            faiss.rev_swig_ptr(lists.get_ids(number), size).copy()
            for number in _neighbourly(ivf).tolist()
            if (size := lists.list_size(number))
        ]
    )


def _neighbourly(ivf: Any) -> NDArray[np.intp]:  # noqa: ANN401 -- faiss carries no types
    """The lists (nlist,) in an order that has those near each other together."""
    centroids = ivf.quantizer.reconstruct_n(0, ivf.nlist)
    groups = faiss.Kmeans(
        ivf.d,
        max(1, ivf.nlist // _LISTS_TOGETHER),
        niter=_TRAINING_ROUNDS,
        spherical=True,
        min_points_per_centroid=1,
    )
    groups.train(centroids)
    _, group = groups.index.search(centroids, 1)
    order: NDArray[np.intp] = np.argsort(group[:, 0], kind="stable")
    return order


def parameters(index: Any, nprobe: int, allowed: Any | None) -> Any:  # noqa: ANN401 -- faiss carries no types
    """Search parameters for one call; nothing is ever set on the shared index."""
    match index:
        case faiss.IndexPreTransform():
            inner = parameters(faiss.downcast_index(index.index), nprobe, allowed)
            return faiss.SearchParametersPreTransform(index_params=inner)
        case faiss.IndexIVFRaBitQFastScan() | faiss.IndexIVFRaBitQ():
            return faiss.IVFRaBitQSearchParameters(nprobe=nprobe, sel=allowed)
        case faiss.IndexIVFPQ():
            return faiss.IVFPQSearchParameters(nprobe=nprobe, sel=allowed)
        case faiss.IndexIVF():
            return faiss.SearchParametersIVF(nprobe=nprobe, sel=allowed)
        case faiss.IndexHNSW():
            return faiss.SearchParametersHNSW(efSearch=max(nprobe, 64), sel=allowed)
        case _:
            return faiss.SearchParameters(sel=allowed)


def candidates(
    index: Any,  # noqa: ANN401 -- faiss carries no types
    query: Vector,
    count: int,
    nprobe: int,
    allowed: NDArray[np.uint8] | None,
    given: Any = None,  # noqa: ANN401 -- faiss carries no types
) -> NDArray[np.int64]:
    """Rows (at most `count`) that the index thinks nearest, in no promised order.

    `allowed` is a bitmap over rows, least significant bit first. `given` are parameters that were
    made before, for the same nprobe and no bitmap.
    """
    if not getattr(_thread, "single", False):
        faiss.omp_set_num_threads(1)  # one query is not worth a team of threads; set per thread
        _thread.single = True
    if given is None or allowed is not None:
        selector = None if allowed is None else faiss.IDSelectorBitmap(allowed)
        given = parameters(index, nprobe, selector)
    _, found = index.search(query[None, :], count, params=given)
    rows: NDArray[np.int64] = found[0]
    return rows[rows >= 0]
