"""Auth0's SDK for Python before its rewrite in version 5."""

import json
import os

from auth0.authentication import GetToken
from auth0.management import Auth0

DOMAIN, CLIENT_ID = os.environ["AUTH0_DOMAIN"], os.environ["AUTH0_CLIENT_ID"]
SECRET, AUDIENCE = os.environ["AUTH0_CLIENT_SECRET"], os.environ["AUDIENCE"]
SCRIPT = "module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };"
CODE = "exports.onExecuteCredentialsExchange = async (event, api) => {};"
tokens = GetToken(DOMAIN, CLIENT_ID, client_secret=SECRET)
made = {}


def management():
    token = tokens.client_credentials(f"https://{DOMAIN}/api/v2/")["access_token"]
    return Auth0(DOMAIN, token)


def tokens_area():
    assert tokens.client_credentials(AUDIENCE)["access_token"].count(".") == 2


def hooks():
    api = management().hooks
    hook = api.create({"name": "tool-hook", "script": SCRIPT, "triggerId": "credentials-exchange"})
    api.update(hook["id"], {"script": SCRIPT + "\n", "enabled": True})
    api.add_secrets(hook["id"], {"A": "a"})
    api.update_secrets(hook["id"], {"A": "b"})
    assert list(api.get_secrets(hook["id"])) == ["A"]
    api.delete_secrets(hook["id"], ["A"])
    assert "tool-hook" in [each["name"] for each in api.all()]
    api.delete(hook["id"])


def actions():
    api = management().actions
    trigger = {"id": "credentials-exchange", "version": "v2"}
    secrets = [{"name": "A", "value": "a"}]
    action = api.create_action(
        {"name": "tool-action", "supported_triggers": [trigger], "code": CODE, "secrets": secrets}
    )
    api.update_action(action["id"], {"code": CODE + "\n"})
    api.deploy_action(action["id"])
    binding = {"ref": {"type": "action_id", "value": action["id"]}, "display_name": "tool-action"}
    api.update_trigger_bindings("credentials-exchange", {"bindings": [binding]})
    api.update_trigger_bindings("credentials-exchange", {"bindings": []})
    assert "tool-action" in [each["name"] for each in api.get_actions()["actions"]]
    api.delete_action(action["id"])


def clients():
    api = management().clients
    client = made["client"] = api.create({"name": "tool-client", "app_type": "non_interactive"})["client_id"]
    api.update(client, {"description": "by a tool"})
    assert api.get(client)["description"] == "by a tool"
    assert len(api.all()) > 1


def apis():
    api = management().resource_servers
    server = api.create({"identifier": "urn:tool", "name": "Tool", "scopes": [{"value": "read"}]})
    api.update(server["id"], {"token_lifetime": 600})
    assert api.get(server["id"])["token_lifetime"] == 600


def grants():
    api = management().client_grants
    grant = api.create({"client_id": made["client"], "audience": "urn:tool", "scope": []})
    api.update(grant["id"], {"scope": ["read"]})
    assert len(api.all(audience="urn:tool")) == 1
    api.delete(grant["id"])
    management().clients.delete(made["client"])


def keys():
    raise Exception("the SDK has no signing keys")


def logs():
    assert len(management().logs.search(q="type:seccft", per_page=5)["logs"]) > 0


AREAS = {"tokens": tokens_area, "hooks": hooks, "actions": actions, "clients": clients, "APIs": apis}
AREAS |= {"grants": grants, "keys": keys, "logs": logs}
for area, step in AREAS.items():
    error = None
    try:
        step()
    except Exception as thrown:
        error = f"{type(thrown).__name__}: {thrown}"
    print(json.dumps({"area": area, "error": error}), flush=True)
