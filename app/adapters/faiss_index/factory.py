"""Which FAISS index to build for how many vectors, and how to search it."""

import threading
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InvalidInput
from app.domain.ports.vectors import Vector, Vectors

EXACT_BELOW: Final = 20_000
CODES_FROM: Final = 100_000
_FEWEST: Final = 1_000
_TRAINING_POINTS: Final = 48
_TRAINING_ROUNDS: Final = 8
_LISTS_TOGETHER: Final = 16
_LISTS_PER_ROOT: Final = 5
_CENTROIDS_COMPARED: Final = 4
"""Times nprobe: as many centroids are compared exactly when the nearest lists are looked for."""

_CENTROIDS_COMPARED_TO_ADD: Final = 64
_WRAPPERS: Final = ("IDMap2,", "IDMap,")

_thread = threading.local()


def chosen(factory: str, count: int, dimension: int) -> str:
    """The FAISS factory string for `count` vectors.

    ``auto``: exact below 20,000; inverted lists (about 5 times the square root of the count) of
    whole vectors above; from 100,000 of product-quantizer codes laid out for the processor's table
    look-ups (`Quicker ADC <https://arxiv.org/abs/1812.09162>`_), their centroids found the same
    way. A given string is used as it is, but without an ``IDMap`` wrapper, since the generation
    keeps the ids itself, and with an exact index where there are under 1,000 vectors, or fewer than
    its lists need for training.
    """
    if factory == "auto":
        if count < EXACT_BELOW:
            return "Flat"
        nlist = round(_LISTS_PER_ROOT * count**0.5)
        if count < CODES_FROM:
            return f"IVF{nlist},Flat"
        fine, coarse = _subquantizers(dimension, 2), _subquantizers(dimension, 3, 4, 2)
        return f"IVF{nlist}(PQ{fine}x4fs,RFlat),PQ{coarse}x4fs"
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
        _compare_centroids(ivf, _CENTROIDS_COMPARED_TO_ADD)
    return index


def filled(index: Any) -> None:  # noqa: ANN401 -- faiss carries no types
    """Make an index that has all its vectors ready to be searched: the lists' choice is cheaper."""
    ivf = inner_ivf(index)
    if ivf is not None:
        _compare_centroids(ivf, _CENTROIDS_COMPARED)


def _compare_centroids(ivf: Any, times: int) -> None:  # noqa: ANN401 -- faiss carries no types
    quantizer = faiss.downcast_index(ivf.quantizer)
    if isinstance(quantizer, faiss.IndexRefine):
        quantizer.k_factor = times


def _subquantizers(dimension: int, *components: int) -> int:
    """Into how many parts a vector is cut: of the first of these sizes that divides it, else 1."""
    return dimension // next((size for size in components if dimension % size == 0), 1)


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
) -> NDArray[np.int64]:
    """As `candidates_of_each`, for one query (d,)."""
    return candidates_of_each(index, query[None, :], count, nprobe, allowed)[0]


def candidates_of_each(
    index: Any,  # noqa: ANN401 -- faiss carries no types
    queries: Vectors,
    count: int,
    nprobe: int,
    allowed: NDArray[np.uint8] | None,
    given: Any = None,  # noqa: ANN401 -- faiss carries no types
) -> list[NDArray[np.int64]]:
    """For each query (m, d) the rows, at most `count`, that the index thinks nearest.

    In no promised order. `allowed` is a bitmap over rows, least significant bit first. `given` are
    parameters that were made before, for the same nprobe and no bitmap.
    """
    if not getattr(_thread, "single", False):
        faiss.omp_set_num_threads(1)  # a few queries aren't worth a team of threads; set per thread
        _thread.single = True
    if given is None or allowed is not None:
        selector = None if allowed is None else faiss.IDSelectorBitmap(allowed)
        given = parameters(index, nprobe, selector)
    _, found = index.search(queries, count, params=given)
    return [rows[rows >= 0] for rows in found]
