// Command tool uses github.com/auth0/go-auth0 against hookmint.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/auth0/go-auth0"
	"github.com/auth0/go-auth0/authentication"
	"github.com/auth0/go-auth0/authentication/oauth"
	"github.com/auth0/go-auth0/management"
)

const (
	script = "module.exports = function (client, scope, audience, context, cb) { cb(null, {}); };"
	code   = "exports.onExecuteCredentialsExchange = async (event, api) => {};"
)

var (
	ctx      = context.Background()
	domain   = os.Getenv("AUTH0_DOMAIN")
	id       = os.Getenv("AUTH0_CLIENT_ID")
	secret   = os.Getenv("AUTH0_CLIENT_SECRET")
	audience = os.Getenv("AUDIENCE")
	clientID string
)

func that(holds bool, what string) error {
	if holds {
		return nil
	}
	return errors.New(what)
}

func tokens(*management.Management) error {
	auth, err := authentication.New(ctx, domain, authentication.WithClientID(id), authentication.WithClientSecret(secret))
	if err != nil {
		return err
	}
	request := oauth.LoginWithClientCredentialsRequest{Audience: audience}
	set, err := auth.OAuth.LoginWithClientCredentials(ctx, request, oauth.IDTokenValidationOptions{})
	if err != nil {
		return err
	}
	return that(strings.Count(set.AccessToken, ".") == 2, "no token")
}

func hooks(api *management.Management) error {
	hook := &management.Hook{Name: auth0.String("tool-hook"), Script: auth0.String(script), TriggerID: auth0.String("credentials-exchange")}
	if err := api.Hook.Create(ctx, hook); err != nil {
		return err
	}
	update := &management.Hook{Script: auth0.String(script + "\n"), Enabled: auth0.Bool(true)}
	if err := api.Hook.Update(ctx, hook.GetID(), update); err != nil {
		return err
	}
	if err := api.Hook.CreateSecrets(ctx, hook.GetID(), management.HookSecrets{"A": "a"}); err != nil {
		return err
	}
	if err := api.Hook.ReplaceSecrets(ctx, hook.GetID(), management.HookSecrets{"B": "b"}); err != nil {
		return err
	}
	secrets, err := api.Hook.Secrets(ctx, hook.GetID())
	if err != nil {
		return err
	}
	if err := that(len(secrets) == 1 && secrets["B"] != "", "the secrets are not those that were written"); err != nil {
		return err
	}
	list, err := api.Hook.List(ctx)
	if err != nil {
		return err
	}
	if err := that(len(list.Hooks) > 0, "no hook is listed"); err != nil {
		return err
	}
	return api.Hook.Delete(ctx, hook.GetID())
}

func actions(api *management.Management) error {
	trigger := management.ActionTrigger{ID: auth0.String("credentials-exchange"), Version: auth0.String("v2")}
	secrets := []management.ActionSecret{{Name: auth0.String("A"), Value: auth0.String("a")}}
	action := &management.Action{
		Name: auth0.String("tool-action"), Code: auth0.String(code),
		SupportedTriggers: []management.ActionTrigger{trigger}, Secrets: &secrets,
	}
	if err := api.Action.Create(ctx, action); err != nil {
		return err
	}
	update := &management.Action{Name: action.Name, SupportedTriggers: action.SupportedTriggers, Code: auth0.String(code + "\n")}
	if err := api.Action.Update(ctx, action.GetID(), update); err != nil {
		return err
	}
	if _, err := api.Action.Deploy(ctx, action.GetID()); err != nil {
		return err
	}
	binding := &management.ActionBinding{
		Ref:         &management.ActionBindingReference{Type: auth0.String("action_id"), Value: action.ID},
		DisplayName: auth0.String("tool-action"),
	}
	if err := api.Action.UpdateBindings(ctx, "credentials-exchange", []*management.ActionBinding{binding}); err != nil {
		return err
	}
	if err := api.Action.UpdateBindings(ctx, "credentials-exchange", []*management.ActionBinding{}); err != nil {
		return err
	}
	list, err := api.Action.List(ctx)
	if err != nil {
		return err
	}
	if err := that(len(list.Actions) > 0, "no Action is listed"); err != nil {
		return err
	}
	return api.Action.Delete(ctx, action.GetID())
}

func clients(api *management.Management) error {
	client := &management.Client{Name: auth0.String("tool-client"), AppType: auth0.String("non_interactive")}
	if err := api.Client.Create(ctx, client); err != nil {
		return err
	}
	clientID = client.GetClientID()
	if err := api.Client.Update(ctx, clientID, &management.Client{Description: auth0.String("by a tool")}); err != nil {
		return err
	}
	read, err := api.Client.Read(ctx, clientID)
	if err != nil {
		return err
	}
	if err := that(read.GetDescription() == "by a tool", "the description was not kept"); err != nil {
		return err
	}
	list, err := api.Client.List(ctx)
	if err != nil {
		return err
	}
	return that(len(list.Clients) > 1, "clients are missing")
}

func apis(api *management.Management) error {
	scopes := []management.ResourceServerScope{{Value: auth0.String("read")}}
	server := &management.ResourceServer{Identifier: auth0.String("urn:tool"), Name: auth0.String("Tool"), Scopes: &scopes}
	if err := api.ResourceServer.Create(ctx, server); err != nil {
		return err
	}
	update := &management.ResourceServer{TokenLifetime: auth0.Int(600)}
	if err := api.ResourceServer.Update(ctx, server.GetID(), update); err != nil {
		return err
	}
	read, err := api.ResourceServer.Read(ctx, server.GetID())
	if err != nil {
		return err
	}
	return that(read.GetTokenLifetime() == 600, "the lifetime was not kept")
}

func grants(api *management.Management) error {
	grant := &management.ClientGrant{ClientID: auth0.String(clientID), Audience: auth0.String("urn:tool"), Scope: &[]string{}}
	if err := api.ClientGrant.Create(ctx, grant); err != nil {
		return err
	}
	if err := api.ClientGrant.Update(ctx, grant.GetID(), &management.ClientGrant{Scope: &[]string{"read"}}); err != nil {
		return err
	}
	list, err := api.ClientGrant.List(ctx, management.Parameter("audience", "urn:tool"))
	if err != nil {
		return err
	}
	if err := that(len(list.ClientGrants) == 1, "the grant is not listed"); err != nil {
		return err
	}
	if err := api.ClientGrant.Delete(ctx, grant.GetID()); err != nil {
		return err
	}
	return api.Client.Delete(ctx, clientID)
}

func keys(api *management.Management) error {
	list, err := api.SigningKey.List(ctx)
	if err != nil {
		return err
	}
	if err := that(len(list) > 0, "no key is listed"); err != nil {
		return err
	}
	read, err := api.SigningKey.Read(ctx, list[0].GetKID())
	if err != nil {
		return err
	}
	return that(read.GetCert() != "", "a key has no certificate")
}

func logs(api *management.Management) error {
	list, err := api.Log.List(ctx, management.Query("type:seccft"), management.PerPage(5))
	if err != nil {
		return err
	}
	return that(len(list) > 0, "no log is listed")
}

func main() {
	api, err := management.New(domain, management.WithClientCredentials(ctx, id, secret))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	areas := []struct {
		area string
		step func(*management.Management) error
	}{
		{"tokens", tokens}, {"hooks", hooks}, {"actions", actions}, {"clients", clients},
		{"APIs", apis}, {"grants", grants}, {"keys", keys}, {"logs", logs},
	}
	for _, each := range areas {
		line := map[string]any{"area": each.area, "error": nil}
		if err := each.step(api); err != nil {
			line["error"] = err.Error()
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
}
