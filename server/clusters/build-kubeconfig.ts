import { stringify } from 'yaml';

/** A kubeconfig as the PKS API binds it: one context, one cluster and one user, all named after the cluster. */
export type Kubeconfig = { object: KubeconfigObject; yaml: string; json: string };

export type KubeconfigObject = {
  apiVersion: 'v1';
  kind: 'Config';
  preferences: Record<string, never>;
  'current-context': string;
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  users: { name: string; user: { 'client-certificate-data': string; 'client-key-data': string } }[];
};

/** Pure. `server` is the whole URL; the PEM texts are embedded, so the file works anywhere. */
export function buildKubeconfig(input: {
  name: string;
  server: string;
  caPem: string;
  certificatePem: string;
  privateKeyPem: string;
}): Kubeconfig {
  const { name } = input;
  const user = `${name}-admin`;
  const object: KubeconfigObject = {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    'current-context': name,
    clusters: [{ name, cluster: { server: input.server, 'certificate-authority-data': toBase64(input.caPem) } }],
    contexts: [{ name, context: { cluster: name, user } }],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': toBase64(input.certificatePem),
          'client-key-data': toBase64(input.privateKeyPem),
        },
      },
    ],
  };
  return { object, yaml: stringify(object, { lineWidth: 0 }), json: JSON.stringify(object) };
}

const toBase64 = (pem: string): string => Buffer.from(pem).toString('base64');
