"""Gets a token for an MCP server by MCP's own SDK. Arguments: the way, server, client_id, secret or file of a private key, issuer."""

import asyncio
import sys

import httpx2
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)

way, server, client_id, credential, issuer = sys.argv[1:]


class Storage:
    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


storage = Storage()
if way == "ClientCredentialsOAuthProvider":
    provider = ClientCredentialsOAuthProvider(server, storage, client_id, credential, issuer=issuer)
else:
    parameters = SignedJWTParameters(
        issuer=client_id, subject=client_id, signing_algorithm="RS256", signing_key=open(credential).read()
    )
    provider = PrivateKeyJWTOAuthProvider(
        server, storage, client_id, parameters.create_assertion_provider(), issuer=issuer
    )


async def main():
    async with httpx2.AsyncClient(auth=provider) as client:
        await client.get(server)


asyncio.run(main())
print(storage.tokens.access_token)
