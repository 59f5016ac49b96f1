# A cluster CA that is an intermediate of the company's root, and kube-scheduler's configuration. The root stays in
# the company: kube-controller-manager wants exactly one certificate in the file that it signs with.
mkdir -p /etc/kubernetes/pki
cd /etc/kubernetes/pki
openssl ecparam -name prime256v1 -genkey -noout -out /tmp/root.key
openssl req -x509 -new -key /tmp/root.key -sha256 -days 7300 -subj '/O=Example Ltd/CN=Example Root CA' -out /tmp/root.crt \
  -addext keyUsage=critical,keyCertSign,cRLSign
openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -new -key ca.key -subj '/O=Example Ltd/CN=kubernetes' -out /tmp/ca.csr
printf 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,digitalSignature,keyEncipherment,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' > /tmp/extensions
openssl x509 -req -in /tmp/ca.csr -CA /tmp/root.crt -CAkey /tmp/root.key -CAcreateserial -days 3650 -sha256 -extfile /tmp/extensions -out ca.crt 2>/dev/null
chmod 600 ca.key
rm /tmp/root.crt /tmp/root.key /tmp/root.srl /tmp/ca.csr /tmp/extensions

cat > /etc/kubernetes/scheduler-config.yaml <<END
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection:
  kubeconfig: /etc/kubernetes/scheduler.conf
leaderElection:
  leaderElect: true
END
