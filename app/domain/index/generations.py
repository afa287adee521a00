"""What is known of a built index: the manifest of a generation, and what is being served."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSpec:
    """What to build. `factory` is ``auto`` or a FAISS factory string.

    `as_of_seq` is the last change of the vector store that the build is sure to contain.
    `recall_target` (0 to 1) is what operation must keep; see `aim`.
    """

    model: str
    dimension: int
    factory: str
    recall_target: float
    as_of_seq: int
    recipe: int

    @property
    def aim(self) -> float:
        """The recall@10 that calibration must measure: a fifth of the allowed loss.

        Titles change between two rebuilds and the sample is a sample; the rest of the allowance
        is kept for them. 0.99 promised is 0.998 built.
        """
        return 1 - (1 - self.recall_target) / 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Search parameters that were measured for filters which pass at least `share` of the titles.

    `nprobe` lists are visited, the best `refine` candidates are compared exactly. `recall` is the
    measured recall@10 against brute force, `microseconds` the median time of one query.
    """

    share: float
    nprobe: int
    refine: int
    recall: float
    microseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationPart:
    """The index of one kind within a generation; `calibration` is empty where it is exact."""

    kind: str
    count: int
    factory: str
    nlist: int
    calibration: tuple[Calibration, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The label of a generation. `files` maps a name to (bytes, SHA-256 in hex)."""

    name: str
    format: int
    model: str
    dimension: int
    recipe: int
    requested_factory: str
    recall_target: float
    as_of_seq: int
    built_at: float
    build_seconds: float
    languages: tuple[str, ...]
    parts: tuple[GenerationPart, ...]
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Titles of both kinds."""
        return sum(part.count for part in self.parts)

    @property
    def recall(self) -> float:
        """The lowest measured recall@10 of unfiltered search over the parts; 1 where exact."""
        return min((p.calibration[0].recall for p in self.parts if p.calibration), default=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """What a process serves. `refused` names generations that were found damaged, and why."""

    ready: bool
    version: str = ""
    manifest: Manifest | None = None
    delta: int = 0
    removed: int = 0
    seq: int = 0
    reason: str = ""
    refused: tuple[str, ...] = ()
