"""Libraries of PyPI, as clients and APIs use them, against hookmint: python python.py TASK"""

import json
import os
import sys
import time
import warnings

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
warnings.simplefilter("ignore")

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from jose import jwt as python_jose
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import JWKRegistry, KeySet
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)
issuer = task["issuer"]
audience = task["audience"]
client = task["client"]
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
metadata = requests.get(f"{issuer}.well-known/oauth-authorization-server").json()
endpoint = metadata["token_endpoint"]
published = requests.get(task["jwks_uri"]).json()


def tell(library, area, act):
    line = {"library": library, "area": area, "error": None}
    try:
        token = act()
        if token is not None:
            line["token"] = token
    except Exception as error:
        line["error"] = str(error) or repr(error)
    print(json.dumps(line), flush=True)


def api(library, verify, dialects=("access_token", "rfc9068_profile")):
    def accepted(one):
        verify(one["token"], one["audience"])

    def refused(one):
        try:
            verify(one["token"], one["audience"])
        except Exception:
            return
        raise ValueError(f"took: {one['area']}")

    for one in task["accept"]:
        if one["dialect"] in dialects:
            tell(library, one["area"], lambda: accepted(one))
    for one in task["refuse"]:
        tell(library, "others refused", lambda: refused(one))


def by_authlib(method, **parameters):
    session = AuthlibSession(client["id"], client["secret"], token_endpoint_auth_method=method, scope="read:data")
    return session.fetch_token(endpoint, grant_type="client_credentials", **parameters)["access_token"]


def by_authlib_key(one):
    # Authlib's own default is an hour.
    times = {"exp": int(time.time()) + 300}
    signer = PrivateKeyJWT(endpoint, claims=times, headers={"kid": one["jwk"]["kid"]}, alg=one["alg"])
    key = JWKRegistry.import_key(one["jwk"])
    session = AuthlibSession(one["id"], key, token_endpoint_auth_method=signer, scope="read:data")
    return session.fetch_token(endpoint, grant_type="client_credentials", audience=audience)["access_token"]


tell("Authlib", "metadata", lambda: AuthorizationServerMetadata(metadata).validate())
tell("Authlib", "Basic", lambda: by_authlib("client_secret_basic", audience=audience))
tell("Authlib", "post", lambda: by_authlib("client_secret_post", audience=audience))
tell("Authlib", "resource", lambda: by_authlib("client_secret_post", resource=audience))
for one in task["key_clients"]:
    tell("Authlib", f"key {one['alg']}", lambda: by_authlib_key(one))


def by_requests_oauthlib(secret_in_body, **parameters):
    session = OAuth2Session(client=BackendApplicationClient(client["id"], scope=["read:data"]))
    if secret_in_body:
        proof = {"client_secret": client["secret"], "include_client_id": True}
    else:
        proof = {"auth": HTTPBasicAuth(client["id"], client["secret"])}
    return session.fetch_token(endpoint, **proof, **parameters)["access_token"]


tell("requests-oauthlib", "Basic", lambda: by_requests_oauthlib(False, audience=audience))
tell("requests-oauthlib", "post", lambda: by_requests_oauthlib(True, audience=audience))
tell("requests-oauthlib", "resource", lambda: by_requests_oauthlib(False, resource=audience))

keys = jwt.PyJWKClient(task["jwks_uri"])


def by_pyjwt(token, of):
    key = keys.get_signing_key_from_jwt(token).key
    jwt.decode(token, key, algorithms=ALGORITHMS, audience=of, issuer=issuer)


def by_joserfc(token, of):
    claims = joserfc_jwt.decode(token, KeySet.import_key_set(published), algorithms=ALGORITHMS).claims
    rules = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": of}}
    joserfc_jwt.JWTClaimsRegistry(**rules).validate(claims)


def by_authlib_validator(token, of):
    class Validator(JWTBearerTokenValidator):
        def get_jwks(self):
            return KeySet.import_key_set(published)

    validator = Validator(issuer=issuer, resource_server=of)
    validator.validate_token(validator.authenticate_token(token), ["read:data"], None)


api("PyJWT", by_pyjwt)
api("joserfc", by_joserfc)
api("python-jose", lambda token, of: python_jose.decode(token, published, algorithms=ALGORITHMS, audience=of, issuer=issuer))
api("Authlib", by_authlib_validator, dialects=("rfc9068_profile",))
