//! Diagnostics about `avouch.yaml`, the words of the interface and the templates.

macro_rules! project {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
            NoDemo "no-demo" Error []
                "the target is the demo add-on, and this program was built without it";
            BadPolicy "bad-policy" Error []
                "the operator's policy, or an entry of it, cannot be used";
            NotPermitted "not-permitted" Error []
                "the sources need something that the operator's policy does not permit";
            NoProject "no-project" Error []
                "the folder has no `avouch.yaml`";
            BadTarget "bad-target" Error []
                "the target is not an origin, such as `https://app.example.com`";
            BadHost "bad-host" Error []
                "a value is not a host name";
            BadConnectTo "bad-connect-to" Error []
                "an entry of `connect_to:` is not a host, or not an address with a port";
            BadRoot "bad-root" Error []
                "a file of trusted certificates has no certificate";
            BadResolver "bad-resolver" Error []
                "the resolver is not an IP address";
            BadTrustAnchor "bad-trust-anchor" Error []
                "the trust anchor of DNSSEC is not a list of DNSKEY records";
            BadLimit "bad-limit" Error []
                "a limit is outside the range that is allowed";
            BadRefusal "bad-refusal" Error []
                "the answers that count as a refusal are not usable";
            BadLanguage "bad-language" Error []
                "a language is not a language tag, or is listed twice";
            BadName "bad-name" Error []
                "a name has characters that a name may not have";
            ReservedName "reserved-name" Error []
                "an actor has a name that has a fixed meaning";
            BadVariable "bad-variable" Error []
                "a value is not the name of an environment variable";
            MisplacedVariable "misplaced-variable" Error []
                "a variable is used where variables are not read";
            UnsetVariable "unset-variable" Error [Name]
                "an environment variable is not set: an error where requests are sent, else a warning";
            CredentialScheme "credential-scheme" Error []
                "an actor has no credential, or more than one, or an incomplete one";
            BadCredential "bad-credential" Error []
                "a credential cannot be sent in a header";
            UnstatedJwt "unstated-jwt" Warning []
                "the credential of an actor is a JSON Web Token, and the file does not state that";
            BadLogin "bad-login" Error []
                "a request of an actor's log-in cannot be sent as it is written";
            WeakSecret "weak-secret" Error []
                "the secret of an actor is too short or too common to be recognised in an answer";
            LiteralSecret "literal-secret" Error []
                "a secret is written into a file instead of a variable"
                {
                    title: "A secret is written here",
                    explanation: "A password, key or token is part of this file, and everybody who can read \
                                  the file can use it.",
                    todo: "Delete it, and ask the people who run the service for a new one.",
                };
            BadTenant "bad-tenant" Error []
                "a line of the tenants' file is not a tenant";
            PromisesNotSought "promises-not-sought" Warning []
                "promises without a check are not recognised in a language of the site";
            BadManifest "bad-manifest" Error []
                "a part of a Forge app's manifest, or of the vendor's answers, has another form than Atlassian documents";
            Disagreement "disagreement" Error []
                "the vendor's answers, the manifest of the app and the claims about it do not agree";
            BadEndpoints "bad-endpoints" Error []
                "an entry of `endpoints:` has no file or several, or a file that is not such a list";
            UnknownEndpoint "unknown-endpoint" Error []
                "an exception under `endpoints:` names an end point that is not in its list";
            TestedException "tested-exception" Error []
                "a check tests an end point that is listed as an exception";
            UntestedEndpoints "untested-endpoints" Warning []
                "no check sends a request to an end point that a file of the project lists";
            NoInterfaceWords "no-interface-words" Error []
                "the words of the interface do not exist in a language of the site";
            BadWords "bad-words" Error []
                "a phrase of the interface has other placeholders than the phrase in English";
            UnusedWords "unused-words" Warning []
                "the words of the interface exist in a language that the site does not have";
            ThemeHides "theme-hides" Error []
                "a theme could hide a verdict or a notice, or shows a verdict that is not one";
            Template "template" Error []
                "a template cannot be used";
            TemplateSyntax "template-syntax" Error []
                "a template is not valid Tera";
            TemplateVariable "template-variable" Error []
                "a template uses a variable that it does not get, or in a way that fails";
            TemplateTooMuch "template-too-much" Error []
                "a template repeats too much, or makes a value or a page that is too large";
            TemplateMissing "template-missing" Error []
                "a template extends another one that does not exist";
        }
    };
}
