"""What can be wrong with the local services: each kind says what, where and what to do; exit codes differ."""

from typing import ClassVar


class ServicesError(Exception):
    """A fault that a person can put right.

    what: one sentence. where: a path, port or log lines, may be empty. remedy: what to do next.
    exit_code: what the command line leaves with; one for each kind, so that scripts can tell them apart.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """All three, for those who only see a traceback."""
        return "\n".join(part for part in (self.what, self.where, self.remedy) if part)


class BadConfigError(ServicesError):
    """A setting that cannot work, such as one port used twice."""

    exit_code = 2


class JavaMissingError(ServicesError):
    """No Java, one older than 17, or one that the services' account may not run."""

    exit_code = 10


class MavenMissingError(ServicesError):
    """Maven is needed to fetch the artefacts and is not there."""

    exit_code = 11


class DownloadFailedError(ServicesError):
    """Maven ran and could not fetch the artefacts."""

    exit_code = 12


class PortTakenError(ServicesError):
    """Another process listens where a service should."""

    exit_code = 13


class DiskFullError(ServicesError):
    """Too little free space to start."""

    exit_code = 14


class DataVersionError(ServicesError):
    """The data in the home were written by a version that this one cannot take over."""

    exit_code = 15


class StartTimeoutError(ServicesError):
    """The process runs and does not answer within the time given."""

    exit_code = 16


class StartFailedError(ServicesError):
    """The process ended while it was starting."""

    exit_code = 17


class AccountError(ServicesError):
    """No unprivileged account to run as, or a folder that cannot be used."""

    exit_code = 18


class DeployFilesError(ServicesError):
    """The files of deploy/local are not where the package expects them."""

    exit_code = 19


class OtherSettingsError(ServicesError):
    """The service already runs from this home with other settings."""

    exit_code = 20


class NotRunningError(ServicesError):
    """A running service was asked for and there is none."""

    exit_code = 21
