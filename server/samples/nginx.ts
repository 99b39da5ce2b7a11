import type { Sample } from './sample.ts';

/** Two pods that a ReplicationController keeps, behind one Service. */
export const nginx: Sample = {
  id: 'nginx',
  name: 'nginx',
  description: 'Two web servers kept by a ReplicationController, behind a Service that answers on every node.',
  image: { repository: 'nginx', version: null },
  onRequest: false,
  files: (image) => [
    { name: 'nginx-rc.yml', content: controller(image) },
    { name: 'nginx-service.yml', content: SERVICE },
  ],
  namespace: 'default',
  keeper: { kind: 'ReplicationController', name: 'nginx-controller' },
  service: 'web-service',
  requests: [
    { id: 'get-page', name: 'Get the page', method: 'GET', path: '/', body: null, expect: '<h1>It works</h1>' },
  ],
  dataCheck: null,
  readyWithinSeconds: 120,
};

const controller = (image: string): string => `apiVersion: v1
kind: ReplicationController
metadata:
  name: nginx-controller
spec:
  replicas: 2
  selector:
    name: nginx
  template:
    metadata:
      labels:
        name: nginx
    spec:
      # the two share no node while there are two nodes
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              name: nginx
      containers:
        - name: nginx
          image: ${image}
          imagePullPolicy: IfNotPresent
          ports:
            - containerPort: 80
          readinessProbe:
            httpGet:
              path: /
              port: 80
            periodSeconds: 1
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web-service
spec:
  type: NodePort
  selector:
    name: nginx
  ports:
    - protocol: TCP
      port: 80
      targetPort: 80
`;
