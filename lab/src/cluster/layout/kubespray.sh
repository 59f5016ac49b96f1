# $1: the node's name, $2: its address. etcd as a service of the host, with a CA and files of its own.
directory=/etc/ssl/etcd/ssl
mkdir -p $directory /var/lib/etcd
chmod 700 $directory /var/lib/etcd
cd $directory
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=etcd-ca -keyout ca-key.pem -out ca.pem \
  -addext keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign 2>/dev/null
for pair in "member-$1" "admin-$1" "node-$1"; do
  openssl req -new -newkey rsa:2048 -nodes -subj "/CN=etcd-$pair" -keyout $pair-key.pem -out $pair.csr 2>/dev/null
  printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:localhost,DNS:%s,DNS:etcd.kube-system.svc,IP:%s,IP:127.0.0.1\n' "$1" "$2" > extensions
  openssl x509 -req -in $pair.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 -extfile extensions -out $pair.pem 2>/dev/null
  rm $pair.csr
done
rm extensions
chmod 600 ./*-key.pem

cat > /etc/etcd.env <<END
ETCD_DATA_DIR=/var/lib/etcd
ETCD_NAME=etcd1
ETCD_ADVERTISE_CLIENT_URLS=https://$2:2379
ETCD_INITIAL_ADVERTISE_PEER_URLS=https://$2:2380
ETCD_INITIAL_CLUSTER_STATE=new
ETCD_INITIAL_CLUSTER=etcd1=https://$2:2380
ETCD_LISTEN_CLIENT_URLS=https://$2:2379,https://127.0.0.1:2379
ETCD_LISTEN_PEER_URLS=https://$2:2380
ETCD_TRUSTED_CA_FILE=$directory/ca.pem
ETCD_CERT_FILE=$directory/member-$1.pem
ETCD_KEY_FILE=$directory/member-$1-key.pem
ETCD_CLIENT_CERT_AUTH=true
ETCD_PEER_TRUSTED_CA_FILE=$directory/ca.pem
ETCD_PEER_CERT_FILE=$directory/member-$1.pem
ETCD_PEER_KEY_FILE=$directory/member-$1-key.pem
ETCD_PEER_CLIENT_CERT_AUTH=true
END

# The binary of the image that kubeadm would have used.
image=$(crictl images -o json | grep -o 'registry.k8s.io/etcd:[^"]*' | head -n 1)
mount=$(mktemp -d)
ctr --namespace k8s.io images mount "$image" "$mount" > /dev/null
cp "$mount/usr/local/bin/etcd" /usr/local/bin/etcd
ctr --namespace k8s.io images unmount --rm "$mount" > /dev/null
rmdir "$mount"

cat > /etc/systemd/system/etcd.service <<END
[Unit]
Description=etcd
After=network.target

[Service]
Type=notify
User=root
EnvironmentFile=/etc/etcd.env
ExecStart=/usr/local/bin/etcd
NotifyAccess=all
Restart=always
RestartSec=10s
LimitNOFILE=40000

[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable --now etcd
