import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.JWTAuthenticationClaimsSet;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.dpop.JWKThumbprintConfirmation;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPIssuer;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPProtectedResourceRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DefaultDPoPSingleUseChecker;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONObject;

/** Nimbus' libraries, as clients and APIs use them, against hookmint. */
public final class Program {
  private static final String SDK = "oauth2-oidc-sdk";
  private static final String JOSE = "nimbus-jose-jwt";
  private static JSONObject task;
  private static URI endpoint;
  private static JWKSource<SecurityContext> keys;

  private interface Act {
    /** What it got, or null. */
    String run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    task = JSONObjectUtils.parse(Files.readString(Path.of(args[0])));
    String issuer = text("issuer");
    keys = JWKSourceBuilder.<SecurityContext>create(URI.create(text("jwks_uri")).toURL()).retrying(true).build();
    endpoint = AuthorizationServerMetadata.resolve(new Issuer(issuer)).getTokenEndpointURI();
    tell(SDK, "metadata", () -> {
      OIDCProviderMetadata.resolve(new Issuer(issuer));
      return null;
    });
    JSONObject client = (JSONObject) task.get("client");
    ClientID id = new ClientID((String) client.get("id"));
    Secret secret = new Secret((String) client.get("secret"));
    tell(SDK, "Basic", () -> token(byAudience(new ClientSecretBasic(id, secret))).getValue());
    tell(SDK, "post", () -> token(byAudience(new ClientSecretPost(id, secret))).getValue());
    tell(SDK, "resource", () -> token(new TokenRequest.Builder(endpoint, new ClientSecretBasic(id, secret), new ClientCredentialsGrant())
        .resources(URI.create(text("audience"))).scope(new Scope("read:data")).build().toHTTPRequest()).getValue());
    for (Object each : (JSONArray) task.get("key_clients")) {
      JSONObject one = (JSONObject) each;
      tell(SDK, "key " + one.get("alg"), () -> token(byAudience(assertion(one))).getValue());
    }
    tell(SDK, "DPoP", () -> {
      var key = new ECKeyGenerator(Curve.P_256).generate();
      HTTPRequest request = new TokenRequest.Builder(endpoint, new ClientSecretBasic(id, secret), new ClientCredentialsGrant())
          .customParameter("audience", text("bound_audience")).build().toHTTPRequest();
      request.setDPoP(new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256).createDPoPJWT("POST", endpoint));
      AccessToken token = token(request);
      if (!(token instanceof DPoPAccessToken)) throw new IllegalStateException("a token of the type " + token.getType());
      var confirmed = JWKThumbprintConfirmation.parse(SignedJWT.parse(token.getValue()).getJWTClaimsSet());
      if (!confirmed.getValue().equals(key.computeThumbprint())) throw new IllegalStateException("bound to another key");
      return null;
    });
    for (Object each : (JSONArray) task.get("accept")) {
      JSONObject one = (JSONObject) each;
      tell(JOSE, (String) one.get("area"), () -> {
        verify((String) one.get("token"), (String) one.get("audience"));
        return null;
      });
    }
    for (Object each : (JSONArray) task.get("refuse")) {
      JSONObject one = (JSONObject) each;
      tell(JOSE, "others refused", () -> {
        try {
          verify((String) one.get("token"), (String) one.get("audience"));
        } catch (Exception refused) {
          return null;
        }
        throw new IllegalStateException("took: " + one.get("area"));
      });
    }
    HttpServer server = serve();
    System.out.println(new JSONObject(Map.of("library", JOSE, "url", "http://127.0.0.1:" + server.getAddress().getPort() + "/data")));
    System.out.println("{\"over\":true}");
    while (System.in.read() >= 0);
    server.stop(0);
  }

  private static String text(String name) {
    return (String) task.get(name);
  }

  private static HTTPRequest byAudience(ClientAuthentication authentication) {
    return new TokenRequest.Builder(endpoint, authentication, new ClientCredentialsGrant())
        .customParameter("audience", text("audience")).scope(new Scope("read:data")).build().toHTTPRequest();
  }

  private static AccessToken token(HTTPRequest request) throws Exception {
    TokenResponse response = TokenResponse.parse(request.send());
    if (response instanceof AccessTokenResponse success) return success.getTokens().getAccessToken();
    throw new IllegalStateException(response.toErrorResponse().getErrorObject().toJSONObject().toJSONString());
  }

  private static PrivateKeyJWT assertion(JSONObject client) throws Exception {
    ClientID id = new ClientID((String) client.get("id"));
    JWSAlgorithm algorithm = JWSAlgorithm.parse((String) client.get("alg"));
    JWK jwk = JWK.parse((JSONObject) client.get("jwk"));
    if (jwk instanceof OctetKeyPair pair) {
      var claims = new JWTAuthenticationClaimsSet(id, new Audience(text("issuer")));
      SignedJWT signed = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(jwk.getKeyID()).build(), claims.toJWTClaimsSet());
      signed.sign(new Ed25519Signer(pair));
      return new PrivateKeyJWT(signed);
    }
    return new PrivateKeyJWT(id, endpoint, algorithm, ((AsymmetricJWK) jwk).toPrivateKey(), jwk.getKeyID(), null);
  }

  private static JWTClaimsSet verify(String token, String audience) throws Exception {
    var processor = new DefaultJWTProcessor<SecurityContext>();
    Set<JWSAlgorithm> algorithms = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys));
    processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt")));
    var exact = new JWTClaimsSet.Builder().issuer(text("issuer")).build();
    processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(audience, exact, Set.of("sub", "exp")));
    return processor.process(token, null);
  }

  /** An API that takes bound tokens alone. */
  private static HttpServer serve() throws Exception {
    var verifier = new DPoPProtectedResourceRequestVerifier(
        Set.of(JWSAlgorithm.ES256), 60, new DefaultDPoPSingleUseChecker(120, 120));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/data", exchange -> {
      int status = 200;
      try {
        DPoPAccessToken token = DPoPAccessToken.parse(exchange.getRequestHeaders().getFirst("Authorization"));
        JWTClaimsSet claims = verify(token.getValue(), text("bound_audience"));
        SignedJWT proof = SignedJWT.parse(exchange.getRequestHeaders().getFirst("DPoP"));
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/data");
        verifier.verify(exchange.getRequestMethod(), address, new DPoPIssuer(new ClientID("any")), proof, token,
            JWKThumbprintConfirmation.parse(claims), null);
      } catch (Exception refused) {
        status = 401;
      }
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    });
    server.start();
    return server;
  }

  private static void tell(String library, String area, Act act) {
    Map<String, Object> line = new HashMap<>(Map.of("library", library, "area", area));
    line.put("error", null);
    try {
      String token = act.run();
      if (token != null) line.put("token", token);
    } catch (Exception | LinkageError error) {
      line.put("error", error.getMessage() == null ? error.toString() : error.getMessage());
    }
    System.out.println(new JSONObject(line));
  }
}
