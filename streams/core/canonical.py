"""One address for one article, however it was shared."""

from urllib.parse import urlsplit

from courlan import clean_url


def canonical_url(url: str) -> str:
    """The URL without scheme, ``www.``, fragment, tracking parameters, default port or trailing slash.

    The host is lower case and the parameters that are left are sorted. What is no URL comes back trimmed.
    """
    url = url.strip()
    cleaned = clean_url(url) or url
    try:
        parts = urlsplit(cleaned)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return url
    if not host:
        return url
    query = "&".join(sorted(filter(None, parts.query.split("&"))))
    return f"{host}{port}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")
