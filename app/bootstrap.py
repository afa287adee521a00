"""Where services are put together, over what meets their ports."""

from functools import cached_property

from app.adapters_in_use import Adapters, open_adapters
from app.domain.index.generations import Manifest
from app.domain.ports.accounts import HistorySource
from app.domain.ports.catalogue import CatalogueSource
from app.domain.ports.index import IndexPublisher, VectorIndex
from app.domain.progress import Report
from app.services.accounts.history_sync import HistorySync
from app.services.accounts.linking import Linking, forget
from app.services.accounts.sign_in import SignIn
from app.services.catalogue import missing_titles
from app.services.catalogue.ingest import Ingest
from app.services.index.rebuild import rebuild
from app.services.leases import INDEX, held
from app.services.people.feedback import Feedback
from app.services.people.history import History
from app.services.people.import_history import ImportHistory
from app.services.people.name_suggestions import NameSuggestions
from app.services.people.person_view import PersonViews
from app.services.people.profiles import People
from app.services.people.unmatched_names import UnmatchedNames
from app.services.people.unreadable import UnreadableEntries
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


class Services:
    """Everything a door needs: the services, and the stores and the index they work over.

    What needs the index, or somebody outside, is made at first use.
    """

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters
        self.settings = adapters.settings
        self.clock, self.processes = adapters.clock, adapters.processes
        self.embedder = adapters.embedder
        self.open_catalogue_source = adapters.open_catalogue_source
        self.open_history_source = adapters.open_history_source
        self.stores = stores = adapters.stores
        self.titles, self.vectors, self.failures = stores.titles, stores.vectors, stores.failures
        self.state, self.jobs = stores.state, stores.jobs
        self.profiles, self.ledger, self.accounts = stores.profiles, stores.ledger, stores.accounts

        self.people = People(self.profiles, self.ledger, adapters.profile_files, self.clock)
        self.unreadable = UnreadableEntries(self.profiles, self.ledger)
        self.model_loader = ModelLoader(adapters.co_ratings)

    @property
    def index(self) -> VectorIndex:
        """The index for serving."""
        return self.adapters.index

    @property
    def publisher(self) -> IndexPublisher:
        """The index's building side."""
        return self.adapters.publisher

    @property
    def admin_token(self) -> str:
        """The set token, or the one made at first start."""
        return self.adapters.admin_token

    def ingest(self, source: CatalogueSource) -> Ingest:
        """What keeps the catalogue in step with the source."""
        return Ingest(
            source=source,
            titles=self.titles,
            vectors=self.vectors,
            state=self.state,
            failures=self.failures,
            embedder=self.embedder,
            clock=self.clock,
        )

    def rebuild_index(
        self, report: Report, *, factory: str | None = None, dimension: int | None = None
    ) -> Manifest:
        """Build and publish a generation, as the settings say where nothing else is asked for.

        Raises `LeaseHeld` where another process builds now, and what `rebuild` raises.
        """
        with held(self.state, INDEX, self.processes) as lease:
            return rebuild(
                self.titles,
                self.vectors,
                self.publisher,
                model=self.embedder.model,
                factory=factory or self.settings.vector_index_factory,
                recall_target=self.settings.vector_recall_target,
                dimension=dimension,
                report=lease.guarding(report),
            )

    def history_sync(self, source: HistorySource) -> HistorySync:
        """What brings the source's histories in."""
        return HistorySync(source, self.ledger, self._linking(source), self.clock)

    def _linking(self, source: HistorySource) -> Linking:
        return Linking(
            source=source,
            accounts=self.accounts,
            state=self.state,
            processes=self.processes,
            seal=self.adapters.seal,
            clock=self.clock,
        )

    @cached_property
    def linking(self) -> Linking:
        """What links Trakt accounts to people."""
        return self._linking(self.adapters.history_source)

    @cached_property
    def sign_in(self) -> SignIn:
        """Connecting Trakt accounts."""
        return SignIn(
            source=self.adapters.history_source,
            linking=self.linking,
            seal=self.adapters.seal,
            state=self.state,
            clock=self.clock,
        )

    @cached_property
    def person_views(self) -> PersonViews:
        """What their histories mean, from memory while they stay as they are."""
        return PersonViews(self.ledger, self.titles, self.adapters.words, self.index)

    @cached_property
    def history(self) -> History:
        """What people watched, rated, marked."""
        return History(self.ledger, self.person_views, self.clock)

    @cached_property
    def feedback(self) -> Feedback:
        """What becomes of lists."""
        return Feedback(self.ledger, self.person_views, self.clock)

    @cached_property
    def import_history(self) -> ImportHistory:
        """Files of histories, brought into the ledger."""
        return ImportHistory(self.ledger, self.titles, self.unmatched_names, self._name_suggestions)

    @cached_property
    def unmatched_names(self) -> UnmatchedNames:
        """Names in histories that no title was found for."""
        return UnmatchedNames(self.ledger, self.accounts, self.titles, self._name_suggestions)

    @cached_property
    def _name_suggestions(self) -> NameSuggestions:
        return NameSuggestions(self.titles, self.adapters.words, self.index)

    @cached_property
    def search(self) -> Search:
        """Similar titles."""
        return Search(self.titles, self.index, self.adapters.words, self.embedder)

    @cached_property
    def questions(self) -> Questions:
        """Questions for similar titles, and what answers them."""
        views = self.person_views
        return Questions(self.search, lambda profile_id: views.of(profile_id).left_out.watched)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline, with the published co-rating model where there is one."""
        return Pipeline(self.index, self.titles, self.model_loader)

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
    def predict(self) -> Predict:
        """Would I like it?"""
        return Predict(self.pipeline, self.recommend, self.person_views)

    @cached_property
    def taste_page(self) -> TastePage:
        """What a person's taste looks like."""
        return TastePage(
            recommend=self.recommend,
            pipeline=self.pipeline,
            views=self.person_views,
            gaps=TasteGaps(self.index, self.adapters.words, self.titles),
        )

    @cached_property
    def explainer(self) -> Explainer:
        """Reasons in words. Raises `NotConfigured` where a setting of the model can't be used."""
        budget = Budget(self.settings.llm_timeout_seconds, self.settings.llm_max_tokens)
        made = Explainer(self.adapters.language_model, self.clock, budget)
        self.adapters.to_close.callback(made.close)
        return made

    @cached_property
    def model_health(self) -> ModelHealth:
        """Whether the language model can be used."""
        return ModelHealth(self.adapters.language_model, self.clock)

    def named_missing(self) -> list[missing_titles.MissingTitle]:
        """Titles that histories name and the catalogue lacks."""
        return missing_titles.missing(
            self.profiles, self.ledger, self.titles, self.failures, self.state
        )

    def forget(self, profile_id: str) -> None:
        """Delete a person with all their data, and disconnect what they had connected."""
        forget(self.people, self.accounts, lambda: self.linking, profile_id)

    def close(self) -> None:
        """Give back connections and files."""
        self.adapters.to_close.close()


def open_services(chosen: Settings | None = None, busy_seconds: float | None = None) -> Services:
    """Assemble the program; `busy_seconds` as `open_adapters` takes it.

    Raises `NotConfigured`, `StoreUnavailable`, `ModelUnusable`.
    """
    return Services(open_adapters(chosen or settings(), busy_seconds))
