"""Certificates of the host as a TLS server, for tests only: they secure nothing, their keys stand
here for all to read. Self-signed, P-256, valid from 2000 to 2099, so that a board whose clock
nobody has set takes them for valid."""

from __future__ import annotations

import base64
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

NAME = "looprig.test"
"""The host name that both are for (RFC 6761: nobody has a name under test)."""


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, both PEM."""

    text: str
    key: str

    @property
    def der(self) -> bytes:
        """As MicroPython's SSLContext takes it from memory."""
        return ssl.PEM_cert_to_DER_cert(self.text)

    @property
    def key_der(self) -> bytes:
        """RFC 5915."""
        return base64.b64decode("".join(self.key.splitlines()[1:-1]))

    def server(self) -> ssl.SSLContext:
        """A server's context that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:  # ssl reads files alone
            path = Path(folder, "pem")
            path.write_text(self.text + self.key, encoding="ascii")
            context.load_cert_chain(path)
        return context

    def client(self) -> ssl.SSLContext:
        """A client's context that trusts it and nobody else."""
        return ssl.create_default_context(cadata=self.text)


HOST = Certificate(
    """\
-----BEGIN CERTIFICATE-----
MIIBfjCCASOgAwIBAgIUCJttn70GGq3csO43YalTveWsVEYwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMbG9vcHJpZy1ob3N0MCAXDTAwMDEwMjAwMDAwMFoYDzIwOTkx
MjA4MDAwMDAwWjAXMRUwEwYDVQQDDAxsb29wcmlnLWhvc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASvILRJx408+tInzdn2J+y/TbPWkqnLthrjaRGO+LfCegmo
gjSo2XUvozacwz9TLImcwfcT9MQQipNoey4rS10io0swSTAXBgNVHREEEDAOggxs
b29wcmlnLnRlc3QwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU+fzACtuc451r
MtaVfvZ7Y/K2Z0AwCgYIKoZIzj0EAwIDSQAwRgIhAJH1I6+3bhTch+SN/wqbvF+t
ZjDaoB5nDhfDOcIQt3jwAiEA0BiUKTn46qoi1tn22JOq2Rg2KnNd/s/O5PdkP+BB
DIo=
-----END CERTIFICATE-----
""",
    """\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIEQqXVXgTOJr71lMvPqUL4C9ZKHCmyNMUDmMMdMEc6PfoAoGCCqGSM49
AwEHoUQDQgAEryC0SceNPPrSJ83Z9ifsv02z1pKpy7Ya42kRjvi3wnoJqII0qNl1
L6M2nMM/UyyJnMH3E/TEEIqTaHsuK0tdIg==
-----END EC PRIVATE KEY-----
""",
)
STRANGER = Certificate(
    """\
-----BEGIN CERTIFICATE-----
MIIBhDCCASugAwIBAgIUViIJQM+945tMFkzbTSkzg0nOpMMwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQbG9vcHJpZy1zdHJhbmdlcjAgFw0wMDAxMDIwMDAwMDBaGA8y
MDk5MTIwODAwMDAwMFowGzEZMBcGA1UEAwwQbG9vcHJpZy1zdHJhbmdlcjBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABMb/YWN3r2J17tNcxRWj7zylh3V+1253Df1W
eVi+ITzpHapkhAVYSCoinuLGXtRqAB7mwDK3+SStsOuY8kTwQIOjSzBJMBcGA1Ud
EQQQMA6CDGxvb3ByaWcudGVzdDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBS2
nAFWUwFiSGHFdZEzGlYlSc1kHzAKBggqhkjOPQQDAgNHADBEAiAONEn34QzFBuEJ
iYjUHGQknewZAsCXIATFCcTOl/vEtgIgN9TkFjwcnj8FoJiM0K/6aQYm23aD5jKE
Ndc/rfZQD2U=
-----END CERTIFICATE-----
""",
    """\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIPkT88tjmAJXkkxItW+NTpl2nXIePJwU6J9aCJmTehwdoAoGCCqGSM49
AwEHoUQDQgAExv9hY3evYnXu01zFFaPvPKWHdX7XbncN/VZ5WL4hPOkdqmSEBVhI
KiKe4sZe1GoAHubAMrf5JK2w65jyRPBAgw==
-----END EC PRIVATE KEY-----
""",
)
