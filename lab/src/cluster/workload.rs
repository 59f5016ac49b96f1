//! The workload that keeps talking to the API, so that "workloads keep working" is seen.

use crate::cache::CLIENT_IMAGE;
use crate::error::Result;
use crate::node::Machine;

/// Where the workload's report lies on the node it runs on.
pub(crate) const REPORT: &str = "/var/log/lab-client/report.json";

/// The namespace of the workload.
pub(crate) const NAMESPACE: &str = "lab-client";

/// Creates or updates the workload.
pub(crate) fn apply(machine: &Machine) -> Result<()> {
    let objects = format!(
        r#"apiVersion: v1
kind: Namespace
metadata: {{name: {NAMESPACE}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: lab-client, namespace: {NAMESPACE}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: lab-client, namespace: {NAMESPACE}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: lab-client, namespace: {NAMESPACE}}}
rules: [{{apiGroups: [""], resources: [configmaps], verbs: [get, patch]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: lab-client, namespace: {NAMESPACE}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: lab-client}}
subjects: [{{kind: ServiceAccount, name: lab-client, namespace: {NAMESPACE}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: lab-client, namespace: {NAMESPACE}}}
spec:
  strategy: {{type: Recreate}}
  selector: {{matchLabels: {{app: lab-client}}}}
  template:
    metadata: {{labels: {{app: lab-client}}}}
    spec:
      serviceAccountName: lab-client
      tolerations: [{{operator: Exists}}]
      terminationGracePeriodSeconds: 1
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            preference: {{matchExpressions: [{{key: node-role.kubernetes.io/control-plane, operator: DoesNotExist}}]}}
      containers:
      - name: client
        image: {CLIENT_IMAGE}
        imagePullPolicy: Never
        args: [pod]
        volumeMounts: [{{name: report, mountPath: /report}}]
      volumes: [{{name: report, hostPath: {{path: /var/log/lab-client, type: DirectoryOrCreate}}}}]
"#
    );
    let argv = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "apply", "-f", "-"];
    machine.must(&argv, Some(objects.as_bytes())).map(drop)
}
