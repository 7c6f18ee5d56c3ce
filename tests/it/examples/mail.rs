//! `examples/mail-domain/`: a zone, a mail server that starts TLS, and the hosts of the policy and of the web site.

use crate::evidence::service::{Answer, Service};
use crate::examples::live::{Live, security_txt};
use crate::readers::{certificates, zone};
use crate::trust::hostile::secure::config;

const ZONE: &str = "\
www.example.com. A 127.0.0.1
mta-sts.example.com. A 127.0.0.1
mx1.example.com. A 192.0.2.1
example.com. MX 10 mx1.example.com.
example.com. TXT \"v=spf1 mx include:bulk.example.net -all\"
bulk.example.net. TXT \"v=spf1 ip4:198.51.100.0/24 -all\"
_dmarc.example.com. TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@example.com\"
_mta-sts.example.com. TXT \"v=STSv1; id=20261128\"
mail._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
";

const POLICY: &str =
    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmax_age: 604800\r\n";

const OFFERS: &str = "250-mx1.example.com\r\n250 STARTTLS\r\n";

#[test]
fn a_sound_domain_holds() {
    live(ZONE, POLICY, OFFERS).holds();
}

#[test]
fn each_misconfiguration_breaks_its_claim() {
    let zone = ZONE.replace("bulk.example.net -all\"", "bulk.example.net ?all\"");
    let testing = POLICY.replace("enforce", "testing");
    live(&zone, &testing, OFFERS).breaks(&["mail-forced", "senders"]);
    let zone = ZONE.replace("p=reject;", "p=none;").replace("k=ed25519;", "k=ed25519; t=y;");
    let no_tls = "250 mx1.example.com\r\n";
    live(&zone, POLICY, no_tls).breaks(&["forged-mail", "mail-encryption", "signatures"]);
}

/// The example with this zone, this policy of MTA-STS, and a mail server with these offers.
fn live(zone: &str, policy: &str, offers: &'static str) -> Live {
    let policy = policy.to_owned();
    let sts = Service::start(move |asked| match asked.line().as_str() {
        "GET /.well-known/mta-sts.txt" => {
            Answer::new(200, policy.clone()).with("content-type", "text/plain")
        }
        _ => Answer::new(404, ""),
    });
    let www = Service::start(|asked| match asked.line().as_str() {
        "GET /.well-known/security.txt" => security_txt("mailto:security@example.com"),
        _ => Answer::new(404, ""),
    });
    let live = Live::new("mail-domain", &[]);
    let identity = live.authority.identity(&["mx1.example.com"], |_| {});
    let mail = certificates::serve(config(identity), Some(offers));
    live.host("www.example.com", www)
        .host("mta-sts.example.com", sts)
        .leads("mx1.example.com:25", mail)
        .resolver(zone::serve(zone))
}
