//! The examples for CI and the action give strangers nothing: no secrets, no permissions, and no code that
//! changes under a name.

use serde_yaml::Value;

use crate::tree::wording::root;

/// A file as YAML, with the text that its comments are part of.
fn read(name: &str) -> (Value, String) {
    let text = std::fs::read_to_string(root().join(name)).unwrap();
    (serde_yaml::from_str(&text).unwrap(), text)
}

/// Every value of a key, wherever it is, as YAML.
fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Mapping(entries) => {
            for (name, value) in entries {
                if name.as_str() == Some(key) {
                    found.push(value);
                }
                all(value, key, found);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| all(item, key, found)),
        _ => {}
    }
}

fn every<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    all(value, key, &mut found);
    found
}

fn written(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap()
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_pinned_image(image: &str) -> bool {
    image.split_once("@sha256:").is_some_and(|(_, digest)| is_hex(digest, 64))
}

#[test]
fn actions_are_pinned_by_their_full_commits() {
    for name in ["examples/ci/github.yml", ".github/workflows/release.yml", "action.yml"] {
        let (workflow, text) = read(name);
        for action in every(&workflow, "uses") {
            let action = action.as_str().unwrap();
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            assert!(is_hex(commit, 40), "{name}: {action}");
        }
        // A program that is fetched is named by its commit too.
        for line in text.lines().filter(|line| line.contains("--git ")) {
            assert!(line.contains("--locked") && line.contains("--rev "), "{name}: {line}");
        }
    }
}

#[test]
fn a_workflow_grants_nothing_that_a_job_does_not_list() {
    let (workflow, _) = read("examples/ci/github.yml");
    assert_eq!(written(&workflow["permissions"]).trim(), "{}");
    let jobs = workflow["jobs"].as_mapping().unwrap();
    for (name, job) in jobs {
        let name = name.as_str().unwrap();
        let granted = job["permissions"].as_mapping().unwrap_or_else(|| panic!("{name}"));
        let writes = granted.iter().filter(|(_, level)| level.as_str() == Some("write")).count();
        let runs = every(job, "run").len();
        assert!(writes == 0 || runs == 0, "{name} can write, and runs programs");
        let secrets = written(job).contains("${{ secrets.");
        assert!(writes == 0 || !secrets, "{name} can write, and has secrets");
        for step in job["steps"].as_sequence().unwrap() {
            if step["uses"].as_str().is_some_and(|one| one.starts_with("actions/checkout@")) {
                assert_eq!(step["with"]["persist-credentials"].as_bool(), Some(false), "{name}");
            }
        }
    }
}

#[test]
fn strangers_get_no_secrets_and_the_policy_comes_from_the_operator() {
    let (workflow, _) = read("examples/ci/github.yml");
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        let (name, text) = (name.as_str().unwrap(), written(job));
        let condition = job["if"].as_str().unwrap_or_default();
        if text.contains("${{ secrets.") {
            assert!(condition.contains("github.event_name != 'pull_request'"), "{name}");
            assert!(condition.contains("github.ref == 'refs/heads/main'"), "{name}");
            assert!(job["environment"].is_string(), "{name} has no protected environment");
            assert!(text.contains("AVOUCH_POLICY: ${{ vars.AVOUCH_POLICY }}"), "{name}");
        }
        if condition.contains("github.event_name == 'pull_request'") {
            assert!(text.contains("avouch lint --untrusted"), "{name}: {text}");
            assert!(every(job, "environment").is_empty() && !text.contains("AVOUCH_POLICY"));
        }
    }
    let (pipeline, _) = read("examples/ci/gitlab.yml");
    for (name, job) in pipeline.as_mapping().unwrap() {
        let (name, text) = (name.as_str().unwrap(), written(job));
        if text.contains("merge_request_event") {
            assert!(text.contains("avouch lint --untrusted"), "{name}");
        } else if text.contains("avouch check") || text.contains("avouch build") {
            assert!(text.contains("$CI_COMMIT_REF_PROTECTED == \"true\""), "{name}: {text}");
        }
    }
}

#[test]
fn images_are_pinned_by_their_digests() {
    let (pipeline, _) = read("examples/ci/gitlab.yml");
    let image = pipeline["default"]["image"]["name"].as_str().unwrap();
    assert!(is_pinned_image(image), "{image}");
    let (job, _) = read("examples/ci/kubernetes-cronjob.yaml");
    for image in every(&job, "image") {
        assert!(is_pinned_image(image.as_str().unwrap()), "{image:?}");
    }
}

#[test]
fn the_job_in_a_cluster_has_no_more_rights_than_it_needs() {
    let (job, _) = read("examples/ci/kubernetes-cronjob.yaml");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["automountServiceAccountToken"].as_bool(), Some(false));
    assert_eq!(pod["securityContext"]["runAsNonRoot"].as_bool(), Some(true));
    assert!(pod["securityContext"]["runAsUser"].as_u64().unwrap() > 0);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"].as_str(), Some("RuntimeDefault"));
    for container in pod["containers"].as_sequence().unwrap() {
        let rights = &container["securityContext"];
        assert_eq!(rights["allowPrivilegeEscalation"].as_bool(), Some(false));
        assert_eq!(rights["readOnlyRootFilesystem"].as_bool(), Some(true));
        assert_eq!(written(&rights["capabilities"]).trim(), "drop:\n- ALL");
        let env = container["env"].as_sequence().unwrap();
        let policy = env.iter().find(|one| one["name"].as_str() == Some("AVOUCH_POLICY")).unwrap();
        let file = policy["value"].as_str().unwrap();
        let mounts = container["volumeMounts"].as_sequence().unwrap();
        let mount = mounts.iter().find(|one| file.starts_with(one["mountPath"].as_str().unwrap()));
        assert_eq!(mount.unwrap()["readOnly"].as_bool(), Some(true));
        let volumes = pod["volumes"].as_sequence().unwrap();
        let volume = volumes.iter().find(|one| one["name"] == mount.unwrap()["name"]).unwrap();
        assert!(volume["configMap"]["name"].is_string());
    }
}
