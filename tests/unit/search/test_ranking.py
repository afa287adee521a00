"""What stands first, how like two names are, and what each liked title brings."""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.names import compact, fold
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.search.ranking import (
    LikedTitle,
    RankedTitle,
    SearchCandidate,
    SearchWeights,
    fused,
    likeness,
    shared_out,
)
from tests.builders import make_title, movie, series

ROUNDED = 3e-4
"""What four parts rounded to four places may differ by from their sum."""

ids = st.builds(TitleId, st.sampled_from(MediaKind), st.integers(1, 30))
hundredths = st.integers(-100, 100).map(lambda n: n / 100)
votes = st.integers(0, 60_000)
alike = st.just(0.0) | st.integers(70, 99).map(lambda n: n / 100)


def _candidates(
    name: st.SearchStrategy[float], most: int = 25
) -> st.SearchStrategy[list[SearchCandidate]]:
    one = st.builds(SearchCandidate, ids, hundredths, st.integers(0, 50).map(float), votes, name)
    return st.lists(one, max_size=most, unique_by=lambda c: c.id)


candidates = _candidates(alike | st.just(1.0))
near = st.dictionaries(ids, hundredths.filter(lambda cosine: cosine > 0), max_size=15)
tastes = st.lists(near, min_size=1, max_size=4).map(
    lambda some: [LikedTitle(movie(1000 + n), cosines) for n, cosines in enumerate(some)]
)
disliked = st.dictionaries(ids, hundredths, max_size=30)


def _order(found: Sequence[RankedTitle]) -> list[TitleId]:
    return [one.id for one in found]


def _alike(number: int, *, votes: int = 0, name: float = 0.0) -> SearchCandidate:
    return SearchCandidate(movie(number), 0.3, 5.0, votes, name)


# What a text finds


def test_nothing_to_rank_is_no_error() -> None:
    assert fused([]) == []


def test_meaning_words_and_fame_each_decide_where_the_others_are_equal() -> None:
    by_meaning = [SearchCandidate(movie(n), n / 10, 1.0, 100) for n in (1, 3, 2)]
    by_words = [SearchCandidate(movie(n), 0.5, float(n), 100) for n in (1, 3, 2)]
    by_fame = [SearchCandidate(movie(n), 0.5, 1.0, 10**n) for n in (1, 3, 2)]
    for some in (by_meaning, by_words, by_fame):
        assert _order(fused(some)) == [movie(3), movie(2), movie(1)]


def test_a_part_that_weighs_nothing_decides_nothing() -> None:
    some = [SearchCandidate(movie(1), 0.1, 9.0, 0), SearchCandidate(movie(2), 0.9, 1.0, 50_000)]
    assert _order(fused(some)) == [movie(2), movie(1)]
    words_alone = fused(some, weights=SearchWeights(meaning=0.0, known=0.0, name=0.0))
    assert _order(words_alone) == [movie(1), movie(2)]
    assert words_alone[0].score == pytest.approx(words_alone[0].parts["words"])


def test_equal_scores_are_ordered_by_key() -> None:
    ids_of_one = [movie(9), series(2), movie(2), series(1)]
    found = fused([SearchCandidate(i, 0.3, 5.0, 70) for i in ids_of_one])
    assert _order(found) == [series(1), movie(2), series(2), movie(9)]
    assert len({one.score for one in found}) == 1


@pytest.mark.parametrize("count", [1, 3, 7])
def test_what_does_not_tell_candidates_apart_is_worth_nothing(count: int) -> None:
    for one in fused([SearchCandidate(movie(n), 0.1, 0.7, 99) for n in range(1, count + 1)]):
        assert (one.parts["meaning"], one.parts["words"], one.parts["name"]) == (0.0, 0.0, 0.0)
        assert one.score == pytest.approx(one.parts["known"], abs=ROUNDED)


def test_an_equal_name_stands_before_what_everything_else_speaks_for() -> None:
    forgotten = SearchCandidate(movie(1), -0.1, 0.0, 0, 1.0)
    famous = [SearchCandidate(movie(n), 0.9, 40.0, 60_000) for n in range(2, 200)]
    assert fused([*famous, forgotten])[0].id == movie(1)


@given(_candidates(alike, most=8), hundredths, votes)
def test_no_fame_outdoes_an_equal_name(
    others: list[SearchCandidate], cosine: float, known: int
) -> None:
    equal = SearchCandidate(movie(99), cosine, 0.0, known, 1.0)
    assert fused([*others, equal])[0].id == equal.id


def test_of_equal_names_the_best_known_stands_first() -> None:
    found = fused([_alike(n, votes=v, name=1.0) for n, v in ((1, 30), (2, 9000), (3, 400))])
    assert _order(found) == [movie(2), movie(3), movie(1)]


def test_of_names_as_like_the_best_known_stands_first_and_of_as_known_the_likest() -> None:
    as_like = [_alike(n, votes=v, name=0.8) for n, v in ((1, 30), (2, 9000), (3, 400))]
    assert _order(fused(as_like)) == [movie(2), movie(3), movie(1)]
    as_known = [_alike(n, votes=400, name=like) for n, like in ((1, 0.8), (2, 0.99), (3, 0.0))]
    assert _order(fused(as_known)) == [movie(2), movie(1), movie(3)]


@given(candidates)
def test_each_candidate_stands_once_best_first_ties_by_key(some: list[SearchCandidate]) -> None:
    found = fused(some)
    assert sorted(_order(found)) == sorted(c.id for c in some)
    assert all(a.score >= b.score for a, b in pairwise(found))
    assert all(a.id.key < b.id.key for a, b in pairwise(found) if a.score == b.score)


@given(candidates, st.integers(0, 30))
def test_the_best_wanted_are_the_first_of_all(some: list[SearchCandidate], wanted: int) -> None:
    assert fused(some, wanted) == fused(some)[:wanted]


@given(candidates)
def test_the_score_is_the_sum_of_its_parts(some: list[SearchCandidate]) -> None:
    for one in fused(some):
        assert set(one.parts) == {"meaning", "words", "known", "name"}
        assert one.score == pytest.approx(sum(one.parts.values()), abs=ROUNDED)


@given(candidates, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_nothing(
    some: list[SearchCandidate], shuffle: random.Random
) -> None:
    mixed = list(some)
    shuffle.shuffle(mixed)
    first, second = fused(some), fused(mixed)
    assert _order(first) == _order(second)
    for one, other in zip(first, second, strict=True):
        assert one.score == pytest.approx(other.score)
        assert one.parts == pytest.approx(other.parts, abs=ROUNDED)


@given(candidates)
def test_none_stands_behind_one_that_it_beats_in_everything(some: list[SearchCandidate]) -> None:
    def merits(title_id: TitleId) -> tuple[float, ...]:
        c = next(c for c in some if c.id == title_id)
        return (c.cosine, c.bm25, c.votes, c.name)

    for before, after in pairwise(map(merits, _order(fused(some)))):
        assert not all(a > b for a, b in zip(after, before, strict=True))


# How like a name is


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("The Matrix", "The Matrix"),
        ("matrix", "The Matrix"),
        ("THE MATRIX!", "Matrix"),
        ("spiderman", "Spider-Man"),
        ("fast furious", "Fast & Furious"),
        ("rocky 2", "Rocky II"),
        ("the", "The"),
    ],
)
def test_spellings_of_one_name_are_equal(typed: str, name: str) -> None:
    assert likeness(fold(typed), make_title(name=name)) == 1.0


@pytest.mark.parametrize("typed", ["inceptin", "inceptiion", "inceptoon", "inecption", "nception"])
def test_one_typing_error_costs_one_letter(typed: str) -> None:
    expected = 1 - 1 / max(len(typed), len("inception"))
    assert likeness(typed, make_title(name="Inception")) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("interstellar", "Inception"),
        ("heat", "Hunt"),
        ("alien", "Aliens vs Monsters"),
        ("the", "Heat"),
        ("", "Heat"),
        ("heat", "🙂"),
    ],
)
def test_another_name_is_not_like_at_all(typed: str, name: str) -> None:
    assert likeness(fold(typed), make_title(name=name)) == 0.0


def test_the_nearest_of_all_names_counts() -> None:
    title = make_title(
        name="Spirited Away",
        original_name="Sen to Chihiro no kamikakushi",
        alternative_names=("Chihiros Reise ins Zauberland", "Le voyage de Chihiro"),
    )
    assert likeness(fold("Sen to Chihiro no Kamikakushi"), title) == 1.0
    assert likeness(fold("voyage de chihiro"), title) > 0.85
    assert likeness(fold("chihiros riese ins zauberland"), title) > 0.95
    assert likeness(fold("spirted away"), title) > 0.9
    assert likeness(fold("chihiro"), title) == 0.0


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_a_share_and_one_for_a_name_itself(text: str, name: str) -> None:
    title = make_title(name=name)
    like = likeness(fold(text), title)
    assert like == 0.0 or 0.5 < like <= 1.0
    assert likeness(fold(name), title) == (1.0 if fold(name) else 0.0)
    if like == 1.0:
        assert compact(fold(text)) == compact(fold(name))


@given(st.text("bcdfghklmnp", min_size=4, max_size=30), st.data())
def test_two_letters_swapped_are_one_error(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 2))
    typed = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    assert likeness(typed, make_title(name=name)) >= 1 - 1 / len(name) - 1e-9


# What several liked titles bring


def _first_of(taste: LikedTitle, count: int) -> list[TitleId]:
    return sorted(taste.cosines, key=lambda i: (-taste.cosines[i], i.key))[:count]


@pytest.mark.parametrize("some", [[], [LikedTitle(movie(1), {})], [LikedTitle(movie(1), {})] * 2])
def test_no_candidates_share_out_to_nothing(some: list[LikedTitle]) -> None:
    assert shared_out(some, {}, 5) == []


def test_one_liked_title_gives_its_nearest_best_first_ties_by_key() -> None:
    taste = LikedTitle(movie(1), {movie(5): 0.4, movie(3): 0.6, series(2): 0.4, movie(2): 0.4})
    found = shared_out([taste], {}, 3)
    assert [(one.id, one.score) for one in found] == [
        (movie(3), 0.6),
        (movie(2), 0.4),
        (series(2), 0.4),
    ]
    assert shared_out([taste], {}, 0) == []


def test_a_title_with_distant_neighbours_keeps_its_share() -> None:
    crowd = LikedTitle(movie(1), {movie(n): 0.9 - n / 1000 for n in range(10, 30)})
    loner = LikedTitle(movie(2), {series(n): 0.2 - n / 1000 for n in range(10, 30)})
    for some in ([crowd, loner], [loner, crowd]):
        found = _order(shared_out(some, {}, 4))
        assert found == [movie(10), movie(11), series(10), series(11)]


def test_what_one_can_not_give_the_others_do() -> None:
    poor = LikedTitle(movie(1), {movie(10): 0.9})
    rich = LikedTitle(movie(2), {series(n): n / 100 for n in range(1, 10)})
    found = shared_out([poor, rich], {}, 6)
    assert _order(found) == [movie(10), *(series(n) for n in (9, 8, 7, 6, 5))]
    assert len(shared_out([poor, rich], {}, 100)) == 10


def test_a_neighbour_of_two_costs_each_of_them_no_other() -> None:
    one = LikedTitle(movie(1), {movie(10): 0.9, movie(11): 0.8})
    other = LikedTitle(movie(2), {movie(10): 0.9, movie(12): 0.7, movie(13): 0.6})
    assert _order(shared_out([one, other], {}, 3)) == [movie(10), movie(11), movie(12)]


def test_the_unlike_goes_and_what_is_near_to_it_falls() -> None:
    taste = LikedTitle(movie(1), {movie(n): 0.8 - n / 100 for n in range(10, 15)})
    against = {movie(10): 0.9, movie(11): 0.5, movie(12): 0.68, movie(13): -0.4}
    found = shared_out([taste], against, 5)
    assert _order(found) == [movie(13), movie(14), movie(11)]
    assert [one.score for one in found] == pytest.approx([0.67, 0.66, 0.69 - 0.25])
    assert found[-1].parts == {"like": 0.69, "unlike": -0.25}


def test_the_unlike_leaves_the_share_to_the_next_nearest() -> None:
    one = LikedTitle(movie(1), {movie(n): 0.9 - n / 100 for n in range(10, 16)})
    other = LikedTitle(movie(2), {series(n): 0.5 - n / 100 for n in range(10, 16)})
    found = _order(shared_out([one, other], {movie(10): 1.0, movie(11): 0.95}, 4))
    assert found == [movie(12), movie(13), series(10), series(11)]


def test_where_nothing_is_disliked_nothing_goes() -> None:
    taste = LikedTitle(movie(1), {movie(2): 0.3, movie(3): 0.0, movie(4): -0.2})
    assert _order(shared_out([taste], {}, 5)) == [movie(2), movie(3), movie(4)]


@given(st.integers(1, 6), st.integers(0, 30))
def test_shares_differ_by_one_at_most(likes: int, wanted: int) -> None:
    each = range(1, likes + 1)
    some = [
        LikedTitle(movie(n), {movie(100 * n + m): m * n / 200 for m in range(1, 31)}) for n in each
    ]
    found = shared_out(some, {}, wanted)
    shares = Counter(one.id.tmdb_id // 100 for one in found)
    assert shares.total() == wanted
    assert {shares[n] for n in each} <= {wanted // likes, -(-wanted // likes)}


@given(tastes, st.integers(0, 40))
def test_the_nearest_of_each_are_there_as_far_as_its_share_goes(
    some: list[LikedTitle], wanted: int
) -> None:
    found = set(_order(shared_out(some, {}, wanted)))
    for taste in some:
        assert found.issuperset(_first_of(taste, wanted // len(some)))


@given(tastes, disliked, st.integers(0, 40))
def test_each_title_comes_once_best_first_and_no_more_than_wanted(
    some: list[LikedTitle], against: dict[TitleId, float], wanted: int
) -> None:
    found = shared_out(some, against, wanted)
    left = {i for t in some for i, cosine in t.cosines.items() if against.get(i, 0) < cosine}
    assert len(found) == len(set(_order(found))) == min(wanted, len(left))
    assert left.issuperset(_order(found))
    assert found == sorted(found, key=lambda one: (-one.score, one.id.key))


@given(tastes, disliked)
def test_the_score_is_a_cosine_less_half_of_the_unlike(
    some: list[LikedTitle], against: dict[TitleId, float]
) -> None:
    for one in shared_out(some, against, 100):
        lost = max(against.get(one.id, 0), 0) / 2
        cosines = [taste.cosines[one.id] for taste in some if one.id in taste.cosines]
        assert any(one.score == pytest.approx(cosine - lost) for cosine in cosines)
        assert sum(one.parts.values()) == pytest.approx(one.score, abs=ROUNDED)
