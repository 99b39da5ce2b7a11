import type { ManifestVariable } from '#model/manifest.ts';

/** Lifetimes in days. */
const CA_DAYS = 3650;
const LEAF_DAYS = 730;

/**
 * Credentials of a cluster: three CAs, one certificate for each program and direction, one key for service account tokens. Pure.
 * Those of one instance carry its address. `{{ spec… }}` and `{{ addresses… }}` are rendered when they are generated.
 */
export function clusterVariables(input: { externalHostname: string; firstServiceAddress: string }): ManifestVariable[] {
  return [
    ca('kubo_ca', 'Kubernetes CA'),
    ca('etcd_ca', 'etcd CA'),
    ca('front-proxy-ca', 'front proxy CA'),
    leaf('tls-etcd', 'etcd_ca', {
      common_name: '{{ spec.hostname }}',
      alternative_names: ['{{ spec.hostname }}', 'localhost', '127.0.0.1', '{{ spec.address }}'],
      extended_key_usage: ['server_auth', 'client_auth'],
      groups: ['master'],
    }),
    leaf('tls-etcdctl', 'etcd_ca', { common_name: 'kube-apiserver' }),
    leaf('tls-kubernetes', 'kubo_ca', {
      common_name: 'kube-apiserver',
      alternative_names: [
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        'localhost',
        input.externalHostname,
        input.firstServiceAddress,
        '127.0.0.1',
        '{{ addresses.vip }}',
        '{{ spec.address }}',
      ],
      extended_key_usage: ['server_auth'],
      groups: ['master'],
    }),
    leaf('tls-kubelet', 'kubo_ca', {
      common_name: 'system:node:{{ spec.hostname }}',
      organization: 'system:nodes',
      alternative_names: ['{{ spec.hostname }}', '{{ spec.address }}', '127.0.0.1'],
      extended_key_usage: ['server_auth', 'client_auth'],
      groups: ['master', 'worker'],
    }),
    leaf('admin', 'kubo_ca', { common_name: 'admin', organization: 'system:masters' }),
    leaf('tls-kubelet-client', 'kubo_ca', { common_name: 'apiserver-kubelet-client', organization: 'system:masters' }),
    leaf('tls-kubelet-drain', 'kubo_ca', { common_name: 'kubelet-drain' }),
    leaf('tls-kube-controller-manager', 'kubo_ca', { common_name: 'system:kube-controller-manager' }),
    leaf('tls-kube-scheduler', 'kubo_ca', { common_name: 'system:kube-scheduler' }),
    leaf('tls-kube-proxy', 'kubo_ca', { common_name: 'system:kube-proxy' }),
    leaf('tls-flannel', 'kubo_ca', { common_name: 'flannel' }),
    leaf('tls-front-proxy', 'front-proxy-ca', { common_name: 'front-proxy-client' }),
    { name: 'service-account-key', type: 'rsa', per_instance: false, groups: [], options: {} },
  ];
}

function ca(name: string, commonName: string): ManifestVariable {
  return {
    name,
    type: 'certificate',
    per_instance: false,
    groups: [],
    options: { is_ca: true, common_name: commonName, duration: CA_DAYS },
  };
}

type Leaf = ManifestVariable['options'] & { groups?: string[] };

/** A client certificate, unless it says otherwise; one for each instance of `groups` when there are any. */
function leaf(name: string, signer: string, { groups = [], ...options }: Leaf): ManifestVariable {
  return {
    name,
    type: 'certificate',
    per_instance: groups.length > 0,
    groups,
    options: { ca: signer, duration: LEAF_DAYS, extended_key_usage: ['client_auth'], ...options },
  };
}
