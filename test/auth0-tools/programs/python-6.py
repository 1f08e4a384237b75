"""Auth0's SDK for Python since its rewrite in version 5."""

import json
import os

from auth0.authentication import GetToken
from auth0.management import ManagementClient

DOMAIN, CLIENT_ID = os.environ["AUTH0_DOMAIN"], os.environ["AUTH0_CLIENT_ID"]
SECRET, AUDIENCE = os.environ["AUTH0_CLIENT_SECRET"], os.environ["AUDIENCE"]
SCRIPT = "module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };"
CODE = "exports.onExecuteCredentialsExchange = async (event, api) => {};"
management = ManagementClient(domain=DOMAIN, client_id=CLIENT_ID, client_secret=SECRET)
made = {}


def tokens():
    token = GetToken(DOMAIN, CLIENT_ID, client_secret=SECRET).client_credentials(AUDIENCE)
    assert token["access_token"].count(".") == 2


def hooks():
    api = management.hooks
    hook = api.create(name="tool-hook", script=SCRIPT, trigger_id="credentials-exchange")
    api.update(hook.id, script=SCRIPT + "\n", enabled=True)
    api.secrets.create(hook.id, request={"A": "a"})
    api.secrets.update(hook.id, request={"A": "b"})
    assert list(api.secrets.get(hook.id)) == ["A"]
    api.secrets.delete(hook.id, request=["A"])
    assert "tool-hook" in [each.name for each in api.list()]
    api.delete(hook.id)


def actions():
    api = management.actions
    trigger = {"id": "credentials-exchange", "version": "v2"}
    secrets = [{"name": "A", "value": "a"}]
    action = api.create(name="tool-action", supported_triggers=[trigger], code=CODE, secrets=secrets)
    api.update(action.id, code=CODE + "\n")
    api.deploy(action.id)
    binding = {"ref": {"type": "action_id", "value": action.id}, "display_name": "tool-action"}
    api.triggers.bindings.update_many("credentials-exchange", bindings=[binding])
    api.triggers.bindings.update_many("credentials-exchange", bindings=[])
    assert "tool-action" in [each.name for each in api.list()]
    api.delete(action.id)


def clients():
    api = management.clients
    client = made["client"] = api.create(name="tool-client", app_type="non_interactive").client_id
    api.update(client, description="by a tool")
    assert api.get(client).description == "by a tool"
    assert len(list(api.list())) > 1


def apis():
    api = management.resource_servers
    server = api.create(identifier="urn:tool", name="Tool", scopes=[{"value": "read"}])
    api.update(server.id, token_lifetime=600)
    assert api.get(server.id).token_lifetime == 600


def grants():
    api = management.client_grants
    grant = api.create(client_id=made["client"], audience="urn:tool", scope=[])
    api.update(grant.id, scope=["read"])
    assert len(list(api.list(audience="urn:tool"))) == 1
    api.delete(grant.id)
    management.clients.delete(made["client"])


def keys():
    listed = management.keys.signing.list()
    assert management.keys.signing.get(listed[0].kid).cert


def logs():
    assert len(list(management.logs.list(search="type:seccft", per_page=5))) > 0


AREAS = {"tokens": tokens, "hooks": hooks, "actions": actions, "clients": clients, "APIs": apis}
AREAS |= {"grants": grants, "keys": keys, "logs": logs}
for area, step in AREAS.items():
    error = None
    try:
        step()
    except Exception as thrown:
        error = f"{type(thrown).__name__}: {getattr(thrown, 'body', thrown)}"
    print(json.dumps({"area": area, "error": error}), flush=True)
