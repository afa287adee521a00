"""Where services are put together, over what meets their ports."""

from __future__ import annotations

from functools import cached_property

from app.domain.ports.accounts import HistorySource
from app.domain.ports.catalogue import CatalogueSource
from app.services.accounts.history_sync import HistorySync
from app.services.accounts.linking import Linking, forget
from app.services.accounts.sign_in import SignIn
from app.services.catalogue import missing_titles
from app.services.catalogue.ingest import Ingest
from app.services.people.feedback import Feedback
from app.services.people.history import History
from app.services.people.import_history import ImportHistory
from app.services.people.person_view import PersonViews
from app.services.people.profiles import People
from app.services.reasons.explain import Budget, Explainer
from app.services.reasons.model_health import ModelHealth
from app.services.recommend.lists import Recommend
from app.services.recommend.model_loader import ModelLoader
from app.services.recommend.pipeline import Pipeline
from app.services.recommend.prediction import Predict
from app.services.recommend.reasoned_lists import Lists
from app.services.recommend.taste_gaps import TasteGaps
from app.services.recommend.taste_page import TastePage
from app.services.search.questions import Questions
from app.services.search.search import Search
from app.settings import Settings, settings
from app.wired_adapters import WiredAdapters


class Services(WiredAdapters):
    """Everything a door needs: the services, and what they work over."""

    def ingest(self, source: CatalogueSource) -> Ingest:
        """What keeps the catalogue in step with TMDB."""
        return Ingest(
            source=source,
            titles=self.titles,
            vectors=self.vectors,
            state=self.state,
            failures=self.failures,
            embedder=self.embedder,
            clock=self.clock,
        )

    @cached_property
    def people(self) -> People:
        """The household's profiles."""
        return People(self.profiles, self.ledger, self.clock)

    @cached_property
    def person_views(self) -> PersonViews:
        """What their histories mean, from memory while they stay as they are."""
        return PersonViews(self.ledger, self.titles, self.words, self.index)

    @cached_property
    def history(self) -> History:
        """What people watched, rated, marked."""
        return History(self.ledger, self.person_views, self.clock)

    @cached_property
    def feedback(self) -> Feedback:
        """What becomes of lists."""
        return Feedback(self.ledger, self.person_views, self.clock)

    def named_missing(self) -> list[missing_titles.MissingTitle]:
        """Titles that histories name and the catalogue lacks."""
        return missing_titles.missing(
            self.profiles, self.ledger, self.titles, self.failures, self.state
        )

    @cached_property
    def import_history(self) -> ImportHistory:
        """Files of histories, brought into the ledger."""
        return ImportHistory(self.ledger, self.accounts, self.titles, self.words)

    @cached_property
    def linking(self) -> Linking:
        """What links Trakt accounts to people."""
        return self._linking(self.history_source)

    def _linking(self, source: HistorySource) -> Linking:
        return Linking(
            source=source,
            accounts=self.accounts,
            state=self.state,
            processes=self.processes,
            seal=self.seal,
            clock=self.clock,
        )

    def history_sync(self, source: HistorySource) -> HistorySync:
        """What brings Trakt's histories in."""
        return HistorySync(
            source=source,
            ledger=self.ledger,
            linking=self._linking(source),
            clock=self.clock,
        )

    @cached_property
    def sign_in(self) -> SignIn:
        """Connecting Trakt accounts."""
        return SignIn(
            source=self.history_source,
            linking=self.linking,
            seal=self.seal,
            state=self.state,
            clock=self.clock,
        )

    @cached_property
    def model_loader(self) -> ModelLoader:
        """The published co-rating model, where there is one."""
        return ModelLoader(self.co_ratings)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline, with the published co-rating model where there is one."""
        return Pipeline(self.index, self.titles, self.model_loader)

    @cached_property
    def predict(self) -> Predict:
        """Would I like it?"""
        return Predict(self.pipeline, self.recommend, self.person_views)

    @cached_property
    def recommend(self) -> Recommend:
        """What to see next."""
        return Recommend(
            pipeline=self.pipeline,
            views=self.person_views,
            feedback=self.feedback,
            titles=self.titles,
            clock=self.clock,
        )

    @cached_property
    def lists(self) -> Lists:
        """The same as every door gives it: with reasons."""
        return Lists(self.recommend, lambda: self.explainer)

    @cached_property
    def taste_page(self) -> TastePage:
        """What a person's taste looks like."""
        return TastePage(
            recommend=self.recommend,
            pipeline=self.pipeline,
            views=self.person_views,
            gaps=TasteGaps(self.index, self.words, self.titles),
        )

    @cached_property
    def search(self) -> Search:
        """Similar titles."""
        return Search(self.titles, self.index, self.words, self.embedder)

    @cached_property
    def questions(self) -> Questions:
        """Questions for similar titles, and what answers them."""
        views = self.person_views
        return Questions(self.search, lambda profile_id: views.of(profile_id).left_out.watched)

    @cached_property
    def explainer(self) -> Explainer:
        """Reasons in words. Raises `NotConfigured` where a setting of the model can't be used."""
        budget = Budget(self.settings.llm_timeout_seconds, self.settings.llm_max_tokens)
        return Explainer(self.language_model, self.clock, budget)

    @cached_property
    def model_health(self) -> ModelHealth:
        """Whether the language model can be used."""
        return ModelHealth(self.language_model, self.clock)

    def forget(self, profile_id: str) -> None:
        """Delete a person with all their data, and disconnect what they had connected."""
        forget(self.people, self.accounts, lambda: self.linking, profile_id)

    def drop_language_model(self) -> None:
        """End what it is asked, and what asks it; nothing is loaded where it wasn't used."""
        self.__dict__.pop("model_health", None)
        explainer = self.__dict__.pop("explainer", None)
        if explainer is not None:
            explainer.close()
        super().drop_language_model()


def open_services(chosen: Settings | None = None) -> Services:
    """Assemble the program. Raises `NotConfigured`, `StoreUnavailable`, `ModelUnusable`."""
    return Services.opened(chosen or settings())
