//! What client-go refuses of a kubeconfig that it can read: of the whole file in its conversion (clientcmd
//! api/v1/conversion.go), of the entries that the current context leads to in clientcmd/validation.go and in
//! transport.go. Files that it names are not looked at here.

use super::wire::{Cluster, Config, Exec, User};
use crate::inventory::Trouble;

fn refuse<T>(reason: &str) -> Result<T, Trouble> {
    Err(Trouble::Malformed(reason.to_owned()))
}

/// The kind of object, and lists that name an entry twice.
pub(super) fn file(config: &Config) -> Result<(), Trouble> {
    let other = |field: &str, expected: &str| !field.is_empty() && field != expected;
    if other(&config.kind, "Config") || other(&config.api_version, "v1") {
        return refuse("another kind of object than a v1 Config");
    }
    match config.twice() {
        Some(list) => refuse(&format!("{list} lists one name twice")),
        None => Ok(()),
    }
}

/// `validateClusterInfo`, and the transport's word on trust.
pub(super) fn cluster(cluster: &Cluster) -> Result<(), Trouble> {
    let (data, file) = (!cluster.certificate_authority_data.0.is_empty(), &cluster.certificate_authority);
    if cluster.server.is_empty() {
        return refuse("the cluster has no server");
    }
    if data && !file.is_empty() {
        return refuse("certificate-authority and certificate-authority-data exclude each other");
    }
    if cluster.insecure_skip_tls_verify && (data || !file.is_empty()) {
        return refuse("insecure-skip-tls-verify and a certificate authority exclude each other");
    }
    let scheme = cluster.proxy_url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let known = |scheme: &str| ["http", "https", "socks5"].contains(&scheme);
    if !cluster.proxy_url.is_empty() && !scheme.as_deref().is_some_and(known) {
        return refuse("proxy-url is none of http, https and socks5");
    }
    Ok(())
}

/// `validateAuthInfo`.
pub(super) fn user(user: &User) -> Result<(), Trouble> {
    let certificate = (!user.client_certificate.is_empty(), !user.client_certificate_data.0.is_empty());
    let key = (!user.client_key.is_empty(), !user.client_key_data.0.is_empty());
    if certificate != (false, false) {
        if certificate == (true, true) {
            return refuse("client-certificate and client-certificate-data exclude each other");
        }
        if key == (true, true) {
            return refuse("client-key and client-key-data exclude each other");
        }
        if key == (false, false) {
            return refuse("client-certificate without client-key");
        }
    }
    if let Some(exec) = &user.exec {
        if user.auth_provider.is_some() {
            return refuse("exec and auth-provider exclude each other");
        }
        plugin(exec)?;
    }
    let password = !user.username.is_empty() || !user.password.is_empty();
    if !user.token.is_empty() && password {
        return refuse("token and username exclude each other");
    }
    let impersonates =
        !(user.as_uid.is_empty() && user.as_groups.is_empty() && user.as_user_extra.is_empty());
    if impersonates && user.acts_as.is_empty() {
        return refuse("as-uid, as-groups or as-user-extra without as");
    }
    Ok(())
}

fn plugin(exec: &Exec) -> Result<(), Trouble> {
    if exec.command.is_empty() || exec.api_version.is_empty() {
        return refuse("exec needs command and apiVersion");
    }
    if exec.env.iter().any(|variable| variable.name.is_empty()) {
        return refuse("exec has a variable without a name");
    }
    // Before v1 the mode has a default (api/v1/defaults.go).
    let older = ["client.authentication.k8s.io/v1beta1", "client.authentication.k8s.io/v1alpha1"];
    let known = ["Never", "IfAvailable", "Always"].contains(&exec.interactive_mode.as_str());
    if known || (exec.interactive_mode.is_empty() && older.contains(&exec.api_version.as_str())) {
        Ok(())
    } else {
        refuse("exec has no interactiveMode that client-go knows")
    }
}
