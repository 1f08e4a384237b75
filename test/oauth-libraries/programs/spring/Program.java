import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Spring Security, as clients and APIs use it, against hookmint. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
public class Program {
  private static Map<String, Object> task;

  private interface Act {
    /** What it got, or null. */
    String run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    task = JSONObjectUtils.parse(Files.readString(Path.of(args[0])));
    tell("metadata", () -> {
      ClientRegistrations.fromOidcIssuerLocation(text("issuer"));
      return null;
    });
    Map<String, Object> client = part("client");
    var basic = registration(client, ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
    tell("Basic", () -> token(basic, null, "audience"));
    tell("post", () -> token(registration(client, ClientAuthenticationMethod.CLIENT_SECRET_POST), null, "audience"));
    tell("resource", () -> token(basic, null, "resource"));
    for (Map<String, Object> one : parts("key_clients")) {
      tell("key " + one.get("alg"), () -> {
        @SuppressWarnings("unchecked")
        JWK jwk = JWK.parse((Map<String, Object>) one.get("jwk"));
        return token(registration(one, ClientAuthenticationMethod.PRIVATE_KEY_JWT), jwk, "audience");
      });
    }
    for (Map<String, Object> one : parts("accept")) {
      tell((String) one.get("area"), () -> {
        decoder((String) one.get("audience")).decode((String) one.get("token"));
        return null;
      });
    }
    for (Map<String, Object> one : parts("refuse")) {
      tell("others refused", () -> {
        try {
          decoder((String) one.get("audience")).decode((String) one.get("token"));
        } catch (Exception refused) {
          return null;
        }
        throw new IllegalStateException("took: " + one.get("area"));
      });
    }
    var context = SpringApplication.run(Program.class, "--server.address=127.0.0.1", "--server.port=0",
        "--spring.main.banner-mode=off", "--logging.level.root=off");
    String port = context.getEnvironment().getProperty("local.server.port");
    say(Map.of("library", "Spring Security", "url", "http://127.0.0.1:" + port + "/data"));
    say(Map.of("over", true));
    while (System.in.read() >= 0);
    context.close();
  }

  private static ClientRegistration registration(Map<String, Object> client, ClientAuthenticationMethod method) {
    return ClientRegistrations.fromIssuerLocation(text("issuer")).registrationId("hookmint")
        .clientId((String) client.get("id")).clientSecret((String) client.get("secret"))
        .clientAuthenticationMethod(method).authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
        .scope("read:data").build();
  }

  /** @param naming The parameter that names the API. */
  private static String token(ClientRegistration registration, JWK key, String naming) {
    var client = new RestClientClientCredentialsTokenResponseClient();
    if (key != null) client.addParametersConverter(
        new NimbusJwtClientAuthenticationParametersConverter<OAuth2ClientCredentialsGrantRequest>(given -> key));
    client.addParametersConverter(request -> {
      MultiValueMap<String, String> parameters = new LinkedMultiValueMap<>();
      parameters.add(naming, text("audience"));
      return parameters;
    });
    return client.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(registration)).getAccessToken().getTokenValue();
  }

  private static NimbusJwtDecoder decoder(String audience) {
    return decoder(new JwtClaimValidator<List<String>>(JwtClaimNames.AUD, named -> named != null && named.contains(audience)));
  }

  /** Of both dialects. */
  private static NimbusJwtDecoder decoder(OAuth2TokenValidator<Jwt> more) {
    NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(text("jwks_uri")).validateType(false).jwsAlgorithms(
        all -> all.addAll(List.of(SignatureAlgorithm.RS256, SignatureAlgorithm.PS256, SignatureAlgorithm.ES256))).build();
    decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(new JwtTypeValidator("JWT", "at+jwt"),
        new JwtTimestampValidator(), new JwtIssuerValidator(text("issuer")), more));
    return decoder;
  }

  @GetMapping("/data")
  public String data() {
    return "{}";
  }

  @Bean
  SecurityFilterChain chain(HttpSecurity http) throws Exception {
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults())).build();
  }

  /** Of an API that takes bound tokens alone. */
  @Bean
  JwtDecoder boundDecoder() {
    String audience = text("bound_audience");
    return decoder(new DelegatingOAuth2TokenValidator<>(
        new JwtClaimValidator<List<String>>(JwtClaimNames.AUD, named -> named != null && named.contains(audience)),
        new JwtClaimValidator<Map<String, Object>>("cnf", cnf -> cnf != null && cnf.containsKey("jkt"))));
  }

  private static String text(String name) {
    return (String) task.get(name);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> part(String name) {
    return (Map<String, Object>) task.get(name);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> parts(String name) {
    return (List<Map<String, Object>>) task.get(name);
  }

  private static void say(Map<String, Object> line) {
    System.out.println(JSONObjectUtils.toJSONString(line));
  }

  private static void tell(String area, Act act) {
    Map<String, Object> line = new HashMap<>(Map.of("library", "Spring Security", "area", area));
    line.put("error", null);
    try {
      String token = act.run();
      if (token != null) line.put("token", token);
    } catch (Exception error) {
      line.put("error", error.getMessage() == null ? error.toString() : error.getMessage());
    }
    say(line);
  }
}
