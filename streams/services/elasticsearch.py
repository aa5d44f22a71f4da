"""One Elasticsearch node, with or without logins."""

import base64
import hashlib
import json
import os
import secrets
import ssl
from pathlib import Path

import httpx

from streams.services.config import FileUser, Security
from streams.services.errors import StartFailedError
from streams.services.process import Launch, run
from streams.services.service import Runtime, Service, make_folders, write_config

_ROUNDS = 10_000
_NO_TLS = "xpack.security.http.ssl.enabled: false"
_TLS = """xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.certificate: http.crt
xpack.security.http.ssl.key: http.key"""


class Elasticsearch(Service):
    """Elasticsearch as a single node."""

    name = "elasticsearch"

    @property
    def ports(self) -> dict[str, int]:
        """The HTTP port; the one between nodes is any free one."""
        return {"elasticsearch_port": self.config.elasticsearch_port}

    def settings(self) -> str:
        """elasticsearch.yml without its folders, the heap and who may log in."""
        return (
            self._yml(Path())
            + f"# heap: {self.config.heap_mb} MB\n# security: {_names(self.config.security)}\n"
        )

    def launch(self, runtime: Runtime, folder: Path) -> Launch:
        """Write the configuration, and the passwords when security is on.

        Raises StartFailedError when the bootstrap password cannot be stored.
        """
        make_folders(folder, runtime.account)
        config = folder / "config"
        for left in config.glob("*.tmp"):
            left.unlink()  # from a start that was broken off: the server would refuse to write over it
        write_config(config / "elasticsearch.yml", self._yml(folder), runtime.account)
        for name in ("jvm.options", "log4j2.properties"):
            write_config(config / name, self.plain(f"elasticsearch/{name}"), runtime.account)
        if self.config.security is not None:
            for name, text in security_files(self.config.security).items():
                write_config(config / name, text, runtime.account, mode=0o600)
            if self.config.security.tls is not None:  # the server may read files of its own folder only
                for name, file in (
                    ("http.crt", self.config.security.tls.certificate),
                    ("http.key", self.config.security.tls.key),
                ):
                    write_config(config / name, file.read_text(), runtime.account, mode=0o600)
            self._store_password(self.config.security.bootstrap_password, runtime, folder)
        # As a daemon: the launcher, a Java of its own, leaves when the server stands.
        return self._command(runtime, folder, "elasticsearch", "-d")

    def ready(self) -> bool:
        """Whether the cluster answers and every index can be read and written."""
        security = self.config.security
        auth = None if security is None else ("elastic", security.bootstrap_password)
        tls = security.tls if security else None
        try:
            trusted = ssl.create_default_context(cafile=tls.authority) if tls else True
            answer = httpx.get(
                f"{self.address()}/_cluster/health", auth=auth, timeout=2, trust_env=False, verify=trusted
            )
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                return security is None  # it serves those who have a password; whoever only looks has none
            return answer.status_code == httpx.codes.OK and answer.json()["status"] != "red"
        except (httpx.HTTPError, OSError, ValueError, KeyError):
            return False

    def _yml(self, folder: Path) -> str:
        return self.template(
            "elasticsearch/elasticsearch.yml",
            # A JSON string is a YAML string too, whatever the path holds.
            data=json.dumps(str(folder / "data")),
            logs=json.dumps(str(folder / "logs")),
            snapshots=json.dumps(str(folder / "snapshots")),
            **self.ports,
            security=json.dumps(self.config.security is not None),
            http_tls=_TLS if self.config.security and self.config.security.tls else _NO_TLS,
        )

    def _command(self, runtime: Runtime, folder: Path, program: str, *arguments: str) -> Launch:
        heap = f"{self.config.heap_mb}m"
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "ES_JAVA_HOME": str(runtime.java.home),
            "ES_PATH_CONF": str(folder / "config"),
            "ES_TMPDIR": str(folder / "tmp"),
            "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap} {self.marker}",
        }
        argv = [str(runtime.artefacts.elasticsearch / "bin" / program), *arguments]
        return Launch(argv, folder, env)

    def _store_password(self, password: str, runtime: Runtime, folder: Path) -> None:
        add = self._command(
            runtime, folder, "elasticsearch-keystore", "add", "--stdin", "--force", "bootstrap.password"
        )
        done = run(add, runtime.account, said=password)
        if done.returncode:
            said = f"{done.stdout}{done.stderr}".strip()[-1000:]
            raise StartFailedError("Elasticsearch could not store its bootstrap password", where=said)


def security_files(security: Security) -> dict[str, str]:
    """The files of the file realm: who may log in, who has which role, and what the roles allow."""
    roles: dict[str, list[str]] = {}
    for user in security.users:
        for role in user.roles:
            roles.setdefault(role, []).append(user.name)
    return {
        "users": "".join(f"{user.name}:{_hashed(user)}\n" for user in security.users),
        "users_roles": "".join(f"{role}:{','.join(names)}\n" for role, names in roles.items()),
        "roles.yml": security.roles_yml,
    }


def _hashed(user: FileUser) -> str:
    """The password as Elasticsearch's PBKDF2 hasher writes it. Its own tool takes seconds for each user."""
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", user.password.encode(), salt, _ROUNDS, dklen=32)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _names(security: Security | None) -> str:
    if security is None:
        return "off"
    secret = repr([(user.name, user.password, user.roles) for user in security.users]) + security.roles_yml
    secret += repr(security.tls)
    return hashlib.sha256((security.bootstrap_password + secret).encode()).hexdigest()
