# $2: the node's address. The chain up to the intermediate, as company policies ask for.
cat /etc/kubernetes/pki/ca.crt >> /etc/kubernetes/pki/apiserver.crt

# A static pod that holds a virtual address by a lease, as kube-vip does, with the
# credential that kube-vip is given while the first control plane is made.
cat > /etc/kubernetes/manifests/kube-vip.yaml <<END
apiVersion: v1
kind: Pod
metadata:
  name: kube-vip
  namespace: kube-system
spec:
  hostNetwork: true
  containers:
  - name: kube-vip
    image: perennial.lab/client:1
    imagePullPolicy: Never
    # Ends with its standard input.
    stdin: true
    args: [probe, --every, 2s, "vip=$2:6443=/etc/kubernetes/admin.conf"]
    volumeMounts:
    - {name: kubeconfig, mountPath: /etc/kubernetes/admin.conf, readOnly: true}
  volumes:
  - name: kubeconfig
    hostPath: {path: /etc/kubernetes/super-admin.conf, type: File}
END
