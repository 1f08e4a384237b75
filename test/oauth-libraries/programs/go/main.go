// Command program uses the Go libraries that clients and APIs take against hookmint.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwk"
	jwx "github.com/lestrrat-go/jwx/v3/jwt"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

type shown struct {
	Area     string `json:"area"`
	Audience string `json:"audience"`
	Token    string `json:"token"`
}

type task struct {
	Issuer   string `json:"issuer"`
	JwksURI  string `json:"jwks_uri"`
	Audience string `json:"audience"`
	Client   struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	} `json:"client"`
	Accept []shown `json:"accept"`
	Refuse []shown `json:"refuse"`
}

type outcome struct {
	Library string  `json:"library"`
	Area    string  `json:"area"`
	Error   *string `json:"error"`
	Token   string  `json:"token,omitempty"`
}

var (
	ctx        = context.Background()
	algorithms = []string{"RS256", "PS256", "ES256", "EdDSA"}
	given      task
)

func tell(library, area, token string, err error) {
	line := outcome{Library: library, Area: area, Token: token}
	if err != nil {
		text := err.Error()
		line.Error = &text
	}
	_ = json.NewEncoder(os.Stdout).Encode(line)
}

func client(area string, style oauth2.AuthStyle, parameters url.Values) {
	provider, err := oidc.NewProvider(ctx, given.Issuer)
	if err != nil {
		tell("x/oauth2", area, "", err)
		return
	}
	config := clientcredentials.Config{
		ClientID: given.Client.ID, ClientSecret: given.Client.Secret, TokenURL: provider.Endpoint().TokenURL,
		AuthStyle: style, EndpointParams: parameters, Scopes: []string{"read:data"},
	}
	token, err := config.Token(ctx)
	if err != nil {
		tell("x/oauth2", area, "", err)
		return
	}
	tell("x/oauth2", area, token.AccessToken, nil)
}

func api(library string, verify func(token, audience string) error) {
	for _, token := range given.Accept {
		tell(library, token.Area, "", verify(token.Token, token.Audience))
	}
	for _, token := range given.Refuse {
		err := errors.New("took: " + token.Area)
		if verify(token.Token, token.Audience) != nil {
			err = nil
		}
		tell(library, "others refused", "", err)
	}
}

func verifyByOidc(token, audience string) error {
	provider, err := oidc.NewProvider(ctx, given.Issuer)
	if err != nil {
		return err
	}
	_, err = provider.Verifier(&oidc.Config{ClientID: audience, SupportedSigningAlgs: algorithms}).Verify(ctx, token)
	return err
}

func verifyByJwx(token, audience string) error {
	keys, err := jwk.Fetch(ctx, given.JwksURI)
	if err != nil {
		return err
	}
	_, err = jwx.Parse([]byte(token), jwx.WithKeySet(keys), jwx.WithIssuer(given.Issuer), jwx.WithAudience(audience))
	return err
}

func verifyByGolangJwt(token, audience string) error {
	keys, err := keyfunc.NewDefaultCtx(ctx, []string{given.JwksURI})
	if err != nil {
		return err
	}
	_, err = jwt.Parse(token, keys.Keyfunc, jwt.WithIssuer(given.Issuer), jwt.WithAudience(audience), jwt.WithValidMethods(algorithms))
	return err
}

func main() {
	file, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(file, &given)
	}
	if err != nil {
		panic(err)
	}
	byAudience := url.Values{"audience": {given.Audience}}
	client("metadata", oauth2.AuthStyleAutoDetect, byAudience)
	client("Basic", oauth2.AuthStyleInHeader, byAudience)
	client("post", oauth2.AuthStyleInParams, byAudience)
	client("resource", oauth2.AuthStyleInHeader, url.Values{"resource": {given.Audience}})
	api("go-oidc", verifyByOidc)
	api("jwx", verifyByJwx)
	api("golang-jwt", verifyByGolangJwt)
}
