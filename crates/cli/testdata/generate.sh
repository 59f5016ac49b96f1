#!/bin/bash
# Makes the certificates of the sample node, with fixed dates. The keys are not kept: nothing is signed with them again.
# Run in an empty directory, then copy *.crt here as *.pem.
set -e
D=$PWD; d(){ date -u -d "$1" +%Y%m%d%H%M%SZ; }; : >>$D/db
printf '[ca]\ndefault_ca=x\n[x]\ndatabase=%s/db\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=p\nrand_serial=yes\nunique_subject=no\n[p]\ncommonName=supplied\n' $D $D >$D/ca.cnf
key(){ openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
sign(){ openssl ca -batch -notext -preserveDN -config $D/ca.cnf -in $1.csr -out $1.crt -extfile $D/e -startdate $(d "$2") -enddate $(d "$3") "${@:4}" 2>/dev/null; }
ca(){ key $1; openssl req -new -key $1.key -subj "$2" -out $1.csr; printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature,keyEncipherment,keyCertSign\nsubjectKeyIdentifier=hash\n' >$D/e; sign $1 "$3" "$4" -selfsign -keyfile $1.key; }
leaf(){ key $1; openssl req -new -key $1.key -subj "$3" -out $1.csr; printf "$4\n" >$D/e; sign $1 "$5" "$6" -cert $2.crt -keyfile $2.key; }
C=extendedKeyUsage=clientAuth; V=extendedKeyUsage=serverAuth; B=extendedKeyUsage=serverAuth,clientAuth
F='2025-12-06 08:05:00'; T='2026-12-06 08:10:00'; CF='2025-12-06 08:05:00'; CT='2035-12-04 08:10:00'
ca ca /CN=kubernetes "$CF" "$CT"; ca etcd-ca /CN=etcd-ca "$CF" "$CT"; ca front-proxy-ca /CN=front-proxy-ca "$CF" "$CT"
leaf apiserver ca /CN=kube-apiserver "$V\nsubjectAltName=DNS:cp1,DNS:kubernetes,IP:10.0.0.11" "$F" "$T"
leaf apiserver-kubelet-client ca /O=kubeadm:cluster-admins/CN=kube-apiserver-kubelet-client "$C" "$F" "$T"
leaf front-proxy-client front-proxy-ca /CN=front-proxy-client "$C" "$F" "$T"
leaf apiserver-etcd-client etcd-ca /CN=kube-apiserver-etcd-client "$C" "$F" "$T"
leaf etcd-server etcd-ca /CN=cp1 "$B\nsubjectAltName=DNS:cp1,IP:10.0.0.11" "$F" "$T"
leaf etcd-peer etcd-ca /CN=cp1 "$B\nsubjectAltName=DNS:cp1,IP:10.0.0.11" "$F" "$T"
leaf etcd-healthcheck-client etcd-ca /CN=kube-etcd-healthcheck-client "$C" "$F" "$T"
leaf admin.conf ca /O=kubeadm:cluster-admins/CN=kubernetes-admin "$C" "$F" "$T"
leaf controller-manager.conf ca /CN=system:kube-controller-manager "$C" "$F" "$T"
leaf scheduler.conf ca /CN=system:kube-scheduler "$C" "$F" "$T"
leaf kubelet-client ca /O=system:nodes/CN=system:node:cp1 "$C" '2026-08-01 00:00:00' '2027-08-01 00:00:00'
leaf kubelet-client-expired ca /O=system:nodes/CN=system:node:cp1 "$C" '2025-11-21 00:00:00' '2026-11-21 03:12:44'
leaf config-old ca /O=kubeadm:cluster-admins/CN=kubernetes-admin "$C" '2024-12-06 08:05:00' '2026-11-30 08:10:00'
ca kubelet-serving '/CN=cp1@1764999000' "$F" "$T"
ca localhost '/CN=localhost@1765008662' "$F" "$T"
ca loopback '/CN=apiserver-loopback-client@1765008662' "$F" '2028-12-05 08:10:00'
