"""Every setting of a process, read once from the environment, each with its meaning beside it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from environs import Env

_READERS: dict[type, Callable[[Env, str], Any]] = {
    bool: lambda env, name: env.bool(name),
    int: lambda env, name: env.int(name),
    str: lambda env, name: env.str(name),
    type(Path()): lambda env, name: env.path(name),
}

HERE = Path(__file__).resolve().parent.parent


def setting(meaning: str, *, default: Any, secret: bool = False) -> Any:
    """Declare one setting: what it means, its default, and whether its value may be printed."""
    return field(default=default, metadata={"meaning": meaning, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What one process runs with. Names are those of the environment variables, in lower case."""

    database_url: str = setting("SQLAlchemy address of the database; empty: an SQLite file in DATA_DIR", default="")
    database_hosts: str = setting(
        "Members of a Galera cluster, host:port,host:port,…, instead of the host in DATABASE_URL; empty: one server",
        default="",
    )
    statement_seconds: int = setting("A statement that takes longer is given up (MariaDB); migrations wait", default=30)
    redis_url: str = setting("Redis or Valkey address", default="", secret=True)
    redis_sentinels: str = setting(
        "Sentinels, host:port,host:port,…; the host in REDIS_URL is then the master's name. Empty: one server",
        default="",
    )
    redis_sentinel_password: str = setting("Password of the Sentinels, if they have one", default="", secret=True)
    data_dir: Path = setting("Folder for the embedded database, files, keys and logs", default=HERE / "var")
    keys_file: str = setting("Key ring file; empty: keys.json in DATA_DIR", default="", secret=True)
    ciphers: str = setting("Of new keys: aes (AES-256-GCM, HMAC-SHA256) or sm (国密 SM4-GCM, HMAC-SM3)", default="aes")
    audit_roots_file: str = setting("Where sealed audit roots are appended, outside the database", default="")
    secret_key: str = setting("Signs the console's cookies", default="", secret=True)
    demo: bool = setting("Demo mode: invented people, movable business time, loopback only", default=False)
    public_url: str = setting("Address under which people reach this installation", default="http://127.0.0.1:8000")
    wechat_base_url: str = setting("WeChat's API address", default="https://api.weixin.qq.com")
    wechat_app_id: str = setting("The mini-program's app id", default="")
    wechat_secret: str = setting("The mini-program's app secret", default="", secret=True)
    wechat_push_token: str = setting("Token of the message push", default="", secret=True)
    wechat_push_aes_key: str = setting("EncodingAESKey of the message push", default="", secret=True)
    wechat_service_app_id: str = setting("The service account's app id; empty: no such channel", default="")
    wechat_service_secret: str = setting("The service account's app secret", default="", secret=True)
    wechat_service_push_token: str = setting("Token of the service account's message push", default="", secret=True)
    wechat_service_push_aes_key: str = setting("EncodingAESKey of the same", default="", secret=True)
    sponsor: str = setting("The office that runs the mini-program, as its first page names it (主办单位)", default="")
    filing_number: str = setting("The mini-program's filing number, shown on its first page (备案号)", default="")
    templates_file: str = setting("JSON file with this installation's own template ids and keys", default="")
    sms_provider: str = setting("Provider of text messages: aliyun; empty: none are sent", default="")
    sms_base_url: str = setting("Address of the provider's API", default="https://dysmsapi.aliyuncs.com")
    sms_key_id: str = setting("Access key id at the provider", default="")
    sms_key_secret: str = setting("Access key secret at the provider", default="", secret=True)
    sms_sign_name: str = setting("The signature that the provider approved (短信签名)", default="")
    send_hands: int = setting("Calls that one sending worker has in flight", default=4)
    send_workers: int = setting("Sending workers that `make run` keeps alive", default=1)
    oldest_owed_minutes: int = setting("A due message that waits longer is an alarm in the log", default=15)
    emulator_url: str = setting("Address of the WeChat emulator's pages (demo only)", default="")
    metrics_token: str = setting("Lets a metrics collector in that is not on loopback", default="", secret=True)
    tick_seconds: int = setting("How often due work is looked for", default=60)
    proxies: int = setting("Reverse proxies in front whose X-Forwarded-For counts: 1 behind nginx", default=0)
    web_workers: int = setting("Web processes that gunicorn keeps", default=2)
    slow_query_ms: int = setting("A statement that takes longer is logged, without its values; 0: none", default=500)
    backup_dir: str = setting("Where backups are made; their age is watched. Empty: nobody watches", default="")
    most_body_bytes: int = setting("Largest request body", default=12 * 1024 * 1024)
    backup_database_url: str = setting(
        "Address of the database for backups, whose account may read the binary log; empty: DATABASE_URL",
        default="",
        secret=True,
    )
    secure_cookies: bool = setting("Cookies only over HTTPS; off only for loopback demos", default=True)

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment (and a `.env` file in DATA_DIR's parent is not looked for: one source only).

        What is empty there is not set: units and compose files leave names without a value.
        """
        env = Env()
        given = [each for each in fields(cls) if os.environ.get(each.name.upper())]
        return cls(**{each.name: _READERS[type(each.default)](env, each.name.upper()) for each in given})

    @property
    def database(self) -> str:
        """The database address in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'shouwang.sqlite3'}"

    @property
    def keys_path(self) -> Path:
        """Where the key ring lies."""
        return Path(self.keys_file) if self.keys_file else self.data_dir / "keys.json"

    @property
    def roots_path(self) -> Path:
        """Where sealed audit roots are appended."""
        return Path(self.audit_roots_file) if self.audit_roots_file else self.data_dir / "audit-roots.txt"

    @property
    def files_path(self) -> Path:
        """Where sealed pictures, recordings and documents lie."""
        return self.data_dir / "files"

    @property
    def restoring_path(self) -> Path:
        """Where a restore notes that it has begun; while the note lies there, no program starts."""
        return self.data_dir / "restoring.txt"
